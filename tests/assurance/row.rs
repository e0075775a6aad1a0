//! One row of the threat table.

/// One row.
pub struct Row {
    /// Its number, by which tests name it.
    pub number: u32,
    /// The threat or fault.
    pub what: &'static str,
    /// The part of the threat that only exists at Cloudflare's edge, and why no test here covers it.
    pub edge: Option<(&'static str, &'static str)>,
}

/// A row that tests here cover.
pub const fn row(number: u32, what: &'static str) -> Row {
    Row {
        number,
        what,
        edge: None,
    }
}

/// A row with a part that no test here covers.
pub const fn partly(
    number: u32,
    what: &'static str,
    edge: &'static str,
    reason: &'static str,
) -> Row {
    Row {
        number,
        what,
        edge: Some((edge, reason)),
    }
}
