//! Whether a request may pass: the rule of the path and the session of the cookie decide.
//!
//! This is the hot path. It waits for nothing unless an assertion has to be signed or the account
//! has to be asked whether the session is still alive, which [`crate::gate::access::revocation`] does.

mod program;
mod refuse;
mod staff;

use std::cell::OnceCell;

use super::cross_origin;
use super::forward::forward;
use super::last_answer::{informed, is_certain};
use super::statement::{Bound, Known, Signed, Subject};
use crate::config::{Access, Freshness, Rule};
use crate::gate::context::Context;
use crate::gate::decision::{Decision, Forward, Task, Verdict};
use crate::gate::http::cookies::Cookies;
use crate::gate::http::request::Request;
use crate::gate::{browser_session, sign_out};
use crate::path::CanonicalPath;
use crate::platform::Platform;
use crate::session::session::Session;
pub use refuse::in_frame;

/// The steps in which room for an identity counts, in bytes.
const STEP: usize = 256;

/// A request for the origin, with the rule that it meets.
#[derive(Debug)]
pub struct Passage<'a, P> {
    /// The request's view of everything.
    pub context: &'a Context<P>,
    /// The request.
    pub request: &'a Request,
    /// Its path, which has one meaning.
    pub path: &'a CanonicalPath,
    /// Its query, without the question mark.
    pub query: Option<&'a str>,
    /// The rule of the path.
    pub rule: &'a Rule,
    /// The bytes that the origin has left for an assertion, once they were counted.
    room: OnceCell<usize>,
}

/// Decides about a request for the origin.
pub fn protect<P: Platform>(
    context: &Context<P>,
    request: &Request,
    path: &CanonicalPath,
    query: Option<&str>,
) -> Verdict {
    let passage = Passage::new(context, request, path, query);
    let refusal = cross_origin::judge(context, request, passage.rule);
    refusal.unwrap_or_else(|| passage.decide())
}

impl<'a, P: Platform> Passage<'a, P> {
    /// The passage of a request whose path was judged.
    pub fn new(
        context: &'a Context<P>,
        request: &'a Request,
        path: &'a CanonicalPath,
        query: Option<&'a str>,
    ) -> Self {
        let rule = context.service.rules.find(path);
        Self::under(context, request, path, query, rule)
    }

    /// The same under another rule than the path's own.
    pub const fn under(
        context: &'a Context<P>,
        request: &'a Request,
        path: &'a CanonicalPath,
        query: Option<&'a str>,
        rule: &'a Rule,
    ) -> Self {
        Self {
            context,
            request,
            path,
            query,
            rule,
            room: OnceCell::new(),
        }
    }

    /// Decides by rule and session.
    pub fn decide(&self) -> Verdict {
        let (context, cookies) = (self.context, self.cookies());
        match self.rule.access {
            Access::Public => return pass(self.forward(None)),
            Access::Api => return self.program(),
            Access::CloudflareAccess => {
                return Verdict::Later(Task::Staff {
                    path: self.path.clone(),
                    query: self.query.map(str::to_owned),
                });
            }
            Access::Optional | Access::Required => {}
        }
        // Most requests bring the cookie of the request before, and nothing has to be signed, asked or renewed.
        let again = browser_session::remembered(context, cookies);
        let passes = again.and_then(|session| self.at_once(&self.informed(session)?));
        if let Some(out) = passes {
            return pass(out);
        }
        let session = browser_session::live(context, cookies);
        if let Some(session) = &session {
            browser_session::remember(context, cookies, session);
        }
        match session.and_then(|session| self.informed(session)) {
            Some(session) if !is_certain(context, &session) || self.asks(&session) => {
                Verdict::Later(Task::Check {
                    path: self.path.clone(),
                    query: self.query.map(str::to_owned),
                    session: Box::new(session),
                })
            }
            Some(session) => self.admit(session, None),
            None => self.anonymous(),
        }
    }

    /// The session with all that is known here, unless its level is too low or its owner is ending it.
    fn informed(&self, session: Session) -> Option<Session> {
        let (context, rule) = (self.context, self.rule);
        let does = rule.access == Access::Optional || session.level >= rule.level.credential();
        (does && !sign_out::is_ending(context, self.cookies(), &session))
            .then(|| informed(context, session))
    }

    /// The request of a session that may pass as it is: the assertion is kept, and the cookie stays.
    fn at_once(&self, session: &Session) -> Option<Forward> {
        let context = self.context;
        let waits = !is_certain(context, session) || self.asks(session);
        let renews = self.is_use() && session.renewed(context.now).is_some();
        let stays_out = self.is_outside(session) || self.is_short(session);
        if waits || renews || stays_out || self.is_held(session) {
            return None;
        }
        Some(self.admitted(self.kept(session)?))
    }

    /// Whether the route asks for a proved identity and the session has none of its level.
    pub fn lacks(&self, session: &Session) -> bool {
        self.rule.access != Access::Optional && session.level < self.rule.level
    }

    /// Whether the account's word on the identity is needed: another tab may have proved one, or the
    /// origin is to be told of it and no assertion is kept.
    pub fn asks(&self, session: &Session) -> bool {
        let release = self.rule.release;
        let told = release.has_identity() || release.outcome;
        let known = session.identity.as_ref();
        self.lacks(session)
            || told
                && known.is_some_and(|held| held.changed_at != 0)
                && self.kept(session).is_none()
    }

    /// The assertion for the session that is kept here.
    fn kept(&self, session: &Session) -> Option<Signed> {
        let context = self.context;
        let kept = &context.isolate.assertions;
        kept.get(&context.service, session, &self.about(session), context.now)
    }

    /// The contents of an assertion for this request. The room matters only where there is an identity to tell, and counts
    /// in steps, so that the requests of one browser share their assertion.
    fn about(&self, session: &Session) -> Subject {
        let (release, limit) = (self.rule.release, self.context.service.origin_header_limit);
        let held = session.identity.as_ref();
        let tells = release.has_identity() && held.is_some_and(|held| held.changed_at != 0);
        let room = match tells {
            true => *self
                .room
                .get_or_init(|| self.forward(None).room(self.request, limit) / STEP * STEP),
            false => 0,
        };
        Subject {
            release,
            room,
            bound: self.bound(),
        }
    }

    /// The request, where the route wants it named.
    fn bound(&self) -> Option<Bound> {
        self.rule.bind.then(|| Bound {
            method: self.request.method.clone(),
            address: format!("{}{}", self.context.service.origin_url, self.path.text),
        })
    }

    /// Lets a session that is alive pass with an assertion, signing one if none is kept; unless the
    /// person has to prove an identity first, or signed in longer ago than the route allows.
    ///
    /// `known` is the account's word where [`Self::asks`] says that it is needed.
    pub fn admit(&self, session: Session, known: Option<Known>) -> Verdict {
        let context = self.context;
        if self.is_outside(&session) {
            return self.exclude();
        }
        if self.is_held(&session) {
            return self.hold(&session);
        }
        if self.is_short(&session) {
            return self.refuse(Some(session));
        }
        let signed = self.kept(&session);
        let is_signed = signed.is_some();
        let mut out = self.admitted(signed);
        if !out.answer.upgrade {
            out.answer.cookies = browser_session::stale(context, self.cookies());
        }
        // Without use the cookie is not written at all: an answer that comes late would take back what a person's own
        // request has prolonged meanwhile.
        if out.answer.used {
            let renewed = session.renewed(context.now);
            let renewal = renewed.and_then(|session| browser_session::renewal(context, &session));
            out.answer.cookies.extend(renewal);
        }
        if is_signed {
            return pass(out);
        }
        Verdict::Later(Task::Assert {
            forward: Box::new(out),
            about: self.about(&session),
            session: Box::new(session),
            known,
        })
    }

    /// Whether the person has to prove an identity first, or signed in longer ago than the route allows.
    fn is_short(&self, session: &Session) -> bool {
        let is_over = |freshness: Freshness| {
            let (signed_in, again) = (session.auth_time, session.reauthenticated_at);
            freshness.is_over(signed_in, again, self.context.now)
        };
        self.lacks(session) || self.rule.freshness.is_some_and(is_over)
    }

    /// Whether the request counts as use of the session.
    fn is_use(&self) -> bool {
        !self.request.is_upgrade() && self.rule.counts_as_use && !self.request.is_no_use()
    }

    /// The request of a session that may pass, before its cookies are chosen.
    fn admitted(&self, signed: impl Into<Option<Signed>>) -> Forward {
        let mut out = self.forward(signed.into());
        self.keep_private(&mut out);
        out.answer.attended = out.answer.upgrade && self.rule.closes_sockets;
        out.answer.used = self.is_use();
        out
    }

    /// Goes on without a session.
    pub fn anonymous(&self) -> Verdict {
        if self.rule.access != Access::Optional {
            return self.refuse(None);
        }
        let mut out = self.forward(None);
        self.keep_private(&mut out);
        out.answer.cookies = browser_session::stale(self.context, self.cookies());
        pass(out)
    }

    /// Says what the person's own browser may keep of the answer; no other cache keeps anything.
    fn keep_private(&self, out: &mut Forward) {
        out.answer.personal = true;
        out.answer.unkept = self.rule.unkept;
        out.answer.page = self.request.is_document();
    }

    fn cookies(&self) -> Cookies<'a> {
        Cookies::new(self.request.headers.get("cookie"))
    }

    fn forward(&self, signed: Option<Signed>) -> Forward {
        forward(
            &self.context.service,
            &self.context.isolate.names,
            self.request,
            self.path,
            self.query,
            signed,
        )
    }
}

fn pass(out: Forward) -> Verdict {
    Verdict::Now(Box::new(Decision::Forward(out)))
}
