//! Node, and what `package-lock.json` pins: wrangler with its workerd, a newer Node for it, esbuild and wasm-opt.

use super::step::{State, Step};
use crate::stamp::Fingerprint;
use anyhow::{Context, Result, bail};
use shell::child;
use shell::places::{Places, on_path};
use shell::progress::Progress;
use std::env;
use std::fs;

/// Any Node that comes with npm; the one that wrangler needs arrives as a package.
pub struct Node;

impl Step for Node {
    fn name(&self) -> String {
        "Node with npm".into()
    }

    fn check(&self, _: &Places) -> Result<State> {
        Ok(if on_path("node").is_some() && on_path("npm").is_some() {
            State::Done
        } else {
            State::Missing
        })
    }

    fn act(&self, _: &Places, _: &Progress) -> Result<()> {
        bail!("`node` or `npm` is not on PATH")
    }

    fn by_hand(&self, _: &Places) -> String {
        "install Node 20 or newer from https://nodejs.org, or with `apt-get install nodejs npm` or `brew install node`"
            .into()
    }
}

/// `npm ci`, run again only when the lock file changed.
pub struct Packages;

/// Inside `node_modules`, so that deleting that directory deletes the stamp as well.
const STAMP: &str = "node_modules/.edge-stamp";

impl Step for Packages {
    fn name(&self) -> String {
        "npm packages: `npm ci` (about 30 s)".into()
    }

    fn check(&self, places: &Places) -> Result<State> {
        let complete = places
            .root
            .join("node_modules/.package-lock.json")
            .is_file();
        let current = fs::read_to_string(places.root.join(STAMP))
            .is_ok_and(|stamp| Some(stamp) == lock_stamp(places));
        Ok(if complete && current {
            State::Done
        } else {
            State::Missing
        })
    }

    fn act(&self, places: &Places, progress: &Progress) -> Result<()> {
        // `npm ci` deletes node_modules, and with it the wrangler that is waiting for this build.
        if env::var_os("WRANGLER_COMMAND").is_some() {
            bail!("package-lock.json has changed since the packages were installed");
        }
        let mut npm = child::command("npm");
        npm.args(["ci", "--no-audit", "--no-fund"])
            .current_dir(&places.root);
        child::run(progress, &mut npm, None)?.into_result("`npm ci`")?;
        let workerd = places.npm_bin("workerd");
        let answer = child::output(child::command(&workerd).arg("--version"));
        answer.context("npm installed no workerd that runs on this machine")?;
        let stamp = lock_stamp(places).context("package-lock.json is gone")?;
        fs::write(places.root.join(STAMP), stamp).context("node_modules cannot be written to")
    }

    fn by_hand(&self, _: &Places) -> String {
        "cargo edge setup (which runs `npm ci` in the repository's root)".into()
    }
}

fn lock_stamp(places: &Places) -> Option<String> {
    let lock = fs::read_to_string(places.root.join("package-lock.json")).ok()?;
    let mut fingerprint = Fingerprint::default();
    fingerprint.text("package-lock.json", &lock);
    Some(fingerprint.finish())
}
