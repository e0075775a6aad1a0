//! A fixed body of which parts can be asked for.

/// The length of the body.
pub const LENGTH: usize = 100_000;

/// The body: every byte follows from its position, so that a test can check any part.
pub fn body() -> Vec<u8> {
    (0..LENGTH).map(|position| (position % 251) as u8).collect()
}

/// The part that a `Range` header asks for.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    /// Everything: no header, or one that need not be understood.
    All,
    /// The bytes from the first to the last position, both included.
    Part(usize, usize),
    /// Nothing that exists.
    Nothing,
}

/// Reads a `Range` header with one range of bytes.
pub fn asked(header: Option<&str>) -> Asked {
    let Some((first, last)) = header
        .and_then(|h| h.strip_prefix("bytes="))
        .and_then(|r| r.split_once('-'))
    else {
        return Asked::All;
    };
    match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) if first > last => Asked::All,
        (Ok(first), _) if first >= LENGTH => Asked::Nothing,
        (Ok(first), Ok(last)) => Asked::Part(first, last.min(LENGTH - 1)),
        (Ok(first), Err(_)) if last.is_empty() => Asked::Part(first, LENGTH - 1),
        (Err(_), Ok(0)) if first.is_empty() => Asked::Nothing,
        (Err(_), Ok(count)) if first.is_empty() => {
            Asked::Part(LENGTH.saturating_sub(count), LENGTH - 1)
        }
        _ => Asked::All,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_range_is_asked_for_then_all_a_part_or_nothing_is_sent() {
        let cases = [
            (None, Asked::All),
            (Some("lines=1-2"), Asked::All),
            (Some("bytes=5-2"), Asked::All),
            (Some("bytes=0-0,2-3"), Asked::All),
            (Some("bytes=0-9"), Asked::Part(0, 9)),
            (Some("bytes=99990-"), Asked::Part(99_990, 99_999)),
            (Some("bytes=99990-200000"), Asked::Part(99_990, 99_999)),
            (Some("bytes=-10"), Asked::Part(99_990, 99_999)),
            (Some("bytes=100000-"), Asked::Nothing),
            (Some("bytes=-0"), Asked::Nothing),
        ];
        for (header, expected) in cases {
            assert_eq!(asked(header), expected, "{header:?}");
        }
    }
}
