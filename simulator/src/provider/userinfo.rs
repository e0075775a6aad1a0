//! The userinfo endpoint.

use serde_json::json;

use crate::http::{Request, Response};
use crate::jose::Object;
use crate::provider::fault::{Fault, userinfo};
use crate::provider::personas::Persona;
use crate::provider::settings::CLAIM_PREFIX;
use crate::provider::state::Provider;

impl Provider {
    /// `GET /userinfo`.
    pub(super) fn userinfo(&mut self, now: i64, request: &Request) -> Response {
        let Some(token) = bearer(request) else {
            return refused("invalid_request", "no bearer token");
        };
        let Some(grant) = self.grants.get(token).cloned() else {
            return refused("invalid_token", "unknown access token");
        };
        if now >= grant.expires_at {
            return refused("invalid_token", "the access token has expired");
        }
        let mut members = scope_claims(
            grant.persona,
            &grant.subject,
            &grant.scopes,
            self.settings
                .client(&grant.client_id)
                .map_or("", |c| c.sector()),
        );
        self.add_identity(now, &grant, &mut members);
        let good =
            Response::json(200, &members.into()).with_header("cache-control", "no-cache, no-store");
        let fault = self.fault.take(|f| {
            if let Fault::Userinfo(f) = f {
                Some(f)
            } else {
                None
            }
        });
        match fault {
            Some(fault) => userinfo::apply(fault, good, &self.canary()),
            None => good,
        }
    }
}

/// The one token of the one `Authorization` header. A token in the query or in a form is not looked at.
fn bearer(request: &Request) -> Option<&str> {
    let value = request.header("authorization")?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

/// 401 with the reason in a header and an empty body.
fn refused(error: &str, reason: &str) -> Response {
    Response::empty(401)
        .with_header("www-authenticate", &format!(r#"Bearer error="{error}""#))
        .because(reason)
}

/// The claims that a client of a sector gets when it has every scope and asks for every claim.
///
/// In the place of the signed core identity stand its subject, as `coreIdentity`, and the level that was reached, as
/// `identityLevel`: there is no client here for which it could be signed.
pub fn everything(persona: &Persona, sector: &str) -> Object {
    let scopes = ["email", "phone", "wallet-subject-id"].map(str::to_owned);
    let mut members = scope_claims(persona, &persona.subject(sector), &scopes, sector);
    let mut add = |name: &str, value| members.insert(format!("{CLAIM_PREFIX}{name}"), value);
    if let Some(codes) = persona.return_codes {
        let codes = codes.iter().map(|code| json!({ "code": code }));
        add("returnCode", codes.collect());
    }
    if let Some(identity) = &persona.identity {
        let proved = (identity.proved)();
        let subject = json!({ "name": proved.names, "birthDate": proved.birth_dates });
        add("coreIdentity", subject);
        add("identityLevel", json!(identity.level));
        add("address", proved.addresses);
        let documents = [
            ("passport", proved.passports),
            ("drivingPermit", proved.driving_permits),
        ];
        for (name, list) in documents {
            if let Some(list) = list {
                add(name, list);
            }
        }
    }
    members
}

fn scope_claims(person: &Persona, subject: &str, scopes: &[String], sector: &str) -> Object {
    let mut members = Object::new();
    members.insert("sub".to_owned(), subject.into());
    for scope in scopes {
        let mut add = |name: &str, value| {
            members.insert(name.to_owned(), value);
        };
        match scope.as_str() {
            "email" => {
                add("email", json!(person.email.0));
                add("email_verified", json!(person.email.1));
            }
            "phone" => {
                if let Some((number, verified)) = person.phone {
                    add("phone_number", json!(number));
                    add("phone_number_verified", json!(verified));
                }
            }
            "wallet-subject-id" => {
                add("wallet_subject_id", json!(person.wallet_subject(sector)));
            }
            _ => {}
        }
    }
    members
}
