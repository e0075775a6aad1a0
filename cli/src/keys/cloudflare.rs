//! Questions to Cloudflare through the real `wrangler`, and the meaning of its complaints.

use crate::keys::outside::{Account, Changes, pipe};
use crate::project::layout::Layout;
use crate::worker_config::WorkerConfig;
use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Map, Value};
use shell::npm;
use shell::places::Places;
use shell::terminal::{headed, plain};
use std::cell::OnceCell;
use std::env;
use std::process::{Command, Stdio};

/// This machine.
pub struct Machine<'a> {
    /// Where programs are.
    pub places: &'a Places,
    /// The account that was found, so that every call of wrangler goes to the same one.
    pub chosen: OnceCell<Account>,
}

impl<'a> Machine<'a> {
    /// The machine as it is.
    pub const fn new(places: &'a Places) -> Self {
        Self {
            places,
            chosen: OnceCell::new(),
        }
    }
}

/// The advice when Cloudflare takes nothing from this machine.
const SIGN_IN: &str = "sign in with `npx wrangler login`, or on a build server set CLOUDFLARE_API_TOKEN, and try again";

/// The variable by which wrangler is told the account where the file names none.
const ACCOUNT: &str = "CLOUDFLARE_ACCOUNT_ID";

/// The account that the file names, for the environment or for all.
pub fn named<'a>(config: &'a WorkerConfig, environment: &str) -> Option<&'a str> {
    let own = config.item(environment, &["account_id"]);
    let named = own.or_else(|| config.top("account_id"));
    named.and_then(Value::as_str)
}

/// The account: the one in `wrangler.toml`, in the environment, or the only one there is, in wrangler's own order. An
/// account that wrangler once remembered counts for nothing, because it may be another team's.
pub fn account(machine: &Machine<'_>, configured: Option<&str>) -> Result<Account> {
    if let Some(account) = machine.chosen.get() {
        return Ok(account.clone());
    }
    let given = env::var(ACCOUNT).ok().filter(|id| !id.is_empty());
    let named = configured.map(str::to_owned).or(given);
    let account = match named {
        Some(id) => Account { id, name: None },
        None => only(machine)?,
    };
    Ok(machine.chosen.get_or_init(|| account).clone())
}

fn only(machine: &Machine<'_>) -> Result<Account> {
    let said = run(machine, None, &["whoami", "--json"]).map_err(|complaint| {
        // Without credentials it says no more than so, as JSON.
        let more = match serde_json::from_str::<Value>(&complaint) {
            Ok(_) => String::new(),
            Err(_) => format!("\n{complaint}"),
        };
        anyhow!("Cloudflare does not say which account this is; {SIGN_IN}{more}")
    })?;
    let answer: Value = serde_json::from_str(&said).context("wrangler's answer cannot be read")?;
    let all = answer["accounts"].as_array().into_iter().flatten();
    let text = |account: &Value, member: &str| account[member].as_str().map(str::to_owned);
    let accounts: Vec<_> = all
        .filter_map(|account| {
            Some(Account {
                id: text(account, "id")?,
                name: text(account, "name"),
            })
        })
        .collect();
    match accounts.as_slice() {
        [account] => Ok(account.clone()),
        [] => bail!("these credentials belong to no account at Cloudflare; {SIGN_IN}"),
        several => {
            let lines = several
                .iter()
                .map(|account| format!("\n  account_id = \"{}\"  # {account}", account.id));
            bail!(
                "{}{}",
                headed(
                    "these credentials reach several accounts at Cloudflare",
                    "Write the one that is meant into wrangler.toml, above the first table:"
                ),
                lines.collect::<String>()
            )
        }
    }
}

/// The names of a Worker's secrets; none when the account has no Worker of this name.
pub fn secret_names(machine: &Machine<'_>, environment: &str) -> Result<Option<Vec<String>>> {
    let line = ["secret", "list", "--env", environment, "--format", "json"];
    match run(machine, Some(environment), &line) {
        Ok(listed) => Ok(Some(names(&listed)?)),
        Err(complaint) if is_absent(&complaint) => Ok(None),
        Err(complaint) => {
            bail!("Cloudflare does not say which secrets there are; {SIGN_IN}\n{complaint}")
        }
    }
}

/// The bindings of the version that gets the requests, or most of them.
pub fn bindings(machine: &Machine<'_>, environment: &str) -> Result<Vec<Value>> {
    let unknown = |complaint: String| {
        anyhow!("Cloudflare does not say which version is deployed\n{complaint}")
    };
    let status = ["deployments", "status", "--env", environment, "--json"];
    let status = run(machine, Some(environment), &status).map_err(unknown)?;
    let status: Value =
        serde_json::from_str(&status).context("wrangler's deployment cannot be read")?;
    let versions = status["versions"].as_array().into_iter().flatten();
    let share = |version: &&Value| version["percentage"].as_f64().unwrap_or_default() as u64;
    let Some(live) = versions.max_by_key(share) else {
        return Ok(Vec::new());
    };
    let id = live["version_id"].as_str().unwrap_or_default();
    let view = ["versions", "view", id, "--env", environment, "--json"];
    let view = run(machine, Some(environment), &view).map_err(unknown)?;
    let view: Value = serde_json::from_str(&view).context("wrangler's version cannot be read")?;
    Ok(view["resources"]["bindings"]
        .as_array()
        .cloned()
        .unwrap_or_default())
}

/// The id of the KV namespace behind a binding of the deployed version: the file names none, because Cloudflare makes it.
pub fn namespace(machine: &Machine<'_>, environment: &str, binding: &str) -> Result<String> {
    let all = bindings(machine, environment)?;
    let named = all.iter().find(|found| found["name"] == binding);
    let id = named.and_then(|found| found["namespace_id"].as_str());
    let id = id.with_context(|| format!("the deployed Worker has no KV namespace {binding}"))?;
    Ok(id.to_owned())
}

/// The text under a key of a KV namespace; none where it has none.
pub fn kv_text(machine: &Machine<'_>, namespace: &str, key: &str) -> Result<Option<String>> {
    let line = [
        "kv",
        "key",
        "get",
        key,
        "--namespace-id",
        namespace,
        "--remote",
        "--text",
    ];
    match run(machine, None, &line) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(complaint) if complaint.contains(" - 404: ") => Ok(None),
        Err(complaint) => bail!("KV cannot be read; {SIGN_IN}\n{complaint}"),
    }
}

/// Stores a text that is no secret under a key of a KV namespace.
pub fn store_kv(machine: &Machine<'_>, namespace: &str, key: &str, text: &str) -> Result<()> {
    let line = [
        "kv",
        "key",
        "put",
        key,
        text,
        "--namespace-id",
        namespace,
        "--remote",
    ];
    run(machine, None, &line)
        .map(drop)
        .map_err(|complaint| anyhow!("KV did not take the record; {SIGN_IN}\n{complaint}"))
}

/// Sets and deletes secrets in one request, which wrangler's standard input brings.
pub fn change_secrets(machine: &Machine<'_>, environment: &str, changes: &Changes) -> Result<()> {
    let mut wrangler = wrangler(machine, Some(environment))?;
    wrangler.args(["secret", "bulk", "--env", environment]);
    let Err(error) = pipe(&mut wrangler, &changes.reveal()) else {
        return Ok(());
    };
    let complaint = reason(&format!("{error:#}"));
    if is_not_deployed(&complaint) {
        bail!(
            "{}\n  npx wrangler deploy --env {environment}",
            headed(
                "the newest version of the Worker is not the one that is deployed",
                "Cloudflare changes secrets on the newest version alone. Somebody went back to an older one, or a \
                 gradual deployment is under way. Deploy the commit that shall be live, and try again:"
            )
        );
    }
    bail!("Cloudflare did not take the secrets; {SIGN_IN}\n{complaint}")
}

/// Runs wrangler to its end; an error is its reason.
fn run(machine: &Machine<'_>, environment: Option<&str>, line: &[&str]) -> Result<String, String> {
    let output = wrangler(machine, environment)
        .and_then(|mut wrangler| {
            let output = wrangler.args(line).stdin(Stdio::null()).output();
            output.context("wrangler cannot be started")
        })
        .map_err(|error| format!("{error:#}"))?;
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match output.status.success() {
        true => Ok(said(&output.stdout)),
        // Errors of commands that print JSON go to standard output.
        false => Err(reason(&(said(&output.stdout) + &said(&output.stderr)))),
    }
}

fn wrangler(machine: &Machine<'_>, environment: Option<&str>) -> Result<Command> {
    let mut wrangler = npm::wrangler(machine.places)?;
    wrangler.current_dir(&machine.places.root);
    if let Some(environment) = environment.filter(|_| machine.places.is_project()) {
        let layout = Layout::read(&machine.places.root, &machine.places.worker())?;
        let config = layout.write(&machine.places.work(), environment)?;
        wrangler.arg("--config").arg(config);
    }
    if let Some(account) = machine.chosen.get() {
        wrangler.env(ACCOUNT, &account.id);
    }
    Ok(wrangler)
}

/// Whether wrangler says that the account has no such Worker. `secret list` says so in words, without Cloudflare's
/// code (wrangler 4.156, `src/secret/index.ts`); other commands print the codes 10007 and 10090.
fn is_absent(complaint: &str) -> bool {
    let in_words =
        |line: &str| line.starts_with("Worker \"") && line.trim_end().ends_with("not found.");
    complaint.lines().any(in_words)
        || ["[code: 10007]", "[code: 10090]"]
            .iter()
            .any(|code| complaint.contains(code))
}

/// Whether an older version than the newest is deployed: codes 10214 and 10215, which wrangler 4.156 tells in words.
fn is_not_deployed(complaint: &str) -> bool {
    ["isn't currently deployed", "[code: 10214]", "[code: 10215]"]
        .iter()
        .any(|sign| complaint.contains(sign))
}

/// Why wrangler failed, without its advice: another account than the service's would get the keys, and the log repeats
/// it. Nor is a trace of its own code a reason.
fn reason(complaint: &str) -> String {
    let complaint = plain(complaint);
    let lines = complaint.lines().map(str::trim);
    let advice = [
        "--temporary",
        "If you think this is a bug",
        "node:internal",
        "wrangler-dist/",
    ];
    let own = |line: &&str| {
        !line.is_empty()
            && !line.starts_with(['🪵', '🌀', '🚨', '⛅', '─', '^'])
            && !line.starts_with("at ")
            && !line.starts_with("Node.js v")
            && !advice.iter().any(|words| line.contains(words))
    };
    let said: Vec<_> = lines.filter(own).collect();
    match said.is_empty() {
        true => "wrangler failed and gave no reason".to_owned(),
        false => said.join("\n").trim_start_matches("✘ [ERROR] ").to_owned(),
    }
}

fn names(json: &str) -> Result<Vec<String>> {
    let secrets: Vec<Map<String, Value>> =
        serde_json::from_str(json).context("wrangler's list of secrets cannot be read")?;
    let name = |secret: &Map<String, Value>| secret.get("name")?.as_str().map(str::to_owned);
    Ok(secrets.iter().filter_map(name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_wrangler_complains_then_only_the_reason_is_kept() {
        let complaint = "\n✘ [ERROR] A request failed.\n\n  Not yours [code: 1]\n\n  \
                         Try `--temporary`.\n\n🪵  Logs\n";
        assert_eq!(reason(complaint), "A request failed.\nNot yours [code: 1]");
        assert_eq!(reason("boom"), "boom");
    }

    #[test]
    fn when_wrangler_crashes_then_the_reason_holds_no_stack_trace() {
        let crash = "/tree/node_modules/wrangler/wrangler-dist/cli.js:12\n    throw error;\n    ^\n\n\
                     TypeError: fetch failed\n    at node:internal/deps/undici:1\n    at async main (cli.js:3)\n\n\
                     Node.js v22.23.3\n";
        assert_eq!(reason(crash), "throw error;\nTypeError: fetch failed");
        assert_eq!(
            reason("    at main (cli.js:3)\n"),
            "wrangler failed and gave no reason"
        );
    }

    #[test]
    fn when_wrangler_fails_then_an_absent_worker_is_told_from_every_other_failure() {
        let absent = "Worker \"one-login-edge-integration\" (env: integration) not found.\n\
                      If this is a new Worker, run `wrangler deploy` first to create it.";
        assert!(is_absent(absent));
        assert!(is_absent(
            "This Worker does not exist on your account. [code: 10007]"
        ));
        for other in [
            "Authentication error [code: 10000]",
            "A request to the Cloudflare API (/accounts/10007/workers) failed.",
            "Could not find zone. Worker not found.",
        ] {
            assert!(!is_absent(other), "{other}");
        }
    }

    #[test]
    fn when_wrangler_lists_secrets_then_their_names_are_read() {
        let json = r#"[{"name":"SESSION_KEY_A","type":"secret_text"},{"type":"odd"}]"#;
        assert_eq!(names(json).unwrap(), ["SESSION_KEY_A"]);
        assert!(names("not JSON").is_err());
    }
}
