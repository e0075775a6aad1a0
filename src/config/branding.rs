//! How a service's pages look and where they lead.

use crate::config::locale::Localised;

/// The owner of the pages' appearance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// GOV.UK's, with its crown and typeface, which are only for services on its domain.
    GovUk,
    /// The same components without crown, typeface and colours of GOV.UK.
    Plain,
}

/// Under which banner a service runs that is not live yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Alpha.
    Alpha,
    /// Beta.
    Beta,
}

/// The pages' appearance and links, beyond the service's name. Every address is a path of the service's host or
/// begins with `https://`; whether anything is there is not known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branding {
    /// The owner of the appearance.
    pub theme: Theme,
    /// Where the service's name leads.
    pub home: Localised,
    /// The phase, for a service that is not live yet.
    pub phase: Option<Phase>,
    /// Where people can say what they think of a new service.
    pub feedback: Option<Localised>,
    /// Where help is; may be an e-mail address as `mailto:`.
    pub contact: Option<Localised>,
    /// The service's page about cookies.
    pub cookies: Option<Localised>,
}
