//! The statement about staff, whom Cloudflare Access signed in.

use super::members::{BACKDATED, Members, NotSigned};
use crate::config::Release;
use crate::gate::access::statement::{Bound, LIFETIME};
use crate::gate::context::Context;
use crate::oidc::access_token::Holder;
use crate::oidc::jws::Alg;
use crate::platform::Platform;

/// The `typ` of a statement about staff. No origin may take one for the other, so that the header and the issuer differ too.
const TYPE: &str = "one-login-staff-assertion+jwt";

/// The beginning of the issuer of a statement about staff, before the service's address.
const ISSUER: &str = "staff:";

/// Signs a statement about staff, with the e-mail address where the route releases it.
///
/// # Errors
/// [`NotSigned`] when the key cannot be used; the request must not pass without it.
pub async fn sign_staff<P: Platform>(
    context: &Context<P>,
    holder: &Holder,
    release: Release,
    bound: Option<&Bound>,
) -> Result<String, NotSigned> {
    let service = &context.service;
    let members = Members {
        iss: &format!("{ISSUER}{}", service.origin_url),
        aud: &service.origin_audience,
        sub: &holder.subject,
        common_name: holder.common_name.as_deref(),
        email: holder.email.as_deref().filter(|_| release.email),
        iat: context.now - BACKDATED,
        exp: context.now + LIFETIME,
        htm: bound.map(|bound| bound.method.as_str()),
        htu: bound.map(|bound| bound.address.as_str()),
        ..Members::default()
    };
    let unsigned = members.unsigned(service, TYPE)?;
    let key = &service.assertion_keys.active;
    Ok(context.sign(key, Alg::Es256, unsigned).await?)
}
