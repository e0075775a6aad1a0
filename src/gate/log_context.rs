//! The rule and the trace of a request, for its log lines, and the sign-in that it is part of.
//!
//! Source: W3C Trace Context section 3.2 (`traceparent`).

use crate::config::Service;
use crate::gate::http::request::Request;

/// The values. Each is an empty text where it is not known.
#[derive(Clone, Debug, Default)]
pub struct LogContext {
    /// The pattern of the rule as it is configured, never the path.
    pub route: String,
    /// The caller's trace id.
    pub trace: String,
    /// The hash of a person, for one day.
    pub person: String,
    /// The level of the sign-in that comes back.
    pub level: &'static str,
    /// How long it has taken, in seconds; 0 where it is not known.
    pub seconds: u32,
}

impl LogContext {
    /// The values of a request.
    #[must_use]
    pub fn request(service: &Service, request: &Request) -> Self {
        let parent = request.headers.get("traceparent");
        Self {
            route: route(service, request).unwrap_or_default(),
            trace: parent.and_then(trace_id).unwrap_or_default().to_owned(),
            ..Self::default()
        }
    }
}

/// The pattern that a request's path meets; that of the edge's own pages is their prefix.
fn route(service: &Service, request: &Request) -> Option<String> {
    let address = request.address()?;
    let path = service.path(address.path).ok()?;
    let rest = path.text.strip_prefix(&service.own_path);
    Some(if path.text == service.redirect_path {
        path.text
    } else if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
        format!("{}/*", service.own_path)
    } else {
        service.rules.find(&path).pattern.clone()
    })
}

/// The trace id of a `traceparent`, if that is one.
///
/// The header itself goes on to the origin as it came, whatever is in it.
#[must_use]
pub fn trace_id(parent: &str) -> Option<&str> {
    let is_hex = |text: &str, length: usize| {
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        text.len() == length && text.bytes().all(digit)
    };
    let is_zero = |text: &str| text.bytes().all(|byte| byte == b'0');
    let mut parts = parent.split('-');
    let (version, trace) = (parts.next()?, parts.next()?);
    let (span, flags) = (parts.next()?, parts.next()?);
    let well_formed =
        is_hex(version, 2) && is_hex(trace, 32) && is_hex(span, 16) && is_hex(flags, 2);
    // Later versions may have more parts, and `ff` is not allowed.
    let known = version != "ff" && (version != "00" || parts.next().is_none());
    (well_formed && known && !is_zero(trace) && !is_zero(span)).then_some(trace)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[test]
    fn rejects_a_trace_id_of_a_malformed_traceparent() {
        let good = format!("00-{TRACE}-00f067aa0ba902b7-01");
        assert_eq!(trace_id(&good), Some(TRACE));
        let later = format!("01-{TRACE}-00f067aa0ba902b7-01-more");
        assert_eq!(trace_id(&later), Some(TRACE));
        for bad in [
            String::new(),
            TRACE.to_owned(),
            good.to_uppercase(),
            good.replace("00-4", "ff-4"),
            good.replace(TRACE, &"0".repeat(32)),
            good.replace("00f067aa0ba902b7", &"0".repeat(16)),
            good.replace("-01", ""),
            good.replace("-01", "-1"),
            format!("{good}-more"),
            format!("{good}, {good}"),
            good.replace(TRACE, "kenneth@example.com............."),
        ] {
            assert_eq!(trace_id(&bad), None, "{bad}");
        }
    }
}
