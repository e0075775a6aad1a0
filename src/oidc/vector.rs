//! Vectors of trust: which level of sign-in a route asks for and a session has reached.
//!
//! Source: GOV.UK One Login's documentation of `vtr` and `vot`; `provider.md` 1.13 and 4.

use std::fmt;

/// A level of confidence, from a password to a proved identity, in rising order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// `Cl`: a password.
    Cl,
    /// `Cl.Cm`: a password and a second factor.
    ClCm,
    /// `Cl.Cm.P1`: the same with an identity of low confidence.
    P1,
    /// `Cl.Cm.P2`: the same with an identity of medium confidence.
    P2,
}

impl Level {
    /// Every level, lowest first.
    pub const ALL: [Self; 4] = [Self::Cl, Self::ClCm, Self::P1, Self::P2];

    /// The vector as the provider spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cl => "Cl",
            Self::ClCm => "Cl.Cm",
            Self::P1 => "Cl.Cm.P1",
            Self::P2 => "Cl.Cm.P2",
        }
    }

    /// Reads a vector in exactly the provider's spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }

    /// Reads the `vot` of a core identity, which is only the identity's part.
    #[must_use]
    pub fn of_identity(text: &str) -> Option<Self> {
        match text {
            "P1" => Some(Self::P1),
            "P2" => Some(Self::P2),
            _ => None,
        }
    }

    /// Whether the level includes a proved identity.
    #[must_use]
    pub const fn has_identity(self) -> bool {
        matches!(self, Self::P1 | Self::P2)
    }

    /// The credential part, which an ID token's `vot` carries (`provider.md` 4).
    #[must_use]
    pub const fn credential(self) -> Self {
        match self {
            Self::Cl => Self::Cl,
            Self::ClCm | Self::P1 | Self::P2 => Self::ClCm,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_levels_are_compared_then_they_are_ordered_and_keep_their_spelling() {
        assert!(Level::ALL.is_sorted());
        for level in Level::ALL {
            assert_eq!(Level::parse(level.as_str()), Some(level));
            assert!(!level.credential().has_identity());
        }
        assert_eq!(Level::parse("cl.cm"), None);
        assert_eq!(Level::parse("Cm.Cl"), None);
        assert_eq!(Level::of_identity("P2"), Some(Level::P2));
        for other in ["P0", "P3", "p2", "Cl.Cm.P2", ""] {
            assert_eq!(Level::of_identity(other), None);
        }
    }
}
