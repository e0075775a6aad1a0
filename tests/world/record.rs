//! Everything that happened at the door to the outside, in order.

use one_login_edge::oidc::jws::Alg;
use one_login_edge::platform::{Event, Limit};
use one_login_edge::session::account::Question;

/// The content of a call, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carried {
    /// Nothing.
    Nothing,
    /// A bearer token.
    Bearer,
    /// A form.
    Form(String),
}

/// A request as it reached the service behind the edge.
#[derive(Clone, Debug)]
pub struct OriginRequest {
    /// The service binding that took it, if one did.
    pub binding: Option<String>,
    /// The method.
    pub method: String,
    /// The address in full.
    pub url: String,
    /// Every header, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Whether it went past Cloudflare's cache.
    pub personal: bool,
}

impl OriginRequest {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Every value of the assertion header.
    pub fn assertions(&self) -> Vec<&str> {
        let named = self.headers.iter();
        named
            .filter(|(name, _)| name == "one-login-assertion")
            .map(|(_, value)| value.as_str())
            .collect()
    }
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Happened {
    /// A signature was asked for.
    Signed {
        /// The key.
        key_id: String,
        /// The algorithm.
        alg: Alg,
    },
    /// A verdict was asked for.
    Verified {
        /// The key.
        key_id: String,
        /// The verdict, if there was one.
        verdict: Option<bool>,
    },
    /// A call was made.
    Called {
        /// Where.
        url: String,
        /// The `User-Agent`.
        user_agent: String,
        /// The call's content.
        carried: Carried,
        /// How long it might have taken, in milliseconds.
        timeout_ms: u32,
    },
    /// KV was read.
    Read(String),
    /// KV was written.
    Written(String),
    /// An account was asked.
    Asked {
        /// Its name.
        account: String,
        /// The question.
        question: Question,
    },
    /// It was asked whether one more may happen, for this key.
    Counted(Limit, String),
    /// A request waited for so many milliseconds.
    Waited(u32),
    /// Work was left for after the answer.
    Spawned,
    /// A line was written for the operator.
    Logged(Event),
    /// The service behind the edge got a request.
    Reached(OriginRequest),
}

/// The recorded events, with the queries that tests make.
#[derive(Clone, Debug, Default)]
pub struct Record(pub Vec<Happened>);

impl Record {
    /// The addresses of every call, in order.
    pub fn calls(&self) -> Vec<String> {
        self.pick(|event| match event {
            Happened::Called { url, .. } => Some(url.clone()),
            _ => None,
        })
    }

    /// The forms that were posted, in order.
    pub fn forms(&self) -> Vec<String> {
        self.pick(|event| match event {
            Happened::Called {
                carried: Carried::Form(form),
                ..
            } => Some(form.clone()),
            _ => None,
        })
    }

    /// The requests that reached the service behind the edge.
    pub fn reached(&self) -> Vec<OriginRequest> {
        self.pick(|event| match event {
            Happened::Reached(request) => Some(request.clone()),
            _ => None,
        })
    }

    /// Every log line as `name: label`, but for those of starts, which every sign-in has.
    pub fn lines(&self) -> Vec<String> {
        self.pick(|event| match event {
            Happened::Logged(event) if event.name == "sign_in_started" => None,
            Happened::Logged(event) if event.count > 0 => Some(format!(
                "{}: {} ({} more)",
                event.name, event.label, event.count
            )),
            Happened::Logged(event) => Some(format!("{}: {}", event.name, event.label)),
            _ => None,
        })
    }

    /// Every log line in full.
    pub fn events(&self) -> Vec<Event> {
        self.pick(|event| match event {
            Happened::Logged(event) => Some(event.clone()),
            _ => None,
        })
    }

    /// The keys that signed, in order.
    pub fn signers(&self) -> Vec<String> {
        self.pick(|event| match event {
            Happened::Signed { key_id, .. } => Some(key_id.clone()),
            _ => None,
        })
    }

    /// How often KV was read and written.
    pub fn storage(&self) -> (usize, usize) {
        let count = |wanted: fn(&Happened) -> bool| self.0.iter().filter(|e| wanted(e)).count();
        (
            count(|event| matches!(event, Happened::Read(_))),
            count(|event| matches!(event, Happened::Written(_))),
        )
    }

    /// The questions that accounts were asked, in order.
    pub fn questions(&self) -> Vec<Question> {
        self.pick(|event| match event {
            Happened::Asked { question, .. } => Some(question.clone()),
            _ => None,
        })
    }

    /// The kinds of these questions.
    pub fn asked(&self) -> Vec<&'static str> {
        self.questions().iter().map(kind).collect()
    }

    /// The counts towards limits, with the keys.
    pub fn counted(&self) -> Vec<(Limit, String)> {
        self.pick(|event| match event {
            Happened::Counted(limit, key) => Some((*limit, key.clone())),
            _ => None,
        })
    }

    /// How much work was left for after an answer.
    pub fn spawned(&self) -> usize {
        let spawned = self
            .0
            .iter()
            .filter(|event| matches!(event, Happened::Spawned));
        spawned.count()
    }

    fn pick<T>(&self, choose: impl Fn(&Happened) -> Option<T>) -> Vec<T> {
        self.0.iter().filter_map(choose).collect()
    }
}

/// The kind of a question.
pub const fn kind(question: &Question) -> &'static str {
    match question {
        Question::Begin { .. } => "begin",
        Question::Check { .. } => "check",
        Question::IdToken { .. } => "id_token",
        Question::StepUp { .. } => "step_up",
        Question::Proof { .. } => "proof",
        Question::LogOut { .. } => "log_out",
        Question::EndByService { .. } => "end_by_service",
        Question::Refer { .. } => "refer",
        Question::Admission(_) => "admission",
        Question::End { .. } => "end",
    }
}
