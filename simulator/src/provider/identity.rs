//! The result of an identity check, as userinfo gives it: the signed core identity, and documents as plain JSON.

use serde_json::{Value, json};

use crate::jose::Object;
use crate::provider::fault::workshop::Workshop;
use crate::provider::fault::{Fault, core_claims, core_form, identity as broken};
use crate::provider::grant::Grant;
use crate::provider::identities::Proved;
use crate::provider::personas::Identity;
use crate::provider::rotation::Keys;
use crate::provider::settings::CLAIM_PREFIX;
use crate::provider::state::Provider;

/// How long a core identity is valid after it was issued.
pub const CORE_IDENTITY_SECONDS: i64 = 1_800;

impl Provider {
    /// Adds the identity claims that were asked for and that this person has. When identity was not proved, only the return
    /// codes are added: an absent claim means just that.
    pub(super) fn add_identity(&mut self, now: i64, grant: &Grant, members: &mut Object) {
        if grant.asked.identity.is_empty() {
            return;
        }
        let identity = grant.persona.identity.as_ref();
        let identity = identity.filter(|_| !grant.persona.failed_identity(&grant.asked));
        let proved = identity.map(|identity| (identity.proved)());
        for name in &grant.claims {
            let short = name.strip_prefix(CLAIM_PREFIX).unwrap_or_default();
            let value = match (short, identity, &proved) {
                ("returnCode", ..) => self.codes_of(grant),
                ("coreIdentityJWT", Some(identity), Some(proved)) => {
                    Some(self.core_identity(now, grant, identity, proved).into())
                }
                ("address", _, Some(proved)) => Some(proved.addresses.clone()),
                ("passport", _, Some(proved)) => proved.passports.clone(),
                ("drivingPermit", _, Some(proved)) => proved.driving_permits.clone(),
                _ => None,
            };
            if let Some(value) = value {
                members.insert(name.clone(), value);
            }
        }
        // Like every fault this one breaks a good answer, and without a core identity there is nothing to break.
        if proved.is_some() {
            let fault = self.fault.take(|f| match f {
                Fault::Identity(f) => Some(f),
                _ => None,
            });
            if let Some(fault) = fault {
                broken::apply(fault, members, self.keyring.ec(), now);
            }
        }
    }

    /// The return codes, which can accompany a proved identity too. The provider tells services in private what the letters mean.
    fn codes_of(&self, grant: &Grant) -> Option<Value> {
        let object = |code: &str| json!({ "code": code });
        match (&self.return_codes, grant.persona.return_codes) {
            (Some(codes), _) => Some(codes.iter().map(|code| object(code)).collect()),
            (None, Some(codes)) => Some(codes.iter().map(|code| object(code)).collect()),
            // The default for a person without reasons of their own.
            (None, None) if grant.persona.failed_identity(&grant.asked) => {
                Some(json!([object("N")]))
            }
            (None, None) => None,
        }
    }

    fn core_identity(
        &mut self,
        now: i64,
        grant: &Grant,
        identity: &Identity,
        proved: &Proved,
    ) -> String {
        // The highest level asked for that the person reached.
        let level = grant
            .asked
            .identity
            .iter()
            .rev()
            .find(|level| **level <= identity.level);
        let members = json!({
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
                "credentialSubject": { "name": proved.names, "birthDate": proved.birth_dates },
            },
        });
        let mut claims = members.as_object().cloned().unwrap_or_default();
        self.core_identity_times.apply(&mut claims, now);
        let broken_claim = self.fault.take(|f| match f {
            Fault::CoreClaim(f) => Some(f),
            _ => None,
        });
        if let Some(fault) = broken_claim {
            core_claims::apply(fault, &mut claims, now);
        }
        self.before_signing(Keys::Identity);
        let token = self.signed_core_identity(&claims);
        self.after_signing(Keys::Identity);
        token
    }

    /// Signs the claims; this is also where the token's form is broken on request.
    fn signed_core_identity(&mut self, claims: &Object) -> String {
        let broken_form = self.fault.take(|f| match f {
            Fault::CoreForm(f) => Some(f),
            _ => None,
        });
        let key = self.keyring.identity();
        let shop = Workshop {
            key,
            other: self.keyring.rsa(),
            kid: format!("{}#{}", self.settings.did(), key.kid()),
            canary: self.canary(),
            typ: Some("JWT"),
        };
        match broken_form {
            None => shop.honest(claims),
            Some(fault) => core_form::forge(fault, &shop, self.keyring.ec(), claims),
        }
    }
}
