//! The demo service's application: filled in from what was proved, in two languages.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod support;

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use simulator::keys::{Algorithm, SigningKey};
use simulator::origin;
use support::assertion::{
    ASSERTION, IDENTITY, asserting, identity_claims, in_header, origin_settings, proved, serve_keys,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A demo service, with the key of its edge.
struct Demo {
    key: SigningKey,
    address: String,
    now: i64,
}

impl Demo {
    async fn start() -> Self {
        let key = SigningKey::generate(Algorithm::Es256);
        let settings = origin_settings(&serve_keys(&key).await.0);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(origin::serve(listener, settings));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let now = i64::try_from(now.as_secs()).unwrap();
        Self { key, address, now }
    }

    fn assertion(&self, claims: &Value) -> String {
        let token = self.key.token(&[ASSERTION], claims.as_object().unwrap());
        format!("One-Login-Assertion: {token}\r\n")
    }

    fn identity(&self, claims: &Value) -> String {
        let token = self.key.token(&[IDENTITY], claims.as_object().unwrap());
        format!("One-Login-Identity: {token}\r\n")
    }

    async fn sent(&self, method: &str, target: &str, headers: &str, body: &str) -> (u16, String) {
        let length = body.len();
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: demo\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        );
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer[9..12].parse().unwrap();
        (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
    }

    async fn get(&self, target: &str, headers: &str) -> (u16, String) {
        self.sent("GET", target, headers, "").await
    }

    /// A person who proved their identity, with these members in the assertion.
    fn proved(&self, more: Value) -> String {
        self.assertion(&proved(self.now, more))
    }
}

/// The value of a field of the form.
fn field<'a>(page: &'a str, id: &str) -> &'a str {
    let input = page
        .split(&format!("id=\"{id}\""))
        .nth(1)
        .expect("the field");
    let input = input.split('>').next().unwrap();
    input
        .split(" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
}

fn here(given_name: &str) -> Value {
    let mut claims = identity_claims(given_name);
    claims["identity_claims"] = json!("here");
    claims
}

#[tokio::test]
async fn when_an_identity_arrives_in_either_header_then_the_form_is_filled_in() {
    let demo = Demo::start().await;
    let in_assertion = demo.proved(here("Gwenllian"));
    let second = demo.proved(json!({ "identity_claims": "header" }))
        + &demo.identity(&in_header(demo.now, &identity_claims("Gwenllian")));
    for headers in [in_assertion, second] {
        let (status, page) = demo.get("/apply", &headers).await;
        assert_eq!(status, 200);
        assert_eq!(field(&page, "given-names"), "Gwenllian");
        assert_eq!(field(&page, "family-name"), "Pugh");
        let date = ["birth-day", "birth-month", "birth-year"].map(|id| field(&page, id));
        assert_eq!(date, ["6", "11", "1964"]);
        assert!(
            page.contains(">8 HADLEY ROAD\nSY23 3BU</textarea>"),
            "{page}"
        );
        assert!(page.contains("<html lang=\"en\">") && page.contains("href=\"/cy/apply\""));
        let (_, who) = demo.get("/whoami", &headers).await;
        let who: Value = serde_json::from_str(&who).unwrap();
        assert_eq!(who["coreIdentity"]["birthDate"][0]["value"], "1964-11-06");
    }
}

#[tokio::test]
async fn rejects_an_announced_second_header_that_is_not_for_the_same_person() {
    let demo = Demo::start().await;
    let announced = demo.proved(json!({ "identity_claims": "header" }));
    let good = in_header(demo.now, &identity_claims("Gwenllian"));
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        demo.identity(&claims)
    };
    let identity = demo.identity(&good);
    let typed_as_assertion = demo.assertion(&good).replace("Assertion", "Identity");
    let stranger =
        SigningKey::generate(Algorithm::Es256).token(&[IDENTITY], good.as_object().unwrap());
    for bad in [
        String::new(),
        format!("{identity}{identity}"),
        with("sub", json!("urn:fdc:gov.uk:2022:y")),
        with("sid", json!("another")),
        with("iss", json!("http://localhost:1")),
        with("aud", json!("another")),
        with("exp", json!(demo.now - 60)),
        with("iat", json!(demo.now + 60)),
        typed_as_assertion,
        format!("One-Login-Identity: {stranger}\r\n"),
    ] {
        let (status, page) = demo.get("/apply", &format!("{announced}{bad}")).await;
        assert_eq!((status, page.contains("Gwenllian")), (401, false), "{bad}");
    }
    // Unannounced it counts for nothing, neither for good nor for bad.
    for said in [
        json!({}),
        json!({ "identity_claims": "gone" }),
        json!({ "identity_claims": "too_large" }),
    ] {
        let headers = demo.proved(said) + &identity;
        let (status, page) = demo.get("/apply", &headers).await;
        assert_eq!((status, field(&page, "given-names")), (200, ""));
    }
}

#[tokio::test]
async fn when_identity_claims_are_missing_then_the_page_explains_it() {
    let demo = Demo::start().await;
    let gone = demo.proved(json!({ "identity_claims": "gone" }));
    for (target, link) in [
        (
            "/apply",
            "/auth/sign-in?refresh=identity&amp;return_to=/apply",
        ),
        (
            "/cy/apply",
            "/auth/sign-in?refresh=identity&amp;return_to=/cy/apply",
        ),
    ] {
        let (status, page) = demo.get(target, &gone).await;
        assert_eq!(status, 200);
        assert!(page.contains(&format!("href=\"{link}\"")), "{page}");
    }
    let large = demo.proved(json!({ "identity_claims": "too_large" }));
    assert!(
        demo.get("/apply", &large)
            .await
            .1
            .contains("too long for us to fill in")
    );

    // A lower level gets no form, whatever the claims say.
    let mut lower = here("Gwenllian");
    for vot in ["Cl.Cm", "Cl.Cm.P1", "Cl.Cm.P22", "P3"] {
        lower["vot"] = json!(vot);
        let headers = demo.assertion(&proved(demo.now, lower.clone()));
        let (status, page) = demo.get("/apply", &headers).await;
        assert_eq!((status, page.contains("Gwenllian")), (403, false), "{vot}");
        assert_eq!(demo.sent("POST", "/apply", &headers, "").await.0, 403);
    }
    assert_eq!(demo.get("/apply", "").await.0, 401);
}

#[tokio::test]
async fn when_a_person_has_no_identity_then_the_page_says_why() {
    let demo = Demo::start().await;
    for (outcome, english, welsh) in [
        (
            "not_proved",
            "We could not confirm your identity",
            "Ni allem gadarnhau pwy ydych chi",
        ),
        ("access_denied", "You did not finish", "Ni wnaethoch orffen"),
        (
            "level_too_low",
            "We need stronger proof",
            "Mae angen prawf cryfach",
        ),
        (
            "temporarily_unavailable",
            "You cannot prove your identity right now",
            "ar hyn o bryd",
        ),
        (
            "unauthorized_client",
            "You cannot prove your identity right now",
            "ar hyn o bryd",
        ),
        (
            "something-new",
            "You need to prove your identity",
            "Mae angen i chi brofi",
        ),
    ] {
        let mut claims = asserting(demo.now);
        claims["identity_outcome"] = json!(outcome);
        let headers = demo.assertion(&claims);
        for (target, text) in [
            ("/apply/not-proved", english),
            ("/cy/apply/not-proved", welsh),
            ("/apply/not-proved?lang=cy", welsh),
        ] {
            let (status, page) = demo.get(target, &headers).await;
            assert_eq!(status, 200);
            assert!(page.contains(text), "{outcome} {target}: {page}");
        }
    }
    for headers in ["", "One-Login-Assertion: x\r\n"] {
        let (status, page) = demo.get("/apply/not-proved", headers).await;
        assert_eq!(status, 200);
        assert!(page.contains("You need to prove your identity"));
    }
}

#[tokio::test]
async fn when_a_name_holds_markup_then_the_page_shows_it_as_text() {
    let demo = Demo::start().await;
    let hostile = "\"><script>alert(1)</script></textarea>";
    let (_, page) = demo.get("/apply", &demo.proved(here(hostile))).await;
    assert!(page.contains("value=\"&quot;&gt;&lt;script&gt;") && !page.contains("<script"));
    let form = "given-names=%3Cscript%3E&family-name=&birth-day=6&birth-month=11&birth-year=1964&address=a%0Ab";
    let headers = demo.proved(here("x")) + "Content-Type: application/x-www-form-urlencoded\r\n";
    let (status, page) = demo.sent("POST", "/cy/apply", &headers, form).await;
    assert_eq!(status, 200);
    assert!(page.contains("Rydym wedi derbyn eich cais") && page.contains("&lt;script&gt;"));
    assert!(!page.contains("<script") && page.contains("6 11 1964"));
}

#[tokio::test]
async fn when_welsh_is_asked_for_then_every_page_of_the_service_is_welsh() {
    let demo = Demo::start().await;
    let headers = demo.proved(here("Gwenllian"));
    for (target, text) in [
        ("/cy", "I chi yn unig y mae eich cyfrif"),
        ("/cy/", "I chi yn unig y mae eich cyfrif"),
        ("/cy/account", "Rydych wedi mewngofnodi fel"),
        ("/cy/account/licences", "Allgofnodi ym mhobman"),
        ("/cy/apply", "Dyddiad geni"),
        ("/account?lang=cy", "Eich cyfrif"),
    ] {
        let (status, page) = demo.get(target, &headers).await;
        assert_eq!(status, 200, "{target}");
        assert!(
            page.contains(text) && page.contains("<html lang=\"cy\">"),
            "{target}: {page}"
        );
        assert!(
            !page.contains("Your account") && !page.contains("Skip to"),
            "{target}"
        );
    }
    let (status, page) = demo.get("/cy/nowhere", "").await;
    assert!(status == 404 && page.contains("Heb ddod o hyd"));
    assert_eq!(demo.get("/cy/account", "").await.0, 401);
}
