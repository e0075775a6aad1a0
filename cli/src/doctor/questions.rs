//! The doctor's questions and their headers. Only the last needs an answer: it follows the Worker's redirect.

use super::head_limit::{self, Limit};
use super::look::health;
use super::subject::{Subject, protected, public, staff};
use super::web::{Asked, Question, Replies, Reply, Web};
use crate::registration::expected::Expected;
use anyhow::Result;
use one_login_edge::config::{Origin, Service};

/// A forged assertion without a signature; the Worker must never pass it on.
pub const FORGED: &str = "one-login-doctor.forged.assertion";

/// The headers that a browser sends when a person opens an address.
const NAVIGATION: [(&str, &str); 3] = [
    ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
    ("Sec-Fetch-Dest", "document"),
    ("Sec-Fetch-Mode", "navigate"),
];

/// The name of the program that One Login sends notifications with, or one like it.
const JAVA: &str = "Java-http-client/21.0.2";

/// The names of the programs that services fetch keys with, by their languages; Micronaut and Vert.x send none.
pub const AGENTS: [(&str, &str); 3] = [
    ("Python", "Python-urllib/3.13"),
    ("Java", JAVA),
    ("no user agent", ""),
];

/// Asks everything that can be asked.
///
/// The health page comes first: unless the Worker answers it, the doctor asks none of the Worker's other addresses.
pub fn ask(subject: &Subject, web: &dyn Web) -> Result<Replies> {
    let mut replies = Replies::new();
    let Some(expected) = subject.expected.as_ref().filter(|_| !subject.offline) else {
        return Ok(replies);
    };
    let ask = |questions: Vec<Question>, replies: &mut Replies| -> Result<()> {
        let asked: Vec<_> = questions.iter().map(|question| question.asked).collect();
        replies.extend(asked.into_iter().zip(web.ask(&questions)?));
        Ok(())
    };
    let health_page = expected.service.own_page("health");
    ask(
        vec![of_worker(subject, expected, Asked::Health, &health_page)],
        &mut replies,
    )?;
    let mut others = elsewhere(subject, expected);
    if health(&replies).is_some() {
        others.extend(of_worker_all(subject, expected));
    }
    ask(others, &mut replies)?;
    if let Some(question) = follow(subject, expected, &replies) {
        ask(vec![question], &mut replies)?;
    }
    Ok(replies)
}

/// A question to the Worker.
fn of_worker(subject: &Subject, expected: &Expected, asked: Asked, path: &str) -> Question {
    Question {
        asked,
        url: subject.at(path),
        method: "GET",
        headers: vec![("User-Agent", user_agent(expected))],
        body: None,
        name: subject.name.clone(),
        unchecked: false,
    }
}

fn of_worker_all(subject: &Subject, expected: &Expected) -> Vec<Question> {
    let service = &expected.service;
    let get = |asked, path: &str| of_worker(subject, expected, asked, path);
    let page = |asked, path: &str| get(asked, path).with(&NAVIGATION);
    let own = |name: &str| service.own_page(name);
    let garbage = |agent: String| {
        let mut question = get(Asked::BackChannelGarbage, &own("backchannel-logout"));
        question.method = "POST";
        question.headers = vec![
            ("User-Agent", agent),
            (
                "Content-Type",
                "application/x-www-form-urlencoded".to_owned(),
            ),
        ];
        question.body = Some("logout_token=not-a-token");
        question
    };
    let jwks = expected
        .jwks
        .first()
        .map(String::as_str)
        .unwrap_or_default();
    let jwks = jwks
        .strip_prefix(service.origin_url.as_str())
        .unwrap_or(jwks);
    let callback = format!("{}?code=doctor&state=doctor", service.redirect_path);
    let mut questions = vec![
        get(Asked::ClientKeys, jwks),
        get(Asked::AssertionKeys, &own("assertion-jwks.json")),
        page(Asked::Callback, &callback),
        page(Asked::SignOut, &own("sign-out")).with(&[("Sec-Fetch-Site", "cross-site")]),
        page(Asked::SignedOut, &own("signed-out")),
        get(Asked::BackChannelGet, &own("backchannel-logout")),
        garbage(user_agent(expected)),
        Question {
            asked: Asked::BackChannelJava,
            ..garbage(JAVA.to_owned())
        },
    ];
    for (place, (_, agent)) in AGENTS.iter().enumerate() {
        let mut question = get(Asked::AssertionKeysAs(place), &own("assertion-jwks.json"));
        let named = (!agent.is_empty()).then(|| ("User-Agent", (*agent).to_owned()));
        question.headers = named.into_iter().collect();
        questions.push(question);
    }
    if let Some((path, _)) = protected(service) {
        let script = [("Accept", "application/json"), ("Sec-Fetch-Dest", "empty")];
        questions.push(page(Asked::Navigation, &path));
        questions.push(get(Asked::Script, &path).with(&script));
    }
    if let Some(path) = public(service) {
        questions.push(page(Asked::Public, &path));
        questions.push(page(Asked::Spoofed, &path).with(&[("One-Login-Assertion", FORGED)]));
    }
    if let Some(path) = staff(service) {
        questions.push(page(Asked::Staff, &path));
    }
    if subject.has_landing_page {
        questions.push(page(Asked::Landing, &own("return")));
    }
    if !subject.is_local() {
        let mut plain = get(Asked::Plain, "/");
        plain.url = plain.url.replacen("https://", "http://", 1);
        questions.push(plain);
    }
    questions
}

/// The questions to servers other than the Worker.
fn elsewhere(subject: &Subject, expected: &Expected) -> Vec<Question> {
    let service = &expected.service;
    let mut discovery = of_worker(subject, expected, Asked::Discovery, "");
    discovery.url = service.provider.discovery_url();
    discovery.name = None;
    let team = service
        .access_team
        .as_ref()
        .filter(|_| staff(service).is_some());
    let team = team.map(|team| Question {
        asked: Asked::TeamKeys,
        url: team.keys.clone(),
        ..discovery.clone()
    });
    [discovery]
        .into_iter()
        .chain(team)
        .chain(of_origin(subject, expected))
        .chain(forwarded(subject, expected))
        .collect()
}

/// The question to the origin itself, where its address is known.
fn of_origin(subject: &Subject, expected: &Expected) -> Option<Question> {
    let (path, _) = protected(&expected.service)?;
    at_origin(subject, expected, Asked::Origin, &path)
}

/// The paths at which the origin's redirects are looked for: servers and frameworks add or take the slash at the end.
pub fn forwarded_paths(service: &Service) -> Vec<String> {
    let named = protected(service).map(|(path, _)| path);
    let paths = named.into_iter().chain(public(service)).flat_map(|path| {
        let other = match path.strip_suffix('/') {
            Some(without) => without.to_owned(),
            None => format!("{path}/"),
        };
        [path, other]
    });
    paths.filter(|path| !path.is_empty()).collect()
}

/// The questions with the headers that the Worker sets, for a person at an address that is for documentation.
fn forwarded(subject: &Subject, expected: &Expected) -> Vec<Question> {
    let service = &expected.service;
    let (scheme, _) = service.origin_url.split_once("://").unwrap_or_default();
    let headers = [
        ("X-Forwarded-Host", service.host.as_str()),
        ("X-Forwarded-Proto", scheme),
        ("X-Forwarded-For", "192.0.2.1"),
    ];
    let paths = forwarded_paths(service).into_iter().enumerate();
    let questions = paths.filter_map(|(place, path)| {
        let asked = Asked::OriginForwarded(place);
        Some(at_origin(subject, expected, asked, &path)?.with(&headers))
    });
    questions.collect()
}

/// A question to the origin for a path.
fn at_origin(subject: &Subject, expected: &Expected, asked: Asked, path: &str) -> Option<Question> {
    let service = &expected.service;
    let origin = subject.origin_url.as_ref()?;
    let mut question = of_worker(subject, expected, asked, "").with(&NAVIGATION);
    question.url = format!("{origin}{path}");
    // A stranger asks for the host that the origin serves, and minds no certificate.
    let is_shared = service.origin == Origin::Route;
    question.name = is_shared.then(|| service.host.clone());
    question.unchecked = true;
    Some(question)
}

/// How long a head the origin takes, if it answered.
///
/// # Errors
/// When nothing can be asked at all.
pub fn head_limit(subject: &Subject, replies: &Replies, web: &dyn Web) -> Result<Option<Limit>> {
    let Some(Reply::Answered(plain)) = replies.get(&Asked::Origin) else {
        return Ok(None);
    };
    let question = subject
        .expected
        .as_ref()
        .and_then(|expected| of_origin(subject, expected));
    match question {
        Some(question) => head_limit::measure(&question, plain, web),
        None => Ok(None),
    }
}

/// The Worker's request for One Login, one step on, if it leads there.
fn follow(subject: &Subject, expected: &Expected, replies: &Replies) -> Option<Question> {
    let Some(Reply::Answered(answer)) = replies.get(&Asked::Navigation) else {
        return None;
    };
    let location = answer.header("location")?;
    let leads_there = location.starts_with(expected.service.provider.issuer.as_str());
    if !subject.send || !leads_there {
        return None;
    }
    let mut question = of_worker(subject, expected, Asked::Authorise, "").with(&NAVIGATION);
    question.url = location.to_owned();
    question.name = None;
    Some(question)
}

/// The doctor's name: One Login refuses a request without a `User-Agent`.
fn user_agent(expected: &Expected) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "one-login-edge-doctor/{version} ({})",
        expected.service.origin_url
    )
}

impl Question {
    fn with(mut self, headers: &[(&'static str, &str)]) -> Self {
        let more = headers
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        self.headers.extend(more);
        self
    }
}
