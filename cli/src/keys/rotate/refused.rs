//! Why a step is refused, in words: what is wrong, from when it is safe, what to do.

use super::Turn;
use crate::keys::deployment::Deployment;
use crate::keys::rotation::{Refusal, Step};
use crate::keys::scene::Scene;
use crate::keys::state::Kind;
use shell::terminal::headed;

impl Turn {
    /// The message for a refusal: a headline and a paragraph.
    pub fn refuse(&self, scene: &Scene<'_>, refusal: Refusal) -> String {
        let variable = Deployment::variable(self.kind);
        match refusal {
            Refusal::TooEarly(Step::Retire(slot), from) => {
                let reason = match self.kind {
                    Kind::Client => {
                        "people may be on their way with what it signed, and a way back needs it"
                    }
                    Kind::Assertion => {
                        "what it signed may still be under way, and a way back needs it"
                    }
                    Kind::Session if scene.deployment.proves_identities() => {
                        "sessions that it sealed would end, and people who are away to prove their identity would not \
                         get back to where they were"
                    }
                    Kind::Session => "sessions that it sealed would end",
                };
                headed(
                    "too early to remove the old key",
                    &format!(
                        "{} may go from {}. Until then {reason}.",
                        scene.deployment.secret(self.kind, slot),
                        from.seen_from(scene.now)
                    ),
                )
            }
            Refusal::TooEarly(_, from) => headed(
                "too early to use the next key",
                &format!("{} That is from {}.", self.why(), from.seen_from(scene.now)),
            ),
            Refusal::ChosenTooEarly(slot, from) => headed(
                "wrangler.toml names the next key too early",
                &format!(
                    "{variable} says {slot}, which is safe from {}. Change it back to {} and, if it was deployed, \
                     deploy again. {}",
                    from.seen_from(scene.now),
                    slot.other(),
                    self.why()
                ),
            ),
            Refusal::NotDeployed(slot) => headed(
                "the deployment does not use the key that wrangler.toml names",
                &format!(
                    "{variable} in wrangler.toml says {slot}; {} says otherwise. Deploy with `npx wrangler deploy --env {}`, \
                     wait a minute and try again.",
                    scene.deployment.page("health"),
                    scene.deployment.environment
                ),
            ),
            Refusal::Empty(slot) => headed(
                "wrangler.toml names a slot without a key",
                &format!(
                    "{variable} says {slot}, but {} knows no key there. Change it to {}; a rotation names {slot} \
                     when it is safe.",
                    scene.store.name(self.kind),
                    slot.other()
                ),
            ),
            Refusal::Fixed => format!(
                "{}\n\n{}",
                headed(
                    "One Login has a fixed key of this client",
                    "It would refuse whatever another key signs. Move the client to the Worker's key set first:",
                ),
                scene.line("to-jwks", "")
            ),
        }
    }
}
