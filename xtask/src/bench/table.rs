//! The result for a terminal.

use super::figures::Figures;
use super::results::{Line, Results};
use super::statistics::{cost, quantile};
use super::targets::{INSTANTIATED_LIMIT, MEMORY_LIMIT, Target, UPLOAD_LIMIT};
use std::fmt::Write;

/// Every target with its measured value, then what each case costs.
pub fn lay_out(results: &Results, figures: &Figures) -> String {
    let mut out = String::new();
    let heading = ["", "target", "measured", "90 % between", "ours", "other"];
    row(&mut out, heading.map(str::to_owned));
    for line in &results.lines {
        row(&mut out, target_row(line));
    }
    let sizes = [
        ("upload after gzip", results.upload_gzip, UPLOAD_LIMIT),
        (
            "instantiated by a first request, after gzip",
            results.instantiated_gzip,
            INSTANTIATED_LIMIT,
        ),
    ];
    for (label, bytes, limit) in sizes {
        let label = format!("{} {label}", mark(bytes <= limit));
        row(&mut out, single(label, kib(limit), kib(bytes)));
    }
    let label = format!(
        "{} memory after {} requests, over the peer's",
        mark(results.memory_ratio <= MEMORY_LIMIT),
        results.memory_requests
    );
    let limit = format!("≤ {MEMORY_LIMIT:.2}");
    let measured = format!("{:.2}", results.memory_ratio);
    row(&mut out, single(label, limit, measured));
    out.push_str("\nA ratio is what the Worker adds to the CPU time of a request over what the other adds; µs of workerd's process.\n\n");
    cases(&mut out, figures);
    once(&mut out, figures);
    out
}

/// A row about one figure of the whole run.
fn single(label: String, target: String, measured: String) -> [String; 6] {
    let [spread, ours, other] = [const { String::new() }; 3];
    [label, target, measured, spread, ours, other]
}

fn target_row(line: &Line) -> [String; 6] {
    let (mark, target) = match line.target {
        Target::AtMost(most) => (mark(line.is_met()), format!("≤ {most:.2}")),
        Target::AtLeast(least) => (mark(line.is_met()), format!("≥ {least:.2}")),
        Target::Within(distance) => (mark(line.is_met()), format!("1 ± {distance:.2}")),
        Target::None => (" ", String::new()),
    };
    let ratio = line.ratio;
    [
        format!("{mark} {}", line.label),
        target,
        format!("{:.2}", ratio.value),
        format!("{:.2} to {:.2}", ratio.low, ratio.high),
        micros(line.micros.0),
        micros(line.micros.1),
    ]
}

const fn mark(met: bool) -> &'static str {
    if met { "✓" } else { "✗" }
}

fn micros(value: f64) -> String {
    format!("{value:.0} µs")
}

fn kib(bytes: u64) -> String {
    format!("{:.0} KiB", bytes as f64 / 1024.0)
}

/// One line of the upper table.
fn row(out: &mut String, cells: [String; 6]) {
    let [label, target, measured, spread, ours, other] = cells;
    let _ = writeln!(
        out,
        "{label:<50} {target:>9} {measured:>9} {spread:>14} {ours:>9} {other:>9}"
    );
}

/// Writes the cost of each case, and how long its answers took.
fn cases(out: &mut String, figures: &Figures) {
    let zero = figures.cpu("zero").map(cost).unwrap_or_default();
    let _ = writeln!(
        out,
        "{:<28} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "", "CPU", "added", "p50", "p90", "p99"
    );
    for (name, samples) in &figures.cases {
        let cpu = cost(samples.iter().map(|sample| sample.cpu).collect());
        let latency = |of: fn(&super::figures::Sample) -> f64| {
            micros(quantile(samples.iter().map(of).collect(), 0.5))
        };
        let _ = writeln!(
            out,
            "{name:<28} {:>9} {:>9} {:>9} {:>9} {:>9}",
            micros(cpu),
            micros(cpu - zero),
            latency(|sample| sample.p50),
            latency(|sample| sample.p90),
            latency(|sample| sample.p99),
        );
    }
}

/// Cold starts, memory and uploads.
fn once(out: &mut String, figures: &Figures) {
    out.push('\n');
    for (name, starts) in &figures.cold {
        let start = cost(starts.iter().map(|start| start.start).collect());
        let first = cost(starts.iter().map(|start| start.first_request).collect());
        let (start, first) = (start / 1_000.0, first / 1_000.0);
        let _ = writeln!(
            out,
            "cold start, {name}: {start:.1} ms of CPU until it listens, {first:.1} ms for the first request"
        );
    }
    for (name, memory) in &figures.memory {
        let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
        let _ = writeln!(
            out,
            "memory, {name}: {:.0} MiB, after {} signed-in requests {:.0} MiB",
            mib(memory.before),
            memory.requests,
            mib(memory.after)
        );
    }
    for (name, upload) in &figures.uploads {
        let _ = writeln!(
            out,
            "upload, {name}: {}, {} after gzip",
            kib(upload.raw),
            kib(upload.gzip)
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::results::tests::figures;

    #[test]
    fn when_a_table_is_printed_then_every_target_is_on_the_line_of_its_value() {
        let figures = figures();
        let text = lay_out(&Results::new(&figures).unwrap(), &figures);
        let line = |label: &str| text.lines().find(|line| line.contains(label)).unwrap();
        let signed_in = line("signed-in request, answer re-wrapped");
        assert!(signed_in.starts_with('✗'), "{signed_in}");
        for part in ["≤ 0.35", " 0.40 ", "0.40 to 0.40", "40 µs", "100 µs"] {
            assert!(signed_in.contains(part), "{part}: {signed_in}");
        }
        assert!(line("public path, over the peer's signed-in").starts_with('✗'));
        assert!(line("upload after gzip").contains("300 KiB"));
        assert!(line("instantiated by a first request").contains("100 KiB"));
        assert!(line("memory after 1000 requests").contains("≤ 1.00"));
        let busy = line("requests a second with 64 connections");
        assert!(busy.starts_with('✓') && busy.contains("≥ 1.50"), "{busy}");
    }
}
