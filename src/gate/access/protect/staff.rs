//! The answer to staff and their programs, on a route that Cloudflare Access guards.
//!
//! Access is in front of the Worker and has its users sign in; the Worker takes its word only with its signature, and
//! gives the origin a statement of its own kind. No cookie is read or set, and no request is led to One Login.

use super::Passage;
use crate::gate::access::assertion;
use crate::gate::access::statement::STAFF;
use crate::gate::decision::{Decision, Forward};
use crate::gate::delivery::NotTaken;
use crate::gate::http::reply::RETRY_AFTER;
use crate::gate::pages::Page;
use crate::gate::provider::{Token, verified};
use crate::oidc::access_token::{Expected, check};
use crate::oidc::jws::{Alg, Untrusted};
use crate::platform::{EventOutcome, Platform};

/// The header in which Access sends its token.
const TOKEN: &str = "cf-access-jwt-assertion";

impl<P: Platform> Passage<'_, P> {
    /// Lets a request pass whose token is the team's.
    pub async fn staff(&self) -> Decision {
        let why = match self.stated().await {
            Ok(out) => return Decision::Forward(out),
            Err(why) => why,
        };
        let (context, request) = (self.context, self.request);
        let (status, page, outcome, label) = match why {
            NotTaken::Refused(label) | NotTaken::Unauthorised(label) => {
                (403, Page::NotStaff, EventOutcome::Refused, label)
            }
            NotTaken::TooLarge => (403, Page::NotStaff, EventOutcome::Refused, "too_large"),
            NotTaken::NotYet(label) => (503, Page::Problem, EventOutcome::Refused, label),
            NotTaken::Outage(label) => (503, Page::Problem, EventOutcome::Failed, label),
        };
        // Any client can send many of them, and an outage is met by each.
        context.log_summed(outcome, "staff", label, "");
        let detail = "This address needs a token of the service's Cloudflare Access team.";
        let reply = context.answer(request, status, page, detail);
        Decision::Reply(match status {
            503 => reply.with("retry-after", RETRY_AFTER),
            _ => reply,
        })
    }

    /// The request with the statement about its sender.
    async fn stated(&self) -> Result<Forward, NotTaken> {
        let (context, service) = (self.context, &self.context.service);
        // A route of this kind without a team is a fault, which closes the host.
        let team = service.access_team.as_ref();
        let team = team.ok_or(NotTaken::Refused("no_token"))?;
        let token = self.request.headers.get(TOKEN);
        let token = Untrusted::parse(token.ok_or(NotTaken::Refused("no_token"))?)?;
        let expected = Expected {
            issuer: &team.issuer,
            audience: &team.audience,
            now: context.now,
        };
        // Everything that can be refused without cryptography, then the signature, then the claims again.
        let typ = token.typ.clone();
        check(typ.as_deref(), &token.unverified()?, &expected)?;
        let claims = verified(context, Token::Access(&team.keys), token, Alg::Rs256).await?;
        let holder = check(typ.as_deref(), &claims, &expected)?;
        let bound = self.bound();
        let statement = assertion::sign_staff(context, &holder, self.rule.release, bound.as_ref());
        let statement = statement.await;
        let statement = statement.map_err(|_| NotTaken::Outage("assertion_not_signed"))?;
        let mut out = self.forward(None);
        out.set.push((STAFF.to_owned(), statement));
        out.answer.personal = true;
        out.answer.unkept = self.rule.unkept;
        Ok(out)
    }
}
