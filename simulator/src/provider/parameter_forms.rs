//! The forms of single parameters, whether they stand in the query or in a request object.

use crate::provider::settings::{Client, SCOPES};

/// How a rule ends: fine, or an error code with its description.
pub type Rule<T = ()> = Result<T, (&'static str, String)>;

/// Only the code flow exists.
pub fn check_response_type(response_type: Option<&str>) -> Rule {
    if response_type != Some("code") {
        return Err((
            "unsupported_response_type",
            "Unsupported response type".to_owned(),
        ));
    }
    Ok(())
}

/// `openid` and others that exist and are registered.
pub fn check_scope(scope: Option<&str>, client: &Client) -> Rule<Vec<String>> {
    let scopes: Vec<String> = scope
        .unwrap_or_default()
        .split(' ')
        .filter(|s| !s.is_empty())
        .map(str::to_owned)
        .collect();
    let allowed = |s: &String| SCOPES.contains(&s.as_str()) && client.scopes.contains(s);
    if !scopes.iter().any(|s| s == "openid") || !scopes.iter().all(allowed) {
        return Err((
            "invalid_scope",
            "Invalid, unknown or malformed scope".to_owned(),
        ));
    }
    Ok(scopes)
}

/// The shape of a language tag of BCP 47: subtags of one to eight letters or digits, the first of only letters.
pub fn is_language_tag(tag: &str) -> bool {
    let fits = |s: &str| (1..=8).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphanumeric());
    let primary = tag.split('-').next().unwrap_or_default();
    primary.len() >= 2
        && primary.bytes().all(|b| b.is_ascii_alphabetic())
        && tag.split('-').all(fits)
}
