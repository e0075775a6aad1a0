//! The rules of the specifications: pure and synchronous, one exchange or document in each file.
//!
//! Nothing here reads a clock, makes a random number, holds a private key or waits for anything:
//! times, randomness and signatures are arguments. A signature is made and verified by the caller,
//! because WebCrypto answers asynchronously; the types here say whether that has been done.

pub mod access_token;
pub mod authorize;
pub mod claims;
pub mod client_assertion;
pub mod end_session;
pub mod id_token;
pub mod identity;
pub mod json;
pub mod jwk;
pub mod jwks;
pub mod jws;
pub mod logout_token;
pub mod metadata;
pub mod refusal;
pub mod security_event;
pub mod service_token;
pub mod switch;
pub mod token;
pub mod userinfo;
pub mod vector;

/// The clock difference that is allowed between the provider and this Worker, in seconds.
pub const SKEW: i64 = 30;
