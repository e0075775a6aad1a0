//! The client registry's own form of a client: camelCase, with the key and the token method as objects inside.
//!
//! Source: `src/models/client.ts` and `api-read-write.yaml` of `govuk-one-login/relying-party-configuration` at 19941ea.

use super::fields::{FIELDS, Field};
use super::json::{Document, Kind};

/// The objects whose members are fields of their own here; those are named `object.member`.
const OBJECTS: [&str; 2] = ["clientJwtPublicKeySource", "clientTokenAuthMethod"];

/// Names that no draft has, one of which tells the form.
const MARKS: [&str; 4] = [
    OBJECTS[0],
    OBJECTS[1],
    "organisationId",
    "serviceIntegrationId",
];

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

/// The field that a name of the form means, in any case.
pub fn field(name: &str) -> Option<&'static Field> {
    let found = NAMES.iter().find(|(_, own)| own.eq_ignore_ascii_case(name));
    let id = found.map(|(id, _)| *id)?;
    FIELDS.iter().find(|field| field.id == id)
}

/// Whether a file is of this form.
pub fn is_meant(document: &Document) -> bool {
    MARKS.iter().any(|mark| document.has(mark))
}

/// Puts the members of the two objects among all others, so that each field is found in one way.
pub fn flatten(document: &mut Document) {
    let mut members = Vec::with_capacity(document.members.len() + 2);
    for (name, node) in std::mem::take(&mut document.members) {
        match node.kind {
            Kind::Object(inner) if OBJECTS.contains(&name.as_str()) => {
                let own = |(member, node)| (format!("{name}.{member}"), node);
                members.extend(inner.into_iter().map(own));
            }
            _ => members.push((name, node)),
        }
    }
    document.members = members;
}
