//! The table of `docs/logs.md`: whatever is logged in any test has to stand there.

use one_login_edge::platform::Event;

/// Whether a row names the event with its label and outcome.
pub fn is_documented(event: &Event) -> bool {
    let quoted = |word: &str| format!("`{word}`");
    let words = [event.name, event.label, event.outcome.label()].map(quoted);
    include_str!("../../docs/logs.md").lines().any(|row| {
        let mut cells = row.split('|').skip(1);
        words
            .iter()
            .all(|word| cells.next().is_some_and(|cell| cell.contains(word)))
    })
}
