//! A request, its navigation, cookies and the reply, as values.

pub mod cookies;
pub mod cors;
mod navigation;
pub mod reply;
pub mod request;
