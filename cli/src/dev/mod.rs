//! `cargo edge dev`: the Worker in workerd, a simulated One Login and a demo service, at one address.

mod chatter;
mod decisions;
mod encrypted;
mod fault_page;
mod faults;
mod files;
mod http;
mod keys;
mod listen;
mod live;
mod programs;
mod rebuild;
mod service;
mod settings;
mod supervise;
mod switching;
mod welcome;

pub use keys::LocalKeys;
pub use service::Local;
pub use settings::{Options, Settings};
pub use supervise::{Company, is_free};

use crate::supply::Supply;
use anyhow::Result;
use chatter::Chatter;
use decisions::Decisions;
use live::{Live, WORKER};
use programs::Programs;
use rebuild::Rebuild;
use shell::groups;
use shell::places::Places;
use shell::progress::Progress;
use shell::terminal;
use std::fs;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;
use supervise::require_free;
use switching::Switching;

/// The time between two looks at what is running.
const ROUND: Duration = Duration::from_millis(50);

/// Sets up, builds, starts everything, and stays until Ctrl-C or until one of them ends.
pub fn command(places: &Places, supply: &'static dyn Supply, options: &Options) -> Result<()> {
    // The configuration may have faults, and says nothing about ports.
    let settings = Settings::new(options, Local::demo())?;
    let sound = faults::judge(places, options).sound;
    let own = sound.map(|(settings, _)| settings);
    require_free(&own.as_ref().unwrap_or(&settings).ports())?;
    supply.node(places)?;
    let simulator = supply.simulator(places)?;
    supply.worker(places)?;
    if settings.https {
        encrypted::make(places, &simulator)?;
    }
    let token = listen::token(settings.own_provider && settings.listen.is_some())?;
    let programs = Programs {
        places,
        simulator,
        directory: places.work().join(settings.directory()),
        token: token.clone(),
    };
    let mut switching = Switching::of(places, &settings, programs.directory.clone(), token.clone());
    let mut decisions = settings
        .own_provider
        .then(|| Decisions::new(settings.control_port(), token));
    let mut live = Progress::during("starting everything", |_| {
        Live::start(programs, options, settings)
    })?;
    groups::a_signal_is_success();
    terminal::line(live.welcome())?;
    let mut chatter = Chatter::default();
    let mut rebuild = Rebuild::new(places, supply);
    loop {
        for (name, line) in live.round()? {
            let line = terminal::plain(&line);
            if name == WORKER && chatter.is(&line) {
                continue;
            }
            // Servers are not ended because their words find no place.
            let _ = terminal::line(format_args!("[{name}] {line}"));
            if let Some(decisions) = decisions.as_mut().filter(|_| name == WORKER) {
                decisions.hear(&line);
            }
        }
        if let Some(decisions) = decisions.as_mut().filter(|_| live.has_provider()) {
            decisions.pass_on();
        }
        if switching.as_mut().is_some_and(Switching::is_written) {
            live.load_again()?;
        }
        rebuild.if_changed();
        sleep(ROUND);
    }
}

/// The directory of the `cargo edge dev` that was started last.
pub fn newest(places: &Places) -> PathBuf {
    let all = places.work();
    let entries = fs::read_dir(&all).into_iter().flatten().flatten();
    let written = |path: &PathBuf| {
        let about = fs::metadata(path.join("wrangler.json"));
        about.and_then(|about| about.modified()).ok()
    };
    let own = |entry: &fs::DirEntry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name == "dev" || name.starts_with("dev-")
    };
    let paths = entries.filter(own).map(|entry| entry.path());
    let newest = paths.max_by_key(written);
    newest.unwrap_or_else(|| all.join("dev"))
}
