//! Set-up: a fixed sequence of steps, each of which knows whether it is done, how to do it, and the command that a
//! person would type instead.
//!
//! A person is asked before `sudo` and for nothing else, nothing is put into the tree, and when everything is there all checks take under a second.

mod chromium;
mod consent;
mod debian;
mod engines;
mod languages;
mod npm;
mod python;
mod rustup;
mod servers;
mod step;
mod tools;

pub use chromium::find as find_chromium;
pub use engines::PROGRAMS as ENGINE_PROGRAMS;
pub use python::{SERVICES as PYTHON, SPELLING};
pub use servers::{FRAMEWORK_MODULES, php, servers};
use step::{State, Step};
pub use tools::WasmBindgen;

use anyhow::{Error, Result, ensure};
use shell::places::Places;
use shell::progress::Progress;
use shell::terminal;

/// The tools that a command needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// To build and run the Worker.
    Worker,
    /// And Chromium.
    Browser,
    /// And Chromium, Firefox and WebKit with what drives them.
    Engines,
    /// And the languages of `packages`, with the servers of `tests/origins`.
    Origins,
    /// All of these.
    Everything,
}

impl Need {
    /// The least that covers what was asked for.
    pub fn of(browser: bool, engines: bool, origins: bool) -> Self {
        match (browser, engines, origins) {
            (false, false, false) => Self::Worker,
            (true, false, false) => Self::Browser,
            (_, true, false) => Self::Engines,
            (false, false, true) => Self::Origins,
            (_, _, true) => Self::Everything,
        }
    }
}

/// `cargo edge setup`.
pub fn command(places: &Places, need: Need) -> Result<()> {
    let did = ensure(places, need)?;
    terminal::line(if did == 0 {
        "Everything is set up."
    } else {
        "Set up."
    })
}

/// Runs what is missing, in order, and says how many steps that were.
pub fn ensure(places: &Places, need: Need) -> Result<usize> {
    run(places, &steps(need))
}

/// Brings the spelling checker, which only the tests need.
pub fn ensure_spelling(places: &Places) -> Result<usize> {
    run(places, &[Box::new(SPELLING)])
}

/// Order matters: Node before npm's packages, the compiler's ways from the quick one to the slow ones.
fn steps(need: Need) -> Vec<Box<dyn Step>> {
    let mut steps: Vec<Box<dyn Step>> = vec![
        Box::new(npm::Node),
        Box::new(npm::Packages),
        Box::new(rustup::Target),
        Box::new(debian::Packages),
        Box::new(debian::Linker),
        Box::new(debian::Std),
        Box::new(tools::WasmBindgen),
    ];
    if matches!(need, Need::Origins | Need::Everything) {
        steps.push(Box::new(languages::Go));
        steps.push(Box::new(languages::Ruby));
        steps.push(Box::new(python::SERVICES));
        steps.push(Box::new(languages::Java));
        steps.push(Box::new(languages::Maven));
        steps.push(Box::new(servers::Servers));
    }
    if matches!(need, Need::Browser | Need::Engines | Need::Everything) {
        steps.push(Box::new(chromium::Chromium));
    }
    if matches!(need, Need::Engines | Need::Everything) {
        steps.push(Box::new(engines::Engines));
    }
    steps
}

fn run(places: &Places, steps: &[Box<dyn Step>]) -> Result<usize> {
    let mut did = 0;
    for step in steps {
        if step
            .check(places)
            .map_err(|error| with_command(error, step.as_ref(), places))?
            != State::Missing
        {
            continue;
        }
        Progress::during(&step.name(), |progress| {
            step.act(places, progress)?;
            // Believe the step only when its own check finds what it installed.
            ensure!(
                step.check(places)? != State::Missing,
                "it ran without an error, but what it should bring is not there"
            );
            Ok(())
        })
        .map_err(|error| with_command(error, step.as_ref(), places))?;
        did += 1;
    }
    Ok(did)
}

fn with_command(error: Error, step: &dyn Step, places: &Places) -> Error {
    error.context(format!(
        "set-up stopped at: {}\nBy hand: {}\nReason",
        step.name(),
        step.by_hand(places)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::rc::Rc;

    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Act {
        Works,
        Fails,
        ChangesNothing,
    }

    struct Fake {
        state: Cell<State>,
        act: Act,
        acted: Rc<Cell<u32>>,
    }

    impl Step for Fake {
        fn name(&self) -> String {
            "a fake".into()
        }
        fn check(&self, _: &Places) -> Result<State> {
            Ok(self.state.get())
        }
        fn act(&self, _: &Places, _: &Progress) -> Result<()> {
            self.acted.set(self.acted.get() + 1);
            ensure!(self.act != Act::Fails, "no network");
            if self.act == Act::Works {
                self.state.set(State::Done);
            }
            Ok(())
        }
        fn by_hand(&self, _: &Places) -> String {
            "make fake".into()
        }
    }

    fn places() -> Places {
        Places {
            root: "/repository".into(),
            cache: "/cache".into(),
            program: "/program".into(),
        }
    }

    fn fake(state: State, act: Act, acted: &Rc<Cell<u32>>) -> Box<dyn Step> {
        let (state, acted) = (Cell::new(state), Rc::clone(acted));
        Box::new(Fake { state, act, acted })
    }

    #[test]
    fn when_some_steps_are_missing_then_only_those_are_done() {
        let acted = Rc::default();
        let steps = [State::Done, State::NotNeeded, State::Missing]
            .map(|state| fake(state, Act::Works, &acted));
        assert_eq!(run(&places(), &steps).unwrap(), 1);
        assert_eq!(acted.get(), 1);
    }

    #[test]
    fn when_a_step_fails_then_the_rest_stops_and_the_command_is_named() {
        for (act, reason) in [
            (Act::Fails, "no network"),
            (Act::ChangesNothing, "is not there"),
        ] {
            let acted = Rc::default();
            let steps = [act, Act::Works].map(|act| fake(State::Missing, act, &acted));
            let error = format!("{:#}", run(&places(), &steps).unwrap_err());
            assert!(
                error.contains("make fake") && error.contains(reason),
                "{error}"
            );
            assert_eq!(acted.get(), 1);
        }
    }

    #[test]
    fn when_chromium_is_asked_for_then_it_comes_last_and_otherwise_not_at_all() {
        let names = |need| {
            steps(need)
                .iter()
                .map(|step| step.name())
                .collect::<Vec<_>>()
        };
        let (worker, browser) = (names(Need::Worker), names(Need::Browser));
        assert_eq!(worker, browser[..worker.len()]);
        assert_eq!(browser.len(), worker.len() + 1);
        assert!(browser.last().unwrap().contains("Chromium"));
        let (origins, everything) = (names(Need::Origins), names(Need::Everything));
        assert_eq!(worker, origins[..worker.len()]);
        assert_eq!(origins, everything[..origins.len()]);
        assert_eq!(browser.last(), everything.get(everything.len() - 2));
        let engines = names(Need::Engines);
        assert_eq!(browser, engines[..browser.len()]);
        assert!(engines.last().unwrap().contains("Firefox and WebKit"));
        assert_eq!(engines.last(), everything.last());
    }

    #[test]
    fn when_a_compiler_is_set_up_then_rustup_is_tried_before_debian() {
        let names: Vec<_> = steps(Need::Worker).iter().map(|step| step.name()).collect();
        let position = |text: &str| names.iter().position(|name| name.contains(text)).unwrap();
        assert!(position("rustup") < position("Debian"));
        assert!(position("Node") < position("npm ci"));
    }
}
