//! https on this machine: a certificate of its own, a door in front of a plain port, and who is believed.
//!
//! Safari's engine keeps no `Secure` cookie that came over plain HTTP, not even from `localhost`, so that nothing of the
//! edge works there without it. The certificate names this machine and is no authority: with its key an attacker
//! could imitate `localhost` and no other site.

use std::fs::{self, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};

/// The names by which programs on this machine reach it.
const NAMES: [&str; 4] = ["localhost", "*.localhost", "127.0.0.1", "::1"];

const DAY: u64 = 24 * 60 * 60;

/// As long as Apple's systems accept: <https://support.apple.com/en-gb/102028>.
const VALID: Duration = Duration::from_secs(397 * DAY);

/// An older certificate is replaced, so that none expires while it is used.
const RENEWED: Duration = Duration::from_secs(300 * DAY);

/// The certificate that this program trusts, set once.
static TRUSTED: OnceLock<Arc<ClientConfig>> = OnceLock::new();

/// Where the certificate is in a directory; it is public.
#[must_use]
pub fn certificate(directory: &Path) -> PathBuf {
    directory.join("certificate.pem")
}

/// Where its key is.
#[must_use]
pub fn key(directory: &Path) -> PathBuf {
    directory.join("certificate-key.pem")
}

/// Makes a certificate with its key, unless there is one that will do for months.
pub fn make(directory: &Path) -> Result<(), String> {
    let made = |path: PathBuf| fs::metadata(path).and_then(|about| about.modified()).ok();
    let youngest = SystemTime::now().checked_sub(RENEWED);
    if made(certificate(directory)) > youngest && made(key(directory)) > youngest {
        return Ok(());
    }
    let pair = KeyPair::generate().map_err(|error| error.to_string())?;
    let text = parameters()?
        .self_signed(&pair)
        .map_err(|error| error.to_string())?
        .pem();
    let failed = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    fs::create_dir_all(directory).map_err(|error| failed(directory, error))?;
    let file = key(directory);
    private(&file, &pair.serialize_pem()).map_err(|error| failed(&file, error))?;
    let file = certificate(directory);
    fs::write(&file, text).map_err(|error| failed(&file, error))
}

fn parameters() -> Result<CertificateParams, String> {
    let names = NAMES.map(str::to_owned);
    let mut made = CertificateParams::new(names).map_err(|error| error.to_string())?;
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, "One Login at the edge, this machine");
    made.distinguished_name = name;
    made.is_ca = IsCa::ExplicitNoCa;
    made.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    made.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let now = SystemTime::now();
    // A browser's clock may be a little behind.
    made.not_before = (now - Duration::from_secs(3_600)).into();
    made.not_after = (now + VALID).into();
    Ok(made)
}

/// Writes a file that only its owner may read.
fn private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    // A file that was there already keeps the mode that it had.
    file.set_permissions(Permissions::from_mode(0o600))?;
    file.write_all(text.as_bytes())
}

/// Believes the certificate in a directory from now on.
pub fn trust(directory: &Path) -> Result<(), String> {
    let mut roots = RootCertStore::empty();
    roots
        .add(read_certificate(directory)?)
        .map_err(|error| error.to_string())?;
    let config = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TRUSTED
        .set(Arc::new(config))
        .map_err(|_| "a certificate is trusted already".to_owned())
}

/// The trust of a connection to an https address: empty, unless a certificate was named.
pub fn trusted() -> ClientConfig {
    TRUSTED.get().map_or_else(
        || {
            ClientConfig::builder()
                .with_root_certificates(RootCertStore::empty())
                .with_no_client_auth()
        },
        |config| ClientConfig::clone(config),
    )
}

/// Takes encrypted connections and hands each on to a plain port of this machine, for ever.
pub async fn door(listener: TcpListener, directory: &Path, to: u16) -> Result<(), String> {
    let key = PrivateKeyDer::from_pem_file(key(directory)).map_err(|error| error.to_string())?;
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![read_certificate(directory)?], key)
        .map_err(|error| error.to_string())?;
    let acceptor = TlsAcceptor::from(Arc::new(config));
    loop {
        let (stream, _) = listener.accept().await.map_err(|error| error.to_string())?;
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            // A browser that does not trust the certificate hangs up, and a page that is left does too.
            let Ok(mut outside) = acceptor.accept(stream).await else {
                return;
            };
            let Ok(mut inside) = TcpStream::connect(("127.0.0.1", to)).await else {
                return;
            };
            let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
        });
    }
}

fn read_certificate(directory: &Path) -> Result<CertificateDer<'static>, String> {
    let file = certificate(directory);
    CertificateDer::from_pem_file(&file).map_err(|error| format!("{}: {error}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch;
    use crate::listen;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn when_the_certificate_is_trusted_then_the_door_answers_and_making_again_keeps_it() {
        let directory = std::env::temp_dir().join(format!("simulator-tls-{}", std::process::id()));
        make(&directory).unwrap();
        let first = fs::read(certificate(&directory)).unwrap();
        make(&directory).unwrap();
        assert_eq!(fs::read(certificate(&directory)).unwrap(), first);
        let mode = fs::metadata(key(&directory)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        let inside = listen::bind(listen::LOOPBACK, 0).await.unwrap();
        let to = inside.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (mut stream, _) = inside.accept().await.unwrap();
            let mut asked = [0; 256];
            assert!(stream.read(&mut asked).await.unwrap() > 0);
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
                .await
                .unwrap();
        });
        let outside = listen::bind(listen::LOOPBACK, 0).await.unwrap();
        let url = format!("https://{}/", outside.local_addr().unwrap());
        let at = directory.clone();
        tokio::spawn(async move { door(outside, &at, to).await });
        assert!(
            fetch::document(&url, 100).await.is_err(),
            "no certificate is trusted"
        );
        trust(&directory).unwrap();
        assert_eq!(fetch::document(&url, 100).await.unwrap(), b"{}");
        fs::remove_dir_all(&directory).unwrap();
    }
}
