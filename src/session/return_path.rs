//! Where a person goes after signing in: always a path of the same host.
//!
//! Whether the path exists or may be seen is not known here; it is asked for like any other.
//!
//! Source: RFC 9700 section 4.11.1 (open redirectors), WHATWG URL (how browsers read addresses).

use url::{Position, Url};

/// The longest path with its query that is kept, in bytes.
pub const MAX: usize = 1_024;

/// The path and query of `wanted` if a browser would stay on this host with it, else `/`.
///
/// `own_path` is the prefix of the edge's own pages: returning to those would go round in circles.
#[must_use]
pub fn safe(wanted: &str, own_path: &str) -> String {
    checked(wanted, own_path).unwrap_or_else(|| "/".to_owned())
}

fn checked(wanted: &str, own_path: &str) -> Option<String> {
    let visible = wanted
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if !visible || !wanted.starts_with('/') || wanted.starts_with("//") {
        return None;
    }
    // Read it as a browser would, against a host that nothing in the text can name.
    let base = Url::parse("https://this.invalid/").ok()?;
    let url = base.join(wanted).ok()?;
    if url.origin() != base.origin() {
        return None;
    }
    let path = &url[Position::BeforePath..Position::AfterQuery];
    let own = url.path() == own_path || url.path().starts_with(&format!("{own_path}/"));
    let stays = path.starts_with('/') && !path.starts_with("//");
    (stays && !own && path.len() <= MAX).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_this_host_is_kept_with_its_query() {
        for path in [
            "/",
            "/account",
            "/a/b?c=d&e=%2F",
            "/a?next=//evil.example",
            "/a?x=https://b",
        ] {
            assert_eq!(safe(path, "/auth"), path);
        }
        assert_eq!(safe("/a#fragment", "/auth"), "/a");
        assert_eq!(safe("/authority", "/auth"), "/authority");
    }

    #[test]
    fn t32_nothing_leads_to_another_host() {
        for evil in [
            "//evil.example",
            "///evil.example",
            "////evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/\r\n/evil.example",
            "\t//evil.example",
            " //evil.example",
            "https://evil.example",
            "https:evil.example",
            "https:/evil.example",
            "HTTPS://evil.example",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "evil.example",
            "@evil.example",
            ".evil.example",
            "?x",
            "#x",
            "",
            "/\u{2044}/evil.example",
            "/\u{ff0f}evil.example",
            "/\u{3002}evil.example",
            "/é",
            "/./\\evil.example",
            "/%0d%0aSet-Cookie:x\r\n",
            "/a b",
            "/.//evil.example",
            "/..//evil.example",
            "/a/..//evil.example",
            "/%2e//evil.example",
        ] {
            assert_eq!(safe(evil, "/auth"), "/", "{evil:?}");
        }
        assert_eq!(safe("/@evil.example", "/auth"), "/@evil.example");
        assert_eq!(safe("/%2f%2fevil.example", "/auth"), "/%2f%2fevil.example");
    }

    #[test]
    fn the_edges_own_pages_and_endless_paths_are_no_place_to_return_to() {
        for own in [
            "/auth",
            "/auth/",
            "/auth/callback?code=x",
            "/auth?x",
            "/a/../auth/sign-in",
        ] {
            assert_eq!(safe(own, "/auth"), "/", "{own}");
        }
        let longest = format!("/{}", "a".repeat(MAX - 1));
        assert_eq!(safe(&longest, "/auth"), longest);
        assert_eq!(safe(&format!("{longest}a"), "/auth"), "/");
    }
}
