//! `cargo edge registration`: what GOV.UK One Login has to be told about a service, derived from its configuration,
//! filled into the provider's draft and checked by the provider's own rules.
//!
//! Reading order: `expected` (what the Worker needs), `fields` (how the provider spells it), `rules` and `check`.
//! Nothing here asks a network.

mod admin;
mod check;
pub mod expected;
mod fields;
mod fill;
mod json;
mod key;
mod people;
mod plan;
mod registry;
mod registry_names;
mod report;
mod rules;
mod sheet;

use crate::difference;
use crate::worker_config::WorkerConfig;
use anyhow::{Context as _, Result, ensure};
use expected::Expected;
use fields::Registration;
use json::Document;
use people::People;
use report::About;
use rules::Severity;
use shell::places::Places;
use shell::terminal::{self, Paint, visible, wrap};
use std::fs;
use std::io::{IsTerminal, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A file that is larger is another one, in bytes.
const LARGEST: u64 = 1 << 16;

/// The tasks of `cargo edge registration`.
#[derive(clap::Subcommand)]
pub enum Task {
    /// Say what to type in the admin tool, or what the JSON for production must say
    Plan {
        #[command(flatten)]
        service: ServiceArguments,
    },
    /// Check the JSON against the provider's rules and the Worker's configuration; exit 1 on errors
    Check {
        /// The JSON that goes to GOV.UK One Login
        file: PathBuf,
        #[command(flatten)]
        service: ServiceArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// The draft as GOV.UK One Login sent it: only its placeholders may have changed
        #[arg(long, value_name = "FILE")]
        draft: Option<PathBuf>,
        /// Exit 1 on warnings as well
        #[arg(long)]
        strict: bool,
        /// How findings are written
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// List every rule that `check` applies
    Rules {
        /// How they are written
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Replace the placeholders of a draft, and show what would change
    Fill {
        /// The JSON that GOV.UK One Login sent
        draft: PathBuf,
        #[command(flatten)]
        service: ServiceArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// Write the changes into the file
        #[arg(long)]
        write: bool,
    },
}

/// Which service in which environment.
#[derive(clap::Args)]
pub struct ServiceArguments {
    /// The service's id, as in SERVICE_<ID> in wrangler.toml, in any case
    #[arg(long, value_name = "ID")]
    service: String,
    /// The environment in wrangler.toml, such as production
    #[arg(long, value_name = "ENV")]
    env: String,
    /// Another configuration than the repository's wrangler.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Where the Worker's public key is.
#[derive(clap::Args)]
pub struct KeyArguments {
    /// The Worker's public key: PEM, JSON Web Key or key set [default: the record in keys/]
    #[arg(long, value_name = "FILE")]
    public_key: Option<PathBuf>,
}

/// How findings are written.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Everything about a service that its registration depends on.
struct Subject {
    config: WorkerConfig,
    expected: Expected,
    people: People,
}

impl Subject {
    fn read(places: &Places, arguments: &ServiceArguments) -> Result<Self> {
        let config = match arguments.config.as_deref() {
            Some(path) => WorkerConfig::read(path)?,
            None => WorkerConfig::of(&places.root)?,
        };
        let expected = Expected::read(&config, &arguments.env, &arguments.service)?;
        let people = People::read(&config)?;
        Ok(Self {
            config,
            expected,
            people,
        })
    }

    fn key(&self, arguments: &KeyArguments) -> Result<Option<key::Known>> {
        match &arguments.public_key {
            Some(path) => key::read_file(path).map(Some),
            None => key::recorded(&self.config, &self.expected.environment, &self.expected.id),
        }
    }

    fn decisions(&self) -> people::Decisions {
        self.people
            .of(&self.expected.environment, &self.expected.id)
    }
}

/// `cargo edge registration`.
pub fn command(places: &Places, task: &Task) -> Result<ExitCode> {
    match task {
        Task::Plan { service } => {
            let subject = Subject::read(places, service)?;
            terminal::print(&plan::plan(&subject.expected, &subject.decisions()))?;
            Ok(ExitCode::SUCCESS)
        }
        Task::Check {
            file,
            service,
            key,
            draft,
            strict,
            format,
        } => {
            let subject = Subject::read(places, service)?;
            let known = subject.key(key)?;
            let draft = draft.as_deref().map(read_draft).transpose()?;
            let context = check::Context {
                config: &subject.config,
                expected: &subject.expected,
                people: &subject.people,
                key: known.as_ref(),
                draft: draft.as_ref(),
            };
            let findings = check::check(&read(file)?, &context);
            let about = About {
                file: &file.display().to_string(),
                service: &subject.expected.id,
                environment: &subject.expected.environment,
            };
            terminal::print(&match format {
                Format::Json => format!("{:#}\n", report::to_json(&findings, &about)),
                Format::Text => {
                    let paint = Paint::for_terminal(std::io::stdout().is_terminal());
                    report::text(&findings, &about, paint)
                }
            })?;
            let failed = findings.count(Severity::Error) > 0
                || (*strict && findings.count(Severity::Warning) > 0);
            Ok(ExitCode::from(u8::from(failed)))
        }
        Task::Rules { format } => {
            terminal::print(&match format {
                Format::Json => format!("{:#}\n", report::rules_json()),
                Format::Text => report::rules_text(),
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Task::Fill {
            draft,
            service,
            key,
            write,
        } => {
            let subject = Subject::read(places, service)?;
            let known = subject.key(key)?;
            fill_draft(draft, &subject, known.as_ref(), *write)
        }
    }
}

fn fill_draft(
    path: &Path,
    subject: &Subject,
    key: Option<&key::Known>,
    write: bool,
) -> Result<ExitCode> {
    let draft = read_draft(path)?;
    let values = fill::Values {
        expected: &subject.expected,
        decisions: &subject.decisions(),
        key,
    };
    let filled = fill::fill(&draft, &values);
    let text = &draft.document.text;
    let new = fill::apply(text, &filled.edits);
    let mut page = difference::show(text, &new);
    for (field, reason) in &filled.waiting {
        page += &wrap(&format!("{} waits: {reason}", visible(field)), 2);
        page.push('\n');
    }
    let file = path.display();
    page += &if filled.edits.is_empty() {
        format!("{file}: there is nothing to fill in\n")
    } else if write {
        fs::write(path, new).with_context(|| format!("{file} cannot be written"))?;
        format!("{file}: written\n")
    } else {
        format!("{file}: nothing was written; add --write\n")
    };
    terminal::print(&page)?;
    Ok(ExitCode::SUCCESS)
}

/// The text of a file, if it can be a registration.
fn read(path: &Path) -> Result<String> {
    let name = path.display();
    let mut bytes = Vec::new();
    let opened = fs::File::open(path);
    let read = opened.and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    let length = read.with_context(|| format!("{name} cannot be read"))?;
    ensure!(
        length as u64 <= LARGEST,
        "{name} is larger than 64 kB, and a registration has a few; give the JSON file itself"
    );
    String::from_utf8(bytes).ok().with_context(|| {
        format!("{name} is not text in UTF-8; save it in that encoding and try again")
    })
}

fn read_draft(path: &Path) -> Result<Registration> {
    let document =
        Document::parse(&read(path)?).with_context(|| format!("{} is not JSON", path.display()))?;
    Ok(Registration::new(document))
}
