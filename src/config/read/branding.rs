//! How a service's pages look.

use url::Url;

use super::names::localised;
use crate::config::branding::{Branding, Phase, Theme};
use crate::config::locale::Localised;
use crate::config::table::Table;

/// The domain whose services wear the crown.
const GOV_UK: &str = ".service.gov.uk";

pub fn read_branding(table: &Table<'_>, host: &str, local: bool) -> Branding {
    Branding {
        theme: read_theme(table, host, local),
        home: read_address(table, "home").unwrap_or_else(|| Localised {
            en: "/".to_owned(),
            cy: None,
        }),
        phase: table.choice(
            "phase",
            None,
            "\"alpha\", \"beta\" or \"live\"",
            |text| match text {
                "alpha" => Some(Some(Phase::Alpha)),
                "beta" => Some(Some(Phase::Beta)),
                "live" => Some(None),
                _ => None,
            },
        ),
        feedback: read_address(table, "feedback"),
        contact: read_address(table, "contact"),
        cookies: read_address(table, "cookies"),
    }
}

fn read_theme(table: &Table<'_>, host: &str, local: bool) -> Theme {
    let own = host.ends_with(GOV_UK);
    let default = if own { Theme::GovUk } else { Theme::Plain };
    let theme = table.choice(
        "theme",
        default,
        "\"govuk\" or \"plain\"",
        |text| match text {
            "govuk" => Some(Theme::GovUk),
            "plain" => Some(Theme::Plain),
            _ => None,
        },
    );
    if theme == Theme::GovUk && !own && !local {
        table.fault(
            "theme",
            "can be \"govuk\" only on a host below service.gov.uk, which alone may show the crown",
        );
    }
    theme
}

/// An address that a link of our pages may have, or one for each language.
fn read_address(table: &Table<'_>, field: &'static str) -> Option<Localised> {
    let value = table.get(field)?;
    let address = localised(value);
    let is_right = |address: &Localised| {
        let mut each = [Some(&address.en), address.cy.as_ref()]
            .into_iter()
            .flatten();
        each.all(|address| is_linkable(address, field == "contact"))
    };
    if !address.as_ref().is_some_and(is_right) {
        table.fault(
            field,
            match field {
                "contact" => "must be a path, or begin with \"https://\" or \"mailto:\"; or one for each of { en, cy }",
                _ => "must be a path such as \"/help\", or begin with \"https://\"; or one for each of { en, cy }",
            },
        );
    }
    address
}

fn is_linkable(address: &str, may_be_mail: bool) -> bool {
    let visible = address
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let path = address.starts_with('/') && !address.starts_with("//");
    let elsewhere = address.starts_with("https://") && Url::parse(address).is_ok();
    let mail = may_be_mail && address.starts_with("mailto:") && address.contains('@');
    visible && (path || elsewhere || mail)
}
