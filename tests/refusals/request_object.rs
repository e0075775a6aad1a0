//! Our own request, broken one way at a time: the provider of these tests refuses every violation.
//!
//! The numbers are those of the list of the provider's rules in `provider.md` 1. The request that the edge
//! really sends passes every one of them, as the journeys show.

use one_login_edge::oidc::jws::Alg;
use serde_json::{Value, json};
use simulator::http::{Request, Response, form_encode};
use simulator::jose::{Object, Unverified, b64};

use crate::world::http::parameter;
use crate::world::{Browser, By, World, keys};

/// A request of the edge, taken apart.
struct Asked {
    method: &'static str,
    outside: Vec<(String, String)>,
    header: Object,
    claims: Object,
    sign: fn(&[u8]) -> Vec<u8>,
}

impl Asked {
    fn taken_from(world: &World) -> Self {
        let start = Browser::new().step(world, "/account/details");
        let object = parameter(start.location(), "request").unwrap();
        let token = Unverified::parse(&object).unwrap();
        let query = start.location().split_once('?').unwrap().1;
        Self {
            method: "GET",
            outside: url::form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
            header: token.header,
            claims: token.claims,
            sign: |message| keys::sign(keys::CLIENT[0], Alg::Rs256, message).unwrap(),
        }
    }

    /// Signs it again and sends it as a browser would.
    fn sent(mut self, world: &World) -> Response {
        let part = |object: &Object| b64(Value::Object(object.clone()).to_string());
        let signed = format!("{}.{}", part(&self.header), part(&self.claims));
        let object = format!("{signed}.{}", b64((self.sign)(signed.as_bytes())));
        for (name, value) in &mut self.outside {
            if name == "request" && value.starts_with("eyJ") {
                value.clone_from(&object);
            }
        }
        let pairs: Vec<_> = self
            .outside
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        let mut request = Request::get(format!("/authorize?{}", form_encode(&pairs)));
        request.method = self.method.to_owned();
        world.outside.ask_provider(&request)
    }

    fn claim(&mut self, name: &str, value: Value) {
        self.claims.insert(name.to_owned(), value);
    }

    fn without(&mut self, name: &str) {
        assert!(self.claims.remove(name).is_some(), "{name} was there");
    }

    fn outer(&mut self, name: &str, value: &str) {
        let pair = self
            .outside
            .iter_mut()
            .find(|(key, _)| key == name)
            .unwrap();
        value.clone_into(&mut pair.1);
    }

    fn without_outer(&mut self, name: &str) {
        let before = self.outside.len();
        self.outside.retain(|(key, _)| key != name);
        assert_eq!(self.outside.len() + 1, before);
    }
}

/// How the provider ended it: an error code, `code`, or the status of a page.
fn ended(answer: &Response) -> String {
    let location = answer.header("location").unwrap_or_default();
    match (parameter(location, "error"), parameter(location, "code")) {
        (Some(error), _) => error,
        (None, Some(_)) => "code".to_owned(),
        (None, None) => answer.status.to_string(),
    }
}

/// Every rule that our request could break: the rule, how it is broken, and how the provider ends it.
const RULES: &str = r#"
    as it is                                | claim x 1                                  | code
    1 by another method                     | method POST                                | 500
    1 too long                              | claim x LONG                               | 403
    2 no scope outside                      | outside-without scope                      | 500
    2 no response_type outside              | outside-without response_type              | 400
    2 no client_id outside                  | outside-without client_id                  | 400
    2 another response_type outside         | outside response_type token                | unsupported_response_type
    2 a scope outside, not registered       | outside scope openid profile               | invalid_scope
    2 another client inside                 | claim client_id "other"                    | unauthorized_client
    2 no client inside                      | without client_id                          | unauthorized_client
    4 the client as subject                 | claim sub "licence-client"                 | 400
    4 a request inside                      | claim request "x"                          | invalid_request
    4 a request_uri inside                  | claim request_uri "https://x.example"      | invalid_request
    5 an unknown client                     | outside client_id nobody                   | 400
    5 no request object                     | outside-without request                    | 400
    6 not signed, and says so               | header alg "none"; sign nothing            | 400
    6 HS256                                 | header alg "HS256"                         | 400
    6 ES256                                 | header alg "ES256"; sign es256             | 400
    6 PS256, which is allowed               | header alg "PS256"; sign ps256             | code
    6 PS256 in name alone                   | header alg "PS256"                         | 400
    7 no kid                                | header-without kid                         | 500
    7 a kid that is not published           | header kid "unknown"                       | 500
    8 another key's signature               | sign other                                 | 400
    8 no signature                          | sign nothing                               | 400
    9 expired                               | claim exp NOW-31                           | 400
    9 expired within the tolerance          | claim exp NOW-30                           | code
    9 not valid yet                         | claim nbf NOW+31                           | 400
    9 exp is a text                         | claim exp "1800000300"                     | 400
    10 another redirect_uri                 | claim redirect_uri "https://evil.example/" | 400
    10 a redirect_uri with more             | claim redirect_uri "https://licence.example.gov.uk/auth/callback/" | 400
    10 no redirect_uri                      | without redirect_uri                       | 400
    10 another response_mode                | claim response_mode "form_post"            | 400
    11 no state                             | without state                              | invalid_request
    11 the issuer as audience               | claim aud "https://oidc.account.gov.uk/"   | access_denied
    11 the audience of another environment  | claim aud "https://oidc.integration.account.gov.uk/authorize" | access_denied
    11 no audience                          | without aud                                | access_denied
    11 another issuer                       | claim iss "other"                          | unauthorized_client
    11 no issuer                            | without iss                                | unauthorized_client
    11 another response_type                | claim response_type "code id_token"        | unsupported_response_type
    11 no response_type                     | without response_type                      | unsupported_response_type
    11 a scope that is not registered       | claim scope "openid address"               | invalid_scope
    11 no openid                            | claim scope "email"                        | invalid_scope
    11 no scope                             | without scope                              | invalid_scope
    11 no nonce                             | without nonce                              | invalid_request
    11 claims that are not registered       | claim claims {"userinfo":{"https://vocab.account.gov.uk/v1/address":null}} | invalid_request
    11 claims that are no JSON              | claim claims "{"                           | invalid_request
    12 no code_challenge                    | without code_challenge                     | invalid_request
    12 a blank code_challenge               | claim code_challenge " "                   | invalid_request
    12 no method                            | without code_challenge_method              | invalid_request
    12 the plain method                     | claim code_challenge_method "plain"        | invalid_request
    13 a vtr that is no list                | claim vtr "Cl.Cm"                          | invalid_request
    13 an unknown vector                    | claim vtr ["cl.cm"]                        | invalid_request
    13 an identity, not registered          | claim vtr ["Cl.Cm.P2"]                     | invalid_request
    13 identity without two factors         | claim vtr ["Cl.P2"]                        | invalid_request
    14 a language that is none              | claim ui_locales "en_GB!"                  | invalid_request
    14 a max_age below nothing              | claim max_age -1                           | invalid_request
    14 a login_hint without end             | claim login_hint HINT                      | invalid_request
    14 an unknown channel                   | claim channel "fax"                        | invalid_request
    15 select_account                       | claim prompt "select_account"              | unmet_authentication_requirements
    16 a hint that nobody signed            | claim prompt "login"; claim id_token_hint "e30.e30.AA" | invalid_request
    16 a hint without vtr                   | claim prompt "login"; claim id_token_hint "e30.e30.AA"; without vtr | 500
"#;

/// Breaks a request as one line of the table says.
fn change(asked: &mut Asked, how: &str, now: i64) {
    for step in how.split("; ") {
        let (verb, rest) = step.split_once(' ').unwrap();
        let (name, value) = rest.split_once(' ').unwrap_or((rest, ""));
        match verb {
            "method" => asked.method = "POST",
            "claim" => asked.claim(name, json_of(value, now)),
            "without" => asked.without(name),
            "outside" => asked.outer(name, value),
            "outside-without" => asked.without_outer(name),
            "header" => drop(asked.header.insert(name.to_owned(), json_of(value, now))),
            "header-without" => drop(asked.header.remove(name).unwrap()),
            "sign" => asked.sign = signer(name),
            other => panic!("{other} is nothing that can be done to a request"),
        }
    }
}

/// A value of the table: JSON, or one of the few words for what would be too long there.
fn json_of(text: &str, now: i64) -> Value {
    match text {
        "LONG" => json!("x".repeat(3_000)),
        "HINT" => json!("x".repeat(257)),
        _ => match text.strip_prefix("NOW") {
            Some(offset) => json!(now + offset.parse::<i64>().unwrap()),
            None => serde_json::from_str(text).unwrap(),
        },
    }
}

fn signer(name: &str) -> fn(&[u8]) -> Vec<u8> {
    match name {
        "nothing" => |_| Vec::new(),
        "es256" => |message| keys::sign(keys::ASSERTION[0], Alg::Es256, message).unwrap(),
        "ps256" => |message| keys::sign(keys::CLIENT[0], Alg::Ps256, message).unwrap(),
        "other" => |message| keys::sign(keys::CLIENT[1], Alg::Rs256, message).unwrap(),
        other => panic!("no client signs with {other}"),
    }
}

#[test]
fn t40_when_one_part_of_our_request_is_wrong_then_the_provider_refuses_it() {
    let world = World::new();
    let mut wrong = Vec::new();
    let rules: Vec<_> = RULES.lines().filter(|line| !line.is_empty()).collect();
    assert!(rules.len() > 60);
    for line in rules {
        let fields: Vec<_> = line.split(" | ").map(str::trim).collect();
        let [rule, how, expected] = fields[..] else {
            panic!("{line}");
        };
        let mut asked = Asked::taken_from(&world);
        change(&mut asked, how, world.now());
        let answer = asked.sent(&world);
        let reason = &answer.reason;
        if ended(&answer) != expected {
            wrong.push(format!(
                "{rule}: {} not {expected}: {reason:?}",
                ended(&answer)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn t24_rejects_a_code_whose_challenge_belongs_to_another_verifier() {
    let world = World::new();
    let mut browser = Browser::new();
    let start = browser.step(&world, "/account/details");
    let object = parameter(start.location(), "request").unwrap();
    let token = Unverified::parse(&object).unwrap();
    let mut asked = Asked::taken_from(&world);
    asked.claims = token.claims;
    let other = simulator::jose::pkce_challenge("somebody-elses-verifier-of-forty-three-letters");
    asked.claim("code_challenge", json!(other));
    let back = asked.sent(&world);
    assert_eq!(ended(&back), "code");
    world.forget();
    let shown = browser.step(&world, back.header("location").unwrap());
    assert_eq!(shown.status, 400);
    assert_eq!(world.happened().lines(), ["callback: invalid_grant"]);
    let reason = world
        .provider()
        .requests()
        .last()
        .unwrap()
        .error
        .clone()
        .unwrap();
    assert!(reason.contains("code_verifier does not match"), "{reason}");
}

#[test]
fn t40_rejects_a_request_object_as_a_client_assertion_and_the_reverse() {
    let world = World::new();
    let mut browser = Browser::new();
    let start = browser.step(&world, "/account/details");
    let request = parameter(start.location(), "request").unwrap();
    let back = browser.step(&world, start.location());
    browser.step(&world, back.location());
    let form = world.happened().forms().pop().unwrap();
    let assertion = parameter(&format!("https://x/?{form}"), "client_assertion").unwrap();

    let as_request = start.location().replace(&request, &assertion);
    assert_ne!(as_request, start.location());
    let shown = browser.step(&world, &as_request);
    assert_eq!((shown.by, shown.status), (By::Provider, 400));

    let swapped = form.replace(&assertion, &request);
    assert_ne!(swapped, form);
    let as_assertion = Request::post_form("/token", swapped).with_header("user-agent", "test");
    let answer = world.outside.ask_provider(&as_assertion);
    assert_eq!(answer.body_json()["error"], "invalid_client");
}
