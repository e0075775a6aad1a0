//! Every line is documented, and none names a person.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use one_login_edge::platform::Event;
use simulator::provider::personas::PERSONAS;

/// Every event, label and outcome that the page lists in one row.
fn documented() -> &'static BTreeSet<String> {
    static ROWS: OnceLock<BTreeSet<String>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let mut all = BTreeSet::new();
        for row in include_str!("../../../docs/logs.md").lines() {
            let cells: Vec<_> = row.split('|').skip(1).take(3).collect();
            let [events, labels, outcomes] = cells[..] else {
                continue;
            };
            let quoted = |cell: &'static str| cell.split('`').skip(1).step_by(2);
            for event in quoted(events) {
                for label in quoted(labels) {
                    all.extend(
                        quoted(outcomes).map(|outcome| format!("{event} {label} {outcome}")),
                    );
                }
            }
        }
        all
    })
}

/// The fault of a line, if it has one.
pub fn judge(event: &Event) -> Option<String> {
    let words = format!("{} {} {}", event.name, event.label, event.outcome.label());
    if !documented().contains(&words) {
        return Some(format!("logs: docs/logs.md has no row for {words}"));
    }
    let line = event.line(&[]);
    let personal = PERSONAS.iter().any(|persona| {
        // Shorter parts of a name are words of other lines too.
        let mut names = persona.name.split([' ', '-']);
        let is_named = names.any(|name| name.len() > 3 && line.contains(name));
        let phone = persona.phone.map_or(persona.email.0, |(phone, _)| phone);
        is_named || line.contains(persona.email.0) || line.contains(phone)
    });
    let secret = ["urn:fdc", "eyJ", "__Host-", "+4477"];
    let told = personal || secret.iter().any(|part| line.contains(part));
    told.then(|| format!("logs: a line names a person or holds a secret: {line}"))
}
