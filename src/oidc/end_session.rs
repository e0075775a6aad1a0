//! The way to the provider's own sign-out.
//!
//! The provider ends its session from its own cookie whatever the address says; the parameters
//! only bring the person back here. So a hint that does not fit is left out, not an error.
//!
//! Source: OpenID Connect RP-Initiated Logout 1.0 section 2, `provider.md` 7.

use url::form_urlencoded::Serializer;

/// The longest query that the provider's firewall lets through, in bytes.
pub const MAX_QUERY: usize = 2_048;

/// The address that signs a person out of the provider.
///
/// Without a hint, or when it makes the query too long, the person stays on the provider's own
/// signed-out page: the provider wants a hint before it redirects.
#[must_use]
pub fn address(endpoint: &str, hint: Option<&str>, return_uri: &str, state: &str) -> String {
    let Some(hint) = hint else {
        return endpoint.to_owned();
    };
    let query = Serializer::new(String::new())
        .append_pair("id_token_hint", hint)
        .append_pair("post_logout_redirect_uri", return_uri)
        .append_pair("state", state)
        .finish();
    if query.len() > MAX_QUERY {
        return endpoint.to_owned();
    }
    format!("{endpoint}?{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t34_when_a_hint_does_not_fit_then_it_is_left_out() {
        let address = |hint: Option<&str>| {
            address(
                "https://oidc.example/logout",
                hint,
                "https://s.example/auth/signed-out",
                "s",
            )
        };
        assert_eq!(
            address(Some("a.b.c")),
            "https://oidc.example/logout?id_token_hint=a.b.c&post_logout_redirect_uri=https%3A%2F%2Fs.example%2Fauth%2Fsigned-out&state=s"
        );
        assert_eq!(address(None), "https://oidc.example/logout");
        let longest = MAX_QUERY - (address(Some("")).len() - "https://oidc.example/logout?".len());
        let (fits, longer) = ("a".repeat(longest), "a".repeat(longest + 1));
        let whole = address(Some(&fits));
        assert_eq!(whole.split_once('?').unwrap().1.len(), MAX_QUERY);
        assert_eq!(address(Some(&longer)), "https://oidc.example/logout");
    }
}
