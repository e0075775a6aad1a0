//! References to identity claims: made for an assertion, and opened when the service hands one back.

use crate::config::Release;
use crate::gate::access::statement::LIFETIME;
use crate::gate::context::Context;
use crate::platform::Platform;
use crate::session::claims_reference::ClaimsReference;
use crate::session::seal::Purpose;
use crate::session::session::Session;

/// A reference to the claims of a session that a route releases, where the service may fetch them.
pub fn refer<P: Platform>(
    context: &Context<P>,
    session: &Session,
    release: Release,
) -> Option<String> {
    let service = &context.service;
    let held = session.identity.as_ref();
    let held = held.filter(|_| service.claims_by_reference)?;
    let reference = ClaimsReference {
        id: context.random(),
        session: session.id,
        key: held.key.clone(),
        released: release.identity,
        until: context.now + LIFETIME,
    };
    let ring = context.isolate.config.ring.as_ref()?;
    Some(ring.seal(
        Purpose::Reference,
        &service.binding,
        context.random(),
        &reference.to_bytes(),
    ))
}

/// The reference in a text, if this service's Worker sealed it. Whether its time has come is not asked.
pub fn opened<P: Platform>(context: &Context<P>, sealed: &str) -> Option<ClaimsReference> {
    let ring = context.isolate.config.ring.as_ref()?;
    let bytes = ring.open(Purpose::Reference, &context.service.binding, sealed)?;
    ClaimsReference::from_bytes(&bytes)
}
