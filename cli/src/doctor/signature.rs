//! The signature over the Worker's request object, and the key by which One Login would verify it.

use super::subject::Subject;
use super::web::{Asked, Replies, Reply, Signature};
use crate::keys::state::{Kind, Pair, Source};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::Value;
use std::collections::BTreeMap;
use url::Url;

/// The signature of the request object to which the Worker led; `None` where it has no signature, or no key fits.
///
/// One Login takes the fixed key if it was given one, and otherwise the published key that `kid` names.
pub fn of_request(subject: &Subject, replies: &Replies) -> Option<Signature> {
    let Some(Reply::Answered(answer)) = replies.get(&Asked::Navigation) else {
        return None;
    };
    let token = query(answer.header("location")?)?.remove("request")?;
    let (header, _) = parts(&token)?;
    let (message, value) = token.rsplit_once('.')?;
    let fixed = subject.keys.pair(Kind::Client);
    let fixed = fixed.filter(|pair| pair.source == Source::Static);
    let key = match fixed.and_then(Pair::active_key) {
        Some(key) => key.public_jwk.clone()?,
        None => published(replies, &header["kid"])?,
    };
    Some(Signature {
        alg: header["alg"].as_str()?.to_owned(),
        key,
        message: message.to_owned(),
        value: value.to_owned(),
    })
}

fn published(replies: &Replies, kid: &Value) -> Option<Value> {
    let Some(Reply::Answered(answer)) = replies.get(&Asked::ClientKeys) else {
        return None;
    };
    let set: Value = serde_json::from_str(&answer.body).ok()?;
    let mut keys = set["keys"].as_array()?.iter();
    keys.find(|key| key["kid"] == *kid).cloned()
}

/// The parameters of an address; those that come twice count as the last.
pub fn query(address: &str) -> Option<BTreeMap<String, String>> {
    let url = Url::parse(address).ok()?;
    Some(url.query_pairs().into_owned().collect())
}

/// Header and claims of a token, unverified.
pub fn parts(token: &str) -> Option<(Value, Value)> {
    let mut parts = token.split('.').map(|part| {
        let bytes = Base64UrlUnpadded::decode_vec(part).ok()?;
        serde_json::from_slice(&bytes).ok()
    });
    Some((parts.next()??, parts.next()??))
}

#[cfg(test)]
mod tests {
    use super::super::diagnose;
    use super::super::scene_tests::{Checkout, Healthy, authorise};
    use super::*;
    use serde_json::json;

    /// The jobs of verification for a service whose record and redirect the test changes so.
    fn asked(record: (&str, &str), redirect: &str) -> Vec<Value> {
        let checkout = Checkout::new();
        let file = "keys/DEMO-production.json";
        let text = std::fs::read_to_string(checkout.path(file)).unwrap();
        assert!(text.contains(record.0));
        checkout.write(file, &text.replacen(record.0, record.1, 1));
        let mut web = Healthy::new();
        web.at(Asked::Navigation).set("location", redirect);
        diagnose(&checkout.subject(), &web).unwrap();
        web.verified.into_inner()
    }

    #[test]
    fn when_a_redirect_holds_a_signed_request_then_its_published_key_verifies_it() {
        let redirect = authorise(|_, _| ());
        let [job] = &asked(("", ""), &redirect)[..] else {
            panic!("there is not one signature")
        };
        let token = query(&redirect).unwrap().remove("request").unwrap();
        let signed = format!(
            "{}.{}",
            job["message"].as_str().unwrap(),
            job["signature"].as_str().unwrap()
        );
        assert_eq!(signed, token);
        assert_eq!(
            (&job["do"], &job["alg"]),
            (&json!("verify"), &json!("RS256"))
        );
        assert_eq!(
            job["key"]["use"], "sig",
            "published keys say what they are for"
        );
    }

    #[test]
    fn when_the_client_key_is_fixed_then_the_registered_key_verifies_any_kid() {
        let fixed = ("\"client\":{", "\"client\":{\"source\":\"STATIC\",");
        let jobs = asked(fixed, &authorise(|header, _| header["kid"] = "old".into()));
        assert_eq!(jobs.len(), 1);
        assert_eq!(
            jobs[0]["key"].as_object().unwrap().len(),
            3,
            "the record's form"
        );
    }

    #[test]
    fn when_the_token_or_its_key_is_missing_then_no_signature_is_verified() {
        let unknown = authorise(|header, _| header["kid"] = "old".into());
        for redirect in [
            unknown.as_str(),
            "https://oidc.account.gov.uk/authorize?request=a.b.c",
            "/",
        ] {
            assert_eq!(asked(("", ""), redirect), [Value::Null; 0], "{redirect}");
        }
    }
}
