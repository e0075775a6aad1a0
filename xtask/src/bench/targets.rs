//! The comparisons that the benchmark makes, and their targets.

/// The target for a measured value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
    /// No further from 1 than this.
    Within(f64),
    /// Nothing: it is there to be known.
    None,
}

impl Target {
    /// Whether a value is what is wanted.
    pub fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtMost(most) => value <= most,
            Self::AtLeast(least) => value >= least,
            Self::Within(distance) => (value - 1.0).abs() <= distance,
            Self::None => true,
        }
    }
}

/// The most that may be uploaded, in bytes after gzip.
pub const UPLOAD_LIMIT: u64 = 300 * 1024;

/// The most WebAssembly that a first request should instantiate, in bytes after gzip.
pub const INSTANTIATED_LIMIT: u64 = 100 * 1024;

/// The most memory after many requests, in shares of the peer's.
pub const MEMORY_LIMIT: f64 = 1.0;

/// A comparison of the costs that two cases add over the zero line: name in JSON, name for people, case, other case,
/// target.
pub type Added = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Target,
);

/// Everything that is held against something else in this way, in the order in which it is shown. The limit is a Worker that
/// makes every call of the platform which an answer needs, and decides nothing: it says which targets are in reach.
pub const ADDED: [Added; 28] = [
    (
        "signed_in",
        "signed-in request, answer re-wrapped",
        "signed_in",
        "peer_signed_in",
        Target::AtMost(0.35),
    ),
    (
        "signed_in_untouched",
        "signed-in request, answer untouched",
        "signed_in_untouched",
        "peer_signed_in_untouched",
        Target::AtMost(0.3),
    ),
    (
        "signed_in_over_floor",
        "signed-in over the platform's calls, re-wrapped",
        "signed_in",
        "floor_rewrapped",
        Target::AtMost(1.25),
    ),
    (
        "signed_in_untouched_over_floor",
        "signed-in over the platform's calls, untouched",
        "signed_in_untouched",
        "floor",
        Target::AtMost(1.25),
    ),
    (
        "public",
        "public path, over the peer's signed-in request",
        "public",
        "peer_signed_in",
        Target::AtMost(0.08),
    ),
    (
        "sign_in_start",
        "sign-in start",
        "sign_in_start",
        "peer_sign_in_start",
        Target::AtMost(1.0),
    ),
    (
        "callback",
        "callback",
        "callback",
        "peer_callback",
        Target::AtMost(0.8),
    ),
    (
        "notification",
        "back-channel logout notification",
        "notification",
        "peer_notification",
        Target::AtMost(0.7),
    ),
    (
        "routes_1",
        "signed-in request: 1 route over 10",
        "signed_in_routes_1",
        "signed_in_flat",
        Target::Within(0.1),
    ),
    (
        "routes_40",
        "signed-in request: 40 routes over 10",
        "signed_in_routes_40",
        "signed_in_flat",
        Target::Within(0.1),
    ),
    (
        "services_5",
        "signed-in request: 5 services over 1",
        "signed_in_services_5",
        "signed_in_flat",
        Target::Within(0.1),
    ),
    (
        "services_20",
        "signed-in request: 20 services over 1",
        "signed_in_services_20",
        "signed_in_flat",
        Target::Within(0.1),
    ),
    (
        "lease_due",
        "signed-in request, account asked",
        "lease",
        "peer_lease",
        Target::AtMost(0.7),
    ),
    (
        "public_like_for_like",
        "public path, over the peer's public path",
        "public",
        "peer_public",
        Target::None,
    ),
    (
        "callback_first",
        "callback of a person who is new",
        "callback_first",
        "peer_callback_first",
        Target::None,
    ),
    (
        "callback_over_stateless",
        "callback, over a peer that records nothing",
        "callback",
        "peer_stateless_callback",
        Target::None,
    ),
    (
        "notification_over_check",
        "notification, over a peer's check alone",
        "notification",
        "peer_stateless_notification",
        Target::None,
    ),
    (
        "floor",
        "the platform's calls alone, answer untouched",
        "floor",
        "peer_signed_in_untouched",
        Target::None,
    ),
    (
        "floor_rewrapped",
        "the platform's calls alone, answer re-wrapped",
        "floor_rewrapped",
        "peer_signed_in",
        Target::None,
    ),
    (
        "limit_signed_in",
        "limit: signed-in, re-wrapped, over the peer",
        "limit_signed_in",
        "peer_signed_in",
        Target::None,
    ),
    (
        "limit_signed_in_untouched",
        "limit: signed-in, untouched, over the peer",
        "limit_signed_in_untouched",
        "peer_signed_in_untouched",
        Target::None,
    ),
    (
        "limit_signed_in_over_floor",
        "limit: re-wrapped, over the platform's calls",
        "limit_signed_in",
        "floor_rewrapped",
        Target::None,
    ),
    (
        "limit_signed_in_untouched_over_floor",
        "limit: untouched, over the platform's calls",
        "limit_signed_in_untouched",
        "floor",
        Target::None,
    ),
    (
        "limit_public",
        "limit: public, over the peer's signed-in request",
        "limit_public",
        "peer_signed_in",
        Target::None,
    ),
    (
        "limit_sign_in_start",
        "limit: sign-in start, over the peer",
        "limit_sign_in_start",
        "peer_sign_in_start",
        Target::None,
    ),
    (
        "limit_callback",
        "limit: callback, over the peer",
        "limit_callback",
        "peer_callback",
        Target::None,
    ),
    (
        "limit_notification",
        "limit: notification, over the peer",
        "limit_notification",
        "peer_notification",
        Target::None,
    ),
    (
        "limit_lease",
        "limit: account asked, over the peer",
        "limit_lease",
        "peer_lease",
        Target::None,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_target_is_flat_then_neither_dearer_nor_cheaper_meets_it() {
        assert!(Target::Within(0.1).is_met(0.95) && Target::Within(0.1).is_met(1.09));
        assert!(!Target::Within(0.1).is_met(0.85) && !Target::Within(0.1).is_met(1.2));
    }
}
