//! How the client registry's own form spells each field; `registry` has the rest of the form and its source.

/// The fields of the form, each under the id that it has in the drafts.
const NAMES: &[(&str, &str)] = &[
    ("BackChannelLogoutUri", "backChannelLogoutUri"),
    ("Channel", "channel"),
    ("Claims", "claims"),
    ("ClientID", "clientId"),
    ("ClientLoCs", "clientLoCs"),
    ("ClientName", "clientName"),
    ("ClientSecret", "clientTokenAuthMethod.clientSecret"),
    ("ClientType", "clientType"),
    ("CookieConsentShared", "cookieConsentShared"),
    ("Created", "created"),
    ("IdTokenSigningAlgorithm", "idTokenSigningAlgorithm"),
    (
        "IdentityVerificationSupported",
        "identityVerificationSupported",
    ),
    ("IsActive", "isActive"),
    ("IsDeprecated", "isDeprecated"),
    ("JarValidationRequired", "jarValidationRequired"),
    ("JwksUrl", "clientJwtPublicKeySource.jwksUrl"),
    ("LandingPageUrl", "landingPageUrl"),
    ("LastModified", "lastModified"),
    ("MaxAgeEnabled", "maxAgeEnabled"),
    ("OneLoginService", "oneLoginService"),
    ("OrganisationId", "organisationId"),
    ("PKCEEnforced", "pkceEnforced"),
    ("PermitMissingNonce", "permitMissingNonce"),
    ("PostLogoutRedirectUrls", "postLogoutRedirectUrls"),
    ("PublicKeySource", "clientJwtPublicKeySource.type"),
    ("RateLimit", "rateLimit"),
    ("RedirectUrls", "redirectUrls"),
    ("Scopes", "scopes"),
    ("SectorIdentifierUri", "sectorIdentifierUri"),
    ("ServiceIntegrationId", "serviceIntegrationId"),
    ("ServiceType", "serviceType"),
    ("StaticKeys", "clientJwtPublicKeySource.jwks"),
    ("SmokeTest", "smokeTest"),
    ("SubjectType", "subjectType"),
    ("TestClient", "testClient"),
    ("TokenAuthMethod", "clientTokenAuthMethod.tokenAuthMethod"),
];

/// How the form spells a field, or `None` where it has none.
pub fn name(id: &str) -> Option<&'static str> {
    let found = NAMES.iter().find(|(own, _)| *own == id);
    found.map(|(_, name)| *name)
}

/// The id of the field that a name of the form means, in any case.
pub fn id(name: &str) -> Option<&'static str> {
    let found = NAMES.iter().find(|(_, own)| own.eq_ignore_ascii_case(name));
    found.map(|(id, _)| *id)
}
