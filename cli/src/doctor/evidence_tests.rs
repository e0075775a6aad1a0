//! The evidence pack, kept as a file, and that nothing in it is invented.

use super::diagnose;
use super::evidence::{Sources, pack};
use super::output_tests::snapshot;
use super::scene_tests::{Checkout, Healthy, NOW};
use super::subject::Subject;
use super::web::Asked;
use crate::keys::when::Time;
use std::path::Path;

fn packed(subject: &Subject, web: &Healthy, reports: &Path) -> String {
    let rows = diagnose(subject, web).unwrap();
    pack(
        subject,
        &Sources {
            rows: &rows,
            now: Time(NOW),
            reports,
        },
    )
}

#[test]
fn when_the_service_is_healthy_then_the_pack_matches_its_snapshot() {
    let checkout = Checkout::new();
    let text = packed(&checkout.subject(), &Healthy::new(), Path::new("/nowhere"));
    snapshot("evidence.md", &text);
}

#[test]
fn when_the_configuration_changes_then_the_processing_table_follows() {
    let checkout = Checkout::new();
    checkout.edit(
        "scopes = [\"openid\", \"email\"]",
        "scopes = [\"openid\", \"email\", \"phone\"]",
    );
    checkout.edit(
        "release = [\"email\"] }",
        "release = [\"email\"] },\n{ path = \"/call\", release = [\"phone\"] }",
    );
    checkout.edit(
        "ACCOUNT_JURISDICTION = \"eu\"",
        "ACCOUNT_JURISDICTION = \"none\"",
    );
    checkout.edit("client_id = \"demo-client\"", "client_id = \"demo-client\"\nrevocation_check_seconds = 30\nsession_absolute_seconds = 7200");
    let text = packed(&checkout.subject(), &Healthy::new(), Path::new("/nowhere"));
    let row = |start: &str| {
        text.lines()
            .find(|line| line.starts_with(start))
            .unwrap_or_else(|| panic!("{start}"))
    };
    assert!(
        row("| e-mail").contains("| `/account/*` |") && row("| e-mail").contains("| 2 hours |")
    );
    assert!(row("| telephone").contains("| `/call` |"));
    assert!(row("| ids and times").contains("in any country"));
    assert!(text.contains("dead within 90 seconds: 30 seconds until"));
    assert!(!text.contains("wallet"));
}

#[test]
fn when_tests_ran_and_a_probe_fails_then_the_pack_holds_counts_and_error() {
    let checkout = Checkout::new();
    checkout.write("test/workerd.tap", "# pass 41\n# fail 0\n");
    let mut web = Healthy::new();
    web.at(Asked::Origin).status = 200;
    let text = packed(&checkout.subject(), &web, &checkout.path("test"));
    assert!(text.contains("| the built Worker in Cloudflare's runtime | 41 | 0 |"));
    assert!(text.contains("| error | status 200 Anybody who finds the origin's address"));
    assert!(!text.contains("There is no report"));
}

#[test]
fn when_the_configuration_closes_the_service_then_the_pack_holds_its_faults() {
    let checkout = Checkout::new();
    checkout.edit("scopes = [\"openid\", \"email\"]", "scopes = [\"email\"]");
    let text = packed(&checkout.subject(), &Healthy::new(), Path::new("/nowhere"));
    assert!(text.contains("| configuration |") && !text.contains("## Personal data"));
}
