//! A message of the service: where its token is, the proof, what is done for it, and the answer.

use crate::gate::admission;
use crate::gate::context::Context;
use crate::gate::decision::Message;
use crate::gate::delivery::{self, NotTaken};
use crate::gate::http::reply::Reply;
use crate::gate::http::request::Request;
use crate::gate::identity::by_reference;
use crate::gate::service_proof;
use crate::gate::sign_out::by_service;
use crate::platform::Platform;

/// The media type of a body that is a token.
///
/// A page of another site cannot send it without a preflight, which is not answered.
const JWT: &str = "application/jwt";

/// Takes the service's word. The status says how that went, and the body why it was refused.
pub async fn finish<P: Platform>(
    context: &Context<P>,
    request: &Request,
    message: Message,
) -> Reply {
    let event = match message {
        Message::EndSessions => "sessions_ended",
        Message::Admission => "admission",
        Message::FetchClaims => "claims",
    };
    match take(context, request, message).await {
        Ok(reply) => reply.of(&context.service),
        Err(why) => delivery::explained(context, request, event, why, delivery::error).await,
    }
}

async fn take<P: Platform>(
    context: &Context<P>,
    request: &Request,
    message: Message,
) -> Result<Reply, NotTaken> {
    let (text, typ) = match message {
        Message::EndSessions | Message::Admission => {
            let body = delivery::body(context, request, JWT).await?;
            let text = String::from_utf8(body).unwrap_or_default();
            let typ = match message {
                Message::Admission => admission::TYPE,
                _ => by_service::TYPE,
            };
            (text, typ)
        }
        Message::FetchClaims => {
            let text = delivery::bearer(request);
            if text.is_empty() {
                return Err(NotTaken::Refused("token_missing"));
            }
            (text.to_owned(), by_reference::TYPE)
        }
    };
    let (token, claims) = service_proof::prove(context, &text, typ).await?;
    match message {
        Message::EndSessions => by_service::end(context, &token, &claims).await,
        Message::Admission => admission::change(context, &token, &claims).await,
        Message::FetchClaims => by_reference::hand_out(context, &token, &claims).await,
    }
}
