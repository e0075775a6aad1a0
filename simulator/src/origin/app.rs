//! The state of the demo service.

use std::sync::Arc;

use crate::origin::closing::Closing;
use crate::origin::verify::Verifier;
use crate::origin::wire::Recorder;

/// The state that every handler may use.
#[derive(Debug)]
pub struct App {
    /// The one judge of assertions.
    pub verifier: Verifier,
    /// The way to end a person's sessions.
    pub closing: Closing,
    /// The requests that reached this service.
    pub recorder: Arc<Recorder>,
}
