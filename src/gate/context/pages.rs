//! The pages that answer a request, those of failures among them, and the reference that they show.

use super::Context;
use crate::gate::http::reply::Reply;
use crate::gate::http::request::Request;
use crate::gate::pages::bilingual::problem;
use crate::gate::pages::failure::Failure;
use crate::gate::pages::messages::LeadsTo;
use crate::gate::pages::{self, Page};
use crate::platform::{EventOutcome, Platform};

impl<P: Platform> Context<P> {
    /// A page without a link.
    pub fn page(&self, status: u16, page: Page) -> Reply {
        let link = match page.leads_to() {
            LeadsTo::Home => self.service.branding.home.in_locale(self.locale).0,
            _ => "",
        };
        self.page_with(status, page, link)
    }

    /// A page whose link leads to this address.
    pub fn page_with(&self, status: u16, page: Page, link: &str) -> Reply {
        pages::page(
            status,
            page,
            &self.service,
            self.locale,
            &self.checked_reference(),
            link,
            self.sent,
        )
    }

    /// The answer without a link to a person who asks for a page, or for a frame in a page of the service, and else a problem.
    pub fn answer(&self, request: &Request, status: u16, page: Page, detail: &str) -> Reply {
        if request.is_document() {
            self.page(status, page)
        } else if request.is_framed_by_own() {
            self.page(status, page).framed_by_own()
        } else {
            problem(status, page, detail).of(&self.service)
        }
    }

    /// A page for a frame of the service's own page, whose link opens in the whole window.
    pub fn page_in_frame(&self, status: u16, page: Page, link: &str) -> Reply {
        pages::framed(status, page, &self.service, self.locale, link)
    }

    /// The reference with its check value behind a full stop: addresses of pages carry it so.
    fn checked_reference(&self) -> String {
        let ring = self.isolate.config.ring.as_ref();
        match ring.filter(|_| !self.reference.is_empty()) {
            Some(ring) => {
                let value = ring.check_value(&self.service.binding, &told(&self.reference));
                format!("{}.{value}", self.reference)
            }
            None => self.reference.clone(),
        }
    }

    /// Whether a text is a reference with its check value, as a page of this service has carried it.
    #[must_use]
    pub fn is_own_reference(&self, text: &str) -> bool {
        let parts = text.split_once('.').zip(self.isolate.config.ring.as_ref());
        parts.is_some_and(|((reference, value), ring)| {
            ring.is_checked(&self.service.binding, &told(reference), value)
        })
    }

    /// The page and log line of a failure; `again` is where a new sign-in starts.
    pub fn failed(&self, step: &'static str, failure: Failure, again: &str) -> Reply {
        self.failed_of(step, failure, again, false)
    }

    /// The same; where the person was to prove an identity (`proves`), the page speaks of that and of no sign-in.
    pub fn failed_of(
        &self,
        step: &'static str,
        failure: Failure,
        again: &str,
        proves: bool,
    ) -> Reply {
        let mut outcome = failure.outcome();
        if proves {
            outcome.page = outcome.page.of_identity();
        }
        // Without a request id of the platform's the page and the line still find each other.
        let mut context = self.clone();
        if context.reference.is_empty() {
            let random = self.random::<6>();
            context.reference = random.iter().map(|byte| format!("{byte:02x}")).collect();
        }
        match outcome.status {
            // A sender may go beyond a limit without end.
            429 => context.log_summed(EventOutcome::Refused, step, outcome.label, ""),
            ..500 => context.log_refused(step, outcome.label),
            _ => context.log_failed(step, outcome.label),
        }
        let sign_out = match outcome.page {
            // The page after a sign-out tries once more.
            Page::Unfinished => self.service.own_page("signed-out?lang=") + self.locale.as_str(),
            _ => self.service.own_page("sign-out"),
        };
        let link = match outcome.page.leads_to() {
            LeadsTo::SignOut => &sign_out,
            _ => again,
        };
        let reply = context.page_with(outcome.status, outcome.page, link);
        match failure {
            Failure::TooManyRequests => reply.with("retry-after", "60"),
            Failure::Busy(_, seconds) => reply.with("retry-after", seconds.to_string()),
            _ => reply,
        }
    }
}

/// Of which the check value of a reference is made.
fn told(reference: &str) -> String {
    format!("reference\n{reference}")
}
