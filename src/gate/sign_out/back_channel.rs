//! Back-channel logout: the provider says that a person's sessions are over.
//!
//! Success is exactly 200 and means that it is stored. Anything that could be better at the next
//! attempt is 5xx, because the provider tries three times; a token that will never be good is 400.
//!
//! Source: OpenID Connect Back-Channel Logout 1.0 sections 2.5 to 2.8, `provider.md` 8.

use url::form_urlencoded;

use crate::gate::context::Context;
use crate::gate::delivery::{self, NotTaken};
use crate::gate::http::reply::Reply;
use crate::gate::http::request::Request;
use crate::gate::provider::{self, NotVerified};
use crate::oidc::jws::Untrusted;
use crate::oidc::logout_token::{self, ALG, Expected, LogoutToken};
use crate::platform::Platform;

/// Takes a notification.
pub async fn finish<P: Platform>(context: &Context<P>, request: &Request) -> Reply {
    match take(context, request).await {
        Ok(()) => Reply::new(200).of(&context.service),
        Err(why) => delivery::refused(context, request, "notification", why).await,
    }
}

async fn take<P: Platform>(context: &Context<P>, request: &Request) -> Result<(), NotTaken> {
    let form = delivery::body(context, request, "application/x-www-form-urlencoded").await?;
    let mut tokens = form_urlencoded::parse(&form).filter(|(name, _)| name == "logout_token");
    let (Some((_, token)), None) = (tokens.next(), tokens.next()) else {
        return Err(NotTaken::Refused("not_one_token"));
    };
    let token = verify(context, &token).await?;
    delivery::log_out(context, &token, "notification", "stored").await
}

/// Everything that can be refused without cryptography, then the signature, then the claims again.
async fn verify<P: Platform>(context: &Context<P>, token: &str) -> Result<LogoutToken, NotTaken> {
    let token = Untrusted::parse(token)?;
    logout_token::check_header(&token)?;
    let expected = Expected {
        issuer: &context.service.provider.issuer,
        client_id: &context.service.client_id,
        now: context.now,
    };
    logout_token::check(&token.unverified()?, &expected)?;
    let metadata = provider::metadata(context)
        .await
        .map_err(NotVerified::from)?;
    let of = provider::Token::Logout(&metadata);
    let typ = token.typ.clone();
    let claims = provider::verified(context, of, token, ALG).await?;
    let checked = logout_token::check(&claims, &expected)?;
    logout_token::check_type(typ.as_deref())?;
    Ok(checked)
}
