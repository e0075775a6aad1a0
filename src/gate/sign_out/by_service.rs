//! The service ends a person's sessions, and may keep the person out for a time.
//!
//! The account does what it does for a notification of the provider, so that the sessions are over within the same bound.

use serde_json::json;

use crate::gate::accounts;
use crate::gate::context::Context;
use crate::gate::delivery::{self, NotTaken};
use crate::gate::http::reply::Reply;
use crate::gate::http::request::Request;
use crate::gate::pages::failure::Failure;
use crate::gate::service_proof;
use crate::oidc::refusal::Refusal;
use crate::platform::Platform;

/// The `typ` of the token.
pub const TYPE: &str = "end-sessions+jwt";

/// The longest time for which a person is kept out, in seconds.
const LONGEST_BLOCK: i64 = 366 * 86_400;

/// Takes the service's word. The status says how that went, and the body why it was refused.
pub async fn finish<P: Platform>(context: &Context<P>, request: &Request) -> Reply {
    match take(context, request).await {
        Ok(()) => Reply::new(200).of(&context.service),
        Err(why) => {
            let reply = delivery::refused(context, request, "sessions_ended", why).await;
            match why {
                NotTaken::Refused(label) if reply.status == 400 => {
                    let document = json!({ "error": label }).to_string();
                    reply.body("application/json", document)
                }
                _ => reply,
            }
        }
    }
}

async fn take<P: Platform>(context: &Context<P>, request: &Request) -> Result<(), NotTaken> {
    let (token, claims) = service_proof::prove(context, request, TYPE).await?;
    let block_until = claims.seconds("block_until").map_err(Refusal::from)?;
    if block_until.is_some_and(|until| until > context.now + LONGEST_BLOCK) {
        return Err(NotTaken::Refused("block_too_long"));
    }
    let told = context.logging_person(&token.subject);
    match accounts::end_by_service(context, &token, block_until).await {
        Ok(()) => {
            told.log_done(
                "sessions_ended",
                match block_until {
                    None => "by_service",
                    Some(until) if until > context.now => "blocked",
                    Some(_) => "unblocked",
                },
            );
            Ok(())
        }
        Err(outage) => Err(NotTaken::Outage(Failure::Account(outage).outcome().label)),
    }
}
