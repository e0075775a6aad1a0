//! The `Set-Cookie` values of the Worker.

/// The `Set-Cookie` value that keeps a sealed text under a name until the browser is closed.
#[must_use]
pub fn set_cookie(name: &str, sealed: &str) -> String {
    format!("{name}={sealed}; Path=/; Secure; HttpOnly; SameSite=Lax")
}

/// The same with a life in seconds.
#[must_use]
pub fn set_cookie_for(name: &str, value: &str, seconds: i64) -> String {
    format!("{name}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax")
}

/// The `Set-Cookie` value that deletes a cookie; its attributes equal those that set it.
#[must_use]
pub fn delete_cookie(name: &str) -> String {
    format!("{name}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax")
}
