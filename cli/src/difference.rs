//! Shows a change of a text, line by line.

use shell::terminal::{is_long, shortened, visible};
use similar::{Algorithm, DiffTag, capture_diff_slices};
use std::ops::Range;

/// More pairs of lines than this are not compared one by one; the whole stretch is shown then.
const MOST: usize = 4_000_000;

/// The lines that go and come, each group under the number of its first line. For a line that is too long to read, the
/// parts between its commas are compared instead.
pub fn show(old: &str, new: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (old.split('\n').collect(), new.split('\n').collect());
    let mut out = String::new();
    for (gone, come) in changes(&old, &new) {
        let number = gone.start + 1;
        let (gone, come) = (&old[gone], &new[come]);
        if gone.iter().any(|line| is_long(line)) {
            between_commas(&mut out, number, &gone.join("\n"), &come.join("\n"));
        } else if gone.len() == come.len() {
            // Print each old line with its new line, so that no reader has to look for the other half.
            for (at, (gone, come)) in gone.iter().zip(come).enumerate() {
                group(&mut out, &format!("line {}", number + at), &[gone], &[come]);
            }
        } else {
            group(&mut out, &format!("line {number}"), gone, come);
        }
    }
    out
}

fn between_commas(out: &mut String, number: usize, gone: &str, come: &str) {
    let gone: Vec<_> = gone.split_inclusive(',').collect();
    let come: Vec<_> = come.split_inclusive(',').collect();
    for (before, after) in changes(&gone, &come) {
        let byte = gone[..before.start].concat().len() + 1;
        let place = format!("line {number}, byte {byte}");
        group(out, &place, &gone[before], &come[after]);
    }
}

fn group(out: &mut String, place: &str, gone: &[&str], come: &[&str]) {
    out.push_str(&format!("@@ {place} @@\n"));
    for (sign, parts) in [('-', gone), ('+', come)] {
        for line in parts.iter().flat_map(|part| part.split('\n')) {
            // A line's own ending is kept in the file, and shown nowhere.
            let line = line.trim_end_matches('\r');
            let trimmed = line.trim_start();
            let indent = line[..line.len() - trimmed.len()].replace('\t', "    ");
            out.push_str(&format!(
                "{sign}{}{}\n",
                visible(&indent),
                shortened(trimmed)
            ));
        }
    }
}

/// The stretches that differ, in order: where they are in the one and in the other.
fn changes(old: &[&str], new: &[&str]) -> Vec<(Range<usize>, Range<usize>)> {
    let same = |(a, b): &(&&str, &&str)| a == b;
    let before = old.iter().zip(new).take_while(same).count();
    let (a, b) = (&old[before..], &new[before..]);
    let after = a.iter().rev().zip(b.iter().rev()).take_while(same).count();
    let (a, b) = (&a[..a.len() - after], &b[..b.len() - after]);
    if a.len().saturating_mul(b.len()) > MOST {
        return vec![(before..before + a.len(), before..before + b.len())];
    }
    let mut found: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for operation in capture_diff_slices(Algorithm::Myers, a, b) {
        if operation.tag() == DiffTag::Equal {
            continue;
        }
        let placed = |range: Range<usize>| before + range.start..before + range.end;
        let (gone, come) = (placed(operation.old_range()), placed(operation.new_range()));
        match found.last_mut() {
            Some(last) if (last.0.end, last.1.end) == (gone.start, come.start) => {
                (last.0.end, last.1.end) = (gone.end, come.end);
            }
            _ => found.push((gone, come)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_texts_differ_then_only_changed_lines_are_shown_with_their_numbers() {
        for (old, new, expected) in [
            (
                "a\nb\nc\nd\n",
                "a\nB\nc\nd\ne\n",
                "@@ line 2 @@\n-b\n+B\n@@ line 5 @@\n+e\n",
            ),
            ("a\n", "a\n", ""),
            ("", "a\n", "@@ line 1 @@\n+a\n"),
            ("a\nb\n", "b\n", "@@ line 1 @@\n-a\n"),
            (
                "\ta\r\nb\r\n",
                "\tc\r\nb\r\n",
                "@@ line 1 @@\n-    a\n+    c\n",
            ),
            (
                "a\nb\nc",
                "x\ny\nc",
                "@@ line 1 @@\n-a\n+x\n@@ line 2 @@\n-b\n+y\n",
            ),
            ("a\nb\nc", "x\nc", "@@ line 1 @@\n-a\n-b\n+x\n"),
        ] {
            assert_eq!(show(old, new), expected, "{old:?} {new:?}");
        }
    }

    #[test]
    fn when_a_long_line_changes_then_it_is_compared_between_its_commas() {
        let rest = "\"z\":0,".repeat(30);
        let (old, new) = (
            format!("{{\"a\":1,{rest}\"b\":2}}"),
            format!("{{\"a\":7,{rest}\"b\":2}}"),
        );
        assert_eq!(
            show(&old, &new),
            "@@ line 1, byte 1 @@\n-{\"a\":1,\n+{\"a\":7,\n"
        );
    }

    #[test]
    fn when_long_texts_have_nothing_in_common_then_the_comparison_still_ends() {
        let many = |letter: &str| format!("{letter}\n").repeat(10_000);
        let shown = show(&many("a"), &(many("b") + "c\n"));
        assert_eq!(shown.lines().count(), 20_002);
    }
}
