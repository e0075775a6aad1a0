//! What an identity check found out, as userinfo gives it: the signed core identity, and documents as plain JSON.

use serde_json::{Value, json};

use crate::jose::Object;
use crate::provider::Provider;
use crate::provider::personas::Identity;
use crate::provider::settings::CLAIM_PREFIX;
use crate::provider::userinfo::Grant;

/// How long a core identity is valid after it was issued.
pub const CORE_IDENTITY_SECONDS: i64 = 1_800;

impl Provider {
    /// Adds the identity claims that were asked for and that this person has. When identity was not proved, only the return
    /// code is added: an absent claim means just that.
    pub(super) fn add_identity(&self, now: i64, grant: &Grant, members: &mut Object) {
        if grant.asked.identity.is_empty() {
            return;
        }
        for name in &grant.claims {
            let short = name.strip_prefix(CLAIM_PREFIX).unwrap_or_default();
            let value = match &grant.persona.identity {
                Some(identity) if !grant.persona.failed_identity(&grant.asked) => {
                    self.identity_claim(now, short, grant, identity)
                }
                _ => (short == "returnCode").then(|| json!([{ "code": "N" }])),
            };
            if let Some(value) = value {
                members.insert(name.clone(), value);
            }
        }
    }

    fn identity_claim(
        &self,
        now: i64,
        short: &str,
        grant: &Grant,
        identity: &Identity,
    ) -> Option<Value> {
        match short {
            "coreIdentityJWT" => Some(self.core_identity(now, grant, identity).into()),
            "address" => Some(json!([{
                "buildingNumber": "8", "streetName": "HADLEY ROAD", "postalCode": identity.postal_code,
                "addressLocality": "BATH", "addressCountry": "GB", "validFrom": "2000-01-01",
            }])),
            "passport" => identity.passport.map(|number| {
                json!([{ "documentNumber": number, "icaoIssuerCode": "GBR", "expiryDate": "2035-07-08" }])
            }),
            "drivingPermit" => identity.driving_permit.map(|number| {
                json!([{
                    "personalNumber": number, "expiryDate": "2035-07-08", "issueNumber": "23", "issuedBy": "DVLA",
                    "fullAddress": format!("8 HADLEY ROAD BATH {}", identity.postal_code),
                }])
            }),
            _ => None,
        }
    }

    fn core_identity(&self, now: i64, grant: &Grant, identity: &Identity) -> String {
        // The highest level asked for that the person reached.
        let level = grant
            .asked
            .identity
            .iter()
            .rev()
            .find(|level| **level <= identity.level);
        let given = identity
            .given_names
            .iter()
            .map(|name| json!({ "value": name, "type": "GivenName" }));
        let family = json!({ "value": identity.family_name, "type": "FamilyName" });
        let parts: Vec<Value> = given.chain([family]).collect();
        let claims = json!({
            "iss": self.settings.identity_issuer,
            "sub": grant.subject,
            "aud": grant.client_id,
            "iat": now,
            "nbf": now,
            "exp": now + CORE_IDENTITY_SECONDS,
            "vot": level,
            "vtm": format!("{}trustmark", self.settings.issuer),
            "vc": {
                "type": ["VerifiableCredential", "IdentityCheckCredential"],
                "credentialSubject": {
                    "name": [{ "nameParts": parts, "validFrom": "2020-03-01" }],
                    "birthDate": [{ "value": identity.birth_date }],
                },
            },
        });
        let key = self.keyring.identity();
        let kid = format!("{}#{}", self.settings.did(), key.kid());
        let header = [("kid", kid.as_str()), ("typ", "JWT")];
        key.token(&header, claims.as_object().unwrap_or(&Object::new()))
    }
}
