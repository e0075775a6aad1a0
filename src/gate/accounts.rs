//! Asking a person's account: one question for each decision.
//!
//! The account's state and its decisions are in [`crate::session::account`].

use crate::gate::access::revocation_cache;
use crate::gate::context::Context;
use crate::oidc::jws::encode;
use crate::oidc::logout_token::LogoutToken;
use crate::oidc::service_token::ServiceToken;
use crate::oidc::vector::Level;
use crate::platform::{Outage, Platform};
use crate::secret::Secret;
use crate::session::account::{self, AccountReply, Begun, Listed, Question, Standing};
use crate::session::attempt::{Attempt, Served};
use crate::session::claims_reference::ClaimsReference;
use crate::session::identity::Proof;
use crate::session::level::level_byte;
use crate::session::pending_sign_out::PendingSignOut;
use crate::session::seal::{NONCE, Purpose};
use crate::session::session::Session;

/// Asks the account of a subject.
async fn ask<P: Platform>(
    context: &Context<P>,
    subject: &str,
    question: Question,
) -> Result<AccountReply, Outage> {
    let name = encode(&digest(context, subject));
    context.platform.ask(&name, question).await
}

/// Which account is a subject's.
pub fn digest<P: Platform>(context: &Context<P>, subject: &str) -> [u8; 32] {
    let service = &context.service;
    account::digest(service.environment.as_str(), &service.client_id, subject)
}

/// The name under which it is remembered that a subject's account gives no answer.
pub fn remembered<P: Platform>(context: &Context<P>, subject: &str) -> revocation_cache::AccountId {
    let [name @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = digest(context, subject);
    name
}

/// Records a new session, in place of an old one of the same person.
///
/// # Errors
/// [`Outage`] when it is not certain that the session is recorded; its cookie must not be sent.
pub async fn begin<P: Platform>(
    context: &Context<P>,
    attempt: &Attempt,
    session: &Session,
    id_token: &Secret,
    proof: Option<Proof>,
    replaces: Option<Served>,
) -> Result<Begun, Outage> {
    let question = Question::Begin {
        attempt: attempt.state(),
        deadline: attempt.deadline(),
        session: Listed {
            id: encode(&session.id),
            born_at: session.born_at,
            expires_at: session.expires_at(context.service.limits),
            listed_at: 0,
            hint: sealed(context, Purpose::Hint, id_token.expose()),
            proof,
        },
        replaces: replaces.map(|old| encode(&old.session)),
    };
    match ask(context, &session.subject, question).await? {
        AccountReply::Begun(begun) => Ok(begun),
        _ => Err(Outage::Unreachable),
    }
}

/// Records how a request for an identity ended that was made for a session, which goes on.
///
/// # Errors
/// [`Outage`] when it is not certain that this is recorded.
pub async fn step_up<P: Platform>(
    context: &Context<P>,
    attempt: &Attempt,
    session: &Session,
    id_token: Option<&Secret>,
    proof: Proof,
) -> Result<Begun, Outage> {
    let question = Question::StepUp {
        attempt: attempt.state(),
        deadline: attempt.deadline(),
        session: encode(&session.id),
        proof,
        hint: id_token.and_then(|token| sealed(context, Purpose::Hint, token.expose())),
    };
    match ask(context, &session.subject, question).await? {
        AccountReply::Begun(begun) => Ok(begun),
        _ => Err(Outage::Unreachable),
    }
}

/// The account's knowledge of the identity behind a session that is alive.
#[derive(Debug)]
pub struct Word {
    /// How far one was proved, once one was asked for.
    pub proof: Option<Proof>,
    /// Where the person was when one was last asked for.
    pub left: Option<String>,
}

/// The account's word on the identity behind a session, or `None` when the session is not alive.
///
/// `leaving` says that the person goes to prove an identity of this level, and from where.
///
/// # Errors
/// [`Outage`] when the account gave no answer.
pub async fn proof<P: Platform>(
    context: &Context<P>,
    session: &Session,
    leaving: Option<(Level, &str)>,
) -> Result<Option<Word>, Outage> {
    let leaving = leaving.and_then(|(level, place)| {
        let place = sealed(context, Purpose::Place, place)?;
        Some((level_byte(level), place))
    });
    let question = Question::Proof {
        session: encode(&session.id),
        leaving,
    };
    match ask(context, &session.subject, question).await? {
        AccountReply::Proof { proof, left } => Ok(Some(Word {
            proof,
            left: opened(context, Purpose::Place, left),
        })),
        AccountReply::Standing(Standing::Ended) => Ok(None),
        _ => Err(Outage::Unreachable),
    }
}

/// The account's answer to a reference to identity claims.
#[derive(Debug)]
pub enum Referred {
    /// It is used up now, and this is the identity behind the session.
    Proof(Option<Proof>),
    /// It was used before, or too many were within the last two minutes.
    UsedBefore,
    /// The session is not alive, or not this person's.
    Ended,
}

/// Uses up a reference to the claims of a subject.
///
/// # Errors
/// [`Outage`] when the account gave no answer; the reference may be used up then.
pub async fn refer<P: Platform>(
    context: &Context<P>,
    subject: &str,
    reference: &ClaimsReference,
) -> Result<Referred, Outage> {
    let question = Question::Refer {
        session: encode(&reference.session),
        reference: encode(&reference.id),
        deadline: reference.until,
    };
    match ask(context, subject, question).await? {
        AccountReply::Proof { proof, .. } => Ok(Referred::Proof(proof)),
        AccountReply::Begun(Begun::Repeated) => Ok(Referred::UsedBefore),
        AccountReply::Standing(Standing::Ended) => Ok(Referred::Ended),
        _ => Err(Outage::Unreachable),
    }
}

/// Whether a session is alive.
///
/// # Errors
/// [`Outage`] when the account gave no answer.
pub async fn check<P: Platform>(
    context: &Context<P>,
    session: &Session,
) -> Result<Standing, Outage> {
    let question = Question::Check {
        session: encode(&session.id),
    };
    match ask(context, &session.subject, question).await? {
        AccountReply::Standing(standing) => Ok(standing),
        _ => Err(Outage::Unreachable),
    }
}

/// The ID token of a session that is alive, if it can still be read.
///
/// # Errors
/// [`Outage`] when the account gave no answer.
pub async fn id_token<P: Platform>(
    context: &Context<P>,
    session: &Session,
) -> Result<Option<Secret>, Outage> {
    let question = Question::IdToken {
        session: encode(&session.id),
    };
    match ask(context, &session.subject, question).await? {
        AccountReply::IdToken(hint) => Ok(opened(context, Purpose::Hint, hint).map(Secret::new)),
        _ => Err(Outage::Unreachable),
    }
}

/// Ends the session that an attempt served.
///
/// # Errors
/// [`Outage`] when it is not certain that the session has ended.
pub async fn end_served<P: Platform>(context: &Context<P>, served: &Served) -> Result<(), Outage> {
    let question = Question::End {
        session: encode(&served.session),
        everywhere: false,
        wished_at: None,
    };
    match context
        .platform
        .ask(&encode(&served.account), question)
        .await?
    {
        AccountReply::Ended { .. } => {
            context
                .isolate
                .revocations
                .end(&served.session, context.now);
            Ok(())
        }
        _ => Err(Outage::Unreachable),
    }
}

/// A text that the account keeps and cannot read.
fn sealed<P: Platform>(context: &Context<P>, purpose: Purpose, text: &str) -> Option<String> {
    let ring = context.isolate.config.ring.as_ref()?;
    let nonce = context.random::<NONCE>();
    Some(ring.seal(purpose, &context.service.binding, nonce, text.as_bytes()))
}

/// The text again, if the key that sealed it is still here.
fn opened<P: Platform>(
    context: &Context<P>,
    purpose: Purpose,
    sealed: Option<String>,
) -> Option<String> {
    let ring = context.isolate.config.ring.as_ref()?;
    let bytes = ring.open_long(purpose, &context.service.binding, &sealed?)?;
    String::from_utf8(bytes.to_vec()).ok()
}

/// Ends a session, or with `everywhere` all of the person's, and gives its ID token if it can
/// still be read. A session that was over already ends nothing, which the log says then.
///
/// # Errors
/// [`Outage`] when it is not certain that the session has ended.
pub async fn end<P: Platform>(
    context: &Context<P>,
    subject: &str,
    session: &[u8; 16],
    everywhere: bool,
) -> Result<Option<Secret>, Outage> {
    let (listed, token) = end_as_of(context, subject, session, everywhere, None).await?;
    if listed {
        let how = if everywhere { "everywhere" } else { "here" };
        context.logging_person(subject).log_done("signed_out", how);
    }
    Ok(token)
}

/// The same for a wish that could not be granted when it was made.
///
/// # Errors
/// [`Outage`] when it is still not certain that the session has ended.
pub async fn end_later<P: Platform>(
    context: &Context<P>,
    ending: &PendingSignOut,
) -> Result<(), Outage> {
    let PendingSignOut {
        subject, session, ..
    } = ending;
    let wished_at = Some(ending.wished_at());
    end_as_of(context, subject, session, ending.everywhere, wished_at)
        .await
        .map(|_| ())
}

async fn end_as_of<P: Platform>(
    context: &Context<P>,
    subject: &str,
    session: &[u8; 16],
    everywhere: bool,
    wished_at: Option<i64>,
) -> Result<(bool, Option<Secret>), Outage> {
    let question = Question::End {
        session: encode(session),
        everywhere,
        wished_at,
    };
    let AccountReply::Ended { listed, hint } = ask(context, subject, question).await? else {
        return Err(Outage::Unreachable);
    };
    context.isolate.revocations.end(session, context.now);
    if !listed {
        // It was over already, so it could not speak for the others either.
        context
            .logging_person(subject)
            .log_done("sign_out", "not_listed");
    }
    Ok((
        listed,
        opened(context, Purpose::Hint, hint).map(Secret::new),
    ))
}

/// Ends every session of the subject that was born before the notification.
///
/// # Errors
/// [`Outage`] when it is not certain that this is stored; the provider must then hear no success.
pub async fn log_out<P: Platform>(context: &Context<P>, token: &LogoutToken) -> Result<(), Outage> {
    let question = Question::LogOut {
        id: token.id.clone(),
        issued_at: token.issued_at,
    };
    match ask(context, &token.subject, question).await? {
        AccountReply::LoggedOut => Ok(()),
        _ => Err(Outage::Unreachable),
    }
}

/// Ends every session of the subject because the service says so, and keeps the person out until `block_until`. Says whether the
/// message was taken; so many may have come about the person that one more with `block_until` could not be known again.
///
/// # Errors
/// [`Outage`] when it is not certain that this is stored; the service must then hear no success.
pub async fn end_by_service<P: Platform>(
    context: &Context<P>,
    token: &ServiceToken,
    block_until: Option<i64>,
) -> Result<bool, Outage> {
    let question = Question::EndByService {
        id: token.id.clone(),
        issued_at: token.issued_at,
        block_until,
    };
    match ask(context, &token.subject, question).await? {
        AccountReply::LoggedOut => Ok(true),
        AccountReply::Begun(Begun::Crowded) => Ok(false),
        _ => Err(Outage::Unreachable),
    }
}
