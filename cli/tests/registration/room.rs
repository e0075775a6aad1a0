//! A directory for one test, with copies of the fixtures that it may spoil.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A file that passes every check, and the service that it is for.
#[derive(Clone, Copy, Debug)]
pub struct Base {
    pub file: &'static str,
    pub service: &'static str,
}

/// Only sign-in, in the shape of early 2025, with a key.
pub const EARLY: Base = Base {
    file: "early-2025.json",
    service: "demo",
};
/// Only sign-in, in the shape of August 2026, with a JWKS address.
pub const LATE: Base = Base {
    file: "sign-in-jwks.json",
    service: "demo",
};
/// Identity, with a key.
pub const PROOF: Base = Base {
    file: "identity-static.json",
    service: "proof",
};
/// Sign-in with a client secret and RS256.
pub const FORM: Base = Base {
    file: "client-secret.json",
    service: "form",
};

pub const BASES: [Base; 4] = [EARLY, LATE, PROOF, FORM];

/// How the program ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

pub struct Room(PathBuf);

impl Drop for Room {
    fn drop(&mut self) {
        // A failed removal leaves files only in target/.
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/registration")
}

pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

impl Room {
    /// A room in which nothing is, which counts as a repository of its own.
    pub fn empty() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("registration-{}-{number}", std::process::id());
        let room = Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name));
        room.write("cli/Cargo.toml", "");
        room
    }

    /// A room with the fixtures' configuration, keys and filled files.
    pub fn furnished() -> Self {
        let room = Self::empty();
        for name in [
            "wrangler.toml",
            "registration.toml",
            "keys/DEMO-production.json",
            "keys/PROOF-production.json",
            "client-a.pem",
            "client-b.jwks.json",
        ] {
            room.copy(&fixtures().join(name), name);
        }
        for base in BASES {
            room.copy(&fixtures().join("filled").join(base.file), base.file);
            let sent = format!("sent-{}", base.file);
            room.copy(&fixtures().join("drafts").join(base.file), &sent);
        }
        room
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn copy(&self, from: &Path, name: &str) {
        let text = fs::read_to_string(from).unwrap_or_else(|e| panic!("{}: {e}", from.display()));
        self.write(name, &text);
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Replaces every occurrence of a text in a file, which must hold at least one.
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} does not hold {from}");
        self.write(name, &text.replace(from, to));
    }

    /// Runs `cargo edge` with a line of arguments.
    pub fn edge(&self, line: &str) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_one-login-edge"))
            .args(line.split_whitespace())
            .current_dir(&self.0)
            .output()
            .unwrap();
        Ran {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs a line of arguments for a reader that closes the pipe before the answer, and says how that ended.
    pub fn edge_unread(&self, line: &str) -> Ran {
        let mut child = Command::new(env!("CARGO_BIN_EXE_one-login-edge"))
            .args(line.split_whitespace())
            .current_dir(&self.0)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        Ran {
            code: output.status.code().unwrap(),
            out: String::new(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The findings about a base's file, as JSON.
    pub fn findings(&self, base: Base, more: &str) -> Vec<Value> {
        let line = format!(
            "registration check {} --service {} --env production --format json {more}",
            base.file, base.service
        );
        let ran = self.edge(&line);
        let report: Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{line}: {}", ran.err));
        let errors = report["errors"].as_u64().unwrap();
        let strict = more.contains("--strict") && report["warnings"] != 0;
        assert_eq!(ran.code == 1, errors > 0 || strict, "{report:#}");
        report["findings"].as_array().unwrap().clone()
    }
}

/// The rules that findings are about, in their order.
pub fn rules(findings: &[Value]) -> Vec<&str> {
    let rules = findings.iter().map(|finding| finding["rule"].as_str());
    rules.map(Option::unwrap).collect()
}
