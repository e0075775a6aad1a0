//! The figures that `bench/run.mjs` prints, one JSON object on each line.

use serde_json::Value;
use std::collections::BTreeMap;

/// One case in one round. Times are in microseconds, for each request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// CPU time of workerd, user and system, every thread.
    pub cpu: f64,
    /// The latency that half of the requests stayed below.
    pub p50: f64,
    /// The same for nine of ten.
    pub p90: f64,
    /// The same for 99 of a hundred.
    pub p99: f64,
}

/// One start of a process, in microseconds of CPU time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ColdStart {
    /// Until it listens and has nothing left to do.
    pub start: f64,
    /// For the first request.
    pub first_request: f64,
}

/// A Worker that many connections keep busy. Times are in microseconds by the clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Busy {
    /// All time through all requests.
    pub micros: f64,
    /// The latency that 99 of a hundred requests stayed below.
    pub p99: f64,
}

/// Resident memory in bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Memory {
    /// How many requests lie between the two.
    pub requests: u64,
    /// Before them.
    pub before: u64,
    /// After them.
    pub after: u64,
}

/// The size of the Worker's upload, in bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Upload {
    /// As it lies on disk.
    pub raw: u64,
    /// As Cloudflare counts it.
    pub gzip: u64,
    /// The WebAssembly in it, after gzip.
    pub instantiated: u64,
}

/// Every figure of a run, by name.
#[derive(Debug, Default)]
pub struct Figures {
    /// Cases, each with one sample for each round.
    pub cases: BTreeMap<String, Vec<Sample>>,
    /// Busy Workers, once for each turn.
    pub busy: BTreeMap<String, Vec<Busy>>,
    /// The CPU time of a notification for an account that is not in memory, in microseconds, once for each turn.
    pub asleep: BTreeMap<String, Vec<f64>>,
    /// Starts of processes.
    pub cold: BTreeMap<String, Vec<ColdStart>>,
    /// Memory.
    pub memory: BTreeMap<String, Memory>,
    /// Uploads.
    pub uploads: BTreeMap<String, Upload>,
}

impl Figures {
    /// Takes a line. Gives what a person who waits may like to know; lines that hold no figure are passed over.
    pub fn take(&mut self, line: &str) -> Option<String> {
        let figure: Value = serde_json::from_str(line).ok()?;
        let number = |member: &str| figure.get(member).and_then(Value::as_f64);
        let whole = |member: &str| figure.get(member).and_then(Value::as_u64);
        let name = || Some(figure.get("name")?.as_str()?.to_owned());
        match figure.get("kind")?.as_str()? {
            "case" => {
                let sample = Sample {
                    cpu: number("cpu")?,
                    p50: number("p50")?,
                    p90: number("p90")?,
                    p99: number("p99")?,
                };
                self.cases.entry(name()?).or_default().push(sample);
                None
            }
            "round" => Some(format!("{} rounds are done", whole("round")?)),
            "busy" => {
                let busy = Busy {
                    micros: number("micros")?,
                    p99: number("p99")?,
                };
                self.busy.entry(name()?).or_default().push(busy);
                Some("a busy Worker".to_owned())
            }
            "asleep" => {
                self.asleep.entry(name()?).or_default().push(number("cpu")?);
                Some("accounts that are asleep".to_owned())
            }
            "cold" => {
                let start = ColdStart {
                    start: number("start")?,
                    first_request: number("first_request")?,
                };
                self.cold.entry(name()?).or_default().push(start);
                Some("cold starts".to_owned())
            }
            "memory" => {
                let memory = Memory {
                    requests: whole("requests")?,
                    before: whole("before")?,
                    after: whole("after")?,
                };
                self.memory.insert(name()?, memory);
                Some("memory".to_owned())
            }
            "upload" => {
                let upload = Upload {
                    raw: whole("raw")?,
                    gzip: whole("gzip")?,
                    instantiated: whole("instantiated")?,
                };
                self.uploads.insert(name()?, upload);
                None
            }
            _ => None,
        }
    }

    /// The CPU time of a case in each round.
    pub fn cpu(&self, case: &str) -> Option<Vec<f64>> {
        let samples = self.cases.get(case)?;
        Some(samples.iter().map(|sample| sample.cpu).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_figures_are_collected_then_they_are_found_by_name_and_other_lines_ignored() {
        let mut figures = Figures::default();
        for line in [
            r#"{"kind":"case","round":0,"name":"zero","cpu":200.5,"p50":1,"p90":2,"p99":3}"#,
            r#"{"kind":"case","round":1,"name":"zero","cpu":210,"p50":1,"p90":2,"p99":3}"#,
            r#"{"kind":"upload","name":"edge","raw":10,"gzip":4,"instantiated":3}"#,
            r#"{"kind":"case","name":"broken"}"#,
            r#"{"kind":"busy","name":"edge","micros":300}"#,
            "a warning of somebody's",
        ] {
            assert_eq!(figures.take(line), None);
        }
        assert_eq!(figures.cpu("zero"), Some(vec![200.5, 210.0]));
        assert_eq!(figures.cpu("broken"), None);
        assert!(figures.busy.is_empty());
        let asleep = r#"{"kind":"asleep","round":0,"name":"edge","cpu":3000.5}"#;
        assert!(figures.take(asleep).is_some());
        assert_eq!(figures.asleep["edge"], [3000.5]);
        assert_eq!(figures.uploads["edge"].gzip, 4);
        let news = figures.take(r#"{"kind":"round","round":2}"#);
        assert_eq!(news.as_deref(), Some("2 rounds are done"));
    }
}
