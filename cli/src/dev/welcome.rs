//! The words with which `dev` says where everything is.

use super::encrypted;
use super::programs::{PUBLIC_KEY, Programs, SIMULATOR_CONFIG};
use super::settings::Settings;

const END: &str = " Ctrl-C ends everything.";

/// The words, for these settings; the desk's address has the token of the controls, if they want one.
pub fn text(programs: &Programs<'_>, settings: &Settings) -> String {
    let (places, directory) = (programs.places, &programs.directory);
    let token = programs.token.as_deref();
    let service = settings.service();
    let mut text = format!("\n  {service}/\n");
    if settings.https {
        text += &encrypted::how_to_trust(places);
    } else {
        text += "\n  In Safari, start with --https: it keeps no cookie of this kind at a plain address.\n";
    }
    if settings.own_provider {
        text += &format!(
            "\n  Begin at {}/control/{}\n  It says what is running and shows what the Worker decides; choose there who signs in and what breaks.\n",
            settings.provider,
            token
                .map(|token| format!("?token={token}"))
                .unwrap_or_default()
        );
    }
    if !settings.own_origin {
        text += &format!(
            "\n  The service is {}.{}\n",
            settings.origin,
            match places.is_project() {
                true => "",
                false => " / is public, /account wants a sign-in.",
            }
        );
    }
    if !settings.own_provider {
        text += &format!(
            "\n  /account wants a sign-in, by your provider; {service}/auth/health says whether the Worker is sound.\n\n\
             At {} register this client:\n  client id          {}\n  redirect URL       {}\n  \
             after signing out  {}\n  public keys (JWKS) {}\n  or, as PEM,        {}\n  \
             scopes             openid email phone\n  ID token           ES256\n\n\
             The public GOV.UK One Login simulator takes it by:\n  \
             curl --silent --fail --json @{} {}/config\n",
            settings.provider,
            settings.client_id(),
            settings.redirect_url(),
            settings.signed_out_url(),
            settings.jwks_url(),
            directory.join(PUBLIC_KEY).display(),
            directory.join(SIMULATOR_CONFIG).display(),
            settings.provider
        );
    }
    let changes = match places.is_project() {
        true => "A change of sign-in.toml is loaded by itself.",
        false => "A change of the Worker or of wrangler.toml is built and loaded by itself.",
    };
    text + "\n" + changes + END
}

/// The words where the configuration has faults.
pub fn faulty(settings: &Settings, file: &str) -> String {
    let service = settings.service();
    format!(
        "\n  {service}/ shows the faults in {file} until they are mended.\n\nA change of {file} is loaded by itself.{END}"
    )
}
