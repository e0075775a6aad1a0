//! The provider's discovery document: where its endpoints are.
//!
//! Only addresses are taken from it. Which algorithms, vectors and methods are used is this
//! product's own decision, so a changed document cannot weaken it.
//!
//! Source: OpenID Connect Discovery 1.0 sections 3 and 4.3, `provider.md` 6.

use url::Url;

use crate::oidc::json::Object;
use crate::oidc::refusal::Refusal;

/// The endpoints of a provider, each on the issuer's own host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// Where a person is sent to sign in; also the audience of request objects.
    pub authorization_endpoint: String,
    /// Where a code is exchanged.
    pub token_endpoint: String,
    /// Where claims are fetched.
    pub userinfo_endpoint: String,
    /// Where the provider publishes its keys.
    pub jwks_uri: String,
    /// Where a person is sent to sign out of the provider, if it says.
    pub end_session_endpoint: Option<String>,
}

impl Metadata {
    /// Reads a discovery document that was fetched for `issuer`.
    ///
    /// `insecure` allows http, which only the local environment does.
    ///
    /// # Errors
    /// [`Refusal::DocumentMalformed`], [`Refusal::DocumentIssuerMismatch`] when the document's
    /// issuer is not `issuer` byte for byte, and [`Refusal::EndpointNotAllowed`] when an endpoint
    /// is not https or on another host or port than the issuer.
    pub fn parse(bytes: &[u8], issuer: &str, insecure: bool) -> Result<Self, Refusal> {
        let document = Object::parse(bytes).map_err(|_| Refusal::DocumentMalformed)?;
        let text = |name| document.text(name).map_err(|_| Refusal::DocumentMalformed);
        if text("issuer")? != Some(issuer) {
            return Err(Refusal::DocumentIssuerMismatch);
        }
        let home = Url::parse(issuer).map_err(|_| Refusal::DocumentIssuerMismatch)?;
        let endpoint = |name| match text(name)? {
            Some(address) => pinned(address, &home, insecure).ok_or(Refusal::EndpointNotAllowed),
            None => Err(Refusal::DocumentMalformed),
        };
        Ok(Self {
            authorization_endpoint: endpoint("authorization_endpoint")?,
            token_endpoint: endpoint("token_endpoint")?,
            userinfo_endpoint: endpoint("userinfo_endpoint")?,
            jwks_uri: endpoint("jwks_uri")?,
            end_session_endpoint: match text("end_session_endpoint")? {
                Some(_) => Some(endpoint("end_session_endpoint")?),
                None => None,
            },
        })
    }
}

/// The address as a URL parser writes it, if it is on the issuer's host and port, without user,
/// query or fragment. Characters that a parser drops, such as line feeds, are not in it.
fn pinned(address: &str, home: &Url, insecure: bool) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let scheme = url.scheme() == "https" || (insecure && url.scheme() == "http");
    let own = scheme
        && url.scheme() == home.scheme()
        && url.host() == home.host()
        && url.port_or_known_default() == home.port_or_known_default()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    own.then(|| url.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://oidc.example/";

    fn document(changes: &[(&str, &str)]) -> String {
        let mut members = vec![
            ("issuer", ISSUER),
            ("authorization_endpoint", "https://oidc.example/authorize"),
            ("token_endpoint", "https://oidc.example/token"),
            ("userinfo_endpoint", "https://oidc.example/userinfo"),
            ("jwks_uri", "https://oidc.example/.well-known/jwks.json"),
            ("end_session_endpoint", "https://oidc.example/logout"),
        ];
        for (name, value) in changes {
            members.retain(|member| member.0 != *name);
            members.push((name, value));
        }
        let members: Vec<_> = members
            .iter()
            .filter(|member| !member.1.is_empty())
            .map(|(name, value)| format!("\"{name}\":\"{value}\""))
            .collect();
        format!("{{{}}}", members.join(","))
    }

    fn parse(changes: &[(&str, &str)]) -> Result<Metadata, Refusal> {
        Metadata::parse(document(changes).as_bytes(), ISSUER, false)
    }

    #[test]
    fn when_a_provider_document_is_whole_then_it_is_read_and_sign_out_is_optional() {
        let whole = parse(&[]).unwrap();
        assert_eq!(whole.token_endpoint, "https://oidc.example/token");
        let without = parse(&[("end_session_endpoint", "")]).unwrap();
        assert_eq!(without.end_session_endpoint, None);
    }

    #[test]
    fn t9_rejects_an_issuer_that_differs_in_any_byte() {
        for other in [
            "https://oidc.example",
            "https://OIDC.example/",
            "http://oidc.example/",
            "https://oidc.example:443/",
            "https://oidc.integration.example/",
            "",
        ] {
            assert_eq!(
                parse(&[("issuer", other)]).unwrap_err(),
                Refusal::DocumentIssuerMismatch
            );
        }
    }

    #[test]
    fn t19_rejects_a_provider_without_tls_unless_it_is_a_developers_own() {
        for (scheme, insecure, fine) in [
            ("https", false, true),
            ("https", true, true),
            ("http", true, true),
            ("http", false, false),
            ("ftp", true, false),
        ] {
            let text = document(&[]).replace("https:", &format!("{scheme}:"));
            let issuer = format!("{scheme}://oidc.example/");
            let read = Metadata::parse(text.as_bytes(), &issuer, insecure);
            assert_eq!(read.is_ok(), fine, "{scheme} {insecure}");
        }
    }

    #[test]
    fn t19_rejects_an_endpoint_off_the_issuers_host_or_without_https() {
        for name in [
            "authorization_endpoint",
            "token_endpoint",
            "userinfo_endpoint",
            "jwks_uri",
            "end_session_endpoint",
        ] {
            for elsewhere in [
                "http://oidc.example/x",
                "https://evil.example/x",
                "https://oidc.example.evil.example/x",
                "https://oidc.example:8443/x",
                "https://169.254.169.254/x",
                "https://user@oidc.example/x",
                "https://oidc.example@evil.example/x",
                "https://OIDC%CC.example/x",
                "https://oidc.example/x?y=z",
                "https://oidc.example/x#y",
                "file:///etc/passwd",
                "javascript:alert(1)",
                "/relative",
            ] {
                assert_eq!(
                    parse(&[(name, elsewhere)]).unwrap_err(),
                    Refusal::EndpointNotAllowed,
                    "{name} {elsewhere}"
                );
            }
        }
        assert_eq!(
            parse(&[("token_endpoint", "")]).unwrap_err(),
            Refusal::DocumentMalformed
        );
    }
}
