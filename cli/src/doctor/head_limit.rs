//! How long a head of a request the origin takes, found by asking it, and the option of its server that takes more.

use super::web::{Answer, Asked, Question, Reply, Web};
use anyhow::Result;

/// The sizes between which the limit is looked for, in bytes of the whole head.
const LEAST: u32 = 2_048;
const MOST: u32 = 65_536;

/// How near is near enough, in bytes.
const NEAR: u32 = 16;

/// The longest value of a header that the Worker sends.
const LONGEST_VALUE: usize = 8_000;

/// The headers that fill a head: the Worker's own statements first, because servers take so long a line only from some names.
const PADDING: [&str; 10] = [
    "One-Login-Assertion",
    "One-Login-Identity",
    "X-Padding-1",
    "X-Padding-2",
    "X-Padding-3",
    "X-Padding-4",
    "X-Padding-5",
    "X-Padding-6",
    "X-Padding-7",
    "X-Padding-8",
];

/// How long a head the origin takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The longest that was tried.
    AtLeast(u32),
    /// This many bytes, give or take [`NEAR`].
    Of {
        /// The longest head that was taken.
        bytes: u32,
        /// The answer to a longer one: a status, or none.
        beyond: String,
        /// The server, and the option with which it takes more; empty where it does not show itself.
        server: &'static str,
    },
}

/// Servers that name themselves, and their option.
const NAMED: [(&str, &str); 8] = [
    ("nginx", "nginx: large_client_header_buffers 4 32k;"),
    (
        "lighttpd",
        "lighttpd: server.max-request-field-size = 32768",
    ),
    ("jetty", "Jetty: requestHeaderSize=32768"),
    ("tomcat", "Tomcat: maxHttpHeaderSize=\"32768\""),
    ("gunicorn", "gunicorn: --limit-request-field_size 32768"),
    ("apache", "Apache: LimitRequestFieldSize 32768"),
    ("caddy", "Caddy: max_header_size 64KB"),
    ("envoy", "Envoy: max_request_headers_kb"),
];

/// Servers that do not, by their limit and the status beyond it; 0 is no answer.
const SHAPED: [(u32, u16, &str); 7] = [
    (4_096, 0, "uWSGI: buffer-size = 32768"),
    (4_096, 431, "fasthttp or Fiber: ReadBufferSize"),
    (
        8_192,
        400,
        "Tomcat or Undertow: maxHttpHeaderSize; Spring Boot: server.max-http-request-header-size=32KB",
    ),
    (
        8_192,
        431,
        "Jetty or Netty: requestHeaderSize; Spring Boot: server.max-http-request-header-size=32KB",
    ),
    (16_384, 431, "Node: --max-http-header-size=32768"),
    (
        20_480,
        431,
        "Quarkus: quarkus.http.limits.max-header-size; Caddy: max_header_size",
    ),
    (32_768, 400, "nginx: large_client_header_buffers 8 32k;"),
];

/// Asks the origin with longer and longer heads. `plain` is the answer to the same question without padding.
///
/// `None` where even the shortest head with padding is answered otherwise.
///
/// # Errors
/// When nothing can be asked at all.
pub fn measure(question: &Question, plain: &Answer, web: &dyn Web) -> Result<Option<Limit>> {
    let ask = |size: u32| -> Result<Option<Reply>> {
        let reply = web.ask(&[padded(question, size)])?.pop();
        Ok(reply.filter(
            |reply| !matches!(reply, Reply::Answered(answer) if answer.status == plain.status),
        ))
    };
    if ask(LEAST)?.is_some() {
        return Ok(None);
    }
    let Some(mut refusal) = ask(MOST)? else {
        return Ok(Some(Limit::AtLeast(MOST)));
    };
    let (mut taken, mut refused) = (LEAST, MOST);
    while refused - taken > NEAR {
        let middle = taken.midpoint(refused);
        match ask(middle)? {
            None => taken = middle,
            Some(reply) => (refused, refusal) = (middle, reply),
        }
    }
    let (status, texts) = match &refusal {
        Reply::Answered(answer) => (
            answer.status,
            [plain, answer].map(|answer| answer.header("server").unwrap_or_default()),
        ),
        Reply::Failed { .. } => (0, [plain.header("server").unwrap_or_default(), ""]),
    };
    let body = match &refusal {
        Reply::Answered(answer) => answer.body.as_str(),
        Reply::Failed { .. } => "",
    };
    let said = format!("{} {} {body}", texts[0], texts[1]).to_ascii_lowercase();
    Ok(Some(Limit::Of {
        bytes: taken,
        beyond: match status {
            0 => "no answer".to_owned(),
            status => format!("status {status}"),
        },
        server: server(&said, taken, status),
    }))
}

fn server(said: &str, bytes: u32, status: u16) -> &'static str {
    // Tomcat's own page says Apache Tomcat.
    let named = NAMED.iter().filter(|(name, _)| said.contains(name));
    let named = named.map(|(_, option)| *option);
    let shaped = SHAPED.iter().find(|(limit, beyond, _)| {
        // uWSGI counts the names of its own variables.
        let near = limit.abs_diff(bytes) <= limit / 16;
        near && *beyond == status
    });
    let shaped = shaped.map(|(.., option)| *option);
    named
        .min_by_key(|option| option.starts_with("Apache"))
        .or(shaped)
        .unwrap_or_default()
}

/// The same question with a head of this many bytes.
fn padded(question: &Question, size: u32) -> Question {
    let mut question = question.clone();
    question.asked = Asked::OriginHead;
    let target = question.url.splitn(4, '/').nth(3).unwrap_or_default();
    let authority = question.url.split('/').nth(2).unwrap_or_default();
    let host = question.name.as_deref().unwrap_or(authority);
    let line = |name: &str, length: usize| name.len() + length + ": \r\n".len();
    let own = question
        .headers
        .iter()
        .map(|(name, value)| line(name, value.len()));
    let first = question.method.len() + target.len() + " / HTTP/1.1\r\n\r\n".len();
    let node = line("Host", host.len()) + line("Connection", "close".len());
    let mut left = (size as usize).saturating_sub(first + node + own.sum::<usize>());
    for name in PADDING {
        let value = left.saturating_sub(line(name, 0)).min(LONGEST_VALUE);
        if value == 0 {
            break;
        }
        left -= line(name, value);
        question.headers.push((name, "a".repeat(value)));
    }
    question
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_server_says_its_name_or_shows_its_limit_then_it_is_recognised() {
        for (said, bytes, status, option) in [
            ("jetty(9.4.57)", 8_190, 431, "Jetty"),
            ("<h3>apache tomcat/10.1.34</h3>", 8_190, 400, "Tomcat"),
            ("apache/2.4.62", 8_190, 400, "Apache"),
            ("", 4_085, 0, "uWSGI"),
            ("", 16_380, 431, "Node"),
        ] {
            assert!(
                server(said, bytes, status).starts_with(option),
                "{said} {bytes}"
            );
        }
        assert_eq!(server("", 12_000, 431), "");
    }

    #[test]
    fn when_a_head_is_padded_then_it_has_the_requested_size() {
        let question = Question {
            asked: Asked::Origin,
            url: "http://127.0.0.1:3000/account".to_owned(),
            method: "GET",
            headers: vec![("Accept", "*/*".to_owned())],
            body: None,
            name: None,
            unchecked: true,
        };
        for size in [2_048, 9_000, 65_536] {
            let padded = padded(&question, size);
            let lines = padded.headers.iter();
            let lines = lines.map(|(name, value)| format!("{name}: {value}\r\n"));
            let lines: String = lines.collect();
            let head = format!(
                "GET /account HTTP/1.1\r\n{lines}Host: 127.0.0.1:3000\r\nConnection: close\r\n\r\n"
            );
            assert!(size as usize - head.len() < 32, "{size}: {}", head.len());
            assert!(
                padded
                    .headers
                    .iter()
                    .all(|(_, value)| value.len() <= LONGEST_VALUE)
            );
        }
    }
}
