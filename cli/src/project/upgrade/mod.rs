//! `upgrade`: another version of the product for a project, judged before the project has it.
//!
//! Both versions get a directory of their own in which they are a project's; see `side`. `judge` compares what they say about
//! themselves, `changes` reads the changelog, `sign_in` runs both in workerd, and `number` changes `package.json`.

mod changes;
mod judge;
mod number;
mod side;
mod sign_in;

use crate::difference;
use crate::project::own::Own;
use anyhow::{Result, anyhow, bail, ensure};
use clap::Args;
use judge::Finding;
use number::{Number, PRODUCT, npm};
use semver::Version;
use shell::places::{PROJECT, Places};
use shell::progress::Progress;
use shell::{child, terminal};
use side::Side;
use std::fs;
use std::process::ExitCode;

/// The version to upgrade to, and how.
#[derive(Args)]
pub struct Options {
    /// The version to go to [default: the newest]
    #[arg(value_name = "VERSION", conflicts_with = "since")]
    pub version: Option<String>,
    /// Judge the upgrade and change nothing
    #[arg(long)]
    pub check: bool,
    /// Judge the installed version against the one in package.json of this git revision
    #[arg(long, value_name = "REVISION", requires = "check")]
    pub since: Option<String>,
    /// Go on although users would have to sign in again
    #[arg(long)]
    pub sign_people_out: bool,
}

/// Judges an upgrade and, unless only a check was asked for, makes it. The exit code is 1 where it is refused.
///
/// # Errors
/// When a version cannot be had or does not say what an upgrade must know.
pub fn command(places: &Places, options: &Options) -> Result<ExitCode> {
    ensure!(
        places.is_project(),
        "only a project, which has a {PROJECT}, is upgraded; a clone is changed by git"
    );
    let number = Number::read(&places.root)?;
    let (before, after) = match &options.since {
        Some(revision) => (
            Number::at(places, revision)?.version,
            number.version.clone(),
        ),
        None => (
            number.version.clone(),
            wanted(places, options.version.as_deref())?,
        ),
    };
    if before == after {
        terminal::line(format_args!(
            "the version is {after}; there is nothing to upgrade"
        ))?;
        return Ok(ExitCode::SUCCESS);
    }
    terminal::line(format_args!("from {before} to {after}"))?;
    let work = places.work().join("upgrade");
    let _ = fs::remove_dir_all(&work);
    let judged = judged(places, options, &number, &before, &after);
    // The copies are large, and hold this machine's keys.
    let _ = fs::remove_dir_all(&work);
    if !judged? {
        terminal::line(match options.since {
            Some(_) => "refused".to_owned(),
            None => format!("refused; package.json keeps {before}"),
        })?;
        return Ok(ExitCode::FAILURE);
    }
    if options.check {
        terminal::line("the upgrade can be made")?;
        return Ok(ExitCode::SUCCESS);
    }
    number.change(places, &after)?;
    terminal::line(format_args!(
        "package.json has {after}. Deploy it to integration first: `npx one-login-edge deploy --env integration`"
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Whether the upgrade may be made, after everything that is known of it was said.
fn judged(
    places: &Places,
    options: &Options,
    number: &Number,
    before: &Version,
    after: &Version,
) -> Result<bool> {
    let installed = |version: &Version| *version == number.installed;
    ensure!(
        installed(before) || installed(after),
        "package.json has {}, and {} is installed; run `npm install`",
        number.version,
        number.installed
    );
    let side = |name, version: &Version, revision: Option<&str>| {
        Progress::during(&format!("version {version}"), |progress| {
            Side::make(
                places,
                name,
                version,
                installed(version),
                revision,
                progress,
            )
        })
    };
    let old = side("before", before, options.since.as_deref())?;
    let new = side("after", after, None)?;
    let mut findings = Vec::new();
    if let Some(faults) = new.faults()? {
        for fault in faults.lines().filter(|line| !line.trim().is_empty()) {
            findings.push(Finding::Refused(format!(
                "{after} refuses your configuration: {}",
                fault.trim()
            )));
        }
    }
    // A configuration that is refused has no layout to compare.
    if findings.is_empty() {
        findings.extend(configurations(&old, &new)?);
    }
    findings.extend(judge::formats(&old.formats()?, &new.formats()?)?);
    let changelog = if before < after { &new } else { &old };
    tell_changes(&changelog.changelog()?, before, after)?;
    if !findings
        .iter()
        .any(|finding| matches!(finding, Finding::Refused(_)))
    {
        findings.extend(sign_in::between(&old, &new)?);
    }
    let mut is_good = true;
    for finding in &findings {
        let (word, text, refuses) = match finding {
            Finding::Refused(text) => ("refused", text, true),
            Finding::SignsOut(text) => ("sign-out", text, !options.sign_people_out),
            Finding::Note(text) => ("note", text, false),
            Finding::Good(text) => ("ok", text, false),
        };
        is_good &= !refuses;
        terminal::line(format_args!("{word:<8} {}", terminal::visible(text)))?;
    }
    let signs_out = findings
        .iter()
        .any(|finding| matches!(finding, Finding::SignsOut(_)));
    if signs_out && !options.sign_people_out {
        terminal::line(
            "Every signed-in user would have to sign in again. --sign-people-out goes on all the same.",
        )?;
    }
    Ok(is_good)
}

/// The exact version that npm has under a name, such as `1.2.3` or `latest`.
fn wanted(places: &Places, name: Option<&str>) -> Result<Version> {
    let name = name.unwrap_or("latest");
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b".-+".contains(&byte);
    ensure!(
        !name.is_empty() && name.bytes().all(is_name),
        "{name:?} is no version, such as 1.2.3"
    );
    // A registry that takes the connection and says nothing is not waited for either.
    let patience = "--fetch-timeout=10000";
    let mut npm = npm(&["view", &format!("{PRODUCT}@{name}"), "version", patience]);
    npm.current_dir(&places.root);
    // npm's word for a package or a version that the registry does not have; any other says nothing about the version.
    let said = child::output(&mut npm).map_err(|error| match error.to_string().contains("E404") {
        true => anyhow!("npm does not know {PRODUCT}@{name}; `npm view {PRODUCT} versions` lists those that there are"),
        false => error.context(format!(
            "npm cannot ask its registry for {PRODUCT}@{name}; is this machine online?"
        )),
    })?;
    let Some(version) = said
        .lines()
        .find_map(|line| Version::parse(line.trim()).ok())
    else {
        bail!("npm knows no version {name} of {PRODUCT}");
    };
    Ok(version)
}

/// The differences of the whole configuration of each environment, printed, and what follows from them.
fn configurations(old: &Side, new: &Side) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let own = Own::read(&new.root)?;
    for environment in own.environments() {
        let after = new.configuration(environment)?;
        // An environment that the revision did not have has nothing to lose.
        let Ok(before) = old.configuration(environment) else {
            findings.push(Finding::Note(format!("{environment} is new")));
            continue;
        };
        findings.extend(judge::configuration(environment, &before, &after));
        let (before, after) = (format!("{before:#}"), format!("{after:#}"));
        match difference::show(&before, &after) {
            same if same.is_empty() => {
                findings.push(Finding::Good(format!(
                    "{environment}: wrangler gets the same configuration"
                )));
            }
            shown => terminal::print(&format!(
                "\n{environment}: wrangler gets another configuration\n{shown}\n"
            ))?,
        }
    }
    Ok(findings)
}

/// Prints the parts of the changelog that an upgrade has to know.
fn tell_changes(changelog: &str, before: &Version, after: &Version) -> Result<()> {
    let (low, high) = if before < after {
        (before, after)
    } else {
        (after, before)
    };
    let between = changes::between(changelog, low, high);
    if before > after {
        terminal::line("\nYou go back. The changelog says of the versions that you leave:")?;
    }
    for (version, text) in &between {
        terminal::print(&format!("\n{version}: when you upgrade\n\n{text}\n\n"))?;
    }
    if between.is_empty() {
        terminal::line("\nThe changelog asks for nothing between the two versions.\n")?;
    }
    Ok(())
}
