//! Keys that the real Node makes and reads, judged by others: the Worker's own reader, and another library.

use super::cloudflare::Machine;
use super::key::{BITS, Key, both_forms};
use super::leak_tests::machine;
use super::outside::{Changes, Outside};
use super::state::Kind;
use super::world_tests::{Directory, START};
use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use one_login_edge::config::{Config, Vars};
use p256::elliptic_curve::sec1::ToEncodedPoint;
use p256::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::pkcs8::DecodePublicKey;
use rsa::rand_core::{self, CryptoRng, RngCore};
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, Pkcs1v15Sign, Pss, RsaPrivateKey, RsaPublicKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::process::Command;

/// Published with this repository: it protects nothing.
const CLIENT: &str = include_str!("../../../tests/world/keys/test-client-a.json");
const ASSERTION: &str = include_str!("../../../tests/world/keys/test-assertion-a.json");
const WRANGLER: &str = include_str!("../../../wrangler.toml");

fn number(jwk: &Value, name: &str) -> Vec<u8> {
    Base64UrlUnpadded::decode_vec(jwk[name].as_str().unwrap()).unwrap()
}

fn rsa() -> RsaPrivateKey {
    let jwk: Value = serde_json::from_str(CLIENT).unwrap();
    let [n, e, d, p, q] =
        ["n", "e", "d", "p", "q"].map(|name| BigUint::from_bytes_be(&number(&jwk, name)));
    RsaPrivateKey::from_components(n, e, d, vec![p, q]).unwrap()
}

fn p256() -> p256::SecretKey {
    let jwk: Value = serde_json::from_str(ASSERTION).unwrap();
    p256::SecretKey::from_slice(&number(&jwk, "d")).unwrap()
}

/// The published test key as a PEM file that another library wrote.
pub fn pem() -> String {
    rsa().to_pkcs8_pem(LineEnding::LF).unwrap().to_string()
}

/// The secret text of a key, as Cloudflare would get it.
fn secret(key: Key) -> String {
    let mut changes = Changes::default();
    changes.set("KEY".to_owned(), key.secret);
    let revealed: Value = serde_json::from_str(&changes.reveal()).unwrap();
    revealed["KEY"].as_str().unwrap().to_owned()
}

#[test]
fn when_keys_are_made_then_the_worker_takes_them_and_computes_the_same_ids() {
    let directory = Directory::new();
    let places = machine(&directory);
    let outside = Machine::new(&places);
    let file: Value = toml::from_str(WRANGLER).unwrap();
    let variables = file["env"]["integration"]["vars"].as_object().unwrap();
    for bits in BITS {
        let mut vars: Vars = variables.clone().into_iter().collect();
        vars.extend(["DOCUMENTS", "ACCOUNTS"].map(|name| (name.to_owned(), json!(true))));
        let mut kids = Vec::new();
        for (name, kind) in [
            ("SESSION_KEY", Kind::Session),
            ("CLIENT_KEY_DEMO", Kind::Client),
            ("ASSERTION_KEY_DEMO", Kind::Assertion),
        ] {
            for slot in ["A", "B"] {
                let key = Key::make(&outside, kind, bits).unwrap();
                kids.push(key.generation(START).kid);
                vars.insert(format!("{name}_{slot}"), json!(secret(key)));
            }
        }
        let config = Config::parse(&vars);
        assert!(config.faults.is_empty(), "{:?}", config.faults);
        let service = config.services().next().unwrap();
        let theirs = [&service.client_keys, &service.assertion_keys]
            .map(|pair| pair.all().map(|key| key.key_id.clone()).collect::<Vec<_>>())
            .concat();
        let ours: Vec<_> = kids.into_iter().flatten().collect();
        assert_eq!(theirs, ours);
    }
}

#[test]
fn when_another_library_wrote_a_key_then_its_kind_and_numbers_are_read() {
    let directory = Directory::new();
    let places = machine(&directory);
    let outside = Machine::new(&places);
    let rsa_files = vec![
        pem(),
        rsa().to_pkcs1_pem(LineEnding::CRLF).unwrap().to_string(),
    ];
    let ec_files = vec![p256().to_pkcs8_pem(LineEnding::LF).unwrap().to_string()];
    assert!(rsa_files[1].starts_with("-----BEGIN RSA PRIVATE KEY-----"));
    let rsa_members: &[&str] = &["kty", "n", "e", "d", "p", "q", "dp", "dq", "qi"];
    for (files, kind, original, members) in [
        (rsa_files, Kind::Client, CLIENT, rsa_members),
        (
            ec_files,
            Kind::Assertion,
            ASSERTION,
            &["kty", "crv", "x", "y", "d"],
        ),
    ] {
        let original: Value = serde_json::from_str(original).unwrap();
        for file in files {
            let key = Key::read(&outside, &file).unwrap();
            assert_eq!(key.kind, kind);
            let jwk: Value = serde_json::from_str(&secret(key)).unwrap();
            for name in members {
                match *name {
                    "kty" | "crv" => assert_eq!(jwk[*name], original[*name]),
                    // A number may be written with zeros before it.
                    name => assert_eq!(
                        BigUint::from_bytes_be(&number(&jwk, name)),
                        BigUint::from_bytes_be(&number(&original, name)),
                        "{name}"
                    ),
                }
            }
        }
    }
}

#[test]
fn when_a_body_for_one_login_is_written_then_another_library_reads_the_public_key() {
    let directory = Directory::new();
    let places = machine(&directory);
    let outside = Machine::new(&places);
    for bits in BITS {
        let key = Key::make(&outside, Kind::Client, bits).unwrap();
        let generation = key.generation(START);
        assert_eq!(generation.size(), format!("RSA {bits}"));
        let [jwk, body] = both_forms(&generation).unwrap().unwrap();
        let jwk: Value = serde_json::from_str(&jwk).unwrap();
        let read = RsaPublicKey::from_public_key_der(&Base64::decode_vec(&body).unwrap()).unwrap();
        assert_eq!(read.n().to_bytes_be(), number(&jwk, "n"));
        assert_eq!(read.size() * 8, bits as usize);
        assert_eq!(jwk["kid"], json!(generation.kid));
        for private in ["d", "p", "q", "dp", "dq", "qi"] {
            assert!(jwk.get(private).is_none());
        }
    }
}

#[test]
fn when_an_assertion_key_is_shown_then_another_library_reads_its_body() {
    let directory = Directory::new();
    let places = machine(&directory);
    let outside = Machine::new(&places);
    let key = Key::make(&outside, Kind::Assertion, BITS[0]).unwrap();
    let [jwk, body] = both_forms(&key.generation(START)).unwrap().unwrap();
    let jwk: Value = serde_json::from_str(&jwk).unwrap();
    let der = Base64::decode_vec(&body).unwrap();
    let read = p256::PublicKey::from_public_key_der(&der).unwrap();
    let point = read.to_encoded_point(false);
    assert_eq!(point.x().unwrap().as_slice(), number(&jwk, "x"));
    assert_eq!(point.y().unwrap().as_slice(), number(&jwk, "y"));
}

/// A PEM file of a kind that the other library does not write.
fn odd(node: &std::path::Path, make: &str) -> String {
    let script = format!(
        "process.stdout.write(require('crypto').generateKeyPairSync({make}).privateKey\
         .export({{ type: 'pkcs8', format: 'pem' }}))"
    );
    let output = Command::new(node).args(["-e", &script]).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn rejects_an_unfit_key_file_with_the_reason_and_without_the_key() {
    let directory = Directory::new();
    let places = machine(&directory);
    let outside = Machine::new(&places);
    let node = places.npm_bin("real-node");
    let public = rsa()
        .to_public_key()
        .to_public_key_pem(LineEnding::LF)
        .unwrap();
    let broken = pem().replace("MIIE", "MIIF");
    let locked =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    for (pem, reason) in [
        (public, "that is a public key"),
        (locked.to_owned(), "protected by a password"),
        (broken, "no private key in PEM form"),
        (CLIENT.to_owned(), "no private key in PEM form"),
        (String::new(), "no private key in PEM form"),
        (
            odd(&node, "'rsa', { modulusLength: 1024 }"),
            "has 1024 bits",
        ),
        (
            odd(&node, "'rsa', { modulusLength: 2048, publicExponent: 3 }"),
            "exponent is not 65,537",
        ),
        (odd(&node, "'ec', { namedCurve: 'P-384' }"), "neither RSA"),
        (odd(&node, "'ed25519'"), "neither RSA"),
        (
            odd(&node, "'rsa-pss', { modulusLength: 2048 }"),
            "neither RSA",
        ),
    ] {
        let Err(error) = Key::read(&outside, &pem) else {
            panic!("{reason} was not said");
        };
        let error = format!("{error:#}");
        assert!(error.contains(reason), "{reason}: {error}");
        assert!(
            !error.contains("MII") && !error.contains("BEGIN"),
            "{error}"
        );
    }
}

#[test]
fn when_the_wrangler_stand_in_changes_secrets_then_it_keeps_them_like_cloudflare() {
    let directory = Directory::new();
    let places = machine(&directory);
    let outside = Machine::new(&places);
    assert!(outside.secret_names("integration").unwrap().is_none());
    let mut changes = Changes::default();
    changes.set("KEPT".into(), super::outside::Secret::new("one".into()));
    changes.set("GONE".into(), super::outside::Secret::new("two".into()));
    outside.change_secrets("integration", &changes).unwrap();
    let mut changes = Changes::default();
    changes.delete("GONE".into());
    outside.change_secrets("integration", &changes).unwrap();
    let names = outside.secret_names("integration").unwrap();
    assert_eq!(names.unwrap(), ["KEPT"]);
}

/// Salts for signatures in tests; nothing is kept secret by them.
struct Salt;

impl RngCore for Salt {
    fn next_u32(&mut self) -> u32 {
        7
    }

    fn next_u64(&mut self) -> u64 {
        7
    }

    fn fill_bytes(&mut self, room: &mut [u8]) {
        room.fill(7);
    }

    fn try_fill_bytes(&mut self, room: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(room);
        Ok(())
    }
}

impl CryptoRng for Salt {}

/// Another library's signature of the message with the published test key.
fn signed(alg: &str, message: &str) -> Vec<u8> {
    // DigestInfo of SHA-256, RFC 8017 section 9.2.
    const PREFIX: &[u8] =
        b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
    let digest = Sha256::digest(message);
    let signature = match alg {
        "PS256" => rsa().sign_with_rng(&mut Salt, Pss::new_with_salt::<Sha256>(32), &digest),
        _ => rsa().sign(
            Pkcs1v15Sign {
                hash_len: Some(32),
                prefix: PREFIX.into(),
            },
            &digest,
        ),
    };
    signature.unwrap()
}

#[test]
fn rejects_a_signature_with_another_key_algorithm_or_message() {
    let directory = Directory::new();
    let places = machine(&directory);
    let own: Value = serde_json::from_str(CLIENT).unwrap();
    let own = json!({ "kty": "RSA", "n": own["n"], "e": own["e"] });
    let mut other = own.clone();
    other["n"] = json!(Base64UrlUnpadded::encode_string(&[0x81; 256]));
    let is_good = |alg: &str, key: &Value, message: &str, signature: &[u8]| {
        let signature = Base64UrlUnpadded::encode_string(signature);
        let job = json!({ "do": "verify", "alg": alg, "key": key, "message": message, "signature": signature });
        Machine::new(&places).key_job(&job).unwrap()["good"] == true
    };
    for (alg, another) in [("RS256", "PS256"), ("PS256", "RS256")] {
        let mut signature = signed(alg, "header.claims");
        assert!(is_good(alg, &own, "header.claims", &signature), "{alg}");
        assert!(!is_good(another, &own, "header.claims", &signature));
        assert!(!is_good("none", &own, "header.claims", &signature));
        assert!(!is_good(alg, &own, "header.claimz", &signature));
        assert!(!is_good(alg, &other, "header.claims", &signature));
        assert!(!is_good(alg, &json!({}), "header.claims", &signature));
        assert!(!is_good(alg, &own, "header.claims", b""));
        signature[9] ^= 1;
        assert!(!is_good(alg, &own, "header.claims", &signature));
    }
}
