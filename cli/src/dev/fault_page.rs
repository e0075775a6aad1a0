//! A Worker that answers every request with the faults of the configuration, until the file is mended.

use super::faults::NAME;
use crate::local_config;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use shell::digest::sha256;
use shell::terminal::spoken;
use std::fs;
use std::path::Path;

/// A directory of its own: wrangler loads a Worker again when anything around its script changes.
const DIRECTORY: &str = "faults";

/// Asks whether the page is another one by now, without following the service's redirects.
const SCRIPT: &str = "setInterval(async () => {
  const answer = await fetch('/', { method: 'HEAD', redirect: 'manual', cache: 'no-store' }).catch(() => undefined);
  if (answer && answer.headers.get('configuration-faults') !== ID) location.replace(location.pathname + location.search);
}, 1000);";

const STYLE: &str = "body { font: 1.2rem/1.4 arial, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #0b0c0c }
h1 { font-size: 2rem } h2 { font-size: 1.4rem } li { margin: 0.8rem 0; overflow-wrap: anywhere } .place { font-weight: bold; display: block }";

/// Writes the Worker, and wrangler's configuration of it, into the directory of `dev`.
///
/// # Errors
/// When a file cannot be written.
pub fn lay_out(
    directory: &Path,
    file: &str,
    faults: &[String],
    of_others: &[String],
) -> Result<()> {
    let place = directory.join(DIRECTORY);
    let script = place.join("index.js");
    fs::create_dir_all(&place)
        .and_then(|()| fs::write(&script, worker(file, faults, of_others)))
        .with_context(|| format!("{} cannot be written", script.display()))?;
    let config = json!({ "name": NAME, "main": script.display().to_string(), "compatibility_date": "2026-01-01", "no_bundle": true });
    local_config::keep(directory, &config).map(drop)
}

fn worker(file: &str, faults: &[String], of_others: &[String]) -> String {
    let plain = spoken(&text(file, faults, of_others));
    let id = sha256(plain.as_bytes());
    let html = page(&spoken(file), faults, of_others, &id);
    let headers = json!({
        "cache-control": "no-store",
        "configuration-faults": id,
        "content-security-policy": format!("default-src 'none'; connect-src 'self'; style-src 'nonce-{id}'; script-src 'nonce-{id}'"),
    });
    format!(
        "const answers = {{ \"text/html\": {}, \"text/plain\": {} }};\n\
         const headers = {headers};\n\
         export default {{\n  fetch(request) {{\n    \
         const type = (request.headers.get(\"accept\") ?? \"\").includes(\"text/html\") ? \"text/html\" : \"text/plain\";\n    \
         return new Response(answers[type], {{ status: 503, headers: {{ ...headers, \"content-type\": `${{type}}; charset=utf-8` }} }});\n  \
         }},\n}};\n",
        Value::from(html),
        Value::from(plain)
    )
}

fn heading(file: &str, count: usize) -> String {
    match count {
        1 => format!("There is a fault in {file}"),
        _ => format!("There are {count} faults in {file}"),
    }
}

const NEXT: &str =
    "Your service is not running. Mend the file and save it: this page then goes on by itself.";
const OTHERS: &str = "Faults of the environments that you deploy to";

fn text(file: &str, faults: &[String], of_others: &[String]) -> String {
    let mut text = format!(
        "{}\n\n{}\n\n{NEXT}\n",
        heading(file, faults.len()),
        faults.join("\n")
    );
    if !of_others.is_empty() {
        text += &format!("\n{OTHERS}\n\n{}\n", of_others.join("\n"));
    }
    text
}

fn page(file: &str, faults: &[String], of_others: &[String], id: &str) -> String {
    let heading = escaped(&heading(file, faults.len()));
    let others = match of_others {
        [] => String::new(),
        _ => format!("<h2>{OTHERS}</h2>\n{}", list(of_others)),
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{heading}</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <style nonce=\"{id}\">{STYLE}</style></head>\n<body><main>\n<h1>{heading}</h1>\n{}<p>{NEXT}</p>\n{others}</main>\n\
         <script nonce=\"{id}\">const ID = '{id}';\n{SCRIPT}</script>\n</body>\n</html>\n",
        list(faults)
    )
}

fn list(faults: &[String]) -> String {
    let entry = |fault: &String| {
        let fault = spoken(fault);
        let (place, problem) = fault.split_once(": ").unwrap_or(("", &fault));
        format!(
            "<li><span class=\"place\">{}</span> {}</li>\n",
            escaped(place),
            escaped(problem)
        )
    };
    format!(
        "<ul>\n{}</ul>\n",
        faults.iter().map(entry).collect::<String>()
    )
}

/// The file's own words may be in a fault.
fn escaped(text: &str) -> String {
    let plain = text.replace('&', "&amp;").replace('<', "&lt;");
    plain.replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_fault_has_letters_of_html_or_of_scripts_then_they_are_shown_and_do_nothing() {
        let faults = ["sign-in.toml, line 3: nothing reads `</script><script>${x}\"`".to_owned()];
        let page = page("sign-in.toml", &faults, &[], "abc");
        assert!(
            page.contains("nothing reads `&lt;/script&gt;&lt;script&gt;${x}&quot;`"),
            "{page}"
        );
        assert_eq!(page.matches("<script").count(), 1);
        assert!(page.contains("<h1>There is a fault in sign-in.toml</h1>"));
        let worker = worker("sign-in.toml", &faults, &[]);
        let line = worker.lines().next().unwrap();
        let answers = line
            .strip_prefix("const answers = ")
            .and_then(|rest| rest.strip_suffix(';'))
            .unwrap();
        assert!(serde_json::from_str::<Value>(answers).is_ok(), "{answers}");
    }
}
