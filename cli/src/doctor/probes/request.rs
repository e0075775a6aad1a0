//! Probes of the Worker's authorisation request, which they read from its redirect to One Login.

use super::behaviour::authorisation_endpoint;
use super::key_sets::keys;
use crate::doctor::finding::{Fault, Findings, Outcome, found};
use crate::doctor::look::{Look, UNANSWERED, not_run, status};
use crate::doctor::probe::Probe;
use crate::doctor::signature::{parts, query};
use crate::doctor::subject::protected;
use crate::doctor::web::Asked;
use one_login_edge::oidc::{authorize, end_session};
use serde_json::Value;

/// The longest life of a request that One Login advises, in seconds, and what clocks may be apart.
const SKEW: i64 = 30;

const ABSENT: Fault = Fault::error(
    "request.absent",
    "One Login refuses a request that is not signed.",
    "Something changes the redirect on its way; the Worker itself always signs.",
);
const OUTSIDE: Fault = Fault::error(
    "request.outside",
    "One Login reads some parameters outside the signed part, where anybody can change them.",
    "Something changes the redirect on its way; deploy the newest version of the Worker.",
);
const SIGNER: Fault = Fault::error(
    "request.key",
    "One Login does not find the key and refuses every sign-in.",
    "Deploy, and see that the key set above is the newest; `cargo edge keys rotate client` says where a rotation stands.",
);
const SIGNATURE: Fault = Fault::error(
    "request.signature",
    "One Login refuses every sign-in: what it gets is not signed by the key that it has.",
    "Deploy. If One Login has a fixed key of this client, `cargo edge keys show` prints the one to register; else another \
     server may answer the address of the key set.",
);
const CLIENT: Fault = Fault::error(
    "request.client",
    "One Login does not know the client, or takes the request for another's.",
    "Deploy the newest configuration.",
);
const AUDIENCE: Fault = Fault::error(
    "request.audience",
    "One Login refuses it as meant for somebody else.",
    "Deploy the newest version; check the environment.",
);
const TIMES: Fault = Fault::error(
    "request.times",
    "One Login refuses it as expired, or it could be used for too long.",
    "Compare the clocks; deploy the newest version of the Worker.",
);
const RETURN: Fault = Fault::error(
    "request.redirect_uri",
    "One Login refuses an address that is not the registered one.",
    "Deploy the newest configuration, and register exactly this address.",
);
const ASKED: Fault = Fault::error(
    "request.asked",
    "People are asked for too little or too much.",
    "Deploy the newest configuration.",
);

/// The request object.
pub const OBJECT: Probe = Probe {
    name: "request",
    checks: "the Worker asks One Login for what wrangler.toml says",
    faults: &[
        &UNANSWERED,
        &ABSENT,
        &OUTSIDE,
        &SIGNER,
        &SIGNATURE,
        &CLIENT,
        &AUDIENCE,
        &TIMES,
        &RETURN,
        &ASKED,
    ],
    judge: object,
};

fn object(look: &Look<'_>) -> Result<Outcome, Outcome> {
    let expected = look.expected()?;
    let service = look.service()?;
    let (_, level) = protected(service).ok_or_else(|| not_run("every path is public"))?;
    let answer = look.answer(Asked::Navigation)?;
    let query = answer.header("location").and_then(query);
    let query = query.ok_or_else(|| found(&ABSENT, status(answer)))?;
    let token = query.get("request").and_then(|token| parts(token));
    let (header, claims) =
        token.ok_or_else(|| found(&ABSENT, "the redirect has no request object"))?;
    let mut findings = Findings::default();
    let mut differs = |fault, name: &str, seen: &Value, wanted: &str| {
        let is_it = seen.as_str() == Some(wanted);
        findings.require(is_it, fault, || format!("{name} is {seen}, not {wanted}"));
    };
    differs(&SIGNER, "alg", &header["alg"], service.request_alg.as_str());
    differs(&CLIENT, "iss", &claims["iss"], &service.client_id);
    differs(
        &CLIENT,
        "client_id",
        &claims["client_id"],
        &service.client_id,
    );
    differs(
        &AUDIENCE,
        "aud",
        &claims["aud"],
        &authorisation_endpoint(look)?,
    );
    differs(
        &RETURN,
        "redirect_uri",
        &claims["redirect_uri"],
        &expected.redirect,
    );
    differs(&ASKED, "scope", &claims["scope"], &service.scope);
    differs(&ASKED, "vtr", &claims["vtr"][0], level.as_str());
    let kid = header["kid"].as_str().unwrap_or("none");
    if let Some(set) = look.answer(Asked::ClientKeys).ok().and_then(keys) {
        findings.require(set.iter().any(|key| key["kid"] == kid), &SIGNER, || {
            format!("the key {kid} is not in the key set")
        });
    }
    findings.require(look.is_signed != Some(false), &SIGNATURE, || {
        format!("the signature by {kid} is not good")
    });
    let outside = [
        ("client_id", service.client_id.as_str()),
        ("scope", &service.scope),
        ("response_type", "code"),
    ];
    for (name, wanted) in outside {
        let seen = query.get(name).map_or("nothing", String::as_str);
        findings.require(seen == wanted, &OUTSIDE, || {
            format!("{name} is {seen}, not {wanted}")
        });
    }
    findings.require(query.len() == outside.len() + 1, &OUTSIDE, || {
        format!(
            "there are {} parameters, not {}",
            query.len(),
            outside.len() + 1
        )
    });
    let (from, until) = (
        claims["iat"].as_i64().unwrap_or_default(),
        claims["exp"].as_i64().unwrap_or_default(),
    );
    let sound =
        (1..=authorize::LIFETIME).contains(&(until - from)) && (from - answer.at).abs() <= SKEW;
    findings.require(sound, &TIMES, || {
        format!(
            "it is {} s old and lives for {} s",
            answer.at - from,
            until - from
        )
    });
    let signature = match look.is_signed {
        Some(_) => "good signature",
        None => "signature not verified",
    };
    Ok(findings.or_well(format!(
        "{signature} ({}) by {kid}, {} and {}",
        service.request_alg.as_str(),
        service.scope,
        level.as_str()
    )))
}

const FULL: Fault = Fault::error(
    "request size.over",
    "One Login's firewall answers 403, and nobody can sign in.",
    "Ask for less: fewer claims and scopes, a key of 2,048 bits.",
);
const NEARLY: Fault = Fault::warning(
    "request size.near",
    "A request that asks for more, such as signing in again, may not fit any more.",
    "Ask for less: fewer claims and scopes, a key of 2,048 bits.",
);

/// The size of the request.
pub const SIZE: Probe = Probe {
    name: "request size",
    checks: "the request fits through One Login's firewall",
    faults: &[&UNANSWERED, &FULL, &NEARLY],
    judge: |look| {
        look.service()?;
        let answer = look.answer(Asked::Navigation)?;
        let query = answer.header("location").and_then(|to| to.split_once('?'));
        let (_, query) = query.ok_or_else(|| not_run("there is no request"))?;
        let percent = query.len() * 100 / authorize::MAX_QUERY;
        let seen = format!(
            "{} of {} bytes, {percent} %",
            query.len(),
            authorize::MAX_QUERY
        );
        match query.len() {
            length if length > authorize::MAX_QUERY => Err(found(&FULL, seen)),
            _ if percent >= 80 => Err(found(&NEARLY, seen)),
            _ => Ok(Outcome::Well(seen)),
        }
    },
};

/// The bytes of a logout query that One Login's ID tokens take: about 600 signed with ES256, 1,200 with RS256.
const ID_TOKEN: usize = 1_250;

const LONG_WAY_BACK: Fault = Fault::warning(
    "logout size.room",
    "The hint may be left out, and people end on One Login's own page after signing out.",
    "Use a shorter host or `own_path`.",
);

/// The room in a sign-out's address. Only a person who is signed in gets a whole one, so the doctor estimates it.
pub const LOGOUT: Probe = Probe {
    name: "logout size",
    checks: "an ID token has room in the address of a sign-out",
    faults: &[&LONG_WAY_BACK],
    judge: |look| {
        let signed_out = &look.expected()?.signed_out;
        // The state is 22 characters.
        let address = end_session::address("e", Some(""), signed_out, &"s".repeat(22));
        let taken = address.split_once('?').map_or(0, |(_, query)| query.len());
        let room = end_session::MAX_QUERY.saturating_sub(taken);
        let seen = format!("{room} of {} bytes are left for it", end_session::MAX_QUERY);
        if room < ID_TOKEN {
            return Err(found(&LONG_WAY_BACK, seen));
        }
        Ok(Outcome::Well(seen))
    },
};
