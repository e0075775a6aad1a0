//! The end of a session: by the person, by inactivity, by the provider, by its signals and by the service.

pub mod back_channel;
pub mod by_service;
mod end;
pub mod inactive;
mod pending;
mod returned;
pub mod signal;

pub use end::{COOKIES, confirm, finish, is_asked_on_own_page, still_signed_in, too_many_cookies};
pub use pending::{Tried, is_ending, remember, retry};
pub use returned::signed_out;
