//! The client registry's own form of a client: camelCase, with the key and the token method as objects inside.
//!
//! Source: `src/models/client.ts` and `api-read-write.yaml` of `govuk-one-login/relying-party-configuration` at 19941ea.

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
