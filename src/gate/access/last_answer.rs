//! How long ago the account last said that a session is alive, from the cookie and from this isolate's memory.

use crate::gate::context::Context;
use crate::platform::Platform;
use crate::session::session::Session;

/// The session with the account's last word that is known here, which may be newer than its
/// cookie. Ignore a check time in the future: we cannot tell which clock was wrong.
pub fn informed<P: Platform>(context: &Context<P>, mut session: Session) -> Session {
    if session.checked_at > context.now {
        session.checked_at = 0;
    }
    let here = context.isolate.revocations.checked_at(&session.id);
    session.checked_at = session.checked_at.max(here);
    session
}

/// Whether the account's last word on the session is recent enough to rely on.
pub fn is_certain<P: Platform>(context: &Context<P>, session: &Session) -> bool {
    let age = context.now - session.checked_at;
    (0..context.service.revocation.check).contains(&age)
        && !context.isolate.revocations.has_ended(&session.id)
}
