//! A level as one byte, in cookies and accounts.

use crate::oidc::vector::Level;

/// The level as one byte of a stored format.
#[must_use]
pub const fn level_byte(level: Level) -> u8 {
    match level {
        Level::Cl => 0,
        Level::ClCm => 1,
        Level::P1 => 2,
        Level::P2 => 3,
    }
}

/// The level of a stored byte.
#[must_use]
pub const fn level_of(byte: u8) -> Option<Level> {
    match byte {
        0 => Some(Level::Cl),
        1 => Some(Level::ClCm),
        2 => Some(Level::P1),
        3 => Some(Level::P2),
        _ => None,
    }
}
