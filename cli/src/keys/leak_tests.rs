//! With the real Node and a stand-in for wrangler, everything that commands show, write or start is searched for every
//! secret that they made.

use super::answer;
use super::cloudflare::Machine;
use super::outside::Outside;
use super::when::{HOUR, Time};
use super::world_tests::{Directory, START, parse};
use serde_json::Value;
use shell::places::{Places, on_path};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// A checkout with Node and a stand-in for wrangler in it.
pub fn machine(directory: &Directory) -> Places {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bin = directory.tree().join("node_modules/.bin");
    fs::create_dir_all(&bin).unwrap();
    let installed = here.join("../node_modules/.bin/node");
    let node = Some(installed).filter(|path| path.is_file());
    let node = node
        .or_else(|| on_path("node"))
        .expect("`cargo edge setup` installs Node");
    symlink(fs::canonicalize(node).unwrap(), bin.join("real-node")).unwrap();
    for (name, fixture) in [("node", "node"), ("wrangler", "wrangler.cjs")] {
        symlink(here.join("src/keys/fixtures").join(fixture), bin.join(name)).unwrap();
    }
    Places {
        root: directory.tree(),
        cache: directory.0.join("cache"),
        program: directory.0.join("edge"),
    }
}

/// Every text in every file of a tree but for what is installed in it.
fn files(directory: &Path, into: &mut String) {
    for entry in fs::read_dir(directory).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("node_modules") {
            files(&path, into);
        } else if path.is_file() {
            *into += &fs::read_to_string(&path).unwrap();
        }
    }
}

/// The parts of a secret that no output may show.
fn parts(secret: &str) -> Vec<String> {
    match serde_json::from_str::<Value>(secret) {
        Ok(Value::Object(jwk)) => ["d", "p", "q", "dp", "dq", "qi"]
            .iter()
            .filter_map(|name| Some(jwk.get(*name)?.as_str()?.to_owned()))
            .collect(),
        _ => vec![secret.to_owned()],
    }
}

#[test]
fn when_keys_are_made_and_rotated_then_no_command_file_or_terminal_shows_a_secret() {
    let directory = Directory::new();
    let places = machine(&directory);
    let outside = Machine::new(&places);
    let mut seen = String::new();
    let mut now = START;
    let mut run = |line: &str, pem: Option<&str>, now: Time| {
        let line = format!("{line} --service DEMO --env integration");
        let tree = directory.tree();
        match answer(&outside, &tree, &parse(&line), pem, now) {
            Ok(answer) => seen += &answer.text,
            Err(error) => seen += &format!("{error:#}"),
        }
    };
    run("new", None, now);
    for kind in ["client", "session", "assertion"] {
        run(&format!("rotate {kind} --write"), None, now);
        now = now.after(24 * HOUR);
        run(&format!("rotate {kind} --write"), None, now);
        run(&format!("rotate {kind} --write --deployed"), None, now);
        now = now.after(24 * HOUR);
        run(&format!("rotate {kind} --write --deployed"), None, now);
        run(&format!("rotate {kind} --emergency --write"), None, now);
    }
    run("import", Some(&super::key_tests::pem()), now);
    run("import", Some(&super::key_tests::pem()), now);
    run("show", None, now);

    files(&directory.tree(), &mut seen);
    seen += &fs::read_to_string(directory.0.join("seen")).unwrap();
    let piped = fs::read_to_string(directory.0.join("piped")).unwrap();
    let mut secrets = 0;
    for line in piped.lines() {
        let changes: serde_json::Map<String, Value> = serde_json::from_str(line).unwrap();
        for secret in changes.values().filter_map(Value::as_str) {
            secrets += 1;
            for part in parts(secret) {
                assert!(
                    part.len() >= 43 && !seen.contains(&part),
                    "a secret got out"
                );
            }
        }
    }
    assert_eq!(
        secrets,
        3 + 2 * 3 + 1,
        "first keys, successors and replacements, the imported one"
    );
    for shown in [
        "CLIENT_KEY_DEMO_A",
        "wrangler secret bulk --env integration",
        "\"public_jwk\"",
    ] {
        assert!(seen.contains(shown), "{shown} was not looked through");
    }
    let names = outside.secret_names("integration").unwrap();
    assert_eq!(names.unwrap().len(), 4);
}

#[test]
fn rejects_an_answer_that_is_not_the_workers_health_page() {
    let directory = Directory::new();
    let places = machine(&directory);
    let outside = Machine::new(&places);
    let answers = [
        r#"{"keys":{"client":{"generation":"B"}}}"#,
        "<!doctype html>",
    ];
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/auth/health", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4_096];
            let length = stream.read(&mut request).unwrap();
            assert!(request[..length].starts_with(b"GET /auth/health "));
            let head = "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length";
            write!(stream, "{head}: {}\r\n\r\n{answer}", answer.len()).unwrap();
        }
    });
    assert_eq!(
        outside.health(&url).unwrap()["keys"]["client"]["generation"],
        "B"
    );
    let other = format!("{:#}", outside.health(&url).unwrap_err());
    assert!(other.contains("is not the Worker's health page"), "{other}");
    server.join().unwrap();
    let gone = format!("{:#}", outside.health(&url).unwrap_err());
    assert_eq!(gone, format!("{url} does not answer"));
}
