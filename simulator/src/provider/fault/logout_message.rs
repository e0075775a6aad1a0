//! Logout notifications as they go on the wire, good or broken in one way.

use serde_json::{Value, json};

use super::logout_token::NotificationFault;
use super::workshop::{Workshop, pem};
use crate::http::{append_query, form_encode, last_wins};
use crate::jose::Object;
use crate::keys::{SigningKey, random_id};
use crate::provider::logout_token::EVENT;

const FORM: &str = "application/x-www-form-urlencoded";

/// The size of the largest body.
const ONE_MEGABYTE: usize = 1024 * 1024;

/// The request that the provider sends to a client.
#[derive(Debug, Clone)]
pub struct Message {
    /// The method.
    pub method: &'static str,
    /// The content type, when there is a body.
    pub content_type: Option<&'static str>,
    /// The parameters in the query.
    pub query: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Message {
    /// The honest form: one parameter in the body of a POST.
    pub fn form(token: &str) -> Self {
        Self::with_body(FORM, form_encode(&[("logout_token", token)]))
    }

    fn with_body(content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            method: "POST",
            content_type: Some(content_type),
            query: None,
            body: body.into(),
        }
    }

    /// The address with whatever the message has in its query.
    pub fn address(&self, uri: &str) -> String {
        match &self.query {
            None => uri.to_owned(),
            Some(token) => append_query(uri, &[("logout_token", token)]),
        }
    }

    /// The headers that belong to the message.
    pub fn headers(&self) -> Vec<(String, String)> {
        let value = |content_type: &str| ("content-type".to_owned(), content_type.to_owned());
        self.content_type.map(value).into_iter().collect()
    }

    /// The token in it, for the record.
    pub fn token(&self) -> Option<String> {
        if let Some(token) = &self.query {
            return Some(token.clone());
        }
        if let Ok(Value::Object(members)) = serde_json::from_slice(&self.body) {
            return Some(members.get("logout_token")?.as_str()?.to_owned());
        }
        last_wins(&self.body).remove("logout_token")
    }
}

/// Breaks the notification in the one way. An ID token is signed with the key for which the client is registered, so that
/// nothing but its kind is wrong.
pub fn forge(
    fault: NotificationFault,
    shop: &Workshop<'_>,
    registered: &SigningKey,
    claims: &Object,
) -> Message {
    let honest = || shop.honest(claims);
    let header = |name, value| Message::form(&shop.with_header(name, value, claims));
    let claim = |name: &str, value: Option<Value>| Message::form(&with(shop, claims, name, value));
    let unsigned = |alg| Message::form(&shop.unsigned(alg, claims));
    let hs256 = |secret: &[u8]| Message::form(&shop.hs256(secret, claims));
    let client_id = claims
        .get("aud")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let iat = claims
        .get("iat")
        .and_then(Value::as_i64)
        .unwrap_or_default();
    match fault {
        NotificationFault::AlgNone => unsigned("none"),
        NotificationFault::AlgNoneCapital => unsigned("None"),
        NotificationFault::AlgNoneUpper => unsigned("NONE"),
        NotificationFault::AlgNoneMixed => unsigned("nOnE"),
        NotificationFault::Hs256Pem => hs256(pem(&shop.key.public_der()).as_bytes()),
        NotificationFault::Hs256Der => hs256(&shop.key.public_der()),
        NotificationFault::Hs256Jwk => hs256(json!(shop.key.public_jwk()).to_string().as_bytes()),
        NotificationFault::AlgRs256 => {
            let typ = shop.typ.map(|typ| ("typ", typ));
            Message::form(&shop.other.token(typ.as_slice(), claims))
        }
        NotificationFault::SignedByStranger => Message::form(&shop.by_stranger(|_| None, claims)),
        NotificationFault::SignatureTampered => {
            Message::form(&shop.with_signature(claims, |s| s[0] ^= 1))
        }
        NotificationFault::KidMissing => header("kid", None),
        // Always another one, so that a client cannot save itself the look at the keys by remembering it.
        NotificationFault::KidUnknown => header("kid", Some(random_id().into())),
        NotificationFault::TypMissing => header("typ", None),
        NotificationFault::TypJwt => header("typ", Some("JWT".into())),
        NotificationFault::TypOther => header("typ", Some("at+jwt".into())),
        NotificationFault::TypOtherCase => header("typ", Some("LOGOUT+JWT".into())),
        NotificationFault::TypWithApplication => {
            header("typ", Some("application/logout+jwt".into()))
        }
        NotificationFault::IssOther => claim(
            "iss",
            Some("https://oidc.integration.account.gov.uk/".into()),
        ),
        NotificationFault::AudMissing => claim("aud", None),
        NotificationFault::AudOther => claim("aud", Some("another-client".into())),
        NotificationFault::AudLonger => claim("aud", Some(format!("{client_id}1").into())),
        NotificationFault::AudArrayWithExtra => {
            claim("aud", Some(json!([client_id, "another-client"])))
        }
        NotificationFault::AudArrayOfOne => claim("aud", Some(json!([client_id]))),
        NotificationFault::ExpMissing => claim("exp", None),
        NotificationFault::ExpPast => at(shop, claims, iat - 720, iat - 600),
        NotificationFault::ExpFar => at(shop, claims, iat, iat + 660),
        NotificationFault::IatMissing => claim("iat", None),
        NotificationFault::IatFuture => at(shop, claims, iat + 600, iat + 720),
        NotificationFault::IatOld => at(shop, claims, iat - 86_400, iat + 120),
        NotificationFault::JtiMissing => claim("jti", None),
        NotificationFault::JtiEmpty => claim("jti", Some("".into())),
        NotificationFault::JtiNotText => claim("jti", Some(7.into())),
        NotificationFault::SubMissing => claim("sub", None),
        NotificationFault::SubEmpty => claim("sub", Some("".into())),
        NotificationFault::SubNotText => claim("sub", Some(7.into())),
        NotificationFault::EventsMissing => claim("events", None),
        NotificationFault::EventsNull => claim("events", Some(Value::Null)),
        NotificationFault::EventsArray => claim("events", Some(json!([EVENT]))),
        NotificationFault::EventsOther => {
            let other = EVENT.replace("backchannel-logout", "foobar");
            claim("events", Some(json!({ other: {} })))
        }
        NotificationFault::EventsExtraMember => {
            let both = json!({ EVENT: {}, "https://example.com/another-event": { "a": 1 } });
            claim("events", Some(both))
        }
        NotificationFault::EventsValueNotObject => claim("events", Some(json!({ EVENT: "" }))),
        NotificationFault::NoncePresent => claim("nonce", Some("the-nonce".into())),
        NotificationFault::SidPresent => claim("sid", Some(random_id().into())),
        NotificationFault::IgnoredClaim => claim("ignored_claim", Some("ignored".into())),
        NotificationFault::IsIdToken => Message::form(&id_token(registered, claims)),
        NotificationFault::Twice => {
            let token = honest();
            let pairs = [("logout_token", token.as_str()); 2];
            Message::with_body(FORM, form_encode(&pairs))
        }
        NotificationFault::JsonBody => {
            let body = json!({ "logout_token": honest() });
            Message::with_body("application/json", body.to_string())
        }
        NotificationFault::Get => Message {
            method: "GET",
            content_type: None,
            query: Some(honest()),
            body: Vec::new(),
        },
        NotificationFault::Empty => Message::with_body(FORM, ""),
        NotificationFault::OneMegabyte => {
            let mut body =
                form_encode(&[("logout_token", &honest()), ("padding", "")]).into_bytes();
            body.resize(ONE_MEGABYTE, b'x');
            Message::with_body(FORM, body)
        }
        NotificationFault::Charset => Message {
            content_type: Some("application/x-www-form-urlencoded; charset=utf-8"),
            ..Message::form(&honest())
        },
    }
}

/// A well-signed token with one claim changed, or taken away with `None`.
fn with(shop: &Workshop<'_>, claims: &Object, name: &str, value: Option<Value>) -> String {
    let mut changed = claims.clone();
    match value {
        Some(value) => changed.insert(name.to_owned(), value),
        None => changed.remove(name),
    };
    shop.honest(&changed)
}

/// A well-signed token of another time.
fn at(shop: &Workshop<'_>, claims: &Object, iat: i64, exp: i64) -> Message {
    let mut changed = claims.clone();
    changed.insert("iat".to_owned(), iat.into());
    changed.insert("exp".to_owned(), exp.into());
    Message::form(&shop.honest(&changed))
}

/// An ID token as this person could have got it at the same moment.
fn id_token(key: &SigningKey, logout_claims: &Object) -> String {
    let said = |name: &str| logout_claims.get(name).cloned().unwrap_or_default();
    let members = json!({
        "iss": said("iss"), "sub": said("sub"), "aud": said("aud"), "iat": said("iat"), "exp": said("exp"),
        "at_hash": crate::jose::at_hash(&random_id()), "sid": random_id(), "nonce": random_id(), "vot": "Cl.Cm",
        "vtm": format!("{}trustmark", said("iss").as_str().unwrap_or_default()), "auth_time": said("iat"),
    });
    key.token(&[], &members.as_object().cloned().unwrap_or_default())
}
