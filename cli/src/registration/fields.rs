//! The fields of the provider's JSON in each of its generations: how each is spelled, and who decides its value.
//!
//! Sources: GOV.UK One Login's documentation "Configure your service for production", the table of February 2025 and
//! the drafts of August 2026; `src/models/client.ts` of `govuk-one-login/relying-party-configuration` at 19941ea (19 June
//! 2026), the client registry's own form.

use super::json::{Document, Node};
use super::{registry, registry_names};
use strsim::levenshtein;

/// Which shape of the file the provider sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// The table of early 2025.
    Early2025,
    /// The drafts of August 2026.
    August2026,
    /// The form that the provider's client registry itself reads and writes, since June 2026.
    Registry2026,
}

impl Generation {
    /// How the outputs call it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Early2025 => "the table of early 2025",
            Self::August2026 => "the draft of August 2026",
            Self::Registry2026 => "the client registry's form of June 2026",
        }
    }
}

/// The type of a field's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Text,
    Texts,
    /// One text or a list of them: both have been seen.
    TextOrTexts,
    Flag,
    Number,
    /// A list of JSON Web Keys.
    Keys,
}

/// The party that decides a field's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decider {
    /// The Worker's configuration.
    Worker,
    /// People in the service's team.
    People,
    /// The provider, once for every service; as JSON.
    Fixed(&'static str),
    /// The provider, for this service.
    Provider,
    /// The team, but not in this file: it sends the value another way.
    Separately,
}

/// One field.
#[derive(Debug)]
pub struct Field {
    /// The spelling in the draft of August 2026, or in the earlier table if it is gone.
    pub id: &'static str,
    /// The spelling in the table of early 2025, where it had one.
    pub early: Option<&'static str>,
    /// Whether the draft of August 2026 has it.
    pub late: bool,
    pub shape: Shape,
    pub decider: Decider,
    /// Whether a file without it is incomplete in each generation, whatever the service does.
    pub required: (bool, bool),
}

impl Field {
    /// The spelling in a generation, or `None` where the field does not exist.
    pub fn name(&self, generation: Generation) -> Option<&'static str> {
        match generation {
            Generation::Early2025 => self.early,
            Generation::August2026 if self.late => Some(self.id),
            Generation::August2026 => None,
            Generation::Registry2026 => registry_names::name(self.id),
        }
    }

    /// Whether a placeholder may stay: the provider fills these in after the file has come back.
    pub fn stays(&self) -> bool {
        self.decider == Decider::Separately
            || ["ClientID", "JarValidationRequired"].contains(&self.id)
    }

    /// Whether the field must be there in a generation.
    pub const fn is_required(&self, generation: Generation) -> bool {
        match generation {
            Generation::Early2025 => self.required.0,
            Generation::August2026 | Generation::Registry2026 => self.required.1,
        }
    }
}

const BOTH: (bool, bool) = (true, true);
const EARLY: (bool, bool) = (true, false);
const NEITHER: (bool, bool) = (false, false);

/// A field with one spelling in both generations.
const fn both(id: &'static str, shape: Shape, decider: Decider, required: (bool, bool)) -> Field {
    Field {
        id,
        early: Some(id),
        late: true,
        shape,
        decider,
        required,
    }
}

/// A field that only the draft of August 2026 has.
const fn late(id: &'static str, shape: Shape, decider: Decider) -> Field {
    Field {
        id,
        early: None,
        late: true,
        shape,
        decider,
        required: NEITHER,
    }
}

/// A field that only the client registry's own form has.
const fn registry_only(id: &'static str, shape: Shape) -> Field {
    Field {
        id,
        early: None,
        late: false,
        shape,
        decider: Provider,
        required: NEITHER,
    }
}

use Decider::{Fixed, People, Provider, Separately, Worker};
use Shape::{Flag, Keys, Number, Text, TextOrTexts, Texts};

/// Every field that is known.
pub static FIELDS: &[Field] = &[
    both("BackChannelLogoutUri", Text, Worker, NEITHER),
    late("Channel", Text, Fixed("\"WEB\"")),
    both("Claims", Texts, Worker, NEITHER),
    both("ClientID", Text, Provider, NEITHER),
    late("ClientLoCs", Texts, Worker),
    both("ClientName", Text, People, BOTH),
    late("ClientSecret", Text, Separately),
    both("ClientType", Text, Fixed("\"web\""), EARLY),
    both("ConsentRequired", Flag, Fixed("false"), EARLY),
    both("Contacts", TextOrTexts, People, EARLY),
    both("CookieConsentShared", Flag, Fixed("false"), EARLY),
    both("IdentityVerificationSupported", Flag, Worker, BOTH),
    both("IdTokenSigningAlgorithm", Text, Worker, BOTH),
    late("IsActive", Flag, Provider),
    both("IsInternalService", Flag, Fixed("false"), EARLY),
    both("JarValidationRequired", Flag, Provider, NEITHER),
    late("JwksUrl", Text, Worker),
    both("LandingPageUrl", Text, Worker, NEITHER),
    late("MaxAgeEnabled", Flag, Worker),
    both("OneLoginService", Flag, Fixed("false"), EARLY),
    late("PermitMissingNonce", Flag, Worker),
    late("PKCEEnforced", Flag, Worker),
    Field {
        id: "PostLogoutRedirectUrls",
        early: Some("PostLogoutRedirectUrIs"),
        late: true,
        shape: Texts,
        decider: Worker,
        required: NEITHER,
    },
    both("PublicKey", Text, Worker, NEITHER),
    late("PublicKeySource", Text, Worker),
    both("RateLimit", Number, Provider, NEITHER),
    both("RedirectUrls", Texts, Worker, NEITHER),
    both("Scopes", Texts, Worker, BOTH),
    both("SectorIdentifierUri", Text, People, BOTH),
    both("ServiceType", Text, Fixed("\"MANDATORY\""), EARLY),
    late("SmokeTest", Flag, Provider),
    both("SubjectType", Text, Fixed("\"pairwise\""), EARLY),
    both("TestClient", Flag, Fixed("false"), EARLY),
    late("TestClientEmailAllowlist", TextOrTexts, Provider),
    both("TokenAuthMethod", Text, Worker, BOTH),
    registry_only("Created", Number),
    registry_only("IsDeprecated", Flag),
    registry_only("LastModified", Number),
    registry_only("OrganisationId", Text),
    registry_only("ServiceIntegrationId", Text),
    Field {
        decider: Worker,
        ..registry_only("StaticKeys", Keys)
    },
];

/// The field of this id. Only this program names ids, so an unknown one is a mistake in it.
pub fn field(id: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.id == id)
}

/// A name as people who spell it differently mean it.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let lower: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    // Addresses are called by both words throughout.
    lower.replace("uri", "url")
}

/// The field that a person means by this name: the letters are the same, or at most two differ.
fn meant(name: &str) -> Option<&'static Field> {
    // No field's name is nearly as long.
    let name = plain(name.get(..64).unwrap_or(name));
    let close = if name.len() < 8 { 1 } else { 2 };
    let drafted = FIELDS
        .iter()
        .filter(|field| field.late || field.early.is_some());
    let near = drafted.filter_map(|field| {
        let own = plain(field.id);
        // Names of other lengths are further apart than that.
        let distance =
            (own.len().abs_diff(name.len()) <= close).then(|| levenshtein(&name, &own))?;
        (distance <= close).then_some((distance, field))
    });
    let nearest = near.min_by_key(|(distance, _)| *distance)?;
    Some(nearest.1)
}

/// A file with its generation, its fields found by any spelling.
#[derive(Debug)]
pub struct Registration {
    pub document: Document,
    pub generation: Generation,
    /// The field that each member means.
    meant: Vec<Option<&'static Field>>,
}

impl Registration {
    /// Tells the generation: fields that only the later one has decide for it. One such field does not count next to
    /// the earlier one's own spelling, and that spelling by itself does not count either: both are likely mistakes.
    pub fn new(mut document: Document) -> Self {
        if registry::is_meant(&document) {
            registry::flatten(&mut document);
            let names = document.members.iter().map(|(name, _)| name);
            return Self {
                meant: names
                    .map(|name| registry_names::id(name).and_then(field))
                    .collect(),
                generation: Generation::Registry2026,
                document,
            };
        }
        let names = document.members.iter().map(|(name, _)| name);
        let meant: Vec<_> = names.map(|name| meant(name)).collect();
        let only_late = meant.iter().flatten().filter(|field| field.early.is_none());
        let enough = if document.has("PostLogoutRedirectUrIs") {
            2
        } else {
            1
        };
        let late = only_late.count() >= enough;
        Self {
            meant,
            generation: if late {
                Generation::August2026
            } else {
                Generation::Early2025
            },
            document,
        }
    }

    /// The value of a field, also under a misspelt name; the last if the name occurs twice, as most readers see it.
    pub fn get(&self, id: &str) -> Option<&Node> {
        let spelled = |name: &str| field(id).and_then(|f| f.name(self.generation)) == Some(name);
        let exact = self.members().rev().find(|(name, ..)| spelled(name));
        let found = exact.or_else(|| {
            let means = |field: Option<&Field>| field.is_some_and(|field| field.id == id);
            self.members().rev().find(|(_, _, field)| means(*field))
        });
        found.map(|(_, node, _)| node)
    }

    /// Every member in its order: its name, its value and the field that is meant.
    pub fn members(
        &self,
    ) -> impl DoubleEndedIterator<Item = (&str, &Node, Option<&'static Field>)> {
        let members = self.document.members.iter().zip(&self.meant);
        members.map(|((name, node), field)| (name.as_str(), node, *field))
    }

    /// The spelling of a field in this file's generation.
    pub fn name(&self, id: &str) -> String {
        let name = field(id).and_then(|field| field.name(self.generation));
        name.unwrap_or(id).to_owned()
    }
}
