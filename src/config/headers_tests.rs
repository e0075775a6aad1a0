use super::*;
use std::collections::BTreeSet;

fn usual() -> Removed {
    Removed::new(&[], Vec::new())
}

#[test]
fn t58_when_a_header_of_the_edge_is_spelt_differently_then_it_is_removed() {
    for gone in [
        "one-login-assertion",
        "One_Login_X",
        "One.Login.X",
        "cf_connecting_ip",
        "CF-Connecting_IP",
        "Forwarded",
        "true_client_ip",
        "X-Real-IP",
        "x-forwarded",
        "x_forwarded-anything",
        "X-Forwarded-Prefix",
    ] {
        assert!(usual().holds(gone), "{gone}");
    }
}

#[test]
fn t90_when_a_known_name_is_spelt_in_any_case_or_folded_then_it_is_removed() {
    for group in KNOWN {
        for known in group.names {
            let name = known.replace('*', "any");
            for spelt in [
                name.clone(),
                name.to_ascii_uppercase(),
                name.replace('-', "_"),
                name.replace('-', "."),
            ] {
                assert!(usual().holds(&spelt), "{spelt}");
                assert!(meaning(&spelt).is_some(), "{spelt}");
            }
        }
    }
}

#[test]
fn t90_when_servers_fold_a_name_then_it_is_removed_and_an_unambiguous_one_kept() {
    for gone in [
        "SCRIPT_NAME",
        "x_under_score",
        "x.y",
        "x!",
        "x~y",
        "x'y",
        "x|y",
        "x#y",
        "x$y",
        "x%y",
        "x&y",
        "x*y",
        "x+y",
        "x^y",
        "x`y",
        "x\u{e9}",
    ] {
        assert!(usual().holds(gone), "{gone}");
    }
    for kept in [
        "accept",
        "accept-encoding",
        "authorization",
        "cookie",
        "content-type",
        "origin",
        "host",
        "te",
        "one-logi",
        "one-login",
        "forwarded-by",
        "x-requested-with",
        "x-forwarders",
        "x-csrf-token",
        "x-original-name",
        "user-agent",
        "cf-connecting-ip",
        "cf-ray",
        "cdn-loop",
        "sec-fetch-site",
        "if-none-match",
        "range",
        "upgrade",
        "sec-websocket-key",
        "traceparent",
        "x-api-key",
        "x-nextjs-data",
        "123",
        "proxy-x",
    ] {
        assert!(!usual().holds(kept), "{kept}");
        assert_eq!(meaning(kept), None, "{kept}");
    }
}

#[test]
fn t90_when_a_service_drops_and_keeps_names_then_the_removal_follows() {
    let dropped = ["x-staff-id".to_owned(), "x-internal-*".to_owned()];
    let kept = vec!["cf-access-jwt-assertion".to_owned(), "x_api_key".to_owned()];
    let removed = Removed::new(&dropped, kept);
    for gone in [
        "X-Staff-Id",
        "x-internal-",
        "x-internal-anything",
        "cf-access-other",
        "y_api_key",
        "x-real-ip",
    ] {
        assert!(removed.holds(gone), "{gone}");
    }
    for stays in [
        "Cf-Access-Jwt-Assertion",
        "x_api_key",
        "X_API_KEY",
        "x-internal",
        "x-staff",
    ] {
        assert!(!removed.holds(stays), "{stays}");
    }
}

#[test]
fn when_a_header_name_is_removed_then_the_page_lists_it_and_no_other() {
    let page = include_str!("../../docs/headers.md");
    let table = page
        .lines()
        .skip_while(|line| *line != "## Names that are removed")
        .filter(|line| line.starts_with("| ") && line.contains('`'));
    let listed: Vec<_> = table
        .flat_map(|line| {
            line.split('|')
                .nth(2)
                .unwrap_or_default()
                .split('`')
                .skip(1)
                .step_by(2)
        })
        .collect();
    let known: Vec<_> = KNOWN
        .iter()
        .flat_map(|group| group.names)
        .copied()
        .collect();
    assert_eq!(listed, known);
    assert_eq!(listed.iter().collect::<BTreeSet<_>>().len(), listed.len());
}
