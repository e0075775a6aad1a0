//! The running programs of `dev`, and the configuration that they run: a file that changes is judged and loaded, and a faulty
//! one is a page at the service's address.

use super::faults::{self, Judged};
use super::programs::{Programs, clients};
use super::settings::{Options, Settings};
use super::supervise::{Company, Gone};
use super::{fault_page, welcome};
use crate::local_config;
use anyhow::{Error, Result};
use serde_json::Value;
use shell::terminal;
use std::fs;
use std::time::{Duration, Instant};

/// How long a program may take until it answers.
const SIMULATOR_PATIENCE: Duration = Duration::from_secs(30);
const WORKER_PATIENCE: Duration = Duration::from_secs(120);

/// How often the file is looked at.
const EVERY: Duration = Duration::from_millis(500);

/// How long wrangler may take to say what it thinks of a configuration.
const JUDGEMENT: Duration = Duration::from_secs(20);

/// The names of the programs among what is running.
pub const WORKER: &str = "worker";
const PROVIDER: &str = "provider";
const DEMO: &str = "demo";

/// The words with which wrangler has loaded a Worker.
const LOADED: [&str; 2] = ["Local server updated and ready", "Ready on "];

/// How the lines begin that follow an error of wrangler's and are no part of it.
const OTHER: [&str; 7] = [
    "🪵",
    "⎔",
    "If you think this is a bug",
    "Note that there is a newer",
    "Runtime stderr",
    "Using secrets",
    "Your Worker has access",
];

/// The programs and their configuration.
pub struct Live<'a> {
    programs: Programs<'a>,
    options: &'a Options,
    /// Those of the configuration that was sound last; at first of none, whose ports are the same.
    settings: Settings,
    /// Whether the configuration of `settings` is run, and not the page of faults.
    is_sound: bool,
    company: Company,
    seen: Option<Vec<u8>>,
    looked: Instant,
    /// Since when wrangler has a new configuration that it has not loaded yet.
    judging: Option<Instant>,
}

impl<'a> Live<'a> {
    /// Starts everything that the configuration needs, or the page of its faults.
    ///
    /// # Errors
    /// When a program does not start for another reason than the configuration.
    pub fn start(programs: Programs<'a>, options: &'a Options, settings: Settings) -> Result<Self> {
        let seen = fs::read(faults::file(programs.places)).ok();
        let mut live = Self {
            programs,
            options,
            settings,
            is_sound: false,
            company: Company::default(),
            seen,
            looked: Instant::now(),
            judging: None,
        };
        live.lay_out()?;
        live.start_or_refuse()?;
        Ok(live)
    }

    /// The address, and where to begin if the configuration is run.
    pub fn welcome(&self) -> String {
        match self.is_sound {
            true => welcome::text(&self.programs, &self.settings),
            false => welcome::faulty(&self.settings, faults::name(self.programs.places)),
        }
    }

    /// Whether the simulated provider is running.
    pub fn has_provider(&self) -> bool {
        self.company.has(PROVIDER)
    }

    /// One round of looking after them: what they said, by their names.
    ///
    /// # Errors
    /// When one of them ended.
    pub fn round(&mut self) -> Result<Vec<(&'static str, String)>> {
        let said = match self.company.look_after() {
            Ok(said) => said,
            Err(error) => {
                self.worker_ended(error)?;
                Vec::new()
            }
        };
        let is_loaded = |line: &str| LOADED.iter().any(|words| line.contains(words));
        let is_late = |since: Instant| since.elapsed() > JUDGEMENT;
        let mut lines = said.iter().filter(|(name, _)| *name == WORKER);
        if self.judging.is_some_and(is_late) || lines.any(|(_, line)| is_loaded(line)) {
            self.judging = None;
        }
        if self.company.has_complaint(WORKER) && self.judging.is_some() && self.is_sound {
            // Two changes in a row may trip it up as well: a new one, which has seen no other, judges the configuration.
            self.company.end(WORKER);
            self.start_or_refuse()?;
        }
        if self.looked.elapsed() >= EVERY {
            self.looked = Instant::now();
            self.load_if_changed()?;
        }
        Ok(said)
    }

    /// Has wrangler load the Worker once more as it is: a new isolate looks at KV at once.
    ///
    /// # Errors
    /// When wrangler's configuration cannot be read or written.
    pub fn load_again(&self) -> Result<()> {
        local_config::load_again(&self.programs.directory)
    }

    fn load_if_changed(&mut self) -> Result<()> {
        // Between the two halves of an editor's saving there is no file.
        let Ok(text) = fs::read(faults::file(self.programs.places)) else {
            return Ok(());
        };
        if self.seen.as_ref() == Some(&text) {
            return Ok(());
        }
        self.seen = Some(text);
        let was_sound = self.is_sound;
        let name = faults::name(self.programs.places);
        say(&format!("{name} has changed; wrangler loads it"));
        self.lay_out()?;
        if self.is_sound && !was_sound {
            terminal::line(self.welcome())?;
        }
        Ok(())
    }

    /// Judges the file and lays the configuration out, or the page of its faults.
    fn lay_out(&mut self) -> Result<()> {
        let Judged {
            sound,
            faults,
            of_others,
        } = faults::judge(self.programs.places, self.options);
        for fault in faults.iter().chain(&of_others) {
            say(fault);
        }
        self.judging = Some(Instant::now());
        match sound {
            Some((settings, config)) => self.run(settings, &config),
            None => self.show(&faults, &of_others),
        }
    }

    fn show(&mut self, faults: &[String], of_others: &[String]) -> Result<()> {
        self.is_sound = false;
        let name = faults::name(self.programs.places);
        fault_page::lay_out(&self.programs.directory, name, faults, of_others)
    }

    /// Starts what the Worker needs, and hands the Worker's configuration to wrangler.
    fn run(&mut self, settings: Settings, config: &Value) -> Result<()> {
        let is_registered = clients(&settings) == clients(&self.settings);
        self.programs.write_files(&settings)?;
        self.settings = settings;
        self.is_sound = true;
        // It reads the register when it starts.
        if !is_registered && self.company.has(PROVIDER) {
            self.company.end(PROVIDER);
        }
        if self.settings.own_provider && !self.company.has(PROVIDER) {
            let mut provider = self.programs.provider(&self.settings);
            self.company.start(PROVIDER, &mut provider)?;
            let port = self.settings.control_port();
            self.company.wait_for(
                port,
                "/.well-known/openid-configuration",
                SIMULATOR_PATIENCE,
            )?;
        }
        if self.settings.own_origin && !self.company.has(DEMO) {
            let mut demo = self.programs.demo(&self.settings);
            self.company.start(DEMO, &mut demo)?;
            self.company
                .wait_for(self.settings.port + 2, "/", SIMULATOR_PATIENCE)?;
        }
        local_config::keep(&self.programs.directory, config).map(drop)
    }

    fn start_worker(&mut self) -> Result<()> {
        self.company
            .start(WORKER, &mut self.programs.wrangler(&self.settings)?)?;
        if self.settings.https {
            return self
                .company
                .wait_until_said("Ready on https://", WORKER_PATIENCE);
        }
        let health = format!("{}/health", self.settings.local.own_path());
        self.company
            .wait_for(self.settings.port, &health, WORKER_PATIENCE)
    }

    fn start_or_refuse(&mut self) -> Result<()> {
        if let Err(error) = self.start_worker() {
            self.worker_ended(error)?;
        }
        self.judging = None;
        Ok(())
    }

    /// wrangler ends where it cannot run a configuration: its complaint becomes the page. The end of another program, or one
    /// that the configuration did not cause, is an error.
    fn worker_ended(&mut self, error: Error) -> Result<()> {
        let gone = error
            .downcast_ref::<Gone>()
            .filter(|gone| gone.name == WORKER);
        let Some(gone) = gone.filter(|_| self.is_sound && self.judging.is_some()) else {
            return Err(error);
        };
        if gone.complaint.is_empty() {
            return Err(error);
        }
        self.company.end(WORKER);
        self.refused(&gone.complaint)?;
        self.start_worker()
    }

    fn refused(&mut self, lines: &[String]) -> Result<()> {
        self.judging = None;
        let name = faults::name(self.programs.places);
        let fault = format!("{name}: wrangler refuses it: {}", complaint(lines));
        say(&fault);
        self.show(&[fault], &[])
    }
}

/// The words of an error of wrangler's, without its advice about itself.
fn complaint(lines: &[String]) -> String {
    let is_other = |line: &&str| OTHER.iter().any(|start| line.starts_with(start));
    let words = lines.iter().map(|line| {
        line.split_once("[ERROR]")
            .map_or(line.as_str(), |(_, rest)| rest)
            .trim()
    });
    let words = words
        .take_while(|line| !is_other(line))
        .filter(|line| !line.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// It goes on though its words find no place.
fn say(line: &str) {
    let _ = terminal::line(format_args!("[config] {line}"));
}
