//! One step of the set-up.

use anyhow::Result;
use shell::places::Places;
use shell::progress::Progress;

/// The finding of a step's check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// There is nothing to do.
    Done,
    /// Another way was taken, so this one does not matter.
    NotNeeded,
    /// The action must run.
    Missing,
}

/// One thing that must be present.
pub trait Step {
    /// The thing that the step brings, in a few words, with the time it takes when that is long.
    fn name(&self) -> String;
    /// Whether it is present; fast.
    fn check(&self, places: &Places) -> Result<State>;
    /// Makes it present. An action may give up without an error where a later step is the other way.
    fn act(&self, places: &Places, progress: &Progress) -> Result<()>;
    /// The command to type where the action failed.
    fn by_hand(&self, places: &Places) -> String;
}
