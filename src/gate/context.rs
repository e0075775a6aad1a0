//! One request's view of everything: the isolate, the outside, the service and the time.

mod log;
mod pages;

use std::rc::Rc;

use crate::config::{Locale, RETURN, Service};
use crate::gate::http::request::{Request, parameter};
use crate::gate::isolate::Isolate;
use crate::gate::log_context::LogContext;
use crate::gate::pages::{Sent, locale};
use crate::oidc::jwk::PrivateJwk;
use crate::oidc::jws::{Alg, Unsigned};
use crate::path::place;
use crate::platform::{Outage, Platform};
use crate::session::attempt::Attempt;
use crate::session::seal::{NONCE, Purpose};
use crate::session::session::Session;

/// The values that a handler works with.
#[derive(Clone, Debug)]
pub struct Context<P> {
    /// The values that the isolate keeps.
    pub isolate: Rc<Isolate>,
    /// The outside.
    pub platform: P,
    /// The service that was asked.
    pub service: Rc<Service>,
    /// Now, in seconds since the epoch.
    pub now: i64,
    /// The language to answer in.
    pub locale: Locale,
    /// The language that the address asks for in so many words, or the attempt keeps; links go on with it.
    pub asked: Option<Locale>,
    /// The reference that a person can quote and an operator search for.
    pub reference: String,
    /// The fate of the form or other change in the request, unless a page says it in its own words.
    pub sent: Sent,
    /// The other values of log lines; empty until something waits or is refused,
    /// because a request that just passes writes none.
    pub log_context: LogContext,
}

impl<P: Platform> Context<P> {
    /// The context of a request.
    pub fn new(
        isolate: &Rc<Isolate>,
        platform: &P,
        service: &Rc<Service>,
        request: &Request,
        now: i64,
    ) -> Self {
        let own = |path: &str| {
            let rest = path.strip_prefix(&service.own_path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let address = request.address().filter(|address| own(address.path));
        let asked = address.and_then(|address| parameter(address.query, "lang"));
        let asked = asked.and_then(|tag| Locale::parse(&tag));
        let asked = asked.filter(|locale| service.locales.contains(locale));
        let place = address.and_then(|address| parameter(address.query, "return_to"));
        // The edge's own addresses have no language: the page of the service that led there has one.
        let before = address.and_then(|_| request.page_before(&service.origin_url));
        let place = place.as_deref().or(before);
        Self {
            locale: locale(service, asked, request, place),
            asked,
            reference: request
                .headers
                .get("cf-ray")
                .filter(|ray| is_ray(ray))
                .unwrap_or_default()
                .to_owned(),
            // The edge answers itself, so that the service never had it.
            sent: match request.is_read() || address.is_some() {
                true => Sent::Nothing,
                false => Sent::NotSaved,
            },
            ..Self::behind(isolate, platform, service, now)
        }
    }

    /// The context of work that no request waits for.
    pub fn behind(isolate: &Rc<Isolate>, platform: &P, service: &Rc<Service>, now: i64) -> Self {
        Self {
            isolate: Rc::clone(isolate),
            platform: platform.clone(),
            service: Rc::clone(service),
            now,
            locale: Locale::En,
            asked: None,
            reference: String::new(),
            sent: Sent::Nothing,
            log_context: LogContext::default(),
        }
    }

    /// A place that a person wants to go to, or `/` where that is no place of the service's.
    ///
    /// Of the Worker's own pages only the one for people who come back to a proof is a place, as [`links::again`] names it: it
    /// does nothing without a click of its own.
    ///
    /// [`links::again`]: crate::gate::links::again
    #[must_use]
    pub fn place(&self, wanted: &str) -> String {
        let service = &self.service;
        let back = service.own_page(RETURN);
        if wanted == back && service.proves_identity() {
            return back;
        }
        let own = [service.own_path.as_str(), &service.redirect_path];
        place::safe(wanted, &own, &|path| service.path(path))
    }

    /// Random bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.platform.random(&mut bytes);
        bytes
    }

    /// A token with its signature.
    ///
    /// # Errors
    /// [`Outage`] when the key cannot be used.
    pub async fn sign(
        &self,
        key: &PrivateJwk,
        alg: Alg,
        unsigned: Unsigned,
    ) -> Result<String, Outage> {
        let input = unsigned.signing_input();
        let signature = self.platform.sign(key, alg, input).await?;
        Ok(unsigned.finish(&signature))
    }

    /// How many warnings the configuration of this service has.
    #[must_use]
    pub fn warnings(&self) -> usize {
        let own = |id: &Option<String>| id.as_deref().is_none_or(|id| id == self.service.id);
        let warnings = self.isolate.config.warnings.iter();
        warnings.filter(|warning| own(&warning.service)).count()
    }

    /// The session as a cookie's value; `None` without session keys.
    #[must_use]
    pub fn seal_session(&self, session: &Session) -> Option<String> {
        let ring = self.isolate.config.ring.as_ref()?;
        let nonce = self.random::<NONCE>();
        Some(ring.seal(
            Purpose::Session,
            &self.service.binding,
            nonce,
            &session.to_bytes(),
        ))
    }

    /// The attempt as a cookie's value; `None` without session keys.
    #[must_use]
    pub fn seal_attempt(&self, attempt: &Attempt) -> Option<String> {
        let ring = self.isolate.config.ring.as_ref()?;
        let nonce = self.random::<NONCE>();
        Some(ring.seal(
            Purpose::Attempt,
            &self.service.binding,
            nonce,
            &attempt.to_bytes(),
        ))
    }

    /// The attempt in a cookie's value, if it opens.
    #[must_use]
    pub fn open_attempt(&self, sealed: &str) -> Option<Attempt> {
        let ring = self.isolate.config.ring.as_ref()?;
        let bytes = ring.open(Purpose::Attempt, &self.service.binding, sealed)?;
        Attempt::from_bytes(&bytes)
    }
}

/// Whether a text has the form of Cloudflare's request id: 16 hexadecimal digits, and the three letters of a data
/// centre where they are given.
///
/// Source: Cloudflare's documentation of HTTP headers, `CF-Ray`.
fn is_ray(text: &str) -> bool {
    let (digits, rest) = text.split_at_checked(16).unwrap_or_default();
    let place = rest.strip_prefix('-').unwrap_or_default();
    let is_place = place.len() == 3 && place.bytes().all(|letter| letter.is_ascii_uppercase());
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    !digits.is_empty() && digits.bytes().all(is_digit) && (rest.is_empty() || is_place)
}

#[cfg(test)]
mod tests {
    use crate::gate::context::is_ray;

    #[test]
    fn t99_rejects_a_request_id_without_the_form_of_cloudflares() {
        for ray in ["230b030023ae2822", "8c1f0a1b2c3d4e5f-LHR"] {
            assert!(is_ray(ray), "{ray}");
        }
        for text in [
            "",
            "230b030023ae282",
            "230b030023ae28222",
            "230B030023AE2822",
            "230b030023ae2822-",
            "230b030023ae2822-LH",
            "230b030023ae2822-lhr",
            "230b030023ae2822-LHRX",
            "CALL-0800-123456",
            "230b030023ae282é",
        ] {
            assert!(!is_ray(text), "{text}");
        }
    }
}
