//! The service ends a person's sessions, and may keep the person out for a time.
//!
//! The account does what it does for a notification of the provider, so that the sessions are over within the same bound.

use crate::gate::accounts;
use crate::gate::context::Context;
use crate::gate::delivery::NotTaken;
use crate::gate::http::reply::Reply;
use crate::gate::pages::failure::Failure;
use crate::oidc::json::Object;
use crate::oidc::refusal::Refusal;
use crate::oidc::service_token::ServiceToken;
use crate::platform::Platform;

/// The `typ` of the token.
pub const TYPE: &str = "end-sessions+jwt";

/// The longest time for which a person is kept out, in seconds.
const LONGEST_BLOCK: i64 = 366 * 86_400;

/// Ends the sessions.
///
/// # Errors
/// [`NotTaken`]: why not.
pub async fn end<P: Platform>(
    context: &Context<P>,
    token: &ServiceToken,
    claims: &Object,
) -> Result<Reply, NotTaken> {
    let block_until = claims.seconds("block_until").map_err(Refusal::from)?;
    if block_until.is_some_and(|until| until > context.now + LONGEST_BLOCK) {
        return Err(NotTaken::Refused("block_too_long"));
    }
    let told = context.logging_person(&token.subject);
    match accounts::end_by_service(context, token, block_until).await {
        Ok(false) => Err(NotTaken::NotYet("too_many_messages")),
        Ok(true) => {
            told.log_done(
                "sessions_ended",
                match block_until {
                    None => "by_service",
                    Some(until) if until > context.now => "blocked",
                    Some(_) => "unblocked",
                },
            );
            Ok(Reply::new(200))
        }
        Err(outage) => Err(NotTaken::Outage(Failure::Account(outage).outcome().label)),
    }
}
