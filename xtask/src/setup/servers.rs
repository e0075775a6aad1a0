//! The servers that services really run on, only for the tests of `tests/origins`: nginx with PHP-FPM, lighttpd, Puma,
//! uWSGI, Tomcat, Jetty, Varnish, HAProxy and Apache, with PHP's frameworks. gunicorn and Envoy are Python's packages.
//!
//! Debian's packages are laid out in a directory of the cache and never installed, so that no service of the system is
//! started and root is not needed. apt keeps its lists there too.

use super::step::{State, Step};
use crate::stamp::Fingerprint;
use anyhow::{Context, Result, bail};
use shell::child;
use shell::places::{Places, on_path};
use shell::progress::Progress;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The packages that hold the servers; apt adds missing packages that these need.
const PACKAGES: [&str; 16] = [
    "apache2-bin",
    "haproxy",
    "libapache2-mod-auth-openidc",
    "libapache2-mod-oauth2",
    "libjetty9-java",
    "libtomcat10-embed-java",
    "lighttpd",
    "nginx-light",
    "php-fpm",
    "php-nyholm-psr7",
    "php-psr",
    "puma",
    "ruby-rack",
    "uwsgi-core",
    "uwsgi-plugin-python3",
    "varnish",
];

/// PHP's frameworks and Composer, which Debian does not install next to `php-psr`; laid out, neither is in the other's way.
const FRAMEWORKS: [&str; 6] = [
    "composer",
    "php-laravel-framework",
    "php-mbstring",
    "php-symfony-framework-bundle",
    "php-symfony-security-bundle",
    "php-xml",
];

/// The modules of PHP that its frameworks ask for.
pub const FRAMEWORK_MODULES: [&str; 6] = [
    "ctype",
    "fileinfo",
    "iconv",
    "mbstring",
    "posix",
    "tokenizer",
];

/// The servers.
pub struct Servers;

impl Step for Servers {
    fn name(&self) -> String {
        "nginx, lighttpd, PHP with its frameworks, Puma, uWSGI, Tomcat, Jetty, Varnish, HAProxy and Apache: `apt-get download` into the cache (about 40 s)"
            .into()
    }

    fn check(&self, places: &Places) -> Result<State> {
        let complete = complete(&servers(places)).is_file();
        Ok(if complete {
            State::Done
        } else {
            State::Missing
        })
    }

    fn act(&self, places: &Places, progress: &Progress) -> Result<()> {
        if on_path("apt-get").is_none() {
            bail!("this system has no apt-get");
        }
        let home = servers(places);
        if home.exists() {
            fs::remove_dir_all(&home).context("an earlier try cannot be removed")?;
        }
        for directory in ["apt/lists/partial", "apt/archives/partial", "packages"] {
            fs::create_dir_all(home.join(directory)).context("the cache cannot be written to")?;
        }
        child::run(progress, apt(&home).arg("update"), None)?.into_result("`apt-get update`")?;
        let mut names = BTreeSet::new();
        for packages in [&PACKAGES[..], &FRAMEWORKS[..]] {
            let mut simulation = apt(&home);
            simulation.args(["--simulate", "install", "--no-install-recommends"]);
            let simulated = child::output(simulation.args(packages))?;
            names.extend(to_install(&simulated).into_iter().map(str::to_owned));
        }
        let mut download = apt(&home);
        download.arg("download").args(names);
        download.current_dir(home.join("packages"));
        child::run(progress, &mut download, None)?.into_result("`apt-get download`")?;
        for entry in fs::read_dir(home.join("packages"))? {
            let mut unpack = child::command("dpkg-deb");
            unpack.arg("--extract").arg(entry?.path()).arg(&home);
            child::run(progress, &mut unpack, None)?.into_result("`dpkg-deb --extract`")?;
        }
        for directory in ["apt", "packages"] {
            fs::remove_dir_all(home.join(directory)).context("the cache cannot be written to")?;
        }
        fs::write(complete(&home), "").context("the cache cannot be written to")
    }

    fn by_hand(&self, places: &Places) -> String {
        format!(
            "on Debian 12 or newer: delete {} and run `cargo edge setup --origins`; the packages are {}",
            places.cache.join("servers").display(),
            list()
        )
    }
}

fn list() -> String {
    [&PACKAGES[..], &FRAMEWORKS[..]].concat().join(" ")
}

/// The directory below which the servers are laid out as in `/`.
pub fn servers(places: &Places) -> PathBuf {
    let mut fingerprint = Fingerprint::default();
    fingerprint.text("packages", &list());
    let name = fingerprint.finish();
    places.cache.join("servers").join(&name[..16])
}

/// PHP with modules, for a script in a directory. A module that is no file is part of PHP.
pub fn php(places: &Places, directory: &Path, script: &str, modules: &[&str]) -> Result<Command> {
    let home = servers(places);
    let homes = [home.as_path(), Path::new("/")];
    let found = |below: &str, fits: &dyn Fn(&Path) -> bool| {
        homes.iter().find_map(|home| {
            let entries = fs::read_dir(home.join(below)).ok()?.flatten();
            let mut paths = entries.map(|entry| entry.path());
            paths.find(|path| fits(path))
        })
    };
    let is_program = |path: &Path| {
        let name = path.file_name().map(|name| name.to_string_lossy());
        let version = name.as_ref().and_then(|name| name.strip_prefix("php"));
        version.is_some_and(|version| version.starts_with(|first: char| first.is_ascii_digit()))
    };
    let program = found("usr/bin", &is_program).context("there is no PHP")?;
    let joined = |names: &[&str]| {
        let paths = homes
            .iter()
            .flat_map(|home| names.iter().map(|name| home.join(name)));
        std::env::join_paths(paths)
    };
    let libraries = joined(&["usr/lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu"])?;
    let mut include = OsString::from("include_path=");
    include.push(joined(&["usr/share/php"])?);
    let mut php = child::command(program);
    php.env("LD_LIBRARY_PATH", libraries)
        .arg("-n")
        .arg("-d")
        .arg(include);
    for module in modules {
        let file = format!("{module}.so");
        if let Some(place) = found("usr/lib/php", &|path| path.join(&file).is_file()) {
            let mut extension = OsString::from("extension=");
            extension.push(place.join(file));
            php.arg("-d").arg(extension);
        }
    }
    php.arg(script).current_dir(directory);
    Ok(php)
}

/// Written last, so that half of the servers are never taken for all of them.
fn complete(home: &Path) -> PathBuf {
    home.join("complete")
}

/// apt with lists and archives of its own, which need no root.
fn apt(home: &Path) -> Command {
    let mut apt = child::command("apt-get");
    for (option, directory) in [
        ("Dir::State::Lists", "apt/lists"),
        ("Dir::Cache", "apt"),
        ("Dir::Cache::Archives", "apt/archives"),
    ] {
        let path = home.join(directory);
        apt.arg("-o").arg(format!("{option}={}", path.display()));
    }
    // As root, apt would fetch as a user who cannot write there.
    apt.args(["-o", "APT::Sandbox::User=root"]);
    apt.env("LC_ALL", "C");
    apt
}

/// The packages of lines such as `Inst puma (5.6.5-3 Debian:12.15/oldstable [amd64])`.
fn to_install(simulation: &str) -> Vec<&str> {
    let lines = simulation.lines();
    lines
        .filter_map(|line| line.strip_prefix("Inst ")?.split(' ').next())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_apt_simulates_an_installation_then_missing_packages_are_named() {
        let said = "Reading package lists...\nInst puma (5.6 Debian:12 [amd64])\n\
                    Inst ruby-rack (2.2 Debian:12 [all]) []\nConf puma (5.6 Debian:12 [amd64])\n";
        assert_eq!(to_install(said), ["puma", "ruby-rack"]);
    }
}
