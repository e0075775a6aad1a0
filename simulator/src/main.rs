//! The command line of the simulator: `provider` starts the simulated One Login, `origin` the demo service, and `person`
//! names a person who can sign in.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::IpAddr;
use std::path::Path;
use std::process::ExitCode;

use simulator::origin;
use simulator::origin::settings::Settings as OriginSettings;
use simulator::provider::personas::{PERSONAS, Persona};
use simulator::provider::settings::{Client, Settings};
use simulator::provider::{Provider, server, userinfo};
use simulator::{encrypted, keys, listen};

/// The variable with the token of the controls.
const TOKEN: &str = "ONE_LOGIN_EDGE_CONTROL_TOKEN";

const USAGE: &str = "A simulated GOV.UK One Login and a demo service, for development and tests.

simulator provider --clients FILE [--port 8788] [--issuer URL] [--auto PERSONA] [--retry-delay-seconds 30] [--about FILE]
                   [--certificate DIRECTORY [--https-port 8790]] [--listen ADDRESS]
simulator origin --issuer URL --audience URL --jwks URL [--port 8789] [--certificate DIRECTORY]
simulator certificate DIRECTORY
simulator person NAME --sector HOST

`certificate` makes one for this machine, unless it is there already. With it the provider is served at https as well, and
both believe it where they ask others. `--listen` takes another address than 127.0.0.1, such as 0.0.0.0. Every control then wants
the token in ONE_LOGIN_EDGE_CONTROL_TOKEN, as `Control-Token`. Port 0 takes a free one. `provider` and `origin` print `listening on http://127.0.0.1:PORT` and end on SIGINT or SIGTERM.";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments
        .iter()
        .any(|a| matches!(a.as_str(), "-h" | "--help"))
    {
        eprintln!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("simulator: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &[String]) -> Result<(), String> {
    let (command, rest) = arguments.split_first().ok_or(USAGE)?;
    match command.as_str() {
        "provider" => {
            provider(Options::parse(
                rest,
                &[
                    "port",
                    "issuer",
                    "clients",
                    "auto",
                    "retry-delay-seconds",
                    "about",
                    "certificate",
                    "https-port",
                    "listen",
                ],
            )?)
            .await
        }
        "origin" => {
            demo(Options::parse(
                rest,
                &["port", "issuer", "audience", "jwks", "certificate"],
            )?)
            .await
        }
        "certificate" => match rest {
            [directory] => encrypted::make(Path::new(directory)),
            _ => Err(USAGE.to_owned()),
        },
        "person" => person(rest),
        other => Err(format!("there is no command {other}\n\n{USAGE}")),
    }
}

async fn provider(options: Options) -> Result<(), String> {
    let file = options.required("clients")?;
    let text = std::fs::read_to_string(file).map_err(|e| format!("{file}: {e}"))?;
    let clients = Client::list_from_json(&text).map_err(|e| format!("{file}: {e}"))?;
    let automatic = match options.get("auto") {
        None => None,
        Some(id) => Some(found(id)?),
    };
    let retry_delay = match options.get("retry-delay-seconds") {
        None => None,
        Some(text) => {
            let seconds = text.parse::<u32>();
            Some(i64::from(
                seconds.map_err(|_| format!("{text} is not a number of seconds"))?,
            ))
        }
    };
    let address = options.address("listen")?;
    let token = control_token(address)?;
    let listener = listen::bind(address, options.port("port", 8788)?).await?;
    let own = listener.local_addr().map_err(|e| e.to_string())?;
    let mut issuer = format!("http://127.0.0.1:{}/", own.port());
    if let Some(directory) = options.get("certificate") {
        encrypted::trust(Path::new(directory))?;
        let door = listen::bind(address, options.port("https-port", 8790)?).await?;
        let port = door.local_addr().map_err(|e| e.to_string())?.port();
        issuer = format!("https://127.0.0.1:{port}/");
        let (directory, to) = (directory.to_owned(), own.port());
        tokio::spawn(async move {
            if let Err(error) = encrypted::door(door, Path::new(&directory), to).await {
                eprintln!("simulator: https ended: {error}");
                std::process::exit(1);
            }
        });
    }
    let issuer = options.get("issuer").map_or(issuer, str::to_owned);
    let mut settings = Settings::new(&issuer, clients);
    settings.retry_delay_seconds = retry_delay.unwrap_or(settings.retry_delay_seconds);
    let mut provider = Provider::new(settings);
    provider.set_automatic(automatic);
    if let Some(token) = token {
        provider.set_control_token(token);
    }
    if let Some(file) = options.get("about") {
        let text = std::fs::read_to_string(file).map_err(|e| format!("{file}: {e}"))?;
        provider.set_about(serde_json::from_str(&text).map_err(|e| format!("{file}: {e}"))?);
    }
    // The RSA key takes a second to make; doing it now keeps the first request for the key document quick.
    std::thread::spawn(keys::SigningKey::shared_rsa);
    server::serve(listener, provider).await
}

/// The token that every control wants where other machines may ask. It is no option, because other users of the machine read those.
fn control_token(address: IpAddr) -> Result<Option<String>, String> {
    match std::env::var(TOKEN) {
        Ok(token) if token.len() >= 16 => Ok(Some(token)),
        Ok(_) => Err(format!("{TOKEN} must have 16 characters or more")),
        Err(_) if address.is_loopback() => Ok(None),
        Err(_) => Err(format!(
            "--listen {address} lets other machines ask; set {TOKEN} to a token for the controls"
        )),
    }
}

async fn demo(options: Options) -> Result<(), String> {
    let settings = OriginSettings {
        issuer: options.required("issuer")?.to_owned(),
        audience: options.required("audience")?.to_owned(),
        jwks: options.required("jwks")?.to_owned(),
    };
    if let Some(directory) = options.get("certificate") {
        encrypted::trust(Path::new(directory))?;
    }
    let listener = listen::bind(listen::LOOPBACK, options.port("port", 8789)?).await?;
    origin::serve(listener, settings).await
}

/// Prints what the userinfo endpoint tells a client of that sector about a person, with every scope.
fn person(arguments: &[String]) -> Result<(), String> {
    let (name, rest) = arguments.split_first().ok_or(USAGE)?;
    let options = Options::parse(rest, &["sector"])?;
    let told = userinfo::everything(found(name)?, options.required("sector")?);
    let mut out = std::io::stdout();
    writeln!(out, "{}", serde_json::Value::Object(told)).map_err(|e| e.to_string())
}

fn found(id: &str) -> Result<&'static Persona, String> {
    Persona::find(id).ok_or_else(|| {
        let known: Vec<&str> = PERSONAS.iter().map(|p| p.id).collect();
        format!("there is no persona {id}; there are {}", known.join(", "))
    })
}

/// `--name value` or `--name=value`, each at most once.
struct Options(BTreeMap<String, String>);

impl Options {
    fn parse(arguments: &[String], known: &[&str]) -> Result<Self, String> {
        let mut found = BTreeMap::new();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let option = argument
                .strip_prefix("--")
                .ok_or_else(|| format!("unexpected {argument}"))?;
            let (name, value) = match option.split_once('=') {
                Some((name, value)) => (name, value.to_owned()),
                None => (
                    option,
                    rest.next()
                        .ok_or_else(|| format!("--{option} needs a value"))?
                        .clone(),
                ),
            };
            if !known.contains(&name) {
                return Err(format!("there is no option --{name}\n\n{USAGE}"));
            }
            if found.insert(name.to_owned(), value).is_some() {
                return Err(format!("--{name} is given twice"));
            }
        }
        Ok(Self(found))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn required(&self, name: &str) -> Result<&str, String> {
        self.get(name)
            .ok_or_else(|| format!("--{name} is missing\n\n{USAGE}"))
    }

    fn address(&self, name: &str) -> Result<IpAddr, String> {
        match self.get(name) {
            None => Ok(listen::LOOPBACK),
            Some(text) => text
                .parse()
                .map_err(|_| format!("{text} is not an address such as 0.0.0.0")),
        }
    }

    fn port(&self, name: &str, default: u16) -> Result<u16, String> {
        match self.get(name) {
            None => Ok(default),
            Some(text) => text.parse().map_err(|_| format!("{text} is not a port")),
        }
    }
}
