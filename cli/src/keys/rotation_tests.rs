//! The state machine driven through every step and every refused step, by its clock.

use super::rotation::{
    Position, Refusal, Step, Waits, confirm, next, position, publish, replace, retire,
};
use super::state::{Generation, Kind, Pair, Slot, Source};
use super::when::{HOUR, Time};

const START: Time = Time(1_795_348_800);
const DAY: i64 = 24 * HOUR;

fn key(name: &str, now: Time) -> Generation {
    Generation {
        fingerprint: None,
        kid: Some(name.to_owned()),
        public_jwk: None,
        made_at: now,
        published_at: now,
        active_since: None,
        retire_after: None,
    }
}

fn first() -> Pair {
    let mut key = key("one", START);
    key.active_since = Some(START);
    Pair::first(key, Source::Jwks)
}

fn client() -> Waits {
    Waits::of(Kind::Client, 43_200)
}

#[test]
fn when_a_client_key_is_rotated_then_each_wait_is_one_logins_cache_time() {
    assert_eq!((client().publish, client().retire), (DAY, DAY));
}

#[test]
fn when_a_session_key_retires_then_the_longest_session_and_sign_in_have_ended() {
    assert_eq!(Waits::of(Kind::Session, 43_200).retire, 13 * HOUR);
    assert_eq!(Waits::of(Kind::Session, 604_800).retire, 169 * HOUR);
    assert_eq!(Waits::of(Kind::Session, 60).retire, 5 * HOUR);
}

#[test]
fn when_the_wait_for_removing_a_key_grew_since_it_was_noted_then_the_longer_one_counts() {
    let short = Waits::of(Kind::Session, 43_200);
    let long = Waits::of(Kind::Session, 16 * DAY);
    let mut pair = first();
    publish(&mut pair, Slot::B, key("two", START));
    for (noted, now) in [(short, long), (long, short)] {
        confirm(&mut pair, Slot::B, noted, START);
        let after = START.after(16 * DAY + HOUR);
        assert_eq!(
            position(&pair, Slot::B, now),
            Position::Leaving(Slot::A, after)
        );
    }
}

#[test]
fn rejects_every_step_of_every_rotation_that_is_one_second_early() {
    for kind in [Kind::Client, Kind::Session, Kind::Assertion] {
        let waits = Waits::of(kind, 43_200);
        let mut pair = first();
        let step = |pair: &Pair, named, now, deployed| next(pair, named, waits, now, deployed);
        assert_eq!(
            step(&pair, Slot::A, START, false),
            Ok(Step::Publish(Slot::B))
        );
        publish(&mut pair, Slot::B, key("two", START));

        let safe = START.after(waits.publish);
        let early = Time(safe.0 - 1);
        assert_eq!(
            step(&pair, Slot::A, early, false),
            Err(Refusal::TooEarly(Step::Choose(Slot::B), safe))
        );
        for deployed in [false, true] {
            assert_eq!(
                step(&pair, Slot::B, early, deployed),
                Err(Refusal::ChosenTooEarly(Slot::B, safe))
            );
        }
        assert_eq!(step(&pair, Slot::A, safe, false), Ok(Step::Choose(Slot::B)));
        assert_eq!(
            step(&pair, Slot::B, safe, false),
            Err(Refusal::NotDeployed(Slot::B))
        );
        assert_eq!(step(&pair, Slot::B, safe, true), Ok(Step::Confirm(Slot::B)));
        confirm(&mut pair, Slot::B, waits, safe);
        assert_eq!(pair.active, Slot::B);

        let gone = safe.after(waits.retire);
        assert_eq!(
            step(&pair, Slot::B, Time(gone.0 - 1), false),
            Err(Refusal::TooEarly(Step::Retire(Slot::A), gone))
        );
        assert_eq!(
            step(&pair, Slot::B, gone, false),
            Err(Refusal::NotDeployed(Slot::B))
        );
        assert_eq!(step(&pair, Slot::B, gone, true), Ok(Step::Retire(Slot::A)));
        retire(&mut pair, Slot::A, gone, false);
        assert_eq!(pair.retired[0].kid.as_deref(), Some("one"));
        assert_eq!(pair.retired[0].retired_at, gone);
        // And round again, into the other slot.
        assert_eq!(
            step(&pair, Slot::B, gone, false),
            Ok(Step::Publish(Slot::A))
        );
    }
}

#[test]
fn when_a_rotation_is_taken_back_then_the_wait_for_the_other_key_restarts() {
    let mut pair = first();
    publish(&mut pair, Slot::B, key("two", START));
    confirm(&mut pair, Slot::B, client(), START.after(DAY));
    let later = START.after(DAY + HOUR);
    assert_eq!(
        position(&pair, Slot::A, client()),
        Position::Returning(Slot::A)
    );
    assert_eq!(
        next(&pair, Slot::A, client(), later, false),
        Err(Refusal::NotDeployed(Slot::A))
    );
    assert_eq!(
        next(&pair, Slot::A, client(), later, true),
        Ok(Step::Confirm(Slot::A))
    );
    confirm(&mut pair, Slot::A, client(), later);
    assert_eq!(pair.generations[&Slot::A].retire_after, None);
    assert_eq!(
        next(&pair, Slot::A, client(), later, false),
        Err(Refusal::TooEarly(Step::Retire(Slot::B), later.after(DAY)))
    );
}

#[test]
fn rejects_a_slot_without_a_key_at_the_confirmation() {
    let pair = first();
    for deployed in [false, true] {
        assert_eq!(
            next(&pair, Slot::B, client(), START.after(99 * DAY), deployed),
            Err(Refusal::Empty(Slot::B))
        );
    }
}

#[test]
fn rejects_the_rotation_of_a_fixed_key_at_any_time() {
    let mut pair = first();
    pair.source = Source::Static;
    for named in [Slot::A, Slot::B] {
        assert_eq!(
            next(&pair, named, client(), START.after(99 * DAY), true),
            Err(Refusal::Fixed)
        );
    }
}

#[test]
fn rejects_a_rotation_step_when_the_clock_ran_backwards() {
    let mut pair = first();
    publish(&mut pair, Slot::B, key("two", START));
    let past = Time(START.0 - 99 * DAY);
    assert!(matches!(
        next(&pair, Slot::A, client(), past, false),
        Err(Refusal::TooEarly(..))
    ));
    confirm(&mut pair, Slot::B, client(), START.after(DAY));
    assert!(matches!(
        next(&pair, Slot::B, client(), past, false),
        Err(Refusal::TooEarly(..))
    ));
}

#[test]
fn when_an_emergency_replaces_a_key_then_every_old_key_goes_at_once() {
    let mut pair = first();
    publish(&mut pair, Slot::B, key("two", START));
    let now = START.after(60);
    replace(&mut pair, key("three", now), now);
    assert_eq!(pair.active, Slot::A);
    assert_eq!(pair.generations.keys().collect::<Vec<_>>(), [&Slot::A]);
    assert_eq!(pair.active_key().unwrap().kid.as_deref(), Some("three"));
    assert_eq!(pair.active_key().unwrap().active_since, Some(now));
    let gone: Vec<_> = pair.retired.iter().map(|key| key.kid.as_deref()).collect();
    assert_eq!(gone, [Some("one"), Some("two")]);
    assert!(
        pair.retired
            .iter()
            .all(|key| key.emergency && key.retired_at == now)
    );
    assert_eq!(
        next(&pair, Slot::A, client(), now, false),
        Ok(Step::Publish(Slot::B))
    );
}
