//! Every fuzzing target over its corpus, and over thousands of inputs that are mutated from it. The mutations follow
//! from a fixed number, so that a failure comes again.
//!
//! `cargo edge assure fuzz` runs the same targets for long, guided by coverage. A contributor adds an input that it
//! finds to `fuzz/corpus/`, and this test runs it from then on.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod world;

#[path = "../fuzz/targets.rs"]
mod targets;

use std::path::Path;
use std::time::{Duration, Instant};
use std::{fs, panic};
use targets::TARGETS;
use world::chance::Chance;
use world::{Browser, By, Incoming, SESSION, World};

/// The inputs that are made for each target, unless time runs out first.
const INPUTS: u32 = 20_000;
const LONGEST: Duration = Duration::from_secs(6);

/// Parts that parsers have an opinion on.
const WORDS: &[&str] = &[
    "..",
    "/",
    "//",
    "\\",
    "%2f",
    "%2e",
    "%5c",
    "%00",
    "%25",
    "%c0%af",
    ";",
    "?",
    "#",
    "&",
    "=",
    "@",
    ":",
    "https://",
    "evil.example",
    "\r\n",
    "\t",
    " ",
    "\u{202e}",
    "\u{e9}",
    "__Host-ol-session",
    "__host-OL-",
    "\"",
    ",",
    "{",
    "}",
    "[",
    "]",
    "null",
    "true",
    "1e308",
    "-1",
    "9999999999999",
    "\"alg\":\"none\"",
    "\"kid\":\"a\"",
    "\"aud\":[]",
    "\"nonce\":",
    "\"events\":{}",
    ".",
    "eyJ",
    "AAAA",
    "\\u0000",
    "code",
    "state",
    "iss",
    "error",
    "return_to",
    "/auth/",
    "localhost",
    "\u{feff}",
];

/// The kept inputs of a target.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(name);
    let mut files: Vec<_> = fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{name} has no corpus");
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// An input made from the kept ones by a few changes.
fn changed(chance: &mut Chance, kept: &[Vec<u8>]) -> Vec<u8> {
    let mut input = kept[chance.below(kept.len())].clone();
    for _ in 0..=chance.below(4) {
        let at = chance.below(input.len() + 1);
        match chance.below(7) {
            0 if at < input.len() => input[at] ^= 1 << chance.below(8),
            1 if at < input.len() => input[at] = u8::try_from(chance.below(256)).unwrap(),
            2 => drop(input.splice(at..at, WORDS[chance.below(WORDS.len())].bytes())),
            3 => {
                let end = at + chance.below(input.len() - at + 1);
                input.drain(at..end);
            }
            4 => {
                let end = at + chance.below((input.len() - at + 1).min(64));
                let part = input[at..end].to_vec();
                drop(input.splice(at..at, part));
            }
            5 => {
                let other = &kept[chance.below(kept.len())];
                let from = chance.below(other.len() + 1);
                input.truncate(at);
                input.extend(&other[from..]);
            }
            _ => input.truncate(at.max(1)),
        }
    }
    input.truncate(8_192);
    input
}

/// Runs one target over the corpus and its mutations.
fn run(name: &str, target: impl Fn(&[u8])) {
    let kept = corpus(name);
    let mut chance = Chance::of(name);
    let made = (0..INPUTS).map(|_| changed(&mut chance, &kept));
    let began = Instant::now();
    for input in kept.iter().cloned().chain(made) {
        let outcome = panic::catch_unwind(panic::AssertUnwindSafe(|| target(&input)));
        assert!(
            outcome.is_ok(),
            "{name} fails for {:?}",
            String::from_utf8_lossy(&input)
        );
        if began.elapsed() > LONGEST {
            break;
        }
    }
}

#[test]
fn t21_when_a_fuzz_target_gets_its_corpus_and_mutations_then_it_holds() {
    std::thread::scope(|scope| {
        for (name, target) in TARGETS {
            scope.spawn(move || run(name, target));
        }
    });
}

#[test]
fn t26_t29_when_a_callbacks_query_is_arbitrary_then_no_session_begins_and_no_page_shows_it() {
    let world = World::new();
    run("query", |input| {
        let query: String = input
            .iter()
            .filter(|byte| byte.is_ascii_graphic())
            .map(|byte| char::from(*byte))
            .collect();
        let mut browser = Browser::new();
        let shown = browser.step(
            &world,
            &format!("https://licence.example.gov.uk/auth/callback?{query}"),
        );
        assert_eq!(shown.by, By::Edge);
        assert!(shown.status >= 400, "{}", shown.status);
        assert!(browser.cookie(SESSION).is_none());
        assert!(!shown.body.contains("evil.example") && !shown.body.contains("<svg"));
        let happened = world.happened();
        assert!(happened.reached().is_empty() && happened.calls().is_empty());
    });
}

#[test]
fn t57_t60_rejects_every_path_and_cookie_to_a_protected_route_without_a_session() {
    let world = World::new();
    for target in ["path", "cookie_header"] {
        run(target, |input| {
            let text = String::from_utf8_lossy(input).replace(['\r', '\n'], "");
            let request = match target {
                "path" => Incoming::get(&format!(
                    "https://licence.example.gov.uk/{}",
                    text.trim_start_matches('/')
                )),
                _ => Incoming::get("/account/details").with("cookie", &text),
            };
            let shown = world.ask(request);
            for reached in world.happened().reached() {
                let path = reached
                    .url
                    .strip_prefix("https://licence.example.gov.uk")
                    .unwrap();
                let path = path.split('?').next().unwrap();
                let open = path == "/"
                    || path == "/whoami"
                    || path.starts_with("/assets/")
                    || path == "/assets";
                assert!(open, "{path} was reached");
                assert!(reached.assertions().is_empty());
            }
            assert!(shown.status != 500, "{}", shown.body);
        });
    }
}
