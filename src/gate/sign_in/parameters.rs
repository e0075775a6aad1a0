//! The query of the callback.
//!
//! Source: RFC 6749 section 4.1.2, RFC 9207, `provider.md` 2.

use url::form_urlencoded;

use crate::gate::pages::failure::{Failure, ProviderError};
use crate::secret::Secret;

/// The longest `code`, `state`, `iss` and `error` that are read, in bytes.
const MAX_PARAMETER: usize = 2_048;

/// The provider's answer in the callback's query.
#[derive(Debug)]
pub struct Parameters {
    /// A code or an error.
    pub answer: Response,
    /// The state, which an error may come without.
    pub state: Option<String>,
    /// The issuer, which the provider does not send today.
    pub issuer: Option<String>,
}

/// The two kinds of answer.
#[derive(Debug)]
pub enum Response {
    /// A code to exchange.
    Code(Secret),
    /// The error code.
    Error(ProviderError),
}

impl Parameters {
    /// Reads the query: each parameter at most once, a code with a state or an error, never both.
    ///
    /// Unknown parameters are ignored.
    ///
    /// # Errors
    /// [`Failure::Parameters`].
    pub fn read(query: &str) -> Result<Self, Failure> {
        let mut found: [Option<String>; 4] = Default::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let names = ["code", "state", "iss", "error"];
            let Some(index) = names.into_iter().position(|known| known == name) else {
                continue;
            };
            let plain = value.bytes().all(|byte| byte.is_ascii_graphic());
            let sound = plain && !value.is_empty() && value.len() <= MAX_PARAMETER;
            if !sound || found[index].replace(value.into_owned()).is_some() {
                return Err(Failure::Parameters);
            }
        }
        let [code, state, issuer, error] = found;
        let answer = match (code, error) {
            (Some(code), None) if state.is_some() => Response::Code(Secret::new(code)),
            (None, Some(error)) => Response::Error(ProviderError::parse(&error)),
            _ => return Err(Failure::Parameters),
        };
        Ok(Self {
            answer,
            state,
            issuer,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t26_rejects_a_parameter_that_is_repeated_or_broken() {
        for query in [
            "",
            "code=a",
            "state=s",
            "code=a&code=a&state=s",
            "code=a&code=b&state=s",
            "code=a&state=s&state=s",
            "code=a&state=s&iss=x&iss=x",
            "error=x&error=x&state=s",
            "code=a&error=x&state=s",
            "code=&state=s",
            "code=a&state=",
            "code=a&state=s&iss=",
            "code=a&state[]=s",
            "code=a&State=s",
            "CODE=a&state=s",
            "code=a%00&state=s",
            "code=a%0d%0ab&state=s",
            "code=a%ffb&state=s",
            "code=a;state=s",
        ] {
            assert_eq!(
                Parameters::read(query).unwrap_err(),
                Failure::Parameters,
                "{query}"
            );
        }
        let long = format!("code={}&state=s", "a".repeat(8_192));
        assert_eq!(Parameters::read(&long).unwrap_err(), Failure::Parameters);
    }

    #[test]
    fn when_an_answer_is_printed_then_its_code_is_not() {
        let read = Parameters::read("code=correct-horse&state=s").unwrap();
        assert!(!format!("{read:?}").contains("correct-horse"));
    }

    #[test]
    fn when_a_parameter_is_unknown_then_it_is_ignored() {
        let read =
            Parameters::read("code=a&state=s&utm=1&utm=2&error_description=x&error_description=y")
                .unwrap();
        assert!(matches!(read.answer, Response::Code(code) if code.expose() == "a"));
        let read = Parameters::read("error=access_denied&error_description=%3Csvg").unwrap();
        assert!(matches!(
            read.answer,
            Response::Error(ProviderError::AccessDenied)
        ));
        assert_eq!(read.state, None);
    }
}
