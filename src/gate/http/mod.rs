//! A request, its navigation, cookies and the reply, as values.

pub mod cookies;
mod navigation;
pub mod reply;
pub mod request;
