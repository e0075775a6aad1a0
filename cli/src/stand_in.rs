//! Stand-ins for secrets, which Cloudflare does not hand out, so that the Worker's parser can judge a configuration without them.

/// A text of the shape that a secret of this name has; the two generations of one differ.
pub fn stand_in(name: &str) -> String {
    let generation = if name.ends_with("_B") { "B" } else { "A" };
    // base64url of a row of bytes whose first bit is set.
    let bytes = |length: usize| format!("_{}{generation}A", "_".repeat(length - 3));
    if name.starts_with("SESSION_KEY_") {
        bytes(43)
    } else if name.starts_with("CLIENT_KEY_") {
        let private = r#""d":"AQ","p":"AQ","q":"AQ","dp":"AQ","dq":"AQ","qi":"AQ""#;
        format!(
            r#"{{"kty":"RSA","n":"{}","e":"AQAB",{private}}}"#,
            bytes(342)
        )
    } else if name.starts_with("ASSERTION_KEY_") {
        let (x, y) = (bytes(43), bytes(43));
        format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}","d":"AQ"}}"#)
    } else {
        "stand-in".to_owned()
    }
}
