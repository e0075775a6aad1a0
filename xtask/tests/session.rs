//! `cargo edge session` is judged by the simulator, whose verifier and cryptography are not the Worker's.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so and stop"
)]

use serde_json::Value;
use simulator::jose::Object;
use simulator::origin::settings::Settings;
use simulator::origin::{person::Person, verify};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

fn edge(line: &str) -> Command {
    let mut edge = Command::new(env!("CARGO_BIN_EXE_edge"));
    edge.arg("session").args(line.split_whitespace());
    edge.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap());
    edge
}

/// Standard output, or standard error of a command that failed.
fn run(line: &str) -> Result<String, String> {
    let output = edge(line).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if output.status.success() {
        Ok(text(output.stdout))
    } else {
        Err(text(output.stderr))
    }
}

fn keys(document: &str) -> Vec<Object> {
    let document: Value = serde_json::from_str(document).unwrap();
    let keys = document["keys"].as_array().unwrap().iter();
    keys.map(|key| key.as_object().unwrap().clone()).collect()
}

/// The person whom a service would see, with the key set that goes with the header.
fn seen(of: &str, more: &str, service: &str) -> Person {
    let header = run(&format!("mint {of} {more}")).unwrap();
    let token = header.lines().next().unwrap();
    let token = token.strip_prefix("One-Login-Assertion: ").unwrap();
    let (kid, token) = verify::read(&[token.trim_end()]).unwrap();
    let set = keys(&run(&format!("keys {of}")).unwrap());
    let key = set.iter().find(|key| key["kid"] == kid.as_str()).unwrap();
    let settings = Settings {
        issuer: service.to_owned(),
        audience: service.to_owned(),
        jwks: String::new(),
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = i64::try_from(now.as_secs()).unwrap();
    let person = verify::check(&token, key, &settings, now).unwrap();
    assert_eq!(
        verify::check(&token, key, &settings, now + 80)
            .unwrap_err()
            .to_string(),
        "expired"
    );
    person
}

#[test]
fn when_a_header_is_minted_then_it_is_the_one_the_worker_would_send() {
    let local = "http://localhost:8787";
    let person = seen("--service demo", "--path /account/licences", local);
    assert_eq!(person.vot, "Cl.Cm");
    assert_eq!(person.email.as_deref(), Some("kenneth@example.gov.uk"));
    assert!(person.phone_number.is_some() && person.wallet_subject_id.is_none());
    let elsewhere = seen(
        "--port 9000",
        "--path /account --persona sian",
        "http://localhost:9000",
    );
    assert!(elsewhere.email.unwrap().starts_with("siân"));
    // The same person is the same user at every port, as with `cargo edge dev`.
    assert_eq!(seen("", "", local).sub, person.sub);
    let whoami = seen("", "--path /whoami", local);
    assert!(whoami.email.is_some() && whoami.phone_number.is_none());
    let deployed = seen(
        "--env integration",
        "",
        "https://demo.integration.example.gov.uk",
    );
    assert!(deployed.email.is_some() && deployed.phone_number.is_none());
}

#[test]
fn when_a_file_gives_claims_then_they_replace_those_of_the_person() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("claims.json");
    let claims =
        r#"{"sub":"urn:fdc:gov.uk:2022:somebody","email":"new@example.com","phone_number":null}"#;
    std::fs::write(&file, claims).unwrap();
    let line = format!("--claims {}", file.display());
    let person = seen("", &line, "http://localhost:8787");
    assert_eq!(person.sub, "urn:fdc:gov.uk:2022:somebody");
    assert_eq!(person.email.as_deref(), Some("new@example.com"));
    assert_eq!(person.phone_number, None);
    let header = run(&format!("mint --json {line}")).unwrap();
    let header: Value = serde_json::from_str(&header).unwrap();
    assert!(
        header["One-Login-Assertion"]
            .as_str()
            .unwrap()
            .starts_with("eyJ")
    );
}

#[test]
fn when_identity_claims_are_minted_then_they_are_in_the_assertion_or_second_header() {
    let local = "http://localhost:8787";
    let person = seen("", "--path /apply", local);
    assert_eq!(
        (person.vot.as_str(), person.identity_claims.as_deref()),
        ("Cl.Cm.P2", Some("here"))
    );
    let told = serde_json::to_value(&person).unwrap();
    assert!(
        told["coreIdentity"]["name"].is_array() && told["address"].is_array(),
        "{told}"
    );
    // Twenty addresses with everything else do not even fit into the second header; plainer ones do.
    let tomos = seen("", "--path /apply --persona tomos", local);
    assert_eq!(tomos.identity_claims.as_deref(), Some("too_large"));
    let address = serde_json::json!({
        "buildingName": "A house", "streetName": "A street of some length", "postalCode": "AB1 2CD", "addressCountry": "GB",
    });
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("addresses.json");
    let claims = serde_json::json!({ "address": vec![address; 30] });
    std::fs::write(&file, claims.to_string()).unwrap();
    let line = format!("mint --path /apply --claims {}", file.display());
    let both = run(&line).unwrap();
    let (first, second) = both.trim_end().split_once('\n').unwrap();
    let (kid, assertion) =
        verify::read(&[first.strip_prefix("One-Login-Assertion: ").unwrap()]).unwrap();
    let (other_kid, identity) =
        simulator::origin::identity::read(&[second.strip_prefix("One-Login-Identity: ").unwrap()])
            .unwrap();
    assert_eq!(kid, other_kid);
    let set = keys(&run("keys").unwrap());
    let settings = Settings {
        issuer: local.to_owned(),
        audience: local.to_owned(),
        jwks: String::new(),
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = i64::try_from(now.as_secs()).unwrap();
    let person = verify::check(&assertion, &set[0], &settings, now).unwrap();
    let claims =
        simulator::origin::identity::check(&identity, &set[0], &settings, &person, now).unwrap();
    let claims = serde_json::to_value(claims).unwrap();
    assert_eq!(claims["address"].as_array().unwrap().len(), 30);
    let why = seen("", "--path /apply/not-proved --persona farah", local);
    assert_eq!(why.identity_outcome.as_deref(), Some("not_proved"));
    assert!(serde_json::to_value(&why).unwrap()["returnCode"].is_array());
    let error = run("mint --path /apply --persona mo").unwrap_err();
    assert!(error.contains("wants Cl.Cm.P2"), "{error}");
}

#[test]
fn rejects_minting_an_assertion_that_the_worker_would_not_forward() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("low.json");
    std::fs::write(&file, r#"{"vot":"Cl"}"#).unwrap();
    for (line, reason) in [
        ("mint --path /".to_owned(), "is public"),
        ("mint --path /account/../x".to_owned(), "two ways"),
        (format!("mint --claims {}", file.display()), "wants Cl.Cm"),
        ("mint --persona nobody".to_owned(), "no persona nobody"),
        ("mint --service tax".to_owned(), "--env"),
        (
            "mint --service tax --env production".to_owned(),
            "it has DEMO",
        ),
        (
            "mint --claims absent.json".to_owned(),
            "absent.json cannot be read",
        ),
    ] {
        let error = run(&line).unwrap_err();
        assert!(error.contains(reason), "{line}: {error}");
    }
}

#[test]
fn when_the_key_set_is_served_then_it_has_the_workers_address() {
    let mut server = edge("keys --serve 0")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(server.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    let url = line.trim().strip_prefix("http://").unwrap();
    let (host, path) = url.split_once('/').unwrap();
    let ask = |path: &str| {
        let mut stream = TcpStream::connect(host).unwrap();
        write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let answer = ask(path);
    let other = ask("else");
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(path, "auth/assertion-jwks.json");
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(keys(body), keys(&run("keys").unwrap()));
    assert!(!body.contains("\"d\"") && other.starts_with("HTTP/1.1 404"));
}
