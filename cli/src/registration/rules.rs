//! Every rule that a registration is checked against: what it says, whose it is, and what happens if it is broken.
//!
//! The provider's rules are those of its client registry and of its documentation; ours follow from knowing both the
//! file and the Worker that it is for.

/// How bad a broken rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The registration would be refused, or sign-in would not work.
    Error,
    /// It would work, but probably not as meant.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// The source of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// GOV.UK One Login: its registry refuses the opposite, or its documentation asks for it.
    Provider,
    /// The Worker's configuration, from which the rule follows.
    Worker,
}

impl Source {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "GOV.UK One Login",
            Self::Worker => "this Worker",
        }
    }
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// A name that never changes, for scripts.
    pub id: &'static str,
    pub severity: Severity,
    pub source: Source,
    /// The condition that must hold.
    pub text: &'static str,
    /// The consequence if it does not hold.
    pub consequence: &'static str,
}

macro_rules! rules {
    ($($name:ident $id:literal $severity:ident $source:ident $text:literal $consequence:literal)*) => {
        $(pub static $name: Rule = Rule {
            id: $id,
            severity: Severity::$severity,
            source: Source::$source,
            text: $text,
            consequence: $consequence,
        };)*

        /// Every rule, in the order in which they are listed here.
        pub static RULES: &[&Rule] = &[$(&$name),*];
    };
}

rules! {
    // The file itself.
    NOT_JSON "not-json" Error Provider
        "The file is one JSON object."
        "Nobody can read it, so it comes back to you."
    FIELD_TWICE "field-twice" Error Provider
        "No field stands twice."
        "One of the two values is silently lost, and which one depends on who reads the file."
    FIELD_NAME "field-name" Error Provider
        "Fields are spelled as in the provider's draft."
        "A field with another name is ignored, so its value is never registered."
    FIELD_MISSING "field-missing" Error Provider
        "Every field that this service needs has a value."
        "The configuration is incomplete, so it comes back to you."
    FIELD_TYPE "field-type" Error Provider
        "Each value is of its field's kind: a text, a list of texts, true or false, or a number."
        "The provider's tool cannot read the value."
    PLACEHOLDER_LEFT "placeholder-left" Error Provider
        "Every placeholder is replaced by a value."
        "The placeholder itself would be registered."
    FIXED_VALUE "fixed-value" Error Provider
        "Values that the provider has set stay as they are."
        "The file is refused, or the client becomes another kind than a public service."
    DRAFT_CHANGED "draft-changed" Error Provider
        "Only placeholders of the draft are changed."
        "Other changes are taken back or refused, so the file comes back to you."
    SECRET_IN_FILE "secret-in-file" Error Provider
        "ClientSecret stays a placeholder: the secret is sent separately."
        "A secret in an e-mail must be treated as leaked, and made anew."
    SECRET_MISSING "secret-missing" Error Provider
        "A client that proves itself with a secret has the field ClientSecret."
        "The registry refuses client_secret_post without a secret."

    // The provider's client registry.
    CLIENT_NAME_LENGTH "client-name-length" Error Provider
        "The client name is 1 to 254 characters and not blank."
        "The registry refuses it."
    CLIENT_NAME_ASCII "client-name-ascii" Error Provider
        "The client name is ASCII: no accents, dashes or curly quotes."
        "The registry refuses it."
    CLIENT_NAME_COLON "client-name-colon" Error Provider
        "The client name does not begin with a colon."
        "The registry refuses it."
    REDIRECT_MISSING "redirect-missing" Error Provider
        "There is at least one redirect URL."
        "The registry refuses the client."
    URL_LEGAL "url-legal" Error Provider
        "Every URL is complete and legal."
        "The registry refuses it."
    URL_HTTP "url-http" Error Provider
        "URLs begin https: in production, and for back-channel logout everywhere."
        "The registry refuses it."
    URL_LOCALHOST "url-localhost" Error Provider
        "No URL names localhost or 127.0.0.1 in production; those for back-channel logout and keys nowhere."
        "The registry refuses it: the provider could not reach it."
    REDIRECT_PARAMETER "redirect-parameter" Error Provider
        "A redirect URL has no query parameter code, state or response."
        "The registry refuses it: the provider adds parameters of these names."
    REDIRECT_SCHEME "redirect-scheme" Error Provider
        "A redirect URL's scheme is not data, javascript or vbscript."
        "The registry refuses it."
    SECTOR_FORM "sector-form" Error Provider
        "The sector identifier is https and a host, without a path."
        "It comes back to you; a later correction would change every person's sub."
    SECTOR_NEEDED "sector-needed" Error Provider
        "More than one redirect host needs a sector identifier (OpenID Connect Core 8.1)."
        "The provider has no host to make each person's sub from."
    SCOPE_OPENID "scope-openid" Error Provider
        "The scopes include openid."
        "The registry refuses the client, and nobody could sign in."
    SCOPE_KNOWN "scope-known" Error Provider
        "Scopes are openid, email, phone or wallet-subject-id, which the registry spells with underscores."
        "The registry refuses it."
    CLAIM_KNOWN "claim-known" Error Provider
        "Claims are full names from the provider's vocabulary of five."
        "The registry refuses it."
    LEVEL_KNOWN "level-known" Error Provider
        "Levels of confidence are P0, P1, P2 or P3."
        "The registry refuses it."
    LEVEL_IDENTITY "level-identity" Error Provider
        "P1 to P3 are only for clients with identity verification."
        "The registry refuses it."
    CHANNEL_KNOWN "channel-known" Error Provider
        "The channel is web, generic_app or strategic_app."
        "The registry refuses it."
    ALG_KNOWN "alg-known" Error Provider
        "ID tokens are signed with ES256 or RS256."
        "The registry refuses it."
    METHOD_KNOWN "method-known" Error Provider
        "The token method is private_key_jwt or client_secret_post."
        "The registry refuses it."
    METHOD_IDENTITY "method-identity" Error Provider
        "client_secret_post and identity verification exclude each other."
        "The registry refuses it."
    NONCE_IDENTITY "nonce-identity" Error Provider
        "Identity verification forbids PermitMissingNonce."
        "The registry refuses it."
    RATE_LIMIT "rate-limit" Error Provider
        "The rate limit is a positive whole number."
        "The registry refuses it."
    KEY_SOURCE "key-source" Error Provider
        "PublicKeySource is STATIC or JWKS."
        "The provider does not know where the client's key is."
    KEY_TWICE "key-twice" Error Provider
        "JwksUrl and a fixed key exclude each other."
        "The registry refuses the client."
    KEY_NO_PLACE "key-no-place" Note Provider
        "A client with a secret registers a key too, and this draft has no place for one."
        "GOV.UK One Login answers 400 to every signed request, so every sign-in fails."
    KEY_MISSING "key-missing" Error Provider
        "Every client of this Worker registers its key, or where it is: requests are signed."
        "The registry refuses the client, and no request of the Worker could be verified."
    KEY_HEADER "key-header" Error Provider
        "The public key is the PEM file's content without its first and last line."
        "The provider adds those lines itself, so the key could not be read."
    KEY_VALID "key-valid" Error Provider
        "The public key is an RSA key as PEM."
        "The registry refuses it, and no request of the Worker could be verified."
    KEY_SIZE "key-size" Error Provider
        "The RSA key has 2,048 bits or more."
        "A smaller key can be broken, and the Worker refuses to sign with it."
    RETURN_CODE "return-code-advised" Warning Provider
        "A client that proves identity registers the claim returnCode."
        "A person who cannot prove their identity comes back as access_denied, without a reason."
    LEVEL_BY_HAND "level-by-hand" Note Provider
        "P1 is set by GOV.UK One Login by hand: its admin tool does not offer it, and claims need P2."
        "Until that is done, One Login answers invalid_request to every request for P1."
    MAX_AGE_ELIGIBLE "max-age-eligible" Note Provider
        "max_age is for services that are not on GOV.UK's domain and for particularly sensitive data."
        "GOV.UK One Login does not turn it on, and ignores max_age."
    LANDING_UNUSED "landing-unused" Warning Provider
        "A landing page is only for services that prove identity."
        "It has no effect."
    NOT_LIVE "not-live" Warning Provider
        "The client is active, not deprecated, for no smoke test, and open to more than listed testers."
        "The people whom the service is for could not sign in."
    CONTACT_FORM "contact-form" Warning Provider
        "Contacts are e-mail addresses of the team."
        "Nobody is reached when something is wrong."

    // The Worker on the other side.
    URL_NOT_SERVED "url-not-served" Error Worker
        "Every URL in the file is an address of the Worker for this service and environment."
        "The provider sends people or messages where nobody handles them."
    URL_NEEDED "url-needed" Error Worker
        "Every address that the Worker needs is in the file."
        "What the address is for does not work: the provider knows only registered URLs."
    BACK_CHANNEL "back-channel-absent" Note Worker
        "The address for logout notifications is in the file."
        "A person who signs out in another service stays signed in here until the session ends."
    SCOPES_DIFFER "scopes-differ" Error Worker
        "The scopes are those that the Worker asks for."
        "One that is not registered makes every sign-in fail; one that is not used shares data for nothing."
    CLAIMS_DIFFER "claims-differ" Error Worker
        "The claims are those that the Worker asks for."
        "One that is not registered makes every identity request fail; one that is not used shares data for nothing."
    LEVELS_DIFFER "levels-differ" Error Worker
        "The levels of confidence include those that the Worker asks for."
        "The provider refuses requests for a level that is not registered."
    LEVELS_UNUSED "levels-unused" Warning Worker
        "No level is registered that no path asks for."
        "People could be asked for more proof than the service needs."
    IDENTITY_DIFFERS "identity-differs" Error Worker
        "IdentityVerificationSupported says whether the Worker proves identity."
        "Identity requests are refused, or the client has rights that it does not use."
    METHOD_DIFFERS "method-differs" Error Worker
        "The token method is the Worker's."
        "Every sign-in fails when the Worker exchanges its code."
    ALG_DIFFERS "alg-differs" Error Worker
        "ID tokens are signed with the algorithm that the Worker expects."
        "The Worker refuses every ID token."
    ALG_ADVISED "alg-advised" Note Worker
        "ES256 is advised for ID tokens."
        "With RS256 nobody can be asked to sign in anew, and sign-out URLs come near the provider's limit of 2,048."
    MAX_AGE_OFF "max-age-off" Error Worker
        "MaxAgeEnabled is true where a route in wrangler.toml asks max_age."
        "The provider ignores max_age, so the Worker turns away everybody whose sign-in is older."
    JWKS_ADVISED "jwks-advised" Note Worker
        "JWKS is advised over a STATIC key."
        "A new key has to be sent by e-mail, and fits no moment of your own."
    KEY_DIFFERS "key-differs" Error Worker
        "The key in the file is the one that the Worker signs with."
        "Every request of the Worker is refused, so nobody can sign in."
    KEY_NOT_COMPARED "key-not-compared" Warning Worker
        "The key in the file was compared with the Worker's."
        "If it is another one, nobody can sign in, and you learn it in production."
    KEY_SHARED "key-shared" Error Worker
        "Each service and environment has a key of its own."
        "Who holds the key of one can speak for the other."
    CLIENT_ID_DIFFERS "client-id-differs" Error Worker
        "The client id is the one in the Worker's configuration."
        "The provider does not know who is asking, so nobody can sign in."
    CLIENT_ID_UNSET "client-id-unset" Warning Worker
        "The Worker's configuration has the client id that the provider gave."
        "Nobody can sign in until it is there."
    CLIENT_ID_SHARED "client-id-shared" Error Worker
        "Each service and environment has a client of its own."
        "Test and live traffic would mix, people would lose access to what belongs to their sub, and reports fit neither."
    ISSUER_DIFFERS "issuer-differs" Error Worker
        "production uses the provider's production environment, and integration its integration environment."
        "Live people would meet test accounts; each person's sub differs between the two, so nobody would find their data."
    SECTOR_CHANGED "sector-changed" Error Worker
        "The sector identifier is the one that was recorded."
        "It changes every person's sub: all of them come back as strangers and lose what belongs to them."
    SECTOR_NOT_RECORDED "sector-not-recorded" Warning Worker
        "The sector identifier is recorded in registration.toml."
        "A later change by accident would not be noticed, and would make every person a stranger."
    USERS_SHARED "users-shared" Error Worker
        "Services that are not to share users have different sector identifiers."
        "Both see the same sub for a person, so what they know can be put together."
    USERS_APART "users-apart" Error Worker
        "Services that are to share users have one sector identifier."
        "Each sees another sub for the same person, so nobody is recognised."
    JAR_OFF "jar-off" Note Worker
        "JarValidationRequired can be true: the Worker signs every request."
        "The provider would also take unsigned requests in this client's name."
    PKCE_OFF "pkce-off" Note Worker
        "PKCEEnforced can be true: the Worker sends a challenge with every request."
        "The provider would also take requests without one in this client's name."
    NONCE_OFF "nonce-off" Note Worker
        "PermitMissingNonce can be false: the Worker sends a nonce with every request."
        "The provider would also take requests without one in this client's name."
}
