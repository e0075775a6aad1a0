//! Whether the origin builds addresses of the service's own host and scheme, as far as its redirects show.

use crate::doctor::finding::{Fault, Findings};
use crate::doctor::look::{Look, not_run, short};
use crate::doctor::probe::Probe;
use crate::doctor::questions::forwarded_paths;
use crate::doctor::web::{Answer, Asked, Reply};
use url::Url;

const LOOP: Fault = Fault::error(
    "origin addresses.loop",
    "People never see the page: the origin sends them to the address that they asked for, without end.",
    "Let it believe X-Forwarded-Proto, or take its own redirect to https away: the Worker lets no http through.",
);
const SCHEME: Fault = Fault::warning(
    "origin addresses.scheme",
    "Forms may be refused as another site's, and each such step is asked for once more, by http.",
    "Let it believe X-Forwarded-Proto: docs/headers.md has the setting of each framework.",
);
const HOST: Fault = Fault::warning(
    "origin addresses.host",
    "People leave the service's host, and with it their session; so do links and e-mails with whole addresses.",
    "Let it believe X-Forwarded-Host: docs/headers.md has the setting of each framework.",
);

/// The redirects of the origin, asked with the headers that the Worker sets.
pub const PROBE: Probe = Probe {
    name: "origin addresses",
    checks: "the origin's redirects lead to the service's own host and scheme",
    faults: &[&LOOP, &SCHEME, &HOST],
    judge: |look: &Look<'_>| {
        let service = look.service()?;
        let Some(origin) = &look.subject.origin_url else {
            return Err(not_run("name the origin's own address with --origin-url"));
        };
        let own = Url::parse(&service.origin_url).map_err(|error| not_run(error.to_string()))?;
        let behind = Url::parse(origin).map_err(|error| not_run(error.to_string()))?;
        let (mut findings, mut seen, mut answers) = (Findings::default(), 0, 0);
        for (place, path) in forwarded_paths(service).into_iter().enumerate() {
            let asked = Asked::OriginForwarded(place);
            let Some(Reply::Answered(answer)) = look.replies.get(&asked) else {
                continue;
            };
            answers += 1;
            // Relative to where the browser is, and as the Worker gives it to the browser.
            let asked = own
                .join(&path)
                .map_err(|error| not_run(error.to_string()))?;
            let Some(target) = redirect(answer, &asked) else {
                continue;
            };
            seen += 1;
            let is_own = target.host_str() == own.host_str();
            let is_behind = target.host_str() == behind.host_str();
            let fault = match target {
                _ if target == asked => &LOOP,
                _ if is_own && target.scheme() != own.scheme() => &SCHEME,
                _ if is_own && target.port() == own.port() => continue,
                _ if is_own || is_behind => &HOST,
                // Another host altogether is where the service wants people to go.
                _ => continue,
            };
            let at = short(target.as_str());
            let status = answer.status;
            findings.add(
                fault,
                format!("{path}: status {status} to {at}{}", setting(answer)),
            );
        }
        match answers {
            0 => Err(not_run("it does not answer")),
            _ => Ok(findings.or_well(format!("{seen} of {answers} answers redirect"))),
        }
    },
};

/// Where an answer leads.
fn redirect(answer: &Answer, asked: &Url) -> Option<Url> {
    let location = answer.header("location")?;
    (300..400)
        .contains(&answer.status)
        .then(|| asked.join(location).ok())?
}

/// The words by which servers and frameworks show themselves in a header's value or name, and their setting.
const SETTINGS: [(&str, &str); 10] = [
    (
        "x-powered-by: express",
        "Express: app.set(\"trust proxy\", 1)",
    ),
    (
        "x-powered-by: php",
        "Symfony: framework.trusted_proxies; Laravel: trustProxies(at: '*')",
    ),
    (
        "jsessionid",
        "Spring Boot: server.forward-headers-strategy=framework",
    ),
    (
        "server: jetty",
        "Jetty: ForwardedRequestCustomizer; Dropwizard: useForwardedHeaders: true",
    ),
    (
        "csrftoken",
        "Django: USE_X_FORWARDED_HOST and SECURE_PROXY_SSL_HEADER",
    ),
    ("server: gunicorn", PYTHON),
    ("server: uvicorn", PYTHON),
    ("server: werkzeug", PYTHON),
    ("x-runtime", "Rails: config.action_dispatch.trusted_proxies"),
    // The last, because it is in front of many others, which it does not hide.
    (
        "server: nginx",
        "nginx: absolute_redirect off; where the redirect is nginx's own",
    ),
];

const PYTHON: &str = "Django: USE_X_FORWARDED_HOST and SECURE_PROXY_SSL_HEADER; Flask: ProxyFix";

fn setting(answer: &Answer) -> String {
    let lines = answer.headers.iter();
    let lines: Vec<_> = lines
        .map(|(name, value)| format!("{name}: {value}").to_ascii_lowercase())
        .collect();
    let shown = SETTINGS
        .iter()
        .find(|(word, _)| lines.iter().any(|line| line.contains(word)));
    shown.map_or_else(String::new, |(_, setting)| format!("; {setting}"))
}
