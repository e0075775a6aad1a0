//! Shows what filling a draft changes, line by line.

use super::fill::{Edit, apply};
use super::report::{is_long, shortened, visible};

/// The lines that edits touch, before and after, each group under the number of its first line. Where a line is too
/// long to read, what was replaced in it is shown alone.
pub fn diff(text: &str, edits: &[Edit]) -> String {
    let mut out = String::new();
    for group in groups(text, edits) {
        let start = line_start(text, group[0].span.start);
        let end = line_end(text, group[group.len() - 1].span.end);
        let old = &text[start..end];
        let number = text[..start].matches('\n').count() + 1;
        if old.lines().any(is_long) {
            for edit in group {
                let column = edit.span.start - start + 1;
                out.push_str(&format!("@@ line {number}, byte {column} @@\n"));
                lines(&mut out, '-', &text[edit.span.clone()]);
                lines(&mut out, '+', &edit.text);
            }
            continue;
        }
        let moved: Vec<_> = group
            .iter()
            .map(|edit| Edit {
                span: edit.span.start - start..edit.span.end - start,
                text: edit.text.clone(),
            })
            .collect();
        out.push_str(&format!("@@ line {number} @@\n"));
        lines(&mut out, '-', old);
        lines(&mut out, '+', &apply(old, &moved));
    }
    out
}

fn lines(out: &mut String, sign: char, text: &str) {
    for line in text.split('\n') {
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

/// Edits that touch the same lines belong together.
fn groups<'e>(text: &str, edits: &'e [Edit]) -> Vec<&'e [Edit]> {
    let apart = |a: &Edit, b: &Edit| text[a.span.end..b.span.start].contains('\n');
    edits.chunk_by(|a, b| !apart(a, b)).collect()
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..]
        .find('\n')
        .map_or(text.len(), |length| at + length)
}
