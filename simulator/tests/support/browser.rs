//! Browsers that keep the provider's cookie, and a careful receiver of logout notifications.

use serde_json::{Value, json};
use simulator::http::{Request, Response, form_encode, last_wins};
use simulator::jose::{Unverified, verify_es256};
use simulator::provider::notification::{Outgoing, State};

use super::{ISSUER, World, changed, parameters, parsed, registration, registration_with};

/// Where the registrations of [`two_clients`] want to be told.
pub const TOLD: &str = "http://localhost:8787/auth/backchannel-logout";

/// Two clients that are told of the end of sessions; the second is on another host and honours `max_age`.
pub fn two_clients() -> Vec<Value> {
    let first = changed(&registration(), "back_channel_logout_uri", json!(TOLD));
    let second = registration_with(json!({
        "client_id": "other", "redirect_uris": ["https://other.example/cb"], "max_age_enabled": true,
        "back_channel_logout_uri": "https://other.example/logout",
    }));
    vec![first, second]
}

/// A world with the sign-in page and two clients.
pub fn world_of_browsers() -> World {
    let mut world = World::with(&two_clients());
    world.provider.set_automatic(None);
    world
}

/// One browser, which keeps what the provider gives it.
#[derive(Default)]
pub struct Browser {
    pub cookie: Option<String>,
}

impl Browser {
    pub fn send(&mut self, world: &mut World, request: Request) -> Response {
        let request = match &self.cookie {
            Some(cookie) => request.with_header("cookie", cookie),
            None => request,
        };
        let answer = world.send(&request);
        if let Some(given) = answer.header("set-cookie") {
            let pair = given.split(';').next().unwrap().to_owned();
            self.cookie = Some(pair).filter(|_| !given.contains("Max-Age=0"));
        }
        answer
    }

    /// Comes from a client with some claims of its request changed.
    pub fn ask(&mut self, world: &mut World, client_id: &str, changes: Value) -> Response {
        let mut claims = world.asking();
        let own = world.provider.settings().client(client_id).unwrap();
        claims["redirect_uri"] = json!(own.redirect_uris[0]);
        claims["client_id"] = json!(client_id);
        claims["iss"] = json!(client_id);
        claims
            .as_object_mut()
            .unwrap()
            .extend(changes.as_object().unwrap().clone());
        let token = world.key.sign(&world.header(), &claims);
        let query = form_encode(&[
            ("response_type", "code"),
            ("client_id", client_id),
            ("scope", "openid email phone"),
            ("request", &token),
        ]);
        self.send(world, Request::get(format!("/authorize?{query}")))
    }

    /// Chooses who to be on the page that was shown.
    pub fn choose(&mut self, world: &mut World, page: &Response, persona: &str) -> Response {
        assert_eq!(page.status, 200, "the page is shown: {:?}", page.reason);
        let text = String::from_utf8(page.body.clone()).unwrap();
        let journey = text.split("name=\"journey\" value=\"").nth(1).unwrap();
        let journey = journey.split('"').next().unwrap();
        let form = form_encode(&[("journey", journey), ("persona", persona)]);
        self.send(world, Request::post_form("/sign-in", form))
    }

    /// Signs a person in on the page, and gives the ID token.
    pub fn sign_in(&mut self, world: &mut World, client_id: &str, persona: &str) -> Unverified {
        let page = self.ask(world, client_id, json!({}));
        let answer = self.choose(world, &page, persona);
        id_token(world, client_id, &answer)
    }

    /// Is signed in without a question.
    pub fn silently(&mut self, world: &mut World, client_id: &str) -> Unverified {
        let answer = self.ask(world, client_id, json!({}));
        id_token(world, client_id, &answer)
    }
}

/// The ID token as text for the code in a redirect.
pub fn id_token_text(world: &mut World, client_id: &str, answer: &Response) -> String {
    let code = parameters(answer)
        .remove("code")
        .unwrap_or_else(|| panic!("no code: {answer:?}"));
    let mut form = world.exchange(&code);
    let mut proving = world.proving();
    proving["iss"] = json!(client_id);
    proving["sub"] = json!(client_id);
    let assertion = world.key.sign(&world.header(), &proving);
    form.insert("client_assertion".to_owned(), assertion);
    let own = world.provider.settings().client(client_id).unwrap();
    form.insert("redirect_uri".to_owned(), own.redirect_uris[0].clone());
    let tokens = world.token(&form);
    assert_eq!(tokens.status, 200, "{:?}", tokens.reason);
    tokens.body_json()["id_token"].as_str().unwrap().to_owned()
}

/// The ID token, taken apart.
pub fn id_token(world: &mut World, client_id: &str, answer: &Response) -> Unverified {
    parsed(&json!(id_token_text(world, client_id, answer)))
}

/// Signs out at the provider, and gives the address that follows.
pub fn logout(browser: &mut Browser, world: &mut World, query: &[(&str, &str)]) -> String {
    let target = format!("/logout?{}", form_encode(query));
    let answer = browser.send(world, Request::get(target));
    assert_eq!(answer.status, 302);
    answer.header("location").unwrap().to_owned()
}

/// The logout token in a form.
pub fn token_of(body: &[u8]) -> Unverified {
    let token = last_wins(body).remove("logout_token");
    Unverified::parse(&token.unwrap()).unwrap()
}

/// Takes everything that is due and lets it arrive.
pub fn delivered(world: &mut World) -> Vec<Outgoing> {
    let due = world.provider.take_notifications(world.now);
    for outgoing in &due {
        world.provider.notification_result(outgoing.id, Ok(200));
    }
    due
}

/// The clients of notifications, in alphabetical order.
pub fn clients_told(due: &[Outgoing]) -> Vec<&str> {
    let mut names: Vec<&str> = due.iter().map(|o| o.client_id.as_str()).collect();
    names.sort_unstable();
    names
}

/// The states of all deliveries, in order.
pub fn states(world: &World) -> Vec<State> {
    world
        .provider
        .deliveries()
        .iter()
        .map(|d| d.state)
        .collect()
}

/// The checks of a careful receiver of a notification: those that the specifications and the provider's documentation
/// ask for, written a second time.
pub fn judged(world: &mut World, outgoing: &Outgoing, client_id: &str) -> Result<(), String> {
    let ensure = |good: bool, what: &str| if good { Ok(()) } else { Err(what.to_owned()) };
    ensure(outgoing.method == "POST", "method")?;
    ensure(outgoing.body.len() <= 64 * 1024, "size")?;
    let content_type = outgoing.headers.iter().find(|(n, _)| n == "content-type");
    let essence = content_type.map_or("", |(_, v)| v.split(';').next().unwrap());
    ensure(
        essence == "application/x-www-form-urlencoded",
        "content type",
    )?;
    let pairs: Vec<(String, String)> = form_urlencoded::parse(&outgoing.body)
        .into_owned()
        .collect();
    ensure(pairs.len() == 1 && pairs[0].0 == "logout_token", "form")?;
    let token = Unverified::parse(&pairs[0].1).ok_or("not a token")?;
    let typ = token.header_text("typ").unwrap_or_default().to_lowercase();
    let typ = typ.strip_prefix("application/").unwrap_or(&typ);
    ensure(typ == "logout+jwt", "typ")?;
    ensure(token.header_text("alg") == Some("ES256"), "alg")?;
    let kid = token.header_text("kid").ok_or("no kid")?.to_owned();
    let key = world.published(&kid).ok_or("unknown kid")?;
    ensure(
        verify_es256(&key, &token.signed, &token.signature),
        "signature",
    )?;
    ensure(token.text("iss") == Some(ISSUER), "iss")?;
    let audience = &token.claims.get("aud").cloned().unwrap_or_default();
    ensure(
        *audience == json!(client_id) || *audience == json!([client_id]),
        "aud",
    )?;
    let (iat, exp) = (
        token.seconds("iat").ok_or("iat")?,
        token.seconds("exp").ok_or("exp")?,
    );
    ensure(iat <= world.now + 30, "iat is ahead")?;
    ensure(exp + 30 > world.now, "exp has passed")?;
    ensure(exp - iat <= 600, "exp is too far")?;
    for name in ["jti", "sub"] {
        ensure(token.text(name).is_some_and(|t| !t.is_empty()), name)?;
    }
    let event = "http://schemas.openid.net/event/backchannel-logout";
    ensure(json!(token.claims)["events"][event].is_object(), "events")?;
    ensure(!token.claims.contains_key("nonce"), "nonce")
}
