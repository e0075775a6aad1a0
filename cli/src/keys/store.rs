//! Where the files of keys are, and how they change: prepared before Cloudflare is asked for anything, put in slot after.

use crate::keys::state::{File, Kind, Pair, Slot};
use crate::keys::when::{HOUR, Time};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// The directory of the files, below the repository's root.
const DIRECTORY: &str = "keys";

/// The files that hold the keys of one service in one environment.
pub struct Store {
    directory: PathBuf,
    service: PathBuf,
    deployment: PathBuf,
    /// The client's and the assertion's keys.
    own: File,
    /// The session's keys.
    shared: File,
    /// The record that an interrupted step had prepared.
    unfinished: [File; 2],
}

impl Store {
    /// Reads what is there; a file that is missing holds no keys.
    ///
    /// # Errors
    /// When a file cannot be read or is damaged.
    pub fn load(root: &Path, service: &str, environment: &str) -> Result<Self> {
        let directory = root.join(DIRECTORY);
        let own_path = directory.join(format!("{service}-{environment}.json"));
        let shared_path = directory.join(format!("{environment}.json"));
        Ok(Self {
            own: read(&own_path)?,
            shared: read(&shared_path)?,
            // A damaged one says nothing.
            unfinished: [&own_path, &shared_path]
                .map(|path| read(&beside(path)).unwrap_or_default()),
            service: own_path,
            deployment: shared_path,
            directory,
        })
    }

    /// A kind of key, if the file has it.
    pub fn pair(&self, kind: Kind) -> Option<&Pair> {
        match kind {
            Kind::Client => self.own.client.as_ref(),
            Kind::Assertion => self.own.assertion.as_ref(),
            Kind::Session => self.shared.session.as_ref(),
        }
    }

    /// Whether a step of the last day was interrupted after it had seen that a slot was free, and before it was noted what
    /// is in it: a secret that is there now was made by that step, and no deployment used it.
    pub fn is_unfinished(&self, kind: Kind, slot: Slot, now: Time) -> bool {
        let [own, shared] = &self.unfinished;
        let meant = match kind {
            Kind::Client => own.client.as_ref(),
            Kind::Assertion => own.assertion.as_ref(),
            Kind::Session => shared.session.as_ref(),
        };
        let known = |pair: &Pair| pair.generations.get(&slot).cloned();
        let Some(key) = meant.and_then(known) else {
            return false;
        };
        self.pair(kind).and_then(known).is_none() && now <= key.made_at.after(24 * HOUR)
    }

    /// Puts a kind of key in its place; nothing is written yet.
    pub fn set(&mut self, kind: Kind, pair: Pair) {
        match kind {
            Kind::Client => self.own.client = Some(pair),
            Kind::Assertion => self.own.assertion = Some(pair),
            Kind::Session => self.shared.session = Some(pair),
        }
    }

    /// The file of a kind of key, from the repository's root, as people are told it.
    pub fn name(&self, kind: Kind) -> String {
        let path = match kind {
            Kind::Client | Kind::Assertion => &self.service,
            Kind::Session => &self.deployment,
        };
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        format!("{DIRECTORY}/{file}")
    }

    /// The file, of any service and environment, that knows a key of this id.
    ///
    /// # Errors
    /// When a file cannot be read or is damaged.
    pub fn who_knows(&self, kid: &str) -> Result<Option<String>> {
        let Ok(entries) = fs::read_dir(&self.directory) else {
            return Ok(None);
        };
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|end| end == "json") && read(&path)?.knows(kid) {
                let file = path.file_name().unwrap_or_default().to_string_lossy();
                return Ok(Some(format!("{DIRECTORY}/{file}")));
            }
        }
        Ok(None)
    }

    /// Writes both files under temporary names next to their places: a full disk shows before Cloudflare has the keys.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn prepare(&self) -> Result<Prepared> {
        fs::create_dir_all(&self.directory)
            .with_context(|| format!("{} cannot be made", self.directory.display()))?;
        let mut moves = Vec::new();
        for (path, file) in [(&self.service, &self.own), (&self.deployment, &self.shared)] {
            if file.pairs().next().is_none() {
                continue;
            }
            let beside = beside(path);
            fs::write(&beside, file.to_text()?)
                .with_context(|| format!("{} cannot be written", beside.display()))?;
            moves.push((beside, path.clone()));
        }
        Ok(Prepared(moves))
    }
}

/// Files that wait to be put in slot; dropped, they are gone.
pub struct Prepared(Vec<(PathBuf, PathBuf)>);

impl Prepared {
    /// Leaves them as they are: whether they are true is not known.
    pub fn keep(mut self) {
        self.0.clear();
    }

    /// Puts them in slot.
    ///
    /// # Errors
    /// When that fails; the files then keep their temporary names, and the message says so.
    pub fn commit(mut self) -> Result<()> {
        for (beside, path) in std::mem::take(&mut self.0) {
            fs::rename(&beside, &path).with_context(|| {
                format!(
                    "Cloudflare has the change, so rename {} to {} by hand",
                    beside.display(),
                    path.display()
                )
            })?;
        }
        Ok(())
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        for (beside, _) in &self.0 {
            // It may be gone already, and nothing is lost if it stays.
            let _ = fs::remove_file(beside);
        }
    }
}

/// Where a file waits until Cloudflare has what it says.
fn beside(path: &Path) -> PathBuf {
    path.with_extension("json.new")
}

fn read(path: &Path) -> Result<File> {
    match fs::read_to_string(path) {
        Ok(text) => File::parse(&text).with_context(|| format!("{} is damaged", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(File::default()),
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
}
