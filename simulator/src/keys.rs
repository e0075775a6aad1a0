//! The provider's own signing keys, made afresh at each start. No private key is ever written anywhere.

use std::cell::Cell;
use std::sync::{Arc, OnceLock};

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use serde_json::{Value, json};

use crate::jose::{Object, b64, hex, sha256};

thread_local! {
    /// The state of this thread's identifiers, if they are to come again.
    static REPEATED: Cell<Option<u64>> = const { Cell::new(None) };
}

/// From now on the identifiers that are made on this thread are the same in each run. Keys never are.
pub fn repeat(seed: u64) {
    REPEATED.set(Some(seed));
}

/// The next number of a sequence that comes again: SplitMix64.
fn repeated(state: u64) -> u64 {
    let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    REPEATED.set(Some(state));
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Random bytes from the system.
///
/// # Panics
/// When the system has no randomness to give: nothing sensible can follow.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if REPEATED.get().is_some() {
        for byte in &mut bytes {
            let state = REPEATED.get().unwrap_or_default();
            *byte = repeated(state).to_le_bytes()[7];
        }
        return bytes;
    }
    #[expect(
        clippy::expect_used,
        reason = "a machine without randomness cannot simulate a provider"
    )]
    SystemRandom::new()
        .fill(&mut bytes)
        .expect("the system gives random bytes");
    bytes
}

/// A random identifier of 43 characters.
pub fn random_id() -> String {
    b64(random::<32>())
}

/// A random UUID of version 4, as text.
pub fn random_uuid() -> String {
    let mut bytes = random::<16>();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = hex(bytes);
    let parts = [
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..],
    ];
    parts.join("-")
}

/// The two ID token algorithms that the provider offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256, the default.
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256, with a key of 4096 bits.
    Rs256,
}

impl Algorithm {
    /// The name in headers and registrations.
    pub fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }
}

enum Secret {
    Ec(EcdsaKeyPair),
    Rsa(Box<RsaKeyPair>),
}

/// A signing key with its public half ready to publish.
pub struct SigningKey {
    secret: Secret,
    kid: String,
    public: Object,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

impl SigningKey {
    /// Makes a key. An RSA key of 4096 bits takes about a second.
    ///
    /// # Panics
    /// When the crypto library cannot make a key, which only happens without memory or randomness.
    #[expect(
        clippy::expect_used,
        reason = "key generation fails only on a machine without memory or randomness"
    )]
    pub fn generate(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Es256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
                    .expect("a P-256 key can be made");
                let point = pair.public_key().as_ref().to_vec();
                // An uncompressed point is the byte 4, then x and y of 32 bytes each.
                let public = json!({
                    "kty": "EC", "crv": "P-256", "x": b64(&point[1..33]), "y": b64(&point[33..65]),
                });
                Self::assemble(Secret::Ec(pair), &point, public, algorithm)
            }
            Algorithm::Rs256 => Self::generate_rsa(KeySize::Rsa4096),
        }
    }

    /// Makes an RSA key of 2048 bits, as a team of Cloudflare Access has.
    pub fn generate_rsa_2048() -> Self {
        Self::generate_rsa(KeySize::Rsa2048)
    }

    #[expect(
        clippy::expect_used,
        reason = "key generation fails only on a machine without memory or randomness"
    )]
    fn generate_rsa(size: KeySize) -> Self {
        let pair = RsaKeyPair::generate(size).expect("an RSA key can be made");
        let public = pair.public_key();
        let modulus = public.modulus().big_endian_without_leading_zero().to_vec();
        let exponent = public.exponent().big_endian_without_leading_zero().to_vec();
        let public = json!({ "kty": "RSA", "n": b64(&modulus), "e": b64(exponent) });
        let secret = Secret::Rsa(Box::new(pair));
        Self::assemble(secret, &modulus, public, Algorithm::Rs256)
    }

    fn assemble(secret: Secret, name_from: &[u8], public: Value, algorithm: Algorithm) -> Self {
        // The real key id is the SHA-256 of a KMS key's name: 64 hexadecimal digits that say nothing about the key.
        let kid = hex(sha256(name_from));
        let mut members = Object::new();
        if let Value::Object(parts) = public {
            members.extend(parts);
        }
        members.insert("kid".to_owned(), kid.clone().into());
        members.insert("use".to_owned(), "sig".into());
        members.insert("alg".to_owned(), algorithm.name().into());
        Self {
            secret,
            kid,
            public: members,
        }
    }

    /// The RSA key that every provider in this process starts with. Made on first use and shared, because it is slow.
    pub fn shared_rsa() -> Arc<Self> {
        static KEY: OnceLock<Arc<SigningKey>> = OnceLock::new();
        KEY.get_or_init(|| Arc::new(Self::generate(Algorithm::Rs256)))
            .clone()
    }

    /// The key that the Access team of every provider in this process starts with.
    pub fn shared_team() -> Arc<Self> {
        static KEY: OnceLock<Arc<SigningKey>> = OnceLock::new();
        KEY.get_or_init(|| Arc::new(Self::generate_rsa_2048()))
            .clone()
    }

    /// The key id.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The algorithm of this key.
    pub fn algorithm(&self) -> Algorithm {
        match self.secret {
            Secret::Ec(_) => Algorithm::Es256,
            Secret::Rsa(_) => Algorithm::Rs256,
        }
    }

    /// The public key as published: with `kid`, `use` and `alg`.
    pub fn public_jwk(&self) -> &Object {
        &self.public
    }

    /// The public key as SubjectPublicKeyInfo in DER.
    pub fn public_der(&self) -> Vec<u8> {
        let der = match &self.secret {
            Secret::Ec(pair) => AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key()),
            Secret::Rsa(pair) => AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key()),
        };
        der.map(|d| d.as_ref().to_vec()).unwrap_or_default()
    }

    /// Signs bytes: raw `r || s` for ES256, the block itself for RS256.
    ///
    /// # Panics
    /// When the crypto library refuses to sign with a key that it made itself.
    #[expect(clippy::expect_used, reason = "a key that was just made can sign")]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.secret {
            Secret::Ec(pair) => pair
                .sign(&random, message)
                .expect("an EC key signs")
                .as_ref()
                .to_vec(),
            Secret::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .expect("an RSA key signs");
                signature
            }
        }
    }

    /// A compact token with `alg` and `kid` in the header, plus the given members.
    pub fn token(&self, extra_header: &[(&str, &str)], claims: &Object) -> String {
        let mut header = Object::new();
        header.insert("alg".to_owned(), self.algorithm().name().into());
        header.insert("kid".to_owned(), self.kid.clone().into());
        for (name, value) in extra_header {
            header.insert((*name).to_owned(), (*value).into());
        }
        let signed = format!(
            "{}.{}",
            b64(Value::Object(header).to_string()),
            b64(Value::Object(claims.clone()).to_string())
        );
        let signature = self.sign(signed.as_bytes());
        format!("{signed}.{}", b64(signature))
    }
}
