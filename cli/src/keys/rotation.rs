//! The rotation of a key over its two slots, as a pure state machine: no clock, no file, no network.
//!
//! The Worker publishes the next key, later uses it, and later still drops the old one. The next step follows from the
//! committed file, from the slot that `wrangler.toml` names, from the time, and from which key the deployment uses.
//!
//! Source: `provider.md` 1.7 (One Login keeps a client's key for 24 hours by its id).

use crate::keys::state::{Generation, Kind, Pair, Retired, Slot, Source};
use crate::keys::when::{HOUR, Time};

/// How long the steps are apart, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    /// From publishing a key to using it.
    pub publish: i64,
    /// From using its successor to removing it.
    pub retire: i64,
}

/// How long One Login may keep what it read of a client's keys.
const PROVIDER_CACHE: i64 = 24 * HOUR;

/// How long the sign-in that takes longest may be under way: an identity check.
const LONGEST_SIGN_IN: i64 = 4 * HOUR;

impl Waits {
    /// The waits of a kind of key; `longest_seal` is how long a seal of the session key may be of use, in seconds.
    ///
    /// Services are told to keep the assertion's keys for five minutes, and secrets reach all of Cloudflare within
    /// minutes; an hour leaves room for both.
    pub fn of(kind: Kind, longest_seal: i64) -> Self {
        match kind {
            Kind::Client => Self {
                publish: PROVIDER_CACHE,
                retire: PROVIDER_CACHE,
            },
            Kind::Assertion => Self {
                publish: HOUR,
                retire: HOUR,
            },
            Kind::Session => Self {
                publish: HOUR,
                retire: longest_seal.max(LONGEST_SIGN_IN) + HOUR,
            },
        }
    }
}

/// The progress of a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// One key, in use.
    Alone,
    /// The other slot holds the next key, which may be used from this time.
    Published(Slot, Time),
    /// `wrangler.toml` names the next key, which may be used from this time; whether it is deployed is not known.
    Chosen(Slot, Time),
    /// The other slot holds the old key, which may be removed from this time.
    Leaving(Slot, Time),
    /// `wrangler.toml` names the old key again.
    Returning(Slot),
    /// `wrangler.toml` names a slot that holds no key.
    Empty(Slot),
}

/// The next step of a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Make a key and hand it to Cloudflare in this slot.
    Publish(Slot),
    /// Name this slot in `wrangler.toml`.
    Choose(Slot),
    /// Note that the deployment uses this slot.
    Confirm(Slot),
    /// Remove the key in this slot.
    Retire(Slot),
}

/// Why nothing may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The step is safe from this time on.
    TooEarly(Step, Time),
    /// `wrangler.toml` names the next key before this time, from when it is safe.
    ChosenTooEarly(Slot, Time),
    /// `wrangler.toml` names this slot, and the deployment does not use it yet.
    NotDeployed(Slot),
    /// `wrangler.toml` names a slot that holds no key.
    Empty(Slot),
    /// One Login has a fixed key and would refuse what another one signs.
    Fixed,
}

/// The progress of the rotation, when `wrangler.toml` names the slot `configured`.
pub fn position(pair: &Pair, configured: Slot, waits: Waits) -> Position {
    let slot = pair.active.other();
    let chosen = configured == slot;
    let Some(other) = pair.generations.get(&slot) else {
        return if chosen {
            Position::Empty(slot)
        } else {
            Position::Alone
        };
    };
    match (other.active_since, chosen) {
        (None, false) => Position::Published(slot, other.published_at.after(waits.publish)),
        (None, true) => Position::Chosen(slot, other.published_at.after(waits.publish)),
        (Some(_), false) => Position::Leaving(slot, leaves(pair, other, waits)),
        (Some(_), true) => Position::Returning(slot),
    }
}

/// From when a key that was replaced may be removed. The wait may have grown since it was noted, by a longer limit or by a
/// route that asks for an identity.
pub fn leaves(pair: &Pair, old: &Generation, waits: Waits) -> Time {
    let replaced = pair.active_key().and_then(|key| key.active_since);
    let least = replaced.unwrap_or(old.published_at).after(waits.retire);
    old.retire_after.map_or(least, |noted| noted.max(least))
}

/// The next step; `deployed` says that the deployment was seen to use the slot that `wrangler.toml` names.
///
/// # Errors
/// [`Refusal`].
pub fn next(
    pair: &Pair,
    configured: Slot,
    waits: Waits,
    now: Time,
    deployed: bool,
) -> Result<Step, Refusal> {
    let due = |step, from| match now >= from {
        true => Ok(step),
        false => Err(Refusal::TooEarly(step, from)),
    };
    if pair.source == Source::Static {
        return Err(Refusal::Fixed);
    }
    match position(pair, configured, waits) {
        Position::Alone => Ok(Step::Publish(pair.active.other())),
        Position::Published(slot, from) => due(Step::Choose(slot), from),
        Position::Chosen(slot, from) if now < from => Err(Refusal::ChosenTooEarly(slot, from)),
        Position::Chosen(slot, _) | Position::Returning(slot) => match deployed {
            true => Ok(Step::Confirm(slot)),
            false => Err(Refusal::NotDeployed(slot)),
        },
        Position::Leaving(slot, after) => match due(Step::Retire(slot), after) {
            // A person may have rolled back to an earlier deployment.
            Ok(_) if !deployed => Err(Refusal::NotDeployed(pair.active)),
            answer => answer,
        },
        Position::Empty(slot) => Err(Refusal::Empty(slot)),
    }
}

/// Notes that Cloudflare has the next key.
pub fn publish(pair: &mut Pair, slot: Slot, key: Generation) {
    pair.generations.insert(slot, key);
}

/// Notes that a slot is in use from now on, and when the other may go.
pub fn confirm(pair: &mut Pair, slot: Slot, waits: Waits, now: Time) {
    if let Some(old) = pair.generations.get_mut(&slot.other()) {
        old.retire_after = Some(now.after(waits.retire));
    }
    if let Some(new) = pair.generations.get_mut(&slot) {
        new.active_since = Some(now);
        new.retire_after = None;
    }
    pair.active = slot;
}

/// Notes that the key in a slot is gone.
pub fn retire(pair: &mut Pair, slot: Slot, now: Time, emergency: bool) {
    if let Some(key) = pair.generations.remove(&slot) {
        pair.retired.push(Retired {
            kid: key.kid,
            made_at: key.made_at,
            retired_at: now,
            emergency,
        });
    }
}

/// Notes that every key is gone and that the active slot holds a new one, in use from now on.
pub fn replace(pair: &mut Pair, mut key: Generation, now: Time) {
    retire(pair, pair.active, now, true);
    retire(pair, pair.active.other(), now, true);
    key.active_since = Some(now);
    pair.generations.insert(pair.active, key);
}
