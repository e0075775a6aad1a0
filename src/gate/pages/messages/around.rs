//! The texts around the content of every page.

use super::{Text, text};

/// The name of the menu with the way to the One Login account and out of it.
pub const ONE_LOGIN_MENU: Text = text!("GOV.UK One Login menu", "Dewislen GOV.UK One Login");
/// The button of that menu.
pub const SIGN_OUT: Text = text!("Sign out", "Allgofnodi");
/// The first link, for people who use a keyboard.
pub const SKIP: Text = text!("Skip to main content", "Neidio i’r prif gynnwys");
/// The reference that a person can quote.
pub const REFERENCE: Text = text!(
    "Quote this reference if you contact us:",
    "Rhowch y cyfeirnod hwn os byddwch yn cysylltu â ni:"
);
/// The header's text for screen readers.
pub const SERVICE: Text = text!("Service information", "Gwybodaeth am y gwasanaeth");
/// The name of the footer's links.
pub const SUPPORT: Text = text!("Support links", "Dolenni cymorth");
/// Where help is, when something went wrong: the link, and the rest of the sentence.
pub const HELP: [Text; 2] = [
    text!("Contact us", "Cysylltwch â ni"),
    text!(" if you need help.", " os oes angen help arnoch."),
];
/// The same under an address that is not found.
pub const HELP_WITH_ADDRESS: [Text; 3] = [
    text!(
        "If the web address is correct or you selected a link or button, ",
        "Os yw’r cyfeiriad gwe yn gywir neu os gwnaethoch ddewis dolen neu fotwm, "
    ),
    text!("contact us", "cysylltwch â ni"),
    text!(" if you need help.", " os oes angen help arnoch."),
];
/// That there may be another way, for people without the identity that a route wants.
pub const ANOTHER_WAY: Text = text!(
    "You may be able to use this service in another way.",
    "Efallai y gallwch ddefnyddio’r gwasanaeth hwn mewn ffordd arall."
);
/// Where that is told: the link, and the rest of the sentence.
pub const FIND_OUT: [Text; 2] = [
    text!("Contact us", "Cysylltwch â ni"),
    text!(" to find out.", " i gael gwybod."),
];
/// The way to the service's front page.
pub const WAY_BACK: Text = text!("Go back to the service", "Mynd yn ôl i’r gwasanaeth");
/// That the edge kept a request from the service.
pub const NOT_SAVED: Text = crate::gate::pages::messages::table::NOT_SAVED;
/// That the service may have had a request which it did not answer.
pub const NOT_KNOWN: Text = text!(
    "We do not know if we received what you sent. Check before you send it again.",
    "Nid ydym yn gwybod a wnaethom dderbyn yr hyn a anfonwyd gennych. Gwiriwch cyn ei anfon eto."
);
/// Where help is.
pub const CONTACT: Text = text!("Contact", "Cysylltu");
/// The service's page about cookies.
pub const COOKIES: Text = text!("Cookies", "Cwcis");
/// The name of the navigation with both languages.
pub const LANGUAGES: Text = text!("Choose a language", "Dewis iaith");
/// The text for a service that is new.
pub const NEW_SERVICE: Text = text!("This is a new service.", "Mae hwn yn wasanaeth newydd.");
/// The banner of a deployment that is looked at before a change is merged.
pub const PREVIEW: [Text; 2] = [
    text!("Preview", "Rhagolwg"),
    text!(
        "This is a preview for testing. Do not enter personal details.",
        "Rhagolwg ar gyfer profi yw hwn. Peidiwch â rhoi manylion personol."
    ),
];
/// The phases of a service that is not live.
pub const ALPHA: Text = text!("Alpha", "Alffa");
/// The same for the second phase, whose name is one word in both languages.
pub const BETA: Text = text!("Beta", "Beta");
/// How people can help a new service: the start of the sentence, and the link that ends it.
pub const FEEDBACK: [Text; 2] = [
    text!("Help us improve it and ", "Helpwch ni i’w wella a "),
    text!("give your feedback", "rhoi eich adborth"),
];
/// The licence's page.
pub const LICENCE_PAGE: Text = text!(
    "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    "https://www.nationalarchives.gov.uk/doc/open-government-licence-cymraeg/version/3/"
);
/// Under which licence pages of GOV.UK are: what comes before its name, the name, and the rest.
pub const LICENCE: [Text; 3] = [
    text!(
        "All content is available under the",
        "Mae’r holl gynnwys ar gael o dan y"
    ),
    text!(
        "Open Government Licence v3.0",
        "Drwydded Llywodraeth Agored v3.0"
    ),
    text!(
        ", except where otherwise stated",
        ", ac eithrio lle nodir fel arall"
    ),
];
/// The owner of pages of GOV.UK.
pub const CROWN_COPYRIGHT: Text = text!("© Crown copyright", "© Hawlfraint y Goron");
