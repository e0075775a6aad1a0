//! Faults of the redirect back to the client, applied to a good answer.

use super::kind::fault_kind;

fault_kind! {
    /// The authorisation response is wrong.
    AuthorisationFault {
        /// The `state` of another sign-in.
        StateOther = "authorisation-state-other",
        /// No `state`.
        StateMissing = "authorisation-state-missing",
        /// An empty `state`.
        StateEmpty = "authorisation-state-empty",
        /// `state` twice.
        StateTwice = "authorisation-state-twice",
        /// `iss` of another provider.
        IssOther = "authorisation-iss-other",
        /// The right `iss`, which the provider does not send but may.
        IssRight = "authorisation-iss-right",
        /// The right `iss` twice.
        IssTwice = "authorisation-iss-twice",
        /// `code` twice.
        CodeTwice = "authorisation-code-twice",
        /// No `code`.
        CodeMissing = "authorisation-code-missing",
        /// An empty `code`.
        CodeEmpty = "authorisation-code-empty",
        /// A `code` that was never issued.
        CodeOther = "authorisation-code-other",
        /// A `code` of 8,192 characters.
        CodeLong = "authorisation-code-long",
        /// A good code and an error together.
        CodeAndError = "authorisation-code-and-error",
        /// An unknown parameter, which the client must ignore.
        ExtraParameter = "authorisation-extra-parameter",
        /// The error `access_denied`.
        AccessDenied = "error-access-denied",
        /// The error `invalid_request`.
        InvalidRequest = "error-invalid-request",
        /// The error `invalid_scope`.
        InvalidScope = "error-invalid-scope",
        /// The error `unauthorized_client`.
        UnauthorizedClient = "error-unauthorized-client",
        /// The error `unsupported_response_type`.
        UnsupportedResponseType = "error-unsupported-response-type",
        /// The error `temporarily_unavailable`.
        TemporarilyUnavailable = "error-temporarily-unavailable",
        /// The error `login_required`.
        LoginRequired = "error-login-required",
        /// The error `unmet_authentication_requirements`.
        UnmetAuthenticationRequirements = "error-unmet-authentication-requirements",
        /// The error `request_uri_not_supported`.
        RequestUriNotSupported = "error-request-uri-not-supported",
        /// The error `server_error`.
        ServerError = "error-server-error",
        /// An error code that no specification has.
        UnknownError = "error-unknown",
        /// An error without `state`.
        ErrorWithoutState = "error-without-state",
        /// An error with the `iss` of another provider.
        ErrorIssOther = "error-iss-other",
        /// An error whose description carries markup, a line end and a change of direction.
        HostileDescription = "error-hostile-description",
        /// An empty error code.
        EmptyError = "error-empty",
    }
}

/// A description that must never be shown or logged as it is.
const HOSTILE: &str = "<svg onload=alert(1)>\r\nSet-Cookie: planted=1\u{202e}";

/// The issuer of another environment.
const OTHER_ISSUER: &str = "https://oidc.integration.account.gov.uk/";

/// The parameters of the redirect, in order.
type Pairs = Vec<(&'static str, String)>;

/// The parameters of the redirect, spoilt in the one way.
pub fn apply(fault: AuthorisationFault, code: &str, state: &str, issuer: &str) -> Pairs {
    let error = |name: &str| {
        let description = ("error_description", "Simulated error".to_owned());
        vec![
            ("error", name.to_owned()),
            description,
            ("state", state.to_owned()),
        ]
    };
    match fault {
        AuthorisationFault::AccessDenied => error("access_denied"),
        AuthorisationFault::InvalidRequest => error("invalid_request"),
        AuthorisationFault::InvalidScope => error("invalid_scope"),
        AuthorisationFault::UnauthorizedClient => error("unauthorized_client"),
        AuthorisationFault::UnsupportedResponseType => error("unsupported_response_type"),
        AuthorisationFault::TemporarilyUnavailable => error("temporarily_unavailable"),
        AuthorisationFault::LoginRequired => error("login_required"),
        AuthorisationFault::UnmetAuthenticationRequirements => {
            error("unmet_authentication_requirements")
        }
        AuthorisationFault::RequestUriNotSupported => error("request_uri_not_supported"),
        AuthorisationFault::ServerError => error("server_error"),
        AuthorisationFault::UnknownError => error("something_nobody_knows"),
        AuthorisationFault::EmptyError => error(""),
        AuthorisationFault::ErrorWithoutState => {
            error("access_denied").into_iter().take(2).collect()
        }
        AuthorisationFault::ErrorIssOther => {
            let other_issuer = ("iss", OTHER_ISSUER.to_owned());
            error("access_denied")
                .into_iter()
                .chain([other_issuer])
                .collect()
        }
        AuthorisationFault::HostileDescription => {
            let description = ("error_description", HOSTILE.to_owned());
            vec![
                ("error", "server_error".to_owned()),
                description,
                ("state", state.to_owned()),
            ]
        }
        AuthorisationFault::StateOther
        | AuthorisationFault::StateMissing
        | AuthorisationFault::StateEmpty
        | AuthorisationFault::StateTwice
        | AuthorisationFault::IssOther
        | AuthorisationFault::IssRight
        | AuthorisationFault::IssTwice
        | AuthorisationFault::CodeTwice
        | AuthorisationFault::CodeMissing
        | AuthorisationFault::CodeEmpty
        | AuthorisationFault::CodeOther
        | AuthorisationFault::CodeLong
        | AuthorisationFault::CodeAndError
        | AuthorisationFault::ExtraParameter => with_code(fault, code, state, issuer),
    }
}

/// The faults that still carry a code, or the place where it should be.
fn with_code(fault: AuthorisationFault, code: &str, state: &str, issuer: &str) -> Pairs {
    let (code, state) = (("code", code.to_owned()), ("state", state.to_owned()));
    let issuer = ("iss", issuer.to_owned());
    match fault {
        AuthorisationFault::StateOther => {
            vec![code, ("state", "the-state-of-another-sign-in".to_owned())]
        }
        AuthorisationFault::StateMissing => vec![code],
        AuthorisationFault::StateEmpty => vec![code, ("state", String::new())],
        AuthorisationFault::StateTwice => vec![code, ("state", "another".to_owned()), state],
        AuthorisationFault::IssOther => vec![code, state, ("iss", OTHER_ISSUER.to_owned())],
        AuthorisationFault::IssRight => vec![code, state, issuer],
        AuthorisationFault::IssTwice => vec![code, state, issuer.clone(), issuer],
        AuthorisationFault::CodeTwice => vec![("code", "another".to_owned()), code, state],
        AuthorisationFault::CodeMissing => vec![state],
        AuthorisationFault::CodeEmpty => vec![("code", String::new()), state],
        AuthorisationFault::CodeOther => {
            vec![("code", "a-code-that-was-never-issued".to_owned()), state]
        }
        AuthorisationFault::CodeLong => vec![("code", "c".repeat(8_192)), state],
        AuthorisationFault::CodeAndError => {
            vec![code, ("error", "access_denied".to_owned()), state]
        }
        AuthorisationFault::ExtraParameter => {
            vec![code, state, ("session_state", "unknown".to_owned())]
        }
        // The caller has dealt with every error.
        _ => vec![code, state],
    }
}
