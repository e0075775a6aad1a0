//! The switch of the demo service, as the desk sets it: the service signs the record, and wrangler writes it into KV.

use super::http::ask;
use super::settings::Settings;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use shell::npm;
use shell::places::Places;
use shell::terminal;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How often the desk is asked.
const EVERY: Duration = Duration::from_millis(500);

/// How long it is not asked after a record could not be written.
const PAUSE: Duration = Duration::from_secs(10);

/// The file with the name of what KV has: it outlives this program, and the service's key does not.
const WRITTEN: &str = "switch";

/// The state of a service whose record was never written.
const OPEN: &str = "open";

/// The record of the switch.
pub struct Switching {
    places: Places,
    directory: PathBuf,
    desk: u16,
    service: u16,
    token: Option<String>,
    looked: Instant,
    written: String,
    under_way: Option<(String, JoinHandle<Result<()>>)>,
}

impl Switching {
    /// For a desk and a demo service that this program starts; none where one of them is another's.
    pub fn of(
        places: &Places,
        settings: &Settings,
        directory: PathBuf,
        token: Option<String>,
    ) -> Option<Self> {
        let is_own = settings.own_provider && settings.own_origin && !places.is_project();
        let written = fs::read_to_string(directory.join(WRITTEN));
        is_own.then(|| Self {
            places: places.clone(),
            desk: settings.control_port(),
            service: settings.port + 2,
            token,
            looked: Instant::now(),
            written: written.unwrap_or_else(|_| OPEN.to_owned()),
            directory,
            under_way: None,
        })
    }

    /// Writes what the desk has set; true once it is in KV, where the Worker looks once a minute.
    pub fn is_written(&mut self) -> bool {
        if let Some((wanted, work)) = self.under_way.take() {
            if !work.is_finished() {
                self.under_way = Some((wanted, work));
                return false;
            }
            return self.ended(wanted, work);
        }
        if self.looked.elapsed() >= EVERY {
            self.looked = Instant::now();
            // A desk that does not answer is starting, or was ended.
            if let Ok(wanted) = self.wanted()
                && wanted != self.written
            {
                let write = self.writer(wanted.clone());
                self.under_way = Some((wanted, thread::spawn(write)));
            }
        }
        false
    }

    fn ended(&mut self, wanted: String, work: JoinHandle<Result<()>>) -> bool {
        let result = work
            .join()
            .unwrap_or_else(|_| bail!("the thread has panicked"));
        let said = match &result {
            Ok(()) => format!("{wanted}: the record is in KV; wrangler loads the Worker again"),
            Err(error) => {
                self.looked = Instant::now() + PAUSE;
                format!("{wanted}: {error:#}")
            }
        };
        // It goes on though its words find no place.
        let _ = terminal::line(format_args!("[switch] {said}"));
        if result.is_ok() {
            // Without the file the next start takes the service for open, and the record for another's.
            let _ = fs::write(self.directory.join(WRITTEN), &wanted);
            self.written = wanted;
        }
        result.is_ok()
    }

    fn wanted(&self) -> Result<String> {
        let answer = ask(self.desk, self.token.as_deref(), "GET /control/switch", "")?;
        let answer: Value = serde_json::from_str(&answer)?;
        let wanted = answer["switch"].as_str().context("no state")?;
        Ok(wanted.to_owned())
    }

    fn writer(&self, wanted: String) -> impl FnOnce() -> Result<()> + Send + 'static {
        let (places, directory, service) =
            (self.places.clone(), self.directory.clone(), self.service);
        move || {
            let answer = ask(service, None, "POST /control/switch", &wanted)
                .context("the demo service signs no record")?;
            let answer: Value = serde_json::from_str(&answer)?;
            let part = |name: &str| answer[name].as_str().context("no record");
            let mut wrangler = npm::wrangler(&places)?;
            wrangler
                .args(["kv", "key", "put", part("name")?, part("record")?])
                .args(["--binding", "DOCUMENTS", "--local", "--persist-to"])
                .arg(directory.join("state"))
                .arg("--config")
                .arg(directory.join("wrangler.json"))
                .current_dir(&directory)
                .stdin(Stdio::null());
            let output = wrangler.output().context("wrangler cannot be started")?;
            if !output.status.success() {
                bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
            }
            Ok(())
        }
    }
}
