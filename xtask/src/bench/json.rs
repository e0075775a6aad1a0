//! The result as one JSON object.

use super::figures::Figures;
use super::results::{Line, Results};
use super::statistics::{cost, quantile};
use super::targets::Target;
use serde_json::{Map, Value, json};

/// The ratios that have a name of their own at the top.
const RATIOS: [&str; 5] = [
    "signed_in",
    "public",
    "sign_in_start",
    "callback",
    "notification",
];

/// `ratios`, `upload_gzip_bytes`, `cold_start_ratio`, every target, and every raw figure.
pub fn object(results: &Results, figures: &Figures) -> Value {
    let value = |name: &str| results.line(name).map(|line| line.ratio.value);
    let ratios: Map<_, _> = RATIOS
        .iter()
        .map(|name| ((*name).to_owned(), json!(value(name))))
        .collect();
    json!({
        "ratios": ratios,
        "upload_gzip_bytes": results.upload_gzip,
        "instantiated_gzip_bytes": results.instantiated_gzip,
        "memory_ratio": results.memory_ratio,
        "cold_start_ratio": value("cold_start"),
        "targets": results.lines.iter().map(target).collect::<Vec<_>>(),
        "raw": {
            "cases": cases(figures),
            "busy": busy(figures),
            "asleep_us": figures.asleep,
            "cold_starts": cold_starts(figures),
            "memory_bytes": memory(figures),
            "upload_bytes": uploads(figures),
        },
    })
}

fn target(line: &Line) -> Value {
    let (mut at_most, mut at_least, mut within) = (None, None, None);
    match line.target {
        Target::AtMost(most) => at_most = Some(most),
        Target::AtLeast(least) => at_least = Some(least),
        Target::Within(distance) => within = Some(distance),
        Target::None => {}
    }
    json!({
        "name": line.name,
        "label": line.label,
        "ratio": line.ratio.value,
        "low": line.ratio.low,
        "high": line.ratio.high,
        "at_most": at_most,
        "at_least": at_least,
        "within": within,
        "met": at_most.or(at_least).or(within).map(|_| line.is_met()),
        "ours_us": line.micros.0,
        "other_us": line.micros.1,
    })
}

fn cases(figures: &Figures) -> Map<String, Value> {
    let zero = figures.cpu("zero").map(cost).unwrap_or_default();
    let case = |(name, samples): (&String, &Vec<super::figures::Sample>)| {
        let cpu: Vec<f64> = samples.iter().map(|sample| sample.cpu).collect();
        let latency = |of: fn(&super::figures::Sample) -> f64| {
            quantile(samples.iter().map(of).collect(), 0.5)
        };
        let value = json!({
            "cpu_us": cost(cpu.clone()),
            "added_us": cost(cpu.clone()) - zero,
            "latency_us": {
                "p50": latency(|sample| sample.p50),
                "p90": latency(|sample| sample.p90),
                "p99": latency(|sample| sample.p99),
            },
            "rounds_cpu_us": cpu,
        });
        (name.clone(), value)
    };
    figures.cases.iter().map(case).collect()
}

fn busy(figures: &Figures) -> Map<String, Value> {
    let one = |(name, turns): (&String, &Vec<super::figures::Busy>)| {
        let turns = turns.iter();
        let turns = turns.map(|turn| json!({ "request_us": turn.micros, "p99_us": turn.p99 }));
        (name.clone(), turns.collect())
    };
    figures.busy.iter().map(one).collect()
}

fn cold_starts(figures: &Figures) -> Map<String, Value> {
    let one = |(name, starts): (&String, &Vec<super::figures::ColdStart>)| {
        let starts: Vec<_> = starts
            .iter()
            .map(
                |start| json!({ "start_us": start.start, "first_request_us": start.first_request }),
            )
            .collect();
        (name.clone(), starts.into())
    };
    figures.cold.iter().map(one).collect()
}

fn memory(figures: &Figures) -> Map<String, Value> {
    let one = |(name, memory): (&String, &super::figures::Memory)| {
        let value =
            json!({ "requests": memory.requests, "before": memory.before, "after": memory.after });
        (name.clone(), value)
    };
    figures.memory.iter().map(one).collect()
}

fn uploads(figures: &Figures) -> Map<String, Value> {
    let one = |(name, upload): (&String, &super::figures::Upload)| {
        let value = json!({ "raw": upload.raw, "gzip": upload.gzip, "instantiated_gzip": upload.instantiated });
        (name.clone(), value)
    };
    figures.uploads.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::results::tests::figures;

    #[test]
    fn when_results_are_written_as_json_then_ratios_come_first_and_figures_follow() {
        let figures = figures();
        let object = object(&Results::new(&figures).unwrap(), &figures);
        for name in RATIOS {
            assert_eq!(object["ratios"][name], 0.4, "{name}");
        }
        assert_eq!(object["upload_gzip_bytes"], 4);
        assert_eq!(object["cold_start_ratio"], 2.5);
        assert_eq!(object["targets"][0]["met"], false);
        let targets = object["targets"].as_array().unwrap();
        let busy = targets.iter().find(|line| line["name"] == "busy").unwrap();
        assert_eq!(
            (&busy["at_least"], &busy["met"]),
            (&json!(1.5), &json!(true))
        );
        assert_eq!(object["memory_ratio"], 0.5);
        assert_eq!(
            object["raw"]["asleep_us"]["peer"],
            json!([6_000.0, 6_000.0])
        );
        assert_eq!(
            object["raw"]["cases"]["zero"]["rounds_cpu_us"],
            json!(vec![200.0; 5])
        );
    }
}
