//! `docs/assurance.md`, laid out.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

use super::mutants;
use super::root;
use super::row::Row;
use super::rows::ROWS;
use super::suite::{CASES, Verdict, own_verdict};
use super::titles::{Level, Title};

const INTRODUCTION: &str = "<!-- Written by tests/assurance.rs: run `cargo edge assure page`. -->

# Assurance: what shows that it holds

Each threat has at least one test at the lowest level where it can truly fail, and the test's name begins with the
threat's number (`t42`). *native* tests run the Worker's code without a runtime, against the simulated One Login in the
same process. *workerd* tests run the built Worker as it is uploaded, with KV, accounts and real sockets. *fault build*
tests run a Worker that was built from the same code with the feature `fault-injection`, so that requests can say what
fails beneath it (KV, accounts, limiters, the clock, the Worker itself); a test shows that nothing of that is in what is
uploaded. Tests with *real servers* put gunicorn, uWSGI, Puma, PHP-FPM behind nginx, or Tomcat behind the built Worker.
*Chromium* tests drive a browser, and tests in
*three engines* drive Chromium, Firefox and WebKit in turn. What exists at Cloudflare's edge alone, or in a person's account there, is said
with its reason.
";

const VECTORS: &str = "
## Published vectors

| vectors | through | where | what deviates, and why |
|---|---|---|---|
| RFC 7515 A.2, A.3, A.5; RFC 7520 4.1; RFC 7636 B; RFC 7638 3.1; RFC 5869; the draft of XChaCha20-Poly1305 | the Worker's \
parsers and derivations | `tests/vectors.rs`, `src/oidc/` | RFC 7515's examples name no key, so as tokens they are refused |
| Wycheproof: ECDSA P-256 (252), RSA PKCS #1 v1.5 of 2,048 and 4,096 bits (517), RSA-PSS (108) | the file that verifies in \
the Worker, and workerd's WebCrypto | `tests/workerd/vectors.test.mjs` | two signatures whose hash has no NULL are left \
to the verifier by the set, and refused |
| the keys of those sets | the Worker's reader of keys | `tests/vectors/wycheproof.rs` | a key whose exponent is not 65,537 is \
not read, whatever it signed |
| Wycheproof: XChaCha20-Poly1305 (315), HKDF (86), HMAC (174) | the very crates that seal cookies and mark documents | \
`tests/vectors/wycheproof.rs` | codes of half the length are refused |

Wycheproof's JSON sets (`json_web_signature`, `json_web_key`, `json_web_crypto`) are in no package of a registry, and are not
here. Their kinds of attack are: threats 1 to 6 and 18 above, each through whole sign-ins. AES-GCM is not used.
";

/// The whole page.
pub fn written(titles: &[Title]) -> String {
    let mut page = INTRODUCTION.to_owned();
    page.push_str(
        "\n## Threats and faults\n\n| # | threat or fault | level | where |\n|---|---|---|---|\n",
    );
    for row in ROWS {
        let tests: Vec<_> = of(row, titles).collect();
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} |",
            row.number,
            row.what,
            levels(row, &tests),
            files(&tests)
        );
    }
    page.push_str("\n## What only Cloudflare's edge can show\n\n| # | what | why it is not tested here |\n|---|---|---|\n");
    for row in ROWS {
        if let Some((what, reason)) = row.edge {
            let _ = writeln!(page, "| {} | {what} | {reason} |", row.number);
        }
    }
    conformance(&mut page, titles);
    page.push_str(VECTORS);
    reports(&mut page);
    mutants::section(&mut page);
    page.push_str("\n## The tests of each threat\n");
    for row in ROWS {
        let _ = writeln!(page, "\n**{}** {}\n", row.number, row.what);
        for (file, names) in by_file(of(row, titles)) {
            for name in names {
                let _ = writeln!(page, "- {name} (`{file}`)");
            }
        }
    }
    page
}

/// Where the last runs are reported that take too long for every change.
fn reports(page: &mut String) {
    page.push_str("\n## Runs that take too long for every change\n\n");
    let entries = fs::read_dir(root().join("docs/assurance")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name.ends_with(".md")).collect();
    names.sort();
    for name in names {
        let text = fs::read_to_string(root().join("docs/assurance").join(&name)).unwrap();
        let heading = text.lines().next().unwrap().trim_start_matches("# ");
        let _ = writeln!(page, "- [{heading}](assurance/{name})");
    }
}

fn conformance(page: &mut String, titles: &[Title]) {
    page.push_str(
        "\n## The OpenID Foundation's cases for relying parties\n\n\
         The suite ran against the built Worker on 29 and 30 November 2026, on a developer's machine: version 5.2.4 at\n\
         12f2a4dac, code flow, `private_key_jwt`, signed request object, static client. Its provider sent `vot` and the\n\
         logout token's `typ` as One Login does, and took its `aud` of the request object. The third column has its verdict.\n\
         The second says which test of ours has the same idea, against the simulated One Login; it runs with every change.\n\n\
         | case | our test | the suite's verdict | where |\n|---|---|---|---|\n",
    );
    for case in CASES {
        let tests: Vec<_> = titles
            .iter()
            .filter(|title| title.cases.iter().any(|id| id == case.id))
            .collect();
        let (verdict, place) = match case.verdict {
            Verdict::Applies => ("own test of the same idea".to_owned(), files(&tests)),
            Verdict::Policy(reason) => (format!("refused by policy: {reason}"), files(&tests)),
            Verdict::Other(reason) => (format!("does not apply: {reason}"), String::new()),
        };
        let suite = own_verdict(case.id).unwrap_or("not run");
        let _ = writeln!(page, "| `{}` | {verdict} | {suite} | {place} |", case.id);
    }
}

/// The tests of a row.
fn of<'t>(row: &'static Row, titles: &'t [Title]) -> impl Iterator<Item = &'t Title> {
    titles
        .iter()
        .filter(|title| title.rows.contains(&row.number))
}

fn by_file<'t>(tests: impl Iterator<Item = &'t Title>) -> BTreeMap<&'t str, Vec<&'t str>> {
    let mut files: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for test in tests {
        let names = files.entry(&test.file).or_default();
        if !names.contains(&test.name.as_str()) {
            names.push(&test.name);
        }
    }
    files
}

/// The files of these tests, with how many of them are in each.
fn files(tests: &[&Title]) -> String {
    let files = by_file(tests.iter().copied());
    let each = files.iter().map(|(file, names)| match names.len() {
        1 => format!("`{file}`"),
        many => format!("`{file}` ({many})"),
    });
    each.collect::<Vec<_>>().join(", ")
}

fn levels(row: &Row, tests: &[&Title]) -> String {
    let mut levels: Vec<_> = tests.iter().map(|test| test.level).collect();
    levels.sort_unstable();
    levels.dedup();
    let mut names: Vec<_> = levels.into_iter().map(Level::name).collect();
    if row.edge.is_some() {
        names.push("in part edge only");
    }
    names.join(", ")
}
