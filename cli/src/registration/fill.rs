//! Replaces a draft's placeholders by what `wrangler.toml`, `registration.toml` and the public key say. Every other
//! byte of the file stays as it is.

use super::expected::Expected;
use super::fields::{Decider, Field, Generation, Registration, Shape};
use super::json::{Kind, Node};
use super::key::Known;
use super::people::Decisions;
use std::ops::Range;

/// One replaced stretch of the file.
#[derive(Debug, PartialEq, Eq)]
pub struct Edit {
    pub span: Range<usize>,
    pub text: String,
}

/// The placeholders that could be filled in, and those that could not.
#[derive(Debug, Default)]
pub struct Filled {
    pub edits: Vec<Edit>,
    /// Fields that still wait, with the reason.
    pub waiting: Vec<(String, String)>,
}

/// Where values come from.
pub struct Values<'a> {
    pub expected: &'a Expected,
    pub decisions: &'a Decisions,
    pub key: Option<&'a Known>,
}

/// The value that belongs into a field, or the reason why it is unknown.
enum Value {
    One(String),
    Many(Vec<String>),
    /// JSON as it is written.
    Raw(String),
    Unknown(String),
}

/// Finds a value for every placeholder, by its field and not by its spelling.
pub fn fill(draft: &Registration, values: &Values<'_>) -> Filled {
    let mut filled = Filled::default();
    for (name, node, field) in draft.members() {
        if node.placeholders().is_empty() {
            continue;
        }
        let Some(field) = field else {
            let reason = "this field is not known; ask what belongs here".to_owned();
            filled.waiting.push((name.to_owned(), reason));
            continue;
        };
        let edit = match values.of(field, draft) {
            Value::Unknown(reason) => Err(reason),
            value => place(&draft.document.text, node, field, value),
        };
        match edit {
            Ok(edit) => filled.edits.push(edit),
            Err(reason) => filled.waiting.push((name.to_owned(), reason)),
        }
    }
    filled
}

/// The text with the edits made.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(&text[at..edit.span.start]);
        out.push_str(&edit.text);
        at = edit.span.end;
    }
    out.push_str(&text[at..]);
    out
}

impl Values<'_> {
    fn of(&self, field: &Field, draft: &Registration) -> Value {
        let expected = self.expected;
        let place = format!(
            "[{}.{}] of registration.toml",
            expected.environment, expected.id
        );
        let one = |text: &str| Value::One(text.to_owned());
        match field.id {
            "RedirectUrls" => Value::Many(vec![expected.redirect.clone()]),
            "PostLogoutRedirectUrls" => Value::Many(vec![expected.signed_out.clone()]),
            "BackChannelLogoutUri" => one(&expected.back_channel),
            "JwksUrl" if !is_static(draft) => one(&expected.jwks[0]),
            "LandingPageUrl" if expected.identity => one(&expected.landing),
            // Nothing is needed there, and an empty text says so.
            "JwksUrl" | "LandingPageUrl" => one(""),
            "PublicKey" => self.public_key(draft),
            "PublicKeySource" => one("JWKS"),
            "Scopes" => Value::Many(expected.scopes.clone()),
            "Claims" if expected.claims.is_empty() && is_identity(draft) => {
                Value::Unknown(IDENTITY_WITHOUT_CLAIMS.to_owned())
            }
            "Claims" => Value::Many(expected.claims.clone()),
            "ClientLoCs" => Value::Many(expected.levels.iter().map(|&s| s.to_owned()).collect()),
            "IdentityVerificationSupported" => Value::Raw(expected.identity.to_string()),
            "MaxAgeEnabled" => Value::Raw(expected.max_age.to_string()),
            "PKCEEnforced" => Value::Raw("true".to_owned()),
            "PermitMissingNonce" => Value::Raw("false".to_owned()),
            "IdTokenSigningAlgorithm" => one(expected.id_token_alg),
            "TokenAuthMethod" => one(expected.token_method),
            "ClientName" => {
                let decided = self.decisions.client_name.as_ref();
                one(decided.unwrap_or(&expected.service.name.en))
            }
            "Contacts" if self.decisions.contacts.is_empty() => {
                Value::Unknown(format!("write contacts under {place}"))
            }
            "Contacts" => Value::Many(self.decisions.contacts.clone()),
            "SectorIdentifierUri" => match &self.decisions.sector_identifier {
                Some(sector) => one(sector),
                None => Value::Unknown(format!(
                    "write sector_identifier under {place}, best sector_identifier = \"{}\"",
                    expected.service.origin_url
                )),
            },
            _ => match field.decider {
                Decider::Fixed(raw) => Value::Raw(raw.to_owned()),
                Decider::Separately => Value::Unknown("it is sent separately".to_owned()),
                _ if field.stays() => Value::Unknown("GOV.UK One Login fills it in".to_owned()),
                _ => {
                    Value::Unknown("GOV.UK One Login decides it; ask what belongs here".to_owned())
                }
            },
        }
    }

    fn public_key(&self, draft: &Registration) -> Value {
        if !is_static(draft) {
            return Value::One(String::new());
        }
        match self.key.map(|known| known.keys.as_slice()) {
            Some([key]) => match key.pem_body() {
                Ok(body) => Value::One(body),
                Err(error) => Value::Unknown(format!("the key cannot be written: {error}")),
            },
            Some(_) => Value::Unknown("the key set has several keys; give one of them".to_owned()),
            None => Value::Unknown("give the public key with --public-key FILE".to_owned()),
        }
    }
}

/// The reason why a draft with identity waits for a configuration that has no claims.
pub const IDENTITY_WITHOUT_CLAIMS: &str = "set registered_claims = [\"coreIdentityJWT\", \"returnCode\"] in \
     wrangler.toml, or ask for a draft without identity";

/// Whether the draft is for a client that proves identities.
fn is_identity(draft: &Registration) -> bool {
    let supported = draft.get("IdentityVerificationSupported");
    supported.is_some_and(|node| matches!(node.kind, Kind::Flag(true)))
}

/// Whether the provider is to be given a key itself, not an address.
fn is_static(draft: &Registration) -> bool {
    let source = draft.get("PublicKeySource").and_then(Node::text);
    match source {
        Some(source) => source == "STATIC",
        None => draft.generation == Generation::Early2025,
    }
}

fn place(text: &str, node: &Node, field: &Field, value: Value) -> Result<Edit, String> {
    let quoted = |text: &String| serde_json::Value::from(text.as_str()).to_string();
    let items: Vec<_> = match &value {
        Value::Many(texts) => texts.iter().map(quoted).collect(),
        Value::One(text) => vec![quoted(text)],
        Value::Raw(raw) => vec![raw.clone()],
        Value::Unknown(reason) => return Err(reason.clone()),
    };
    if let Kind::List(old) = &node.kind {
        return inside(text, node, old, &items);
    }
    let listed = matches!(value, Value::Many(_)) && field.shape != Shape::Text;
    Ok(Edit {
        span: node.span.clone(),
        text: if listed {
            format!("[{}]", items.join(", "))
        } else {
            items.concat()
        },
    })
}

/// Replaces the placeholders in a list, one item on each line where they stood so.
fn inside(text: &str, list: &Node, old: &[Node], items: &[String]) -> Result<Edit, String> {
    let (Some(first), Some(last)) = (old.first(), old.last()) else {
        return Err("the list is empty".to_owned());
    };
    if old.iter().any(|item| item.placeholder().is_none()) {
        return Err("other values stand beside the placeholder; settle it by hand".to_owned());
    }
    if items.is_empty() {
        return Ok(Edit {
            span: list.span.start + 1..list.span.end - 1,
            text: String::new(),
        });
    }
    let line_start = text[..first.span.start].rfind('\n').map_or(0, |at| at + 1);
    let before = &text[line_start..first.span.start];
    let between = if before.trim().is_empty() && line_start > 0 {
        let ending = if text[..line_start].ends_with("\r\n") {
            "\r\n"
        } else {
            "\n"
        };
        format!(",{ending}{before}")
    } else {
        ", ".to_owned()
    };
    Ok(Edit {
        span: first.span.start..last.span.end,
        text: items.join(&between),
    })
}
