//! The answer to a request that may not pass: a sign-in, the arrival path, a page, or a problem for a script.

use super::Passage;
use crate::config::Access;
use crate::gate::access::cross_origin;
use crate::gate::arrival;
use crate::gate::context::Context;
use crate::gate::decision::{Start, Task, Verdict};
use crate::gate::http::reply::Reply;
use crate::gate::links::{again, rule_of};
use crate::gate::pages::Page;
use crate::gate::pages::bilingual::problem;
use crate::gate::pages::failure::NOT_INVITED;
use crate::platform::Platform;
use crate::session::session::Session;

impl<P: Platform> Passage<'_, P> {
    /// Whether a page that only signed-in people see comes after the arrival path, from which this person has not gone on.
    /// A form passes, because it would be lost, and so does whatever shows no page; a look ahead may be shown as one later.
    pub(super) fn is_held(&self, session: &Session) -> bool {
        session.arriving
            && self.rule.access == Access::Required
            && self.request.is_read()
            && (self.request.is_document() || self.request.looks_ahead())
            && arrival::holds(&self.context.service, self.path)
    }

    /// Leads to the arrival path, and keeps where the person was going.
    pub(super) fn hold(&self, session: &Session) -> Verdict {
        if self.request.looks_ahead() {
            return Reply::declined().of(&self.context.service).into();
        }
        let context = self.context.logging(self.request);
        context.log_done("arrival", "held_back");
        arrival::lead(&context, &session.subject, &self.return_path()).into()
    }

    /// Whether the path is for people whom the service has invited, and this person was none of them when the session began.
    pub(super) const fn is_outside(&self, session: &Session) -> bool {
        self.rule.invited && !session.admitted
    }

    /// Says so. Its link asks the list again.
    pub(super) fn exclude(&self) -> Verdict {
        let context = self.context.logging(self.request);
        context.log_refused("refused", NOT_INVITED);
        let place = match self.request.is_read() {
            true => self.return_path(),
            // A form's query is the form's.
            false => context.place(&self.path.text),
        };
        let link = again(&context, &place);
        let reply = match (self.request.is_framed_by_own(), self.request.is_document()) {
            (true, _) => context.page_in_frame(403, Page::NotInvited, &link),
            (false, true) => context.page_with(403, Page::NotInvited, &link),
            (false, false) => {
                let detail = "Only people who were invited may use this.";
                problem(403, Page::NotInvited, detail).of(&context.service)
            }
        };
        reply.into()
    }

    /// The page that a form of a page of this host would get in place of the service's answer; `None` where the form passes.
    ///
    /// Not asked: whether the person is invited, because no sign-in would send the form.
    pub fn loses(&self, session: Option<&Session>) -> Option<Page> {
        match session.filter(|session| session.level >= self.rule.level.credential()) {
            None => Some(lost(false, false)),
            Some(session) => self
                .is_short(session)
                .then(|| lost(true, self.lacks(session))),
        }
    }

    /// Answers a request that needs a session and has none, or one that is alive but does not do.
    pub(super) fn refuse(&self, session: Option<Session>) -> Verdict {
        let (context, rule, request) = (self.context, self.rule, self.request);
        let service = &context.service;
        let proves = session.as_ref().is_some_and(|session| self.lacks(session));
        let framed = request.is_framed_by_own();
        let is_form = !request.is_read() && (framed || request.is_document());
        if !request.is_document() && !is_form {
            let (label, reply) = match (&session, rule.freshness) {
                (Some(_), Some(freshness)) if !proves => {
                    let seconds = freshness.seconds();
                    let reply = cross_origin::too_old(service, seconds);
                    ("sign_in_too_old", reply)
                }
                _ => ("no_session", cross_origin::unauthorised(service)),
            };
            context.logging(request).log_refused("refused", label);
            if framed {
                let place = self.around_frame(session.as_ref());
                return in_frame(context, &again(context, &place)).into();
            }
            return reply.into();
        }
        if is_form {
            // The posted form is lost with this answer, so the page leads to where it can be asked
            // for.
            let link = again(context, &context.place(&self.path.text));
            let label = match proves {
                true => "form_needs_identity",
                false => "form_expired",
            };
            context.logging(request).log_refused("refused", label);
            let reply = context
                .page_with(401, lost(session.is_some(), proves), &link)
                .with("www-authenticate", cross_origin::challenge(service));
            return match framed {
                true => reply.framed_by_own().into(),
                false => reply.into(),
            };
        }
        let (level, freshness) = match proves {
            true => (rule.level, None),
            false => (rule.level.credential(), rule.freshness),
        };
        Verdict::Later(Task::Start(Start {
            level,
            freshness,
            session: session.map(Box::new),
            invitation: String::new(),
            return_path: self.return_path(),
        }))
    }

    /// Where a sign-in leads back to.
    pub fn return_path(&self) -> String {
        let wanted = match self.query {
            Some(query) => format!("{}?{query}", self.path.text),
            None => self.path.text.clone(),
        };
        let place = self.context.place(&wanted);
        let lost_query = self.query.is_some_and(|query| !query.is_empty()) && !place.contains('?');
        if lost_query || (place == "/" && self.path.text != "/") {
            let context = self.context.logging(self.request);
            context.log_done("return_path", "too_long");
        }
        place
    }

    /// Where the link in a frame leads back to: the page around the frame, where a sign-in for that page will do for the
    /// frame too; else the frame's own address, which asks for what is missing.
    fn around_frame(&self, session: Option<&Session>) -> String {
        let (context, level) = (self.context, self.rule.level);
        let around = self.request.page_before(&context.service.origin_url);
        around
            .filter(|_| session.is_none() && !level.has_identity())
            .map(|page| context.place(page))
            .filter(|place| rule_of(context, place).is_some_and(|rule| rule.level >= level))
            .unwrap_or_else(|| self.return_path())
    }
}

/// The page about a form that does not pass, with a session or without one, whose person has an identity to prove or not.
const fn lost(has_session: bool, proves: bool) -> Page {
    match (proves, has_session) {
        (true, _) => Page::FormNeedsIdentity,
        (false, true) => Page::FormSignInAgain,
        (false, false) => Page::FormExpired,
    }
}

/// The page for a frame whose route asks for a sign-in or for more. The provider may not be shown in a frame, so that the
/// page's link opens in the whole window.
pub fn in_frame<P: Platform>(context: &Context<P>, link: &str) -> Reply {
    let reply = context.page_in_frame(401, Page::InFrame, link);
    reply.with(
        "www-authenticate",
        cross_origin::challenge(&context.service),
    )
}
