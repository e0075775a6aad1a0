//! A copy of the built WebAssembly that counts its own instructions, for tests.
//!
//! A time depends on the machine and on what else it does; this count does not. Each stretch of code that has one way in
//! and one way out begins with an addition of its length to a global. An instruction weighs what wasmtime's fuel
//! charges: nothing for those that only mark a place or leave one, 1 for every other.
//! Source: wasmtime, crates/environ/src/tunables.rs, `OperatorCost`.

use crate::binary::{leb, part, section};
use crate::build;
use crate::setup::{self, Need};
use anyhow::{Context, Result};
use serde_json::json;
use shell::places::Places;
use shell::terminal;
use std::fs;
use wasmparser::{BinaryReader, FunctionBody, Operator, Parser, Payload, TypeRef};

/// The name under which the module exports its count, a mutable `i64`.
pub const EXPORT: &str = "instructions";

const GLOBAL_SECTION: u8 = 6;
const EXPORT_SECTION: u8 = 7;
const CODE_SECTION: u8 = 10;

/// Where the copy is, with `built-by.json` about the compiler: another one's code has another count.
const OUT: &str = "target/edge/metered";

/// `cargo edge build --metered`.
pub fn command(places: &Places) -> Result<()> {
    setup::ensure(places, Need::Worker)?;
    build::build(places)?;
    let module = fs::read(places.root.join("build/index_bg.wasm"))?;
    let out = places.root.join(OUT);
    fs::create_dir_all(&out)?;
    let by = json!({ "compiler": build::compiled_by(places)? });
    let metered = metered(&module)?;
    // Whole or not at all: two tests may ask at once.
    for (name, content) in [
        ("index_bg.wasm", metered),
        ("built-by.json", by.to_string().into_bytes()),
    ] {
        let unfinished = out.join(format!("{name}.{}", std::process::id()));
        fs::write(&unfinished, content)?;
        fs::rename(unfinished, out.join(name))?;
    }
    terminal::line(format_args!("The Worker that counts is in {OUT}/"))
}

/// The same module with a count of what it executes. It must have globals and exports already.
pub fn metered(module: &[u8]) -> Result<Vec<u8>> {
    let count = globals(module)?;
    let mut out = Vec::with_capacity(module.len() * 2);
    out.extend(module.get(..8).context("no header of WebAssembly")?);
    let mut bodies = Vec::new();
    let mut left = 0;
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        if let Payload::CodeSectionEntry(body) = &payload {
            let code = counting(module, body, count)?;
            leb(&mut bodies, code.len() as u64);
            bodies.extend(code);
            left -= 1;
            if left == 0 {
                section(&mut out, CODE_SECTION, &bodies);
            }
            continue;
        }
        if let Payload::CodeSectionStart { count, .. } = &payload {
            leb(&mut bodies, u64::from(*count));
            left = *count;
            continue;
        }
        let Some((id, range)) = payload.as_section() else {
            continue;
        };
        let content = part(module, range)?;
        match id {
            // A variable `i64` that begins as 0.
            GLOBAL_SECTION => section(&mut out, id, &one_more(content, &[0x7e, 1, 0x42, 0, 0x0b])?),
            EXPORT_SECTION => {
                let mut entry = Vec::new();
                leb(&mut entry, EXPORT.len() as u64);
                entry.extend(EXPORT.as_bytes());
                entry.push(3);
                leb(&mut entry, count);
                section(&mut out, id, &one_more(content, &entry)?);
            }
            _ => section(&mut out, id, content),
        }
    }
    Ok(out)
}

/// How many globals the module has, which is the index of the next.
fn globals(module: &[u8]) -> Result<u64> {
    let mut count = 0;
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    count += u64::from(matches!(import?.ty, TypeRef::Global(_)));
                }
            }
            Payload::GlobalSection(globals) => count += u64::from(globals.count()),
            _ => {}
        }
    }
    Ok(count)
}

/// A function's body in which every stretch begins with the addition of its length.
fn counting(module: &[u8], body: &FunctionBody<'_>, count: u64) -> Result<Vec<u8>> {
    let operators = body.get_operators_reader()?;
    let begin = operators.original_position();
    let mut out = part(module, body.range().start..begin)?.to_vec();
    let (mut stretch, mut cost) = (begin, 0);
    let mut reader = operators;
    while !reader.eof() {
        let operator = reader.read()?;
        cost += weight(&operator);
        let end = reader.original_position();
        if !goes_on(&operator) || reader.eof() {
            if cost > 0 {
                out.push(0x23);
                leb(&mut out, count);
                out.push(0x42);
                signed_leb(&mut out, cost);
                out.extend([0x7c, 0x24]);
                leb(&mut out, count);
            }
            out.extend(part(module, stretch..end)?);
            (stretch, cost) = (end, 0);
        }
    }
    Ok(out)
}

const fn weight(operator: &Operator<'_>) -> i64 {
    match operator {
        Operator::Nop
        | Operator::Drop
        | Operator::Block { .. }
        | Operator::Loop { .. }
        | Operator::Unreachable
        | Operator::Return
        | Operator::Else
        | Operator::End => 0,
        _ => 1,
    }
}

/// Whether the instruction after this one is executed as often as this one. A call counts as one that returns.
const fn goes_on(operator: &Operator<'_>) -> bool {
    !matches!(
        operator,
        Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::Else
            | Operator::End
            | Operator::Br { .. }
            | Operator::BrIf { .. }
            | Operator::BrTable { .. }
            | Operator::BrOnNull { .. }
            | Operator::BrOnNonNull { .. }
            | Operator::BrOnCast { .. }
            | Operator::BrOnCastFail { .. }
            | Operator::Return
            | Operator::Unreachable
            | Operator::Throw { .. }
            | Operator::ThrowRef
            | Operator::Rethrow { .. }
            | Operator::Try { .. }
            | Operator::TryTable { .. }
            | Operator::Catch { .. }
            | Operator::CatchAll
            | Operator::Delegate { .. }
    )
}

/// A section's content with another entry at its end.
fn one_more(content: &[u8], entry: &[u8]) -> Result<Vec<u8>> {
    let mut reader = BinaryReader::new(content, 0);
    let count = u64::from(reader.read_var_u32()?) + 1;
    let mut out = Vec::with_capacity(content.len() + entry.len() + 1);
    leb(&mut out, count);
    out.extend(part(
        content,
        reader.original_position()..content.len() as u64,
    )?);
    out.extend(entry);
    Ok(out)
}

fn signed_leb(out: &mut Vec<u8>, mut value: i64) {
    while !(-0x40..0x40).contains(&value) {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push((value & 0x7f) as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with one global and a function `run` of one `i32`, with this body.
    fn module(body: &[u8]) -> Vec<u8> {
        let mut out = b"\0asm\x01\0\0\0".to_vec();
        section(&mut out, 1, &[1, 0x60, 1, 0x7f, 0]);
        section(&mut out, 3, &[1, 0]);
        section(&mut out, GLOBAL_SECTION, &[1, 0x7f, 0, 0x41, 0, 0x0b]);
        section(&mut out, EXPORT_SECTION, b"\x01\x03run\0\0");
        let mut code = vec![1];
        leb(&mut code, body.len() as u64 + 1);
        code.push(0);
        code.extend(body);
        section(&mut out, CODE_SECTION, &code);
        out
    }

    fn code_of(module: &[u8]) -> Vec<u8> {
        Parser::new(0)
            .parse_all(module)
            .find_map(|payload| match payload.unwrap() {
                Payload::CodeSectionEntry(body) => {
                    Some(part(module, body.range()).unwrap().to_vec())
                }
                _ => None,
            })
            .unwrap()
    }

    /// The addition before a stretch of this length; the global has the index 1.
    const fn adds(length: u8) -> [u8; 7] {
        [0x23, 1, 0x42, length, 0x7c, 0x24, 1]
    }

    #[test]
    fn when_a_stretch_begins_then_its_own_length_is_counted() {
        // local.get 0; if; nop; i32.const 1; drop; else; end; loop; local.get 0; br_if 0; end; end
        let body = [
            0x20, 0, 0x04, 0x40, 0x01, 0x41, 1, 0x1a, 0x05, 0x0b, 0x03, 0x40, 0x20, 0, 0x0d, 0,
            0x0b, 0x0b,
        ];
        let expected = [
            &[0][..],
            &adds(2),
            &body[..4],
            &adds(1),
            &body[4..9],
            &body[9..12],
            &adds(2),
            &body[12..],
        ]
        .concat();
        assert_eq!(code_of(&metered(&module(&body)).unwrap()), expected);
    }

    #[test]
    fn when_a_module_is_metered_then_its_count_is_exported() {
        let metered = metered(&module(&[0x0b])).unwrap();
        let exports = Parser::new(0).parse_all(&metered).find_map(|payload| {
            let Ok(Payload::ExportSection(exports)) = payload else {
                return None;
            };
            let names = exports
                .into_iter()
                .map(|export| export.unwrap().name.to_owned());
            Some(names.collect::<Vec<_>>())
        });
        assert_eq!(exports.unwrap(), ["run", EXPORT]);
        assert_eq!(globals(&metered).unwrap(), 2);
    }

    #[test]
    fn when_a_number_is_written_then_webassembly_reads_it() {
        for value in [0, 63, 64, 127, 128, 8_191, 1 << 40] {
            let mut out = Vec::new();
            signed_leb(&mut out, value);
            assert_eq!(BinaryReader::new(&out, 0).read_var_i64().unwrap(), value);
            let mut out = Vec::new();
            leb(&mut out, value as u64);
            assert_eq!(
                BinaryReader::new(&out, 0).read_var_u64().unwrap(),
                value as u64
            );
        }
    }
}
