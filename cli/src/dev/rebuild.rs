//! Builds the Worker again when its sources change; wrangler loads what was built by itself.

use crate::supply::Supply;
use shell::places::Places;
use shell::terminal;
use std::fs;
use std::path::Path;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

/// How often the sources are looked at.
const EVERY: Duration = Duration::from_secs(1);

/// The newest time of change, and how many files there are: deleting one is a change too.
type State = (Option<SystemTime>, usize);

/// Watches the sources.
pub struct Rebuild {
    places: Places,
    supply: &'static dyn Supply,
    looked: Instant,
    seen: State,
    under_way: Option<JoinHandle<()>>,
}

impl Rebuild {
    /// From how the sources are now.
    pub fn new(places: &Places, supply: &'static dyn Supply) -> Self {
        Self {
            places: places.clone(),
            supply,
            looked: Instant::now(),
            seen: state(&places.root, supply.sources()),
            under_way: None,
        }
    }

    /// Starts a build if the sources have changed since the last one began and none is under way. One that fails is
    /// reported, and the Worker that runs goes on.
    pub fn if_changed(&mut self) {
        let busy = self
            .under_way
            .as_ref()
            .is_some_and(|build| !build.is_finished());
        if busy || self.looked.elapsed() < EVERY || !self.is_due() {
            return;
        }
        let (places, supply) = (self.places.clone(), self.supply);
        self.under_way = Some(thread::spawn(move || {
            let said = match supply.worker(&places) {
                Ok(size) => format!("the Worker is built again ({size}); wrangler loads it"),
                Err(error) => {
                    format!("{error:#}\n[build] the Worker as it was goes on running")
                }
            };
            // It goes on though its words find no place.
            let _ = terminal::line(format_args!("[build] {said}"));
        }));
    }

    /// Looks, and remembers what it saw.
    fn is_due(&mut self) -> bool {
        self.looked = Instant::now();
        let now = state(&self.places.root, self.supply.sources());
        let due = now != self.seen;
        self.seen = now;
        due
    }
}

fn state(root: &Path, sources: &[&str]) -> State {
    let mut newest = (None, 0);
    sources
        .iter()
        .for_each(|name| look(&root.join(name), &mut newest));
    newest
}

/// An unreadable file counts as absent: an editor that saves may remove a file before it writes the new one.
fn look(path: &Path, newest: &mut State) {
    let Ok(about) = fs::metadata(path) else {
        return;
    };
    if about.is_dir() {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        entries.for_each(|entry| look(&entry.path(), newest));
    } else {
        newest.0 = newest.0.max(about.modified().ok());
        newest.1 += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Result;
    use std::path::PathBuf;

    struct OfSource;

    impl Supply for OfSource {
        fn node(&self, _: &Places) -> Result<()> {
            Ok(())
        }
        fn worker(&self, _: &Places) -> Result<String> {
            Ok(String::new())
        }
        fn simulator(&self, places: &Places) -> Result<PathBuf> {
            Ok(places.program.clone())
        }
        fn sources(&self) -> &'static [&'static str] {
            &["src", "build.rs"]
        }
    }

    #[test]
    fn when_a_source_is_written_added_or_deleted_then_a_rebuild_is_due() {
        let root = std::env::temp_dir().join(format!("edge-rebuild-{}", std::process::id()));
        fs::create_dir_all(root.join("src/gate")).unwrap();
        fs::create_dir_all(root.join("docs")).unwrap();
        let source = root.join("src/gate/a.rs");
        fs::write(&source, "a").unwrap();
        let places = Places {
            root: root.clone(),
            cache: root.join("cache"),
            program: root.join("edge"),
        };
        let mut rebuild = Rebuild::new(&places, &OfSource);
        assert!(!rebuild.is_due());
        fs::write(root.join("docs/page.md"), "x").unwrap();
        assert!(!rebuild.is_due());
        let later = SystemTime::now() + Duration::from_secs(2);
        fs::File::options()
            .write(true)
            .open(&source)
            .unwrap()
            .set_modified(later)
            .unwrap();
        assert!(rebuild.is_due() && !rebuild.is_due());
        fs::write(root.join("src/b.rs"), "b").unwrap();
        assert!(rebuild.is_due());
        fs::remove_file(root.join("src/b.rs")).unwrap();
        assert!(rebuild.is_due() && !rebuild.is_due());
        fs::remove_dir_all(&root).unwrap();
    }
}
