//! A preview of a change, which every page of the Worker's own says it is.

use one_login_edge::gate::pages::messages::Page;
use serde_json::json;

use crate::world::{Browser, World};

const BANNER: [(&str, &str); 2] = [
    (
        "en",
        "This is a preview for testing. Do not enter personal details.",
    ),
    (
        "cy",
        "Rhagolwg ar gyfer profi yw hwn. Peidiwch â rhoi manylion personol.",
    ),
];

#[test]
fn t140_when_a_page_of_a_preview_is_shown_then_it_says_so_in_its_language() {
    let preview = World::with(|setup| {
        setup.set("DEPLOYMENT", "preview");
        setup.field("aliases", json!([]));
        setup.field("environment", "preview");
        for field in ["issuer", "identity_issuer", "did_url"] {
            setup.field(field, "https://one-login.example.net/");
        }
        setup.field("did_id", "did:web:one-login.example.net");
    });
    let production = World::new();
    for page in Page::ALL {
        for (lang, text) in BANNER {
            let address = format!("/auth/page?name={}&lang={lang}", page.name());
            let body = |world| Browser::new().step(world, &address).body;
            assert_eq!(body(&preview).matches(text).count(), 1, "{address}");
            assert!(!body(&production).contains(text), "{address}");
        }
    }
}
