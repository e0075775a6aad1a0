//! Faults: each breaks one good answer in one way, and has a name for `/control/fault`.
//!
//! A fault never turns a refusal into something else: it is applied to what an honest provider would have answered. The
//! kinds are separate enums, one for each place, so that whoever applies or expects them must match every one.

pub mod authorisation;
pub mod bomb;
pub mod claims;
pub mod core_claims;
pub mod core_form;
pub mod did;
pub mod documents;
pub mod form;
pub mod identity;
mod kind;
pub mod logout_message;
pub mod logout_token;
pub mod token_endpoint;
pub mod transport;
pub mod userinfo;
pub mod workshop;

use authorisation::AuthorisationFault;
use claims::ClaimFault;
use core_claims::CoreClaimFault;
use core_form::CoreFormFault;
use did::DidFault;
use documents::{DiscoveryFault, JwksFault};
use form::FormFault;
use identity::IdentityFault;
use logout_token::NotificationFault;
use token_endpoint::TokenFault;
use userinfo::UserinfoFault;

/// Gathers the kinds in one enum with one list of everything.
macro_rules! all_faults {
    ($( $(#[$doc:meta])* $place:ident($kind:ident), )+) => {
        /// Any fault.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Fault { $( $(#[$doc])* $place($kind), )+ }

        const COUNT: usize = 0 $( + $kind::ALL.len() )+;

        const EVERY: [Fault; COUNT] = {
            let mut every = [Fault::Claim(ClaimFault::ALL[0]); COUNT];
            let mut next = 0;
            $(
                let mut position = 0;
                while position < $kind::ALL.len() {
                    every[next] = Fault::$place($kind::ALL[position]);
                    next += 1;
                    position += 1;
                }
            )+
            assert!(next == COUNT, "every fault is listed");
            every
        };

        impl Fault {
            /// Every fault of every kind.
            pub const ALL: &'static [Self] = &EVERY;

            /// The name for `/control/fault`.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$place(fault) => fault.name(), )+ }
            }
        }
    };
}

all_faults! {
    /// A claim of the ID token.
    Claim(ClaimFault),
    /// The header, the encoding or the signature of the ID token.
    Form(FormFault),
    /// The answer of the token endpoint.
    Token(TokenFault),
    /// The answer of the userinfo endpoint.
    Userinfo(UserinfoFault),
    /// The identity claims in the answer of the userinfo endpoint.
    Identity(IdentityFault),
    /// A claim of the core identity token.
    CoreClaim(CoreClaimFault),
    /// The header, the encoding or the signature of the core identity token.
    CoreForm(CoreFormFault),
    /// The discovery document.
    Discovery(DiscoveryFault),
    /// The provider's keys.
    Jwks(JwksFault),
    /// The DID document.
    Did(DidFault),
    /// The redirect back to the client.
    Authorisation(AuthorisationFault),
    /// A logout notification.
    Notification(NotificationFault),
}

impl Fault {
    /// The fault of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|f| f.name() == name)
    }
}

/// The fault that is set, and how often it will still be applied.
#[derive(Debug, Default)]
pub struct ActiveFault(Option<(Fault, Option<u32>)>);

impl ActiveFault {
    /// Sets or clears the fault; without `times` it stays until it is cleared.
    pub fn set(&mut self, fault: Option<Fault>, times: Option<u32>) {
        self.0 = fault.filter(|_| times != Some(0)).map(|f| (f, times));
    }

    /// The fault that is set.
    pub fn get(&self) -> Option<Fault> {
        self.0.map(|(fault, _)| fault)
    }

    /// Takes the fault if it belongs to the place that asks; only then is an application counted.
    pub fn take<T>(&mut self, belongs: impl FnOnce(Fault) -> Option<T>) -> Option<T> {
        let (fault, times) = self.0?;
        let taken = belongs(fault)?;
        if let Some(times) = times {
            self.set(Some(fault), Some(times - 1));
        }
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn when_a_fault_is_named_then_its_name_is_unique_kebab_case_and_leads_back() {
        let names: BTreeSet<&str> = Fault::ALL.iter().map(|f| f.name()).collect();
        assert_eq!(names.len(), Fault::ALL.len());
        for fault in Fault::ALL {
            let name = fault.name();
            assert!(
                name.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                "{name}"
            );
            assert_eq!(Fault::from_name(name), Some(*fault));
        }
    }

    #[test]
    fn when_a_counted_fault_was_used_up_then_it_ends_by_itself() {
        let mut active = ActiveFault::default();
        active.set(Some(Fault::Token(TokenFault::Status500)), Some(2));
        let token = |f| {
            if let Fault::Token(t) = f {
                Some(t)
            } else {
                None
            }
        };
        let other = |f| if let Fault::Did(d) = f { Some(d) } else { None };
        assert_eq!(active.take(other), None);
        assert!(active.take(token).is_some() && active.take(token).is_some());
        assert_eq!(active.take(token), None);
    }
}
