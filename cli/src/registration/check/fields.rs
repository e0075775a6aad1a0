//! The file's own shape: names, kinds, placeholders and values that no team may change.

use super::context::{Context, File, Findings};
use crate::registration::fields::{Decider, FIELDS, Field, Generation, Registration, Shape};
use crate::registration::json::{Kind, Node};
use crate::registration::rules::{
    CHANNEL_KNOWN, DRAFT_CHANGED, FIELD_MISSING, FIELD_NAME, FIELD_TWICE, FIELD_TYPE, FIXED_VALUE,
    PLACEHOLDER_LEFT, SECRET_IN_FILE, SECRET_MISSING,
};

pub(super) fn check(file: &File, context: &Context<'_>, findings: &mut Findings) {
    names(&file.registration, context.draft, findings);
    for field in FIELDS {
        let Some(name) = field.name(file.registration.generation) else {
            continue;
        };
        match file.registration.get(field.id) {
            Some(node) if !(node.is_empty() && is_needed(field, file)) => {
                value(field, name, node, (file, context), findings);
            }
            _ if is_needed(field, file) => {
                findings.add(
                    &FIELD_MISSING,
                    name,
                    None,
                    how_to_fill(field, file, context),
                );
            }
            _ => {}
        }
    }
    secret(file, findings);
    if let Some(draft) = context.draft {
        changes(&file.registration, draft, findings);
    }
}

fn names(registration: &Registration, draft: Option<&Registration>, findings: &mut Findings) {
    for name in &registration.document.duplicates {
        let fix = "Keep the value that is right and take the other line out.";
        findings.add(&FIELD_TWICE, name, None, fix);
    }
    let generation = registration.generation;
    for (name, _, meant) in registration.members() {
        let known = FIELDS
            .iter()
            .any(|field| field.name(generation) == Some(name));
        // A field that the provider sent is right, whatever its name.
        if known || draft.is_some_and(|draft| draft.document.has(name)) {
            continue;
        }
        let right = meant.and_then(|field| field.name(generation));
        let fix = match (right, draft) {
            (Some(right), _) => format!("Write {right}."),
            (None, Some(_)) => "Take it out: the draft does not have it.".to_owned(),
            (None, None) => format!(
                "Take it out: {} has no such field. If GOV.UK One Login has sent it, leave it, and give what was sent \
                 with --draft FILE.",
                generation.as_str()
            ),
        };
        findings.add(&FIELD_NAME, name, None, fix);
    }
}

/// Whether a file for this service must say something here.
fn is_needed(field: &Field, file: &File) -> bool {
    match field.id {
        // Other rules cover the fields that the Worker needs or the registry asks for.
        "RedirectUrls" | "PublicKey" | "JwksUrl" | "LandingPageUrl" => false,
        "PublicKeySource" => file.registration.generation != Generation::Early2025,
        _ => field.is_required(file.registration.generation),
    }
}

fn how_to_fill(field: &Field, file: &File, context: &Context<'_>) -> String {
    match field.decider {
        Decider::Fixed(value) => format!("Put it back as {value}."),
        Decider::Worker => format!(
            "Add it; `cargo edge registration plan` says what {} needs.",
            context.expected.id
        ),
        _ if file.registration.generation == Generation::August2026 => {
            "Fill it in, or ask for a complete draft.".to_owned()
        }
        _ => "Fill it in.".to_owned(),
    }
}

fn value(
    field: &Field,
    name: &str,
    node: &Node,
    (file, context): (&File, &Context<'_>),
    findings: &mut Findings,
) {
    let raw = file.registration.document.raw(node);
    let waits = node.placeholders();
    if !waits.is_empty() {
        if !field.stays() {
            for (_, text) in waits {
                let fix = match field.decider {
                    Decider::People => "Write your value in its place.",
                    Decider::Provider => "Ask GOV.UK One Login what belongs here.",
                    _ => "`cargo edge registration fill` replaces it from wrangler.toml.",
                };
                findings.add(&PLACEHOLDER_LEFT, name, Some(text), fix);
            }
        }
        return;
    }
    for text in texts(node).filter(|text| has_remains(text)) {
        let fix = "Write the whole value without braces or angle brackets.";
        findings.add(&PLACEHOLDER_LEFT, name, Some(text), fix);
    }
    let kind = match (&node.kind, field.shape) {
        (Kind::Null, _) | (Kind::Text(_), Shape::Text | Shape::TextOrTexts) => None,
        (Kind::Flag(_), Shape::Flag) | (Kind::Number(_), Shape::Number) => None,
        (Kind::List(items), Shape::Keys)
            if items
                .iter()
                .all(|item| matches!(item.kind, Kind::Object(_))) =>
        {
            None
        }
        (_, Shape::Keys) => Some("a list of JSON Web Keys"),
        (Kind::List(items), Shape::Texts | Shape::TextOrTexts)
            if items.iter().all(|item| item.text().is_some()) =>
        {
            None
        }
        (_, Shape::Text) => Some("a text in quotes"),
        (_, Shape::Texts | Shape::TextOrTexts) => Some("a list of texts: [\"…\", \"…\"]"),
        (_, Shape::Flag) => Some("true or false, without quotes"),
        (_, Shape::Number) => Some("a number, without quotes"),
    };
    // Of a secret, nothing is shown.
    let shown = (field.decider != Decider::Separately).then_some(raw);
    if let Some(kind) = kind {
        findings.add(&FIELD_TYPE, name, shown, format!("Write {kind}."));
    } else if let Decider::Fixed(fixed) = field.decider
        && !is_fixed(field, node, raw, fixed)
        // The provider's own value is right for this client.
        && !context.is_as_sent(file, field.id)
    {
        let rule = if field.id == "Channel" && !is_channel(node) {
            &CHANNEL_KNOWN
        } else {
            &FIXED_VALUE
        };
        findings.add(rule, name, Some(raw), format!("Write {fixed}."));
    }
}

/// The texts that stand here.
fn texts(node: &Node) -> impl Iterator<Item = &str> {
    let items = match &node.kind {
        Kind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    items.iter().filter_map(Node::text)
}

/// Whether a text still holds a placeholder, as in `https://{HOST}/callback`; no legal value has these letters.
fn has_remains(text: &str) -> bool {
    text.contains(['{', '}', '<', '>'])
}

/// The registry reads a channel in any case; every other value must be exactly as the provider sent it.
fn is_fixed(field: &Field, node: &Node, raw: &str, fixed: &str) -> bool {
    match (&node.kind, field.shape) {
        (Kind::Text(text), _) if field.id == "Channel" => text.eq_ignore_ascii_case("web"),
        (Kind::Text(text), _) => fixed.trim_matches('"') == text,
        _ => raw == fixed,
    }
}

fn is_channel(node: &Node) -> bool {
    let text = node.text().unwrap_or_default();
    ["web", "generic_app", "strategic_app"]
        .iter()
        .any(|channel| channel.eq_ignore_ascii_case(text))
}

fn secret(file: &File, findings: &mut Findings) {
    const FIELD: &str = "ClientSecret";
    let name = file.name(FIELD);
    if file.text(FIELD).is_some() {
        let fix = "Put the draft's placeholder back, and make a new secret with `cargo edge keys secret`.";
        findings.add(&SECRET_IN_FILE, &name, None, fix);
    }
    let with_secret = file.text("TokenAuthMethod") == Some("client_secret_post");
    let late = file.registration.generation != Generation::Early2025;
    if with_secret && late && !file.is_given(FIELD) {
        let fix = "Add it as \"{PROVIDE_SEPARATELY}\", or ask for a draft that has it.";
        findings.add(&SECRET_MISSING, &name, None, fix);
    }
}

/// Finds values that differ from the draft, though the draft had no placeholder for them.
fn changes(registration: &Registration, draft: &Registration, findings: &mut Findings) {
    for (name, node) in &draft.document.members {
        if !node.placeholders().is_empty() {
            continue;
        }
        let mut members = registration.document.members.iter();
        let now = members.find(|(other, _)| other == name);
        if now.is_none_or(|(_, now)| !now.is_same(node)) {
            let value = now.map(|(_, now)| registration.document.raw(now));
            let fix = format!("Put it back as {}", draft.document.raw(node));
            findings.add(&DRAFT_CHANGED, name, value, fix);
        }
    }
    for (name, _) in &registration.document.members {
        if !draft.document.has(name) {
            let fix = "Take it out: the draft does not have it.";
            findings.add(&DRAFT_CHANGED, name, None, fix);
        }
    }
}
