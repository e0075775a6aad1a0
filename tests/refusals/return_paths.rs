//! Hundreds of ways to write another host's address into a return path, each through a whole sign-in.
//! They are generated from beginnings, separators, and spellings of a host.

use url::Url;

use crate::world::{Browser, SERVICE, World};

const BEGINNINGS: [&str; 14] = [
    "",
    "/",
    "//",
    "///",
    "\\",
    "\\\\",
    "/\\",
    "\\/",
    "https:",
    "https:/",
    "https://",
    "HTTPS:\\\\",
    "javascript://",
    "/./",
];

const BETWEEN: [&str; 9] = [
    "",
    "\t",
    "\n",
    "%09",
    "\u{a0}",
    "licence.example.gov.uk@",
    "licence.example.gov.uk\\@",
    "..//",
    "%2e%2e//",
];

const HOSTS: [&str; 4] = [
    "evil.example",
    "evil.example/licence.example.gov.uk",
    "evil.example%2f..",
    "2130706433",
];

#[test]
fn t32_when_a_return_path_names_another_host_then_the_sign_in_ends_at_the_service() {
    let here = Url::parse(SERVICE).unwrap();
    let world = World::new();
    let mut tried = 0;
    for beginning in BEGINNINGS {
        for between in BETWEEN {
            for host in HOSTS {
                let wanted = format!("{beginning}{between}{host}");
                let query: String =
                    url::form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
                let mut browser = Browser::new();
                let start =
                    browser.step(&world, &format!("{SERVICE}/auth/sign-in?return_to={query}"));
                let back = browser.step(&world, start.location());
                let shown = browser.step(&world, back.location());
                assert_eq!(
                    shown.status,
                    303,
                    "{wanted:?} {:?}",
                    world.happened().lines()
                );
                assert!(browser.has_session());
                // Where a browser would go, by the rules of browsers.
                let location = shown.location();
                assert!(
                    location.starts_with('/') && !location.starts_with("//"),
                    "{wanted:?}: {location}"
                );
                let there = here.join(location).unwrap();
                assert_eq!(there.origin(), here.origin(), "{wanted:?}: {location}");
                let plain = location
                    .bytes()
                    .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
                assert!(plain, "{wanted:?}: {location}");
                world.forget();
                tried += 1;
            }
        }
    }
    assert!(tried > 500, "{tried}");
}

#[test]
fn t73_t116_when_a_return_path_is_an_own_page_in_another_spelling_then_it_leads_to_the_front_page()
{
    let world = World::new();
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    for own in [
        "/auth/sign-out?everywhere",
        "/%61uth/sign-out?everywhere",
        "/a%75th/sign-out",
        "/%2561uth/sign-out",
        "/AUTH/sign-out",
        "/%41UTH/sign-out",
        "/auth%2Fsign-out",
        "/auth./sign-out",
        "/x/../auth/sign-out",
        "/%2e/auth/sign-out",
        "/auth/callback?code=a&state=b",
    ] {
        let query: String = url::form_urlencoded::byte_serialize(own.as_bytes()).collect();
        let shown = browser.step(&world, &format!("/auth/sign-in?return_to={query}"));
        assert_eq!((shown.status, shown.location()), (303, "/"), "{own}");
        let page = format!("/auth/page?name=session-ended&return_to={query}");
        let link = browser.step(&world, &page);
        let link = link.link().unwrap().replace("&amp;", "&");
        assert_eq!(link, "/auth/sign-in?return_to=%2F", "{own}");
    }
    assert!(browser.has_session());
}
