//! The texts of buttons and links that several pages share.

use super::{Text, text};

pub const SIGN_IN: Text = text!("Sign in", "Mewngofnodi");

pub const TRY_AGAIN: Text = text!("Try again", "Rhoi cynnig arall arni");

pub const CONTINUE: Text = text!("Continue", "Parhau");
