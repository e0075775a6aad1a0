//! The userinfo answer: what the provider knows of the person beyond who signed in.
//!
//! Identity claims are read in [`crate::oidc::identity::claims`].
//!
//! Source: OpenID Connect Core 1.0 section 5.3.2, `provider.md` 5.

use crate::oidc::json::Object;
use crate::oidc::refusal::Refusal;

/// The longest value that is kept, in bytes. A longer one is left out whole: an address that was
/// cut short could be another person's.
const MAX_VALUE: usize = 320;

/// An e-mail address or a telephone number with the provider's word whether it was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The address or number, at most 320 bytes of UTF-8 without control characters.
    pub value: String,
    /// Whether the provider verified that it is the person's.
    pub verified: bool,
}

/// The claims of a plain sign-in; each is present only when its scope was asked for and granted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Userinfo {
    /// Scope `email`.
    pub email: Option<Contact>,
    /// Scope `phone`.
    pub phone: Option<Contact>,
    /// Scope `wallet-subject-id`.
    pub wallet_subject_id: Option<String>,
}

impl Userinfo {
    /// Reads the claims of an answer that was checked by [`answer`].
    ///
    /// # Errors
    /// [`Refusal::UserinfoMalformed`].
    pub fn read(answer: &Object) -> Result<Self, Refusal> {
        let malformed = Refusal::UserinfoMalformed;
        let value =
            |name| -> Result<_, Refusal> { Ok(usable(answer.text(name).map_err(|_| malformed)?)) };
        let contact = |name, verified| -> Result<_, Refusal> {
            let verified = answer.boolean(verified).map_err(|_| malformed)?;
            Ok(value(name)?.map(|value| Contact {
                value,
                verified: verified.unwrap_or(false),
            }))
        };
        Ok(Self {
            email: contact("email", "email_verified")?,
            phone: contact("phone_number", "phone_number_verified")?,
            wallet_subject_id: value("wallet_subject_id")?,
        })
    }
}

/// The userinfo endpoint's answer for the subject of the ID token; its other members are not read.
///
/// # Errors
/// A refusal of its own for each status but 200, [`Refusal::UserinfoMalformed`], and
/// [`Refusal::UserinfoSubjectMismatch`] when `sub` is absent or another's: the answer could have
/// been swapped, so the whole sign-in is refused.
pub fn answer(status: u16, body: &[u8], subject: &str) -> Result<Object, Refusal> {
    match status {
        200 => {}
        401 => return Err(Refusal::UserinfoUnauthorised),
        403 => return Err(Refusal::UserinfoForbidden),
        429 => return Err(Refusal::UserinfoRateLimited),
        500..=599 => return Err(Refusal::UserinfoServerError),
        _ => return Err(Refusal::UserinfoStatus),
    }
    let malformed = Refusal::UserinfoMalformed;
    let answer = Object::parse(body).map_err(|_| malformed)?;
    if answer.text("sub").map_err(|_| malformed)? != Some(subject) {
        return Err(Refusal::UserinfoSubjectMismatch);
    }
    Ok(answer)
}

/// The value, unless it is empty, too long or holds control characters.
fn usable(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty() && text.len() <= MAX_VALUE)
        .filter(|text| !text.chars().any(char::is_control))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: &str) -> Result<Userinfo, Refusal> {
        Userinfo::read(&answer(200, body.as_bytes(), "subject")?)
    }

    #[test]
    fn when_userinfo_answers_then_the_claims_of_the_scopes_are_read() {
        let info = parse(
            r#"{"sub":"subject","email":"a@example.com","email_verified":true,"phone_number":"+44","wallet_subject_id":"w"}"#,
        )
        .unwrap();
        assert!(info.email.unwrap().verified);
        assert!(!info.phone.unwrap().verified);
        assert_eq!(info.wallet_subject_id.as_deref(), Some("w"));
    }

    #[test]
    fn t13_t38_rejects_a_userinfo_answer_with_another_subject_or_status() {
        for body in [
            r"{}",
            r#"{"sub":"other"}"#,
            r#"{"sub":""}"#,
            r#"{"sub":"subject "}"#,
            r#"{"sub":null}"#,
        ] {
            assert_eq!(parse(body).unwrap_err(), Refusal::UserinfoSubjectMismatch);
        }
        for body in [
            r#"{"sub":["subject"]}"#,
            r#"{"sub":"subject","email":7}"#,
            r#"{"sub":"subject","email":"a@b","email_verified":"true"}"#,
            "eyJ.eyJ.sig",
            "",
        ] {
            assert_eq!(parse(body).unwrap_err(), Refusal::UserinfoMalformed);
        }
        for (status, refusal) in [
            (201, Refusal::UserinfoStatus),
            (204, Refusal::UserinfoStatus),
            (302, Refusal::UserinfoStatus),
            (401, Refusal::UserinfoUnauthorised),
            (403, Refusal::UserinfoForbidden),
            (404, Refusal::UserinfoStatus),
            (429, Refusal::UserinfoRateLimited),
            (500, Refusal::UserinfoServerError),
            (503, Refusal::UserinfoServerError),
        ] {
            let refused = answer(status, br#"{"sub":"subject"}"#, "subject");
            assert_eq!(refused.unwrap_err(), refusal, "{status}");
        }
    }

    #[test]
    fn t55_when_a_value_cannot_be_kept_whole_then_it_is_absent() {
        for value in [
            "a".repeat(321),
            "a\\u0000b".to_owned(),
            "a\\r\\nb".to_owned(),
            String::new(),
        ] {
            let info = parse(&format!(r#"{{"sub":"subject","email":"{value}"}}"#)).unwrap();
            assert_eq!(info.email, None);
        }
    }
}
