//! The temper of a week: some kinds of events come more often in it, so that events meet which seldom meet otherwise.
//!
//! Source: Groce and others, “Swarm Testing”, ISSTA 2012: runs that differ in their mixture find more than runs of one
//! mixture.

use super::deployment::PEOPLES;
use super::draw::{Draw, INVITING, QUIET, ROUGH};
use super::event::Event;
use super::further::FURTHER;
use crate::world::chance::Chance;

/// How much more often a kind of event comes that the week has a lot of.
const OFTEN: usize = 5;

/// Late answers of a slow week take so many milliseconds at most.
const SLOWEST_MS: i64 = 40_000;

/// A week's temper.
pub struct Temper {
    draws: Vec<(usize, Draw)>,
    place: usize,
    is_slow: bool,
}

impl Temper {
    /// The temper of a calm week or of another, in which services may invite.
    pub fn draw(chance: &mut Chance, calm: bool, invites: bool) -> Self {
        let rough = ROUGH.into_iter().filter(|_| !calm);
        let inviting = INVITING.into_iter().filter(|_| invites);
        let quiet = QUIET.into_iter().chain(FURTHER).chain(inviting);
        let mut draws: Vec<(usize, Draw)> = quiet.chain(rough).collect();
        // Visits come first, and are the most in any week.
        for (weight, _) in &mut draws[1..] {
            if chance.below(5) == 0 {
                *weight *= OFTEN;
            }
        }
        Self {
            draws,
            place: chance.below(PEOPLES),
            is_slow: chance.below(3) == 0,
        }
    }

    /// The next event.
    pub fn event(&self, chance: &mut Chance) -> Event {
        let total: usize = self.draws.iter().map(|(weight, _)| weight).sum();
        let mut drawn = chance.below(total);
        let draw = self.draws.iter().find(|(weight, _)| {
            let found = drawn < *weight;
            drawn = drawn.saturating_sub(*weight);
            found
        });
        let (_, draw) = draw.expect("the weights add up");
        let mut event = draw(chance);
        if let Event::Visit { place, .. }
        | Event::Together { place, .. }
        | Event::Poll { place, .. } = &mut event
            && chance.below(3) == 0
        {
            *place = self.place;
        }
        if let Event::Visit { origin_ms, .. } | Event::Together { origin_ms, .. } = &mut event
            && self.is_slow
            && chance.coin()
        {
            *origin_ms = chance.seconds(SLOWEST_MS);
        }
        event
    }
}
