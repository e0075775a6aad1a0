//! The exports of a module that no script uses.
//!
//! wasm-bindgen exports each class of each crate, with all code behind it. The `worker` crate has several for streams and
//! bodies, of which the Worker uses none.

use crate::binary::{leb, part, section};
use anyhow::{Context, Result};
use wasmparser::{ExternalKind, Parser, Payload};

/// The same module with only those exports whose names are in the script. wasm-opt then drops the code that nothing reaches.
///
/// # Errors
/// A text for bytes that are no module of WebAssembly.
pub fn used(module: &[u8], script: &str) -> Result<Vec<u8>> {
    let mut out = module
        .get(..8)
        .context("no header of WebAssembly")?
        .to_vec();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        let Some((id, range)) = payload.as_section() else {
            continue;
        };
        let Payload::ExportSection(exports) = &payload else {
            section(&mut out, id, part(module, range)?);
            continue;
        };
        let mut kept = Vec::new();
        let mut count = 0_u64;
        for export in exports.clone() {
            let export = export?;
            if !is_word_of(script, export.name) {
                continue;
            }
            count += 1;
            leb(&mut kept, export.name.len() as u64);
            kept.extend(export.name.as_bytes());
            // WebAssembly Core 2.0, section 5.5.10; a tag's byte is of the proposal for exceptions.
            kept.push(match export.kind {
                ExternalKind::Func | ExternalKind::FuncExact => 0,
                ExternalKind::Table => 1,
                ExternalKind::Memory => 2,
                ExternalKind::Global => 3,
                ExternalKind::Tag => 4,
            });
            leb(&mut kept, u64::from(export.index));
        }
        let mut content = Vec::new();
        leb(&mut content, count);
        content.extend(kept);
        section(&mut out, id, &content);
    }
    Ok(out)
}

/// The script of wasm-bindgen's, marked so that esbuild drops each class of which nothing is made: a registry without a
/// member does nothing.
pub fn droppable(script: &str) -> String {
    let registry = "new FinalizationRegistry(";
    script.replace(registry, &format!("/* @__PURE__ */ {registry}"))
}

/// Whether a script has a name as a whole word.
fn is_word_of(script: &str, name: &str) -> bool {
    let inside = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '$');
    script.match_indices(name).any(|(at, _)| {
        let before = script.get(..at).and_then(|text| text.chars().next_back());
        let after = script
            .get(at + name.len()..)
            .and_then(|text| text.chars().next());
        !before.is_some_and(inside) && !after.is_some_and(inside)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with one memory, exported by these names.
    fn module(names: &[&str]) -> Vec<u8> {
        let mut out = b"\0asm\x01\0\0\0".to_vec();
        section(&mut out, 5, &[1, 0, 1]);
        let mut exports = vec![names.len() as u8];
        for name in names {
            exports.push(name.len() as u8);
            exports.extend(name.as_bytes());
            exports.extend([2, 0]);
        }
        section(&mut out, 7, &exports);
        out
    }

    #[test]
    fn when_a_script_uses_some_exports_then_the_module_keeps_those_as_they_were() {
        let before = module(&["memory", "fetch", "used_free", "unused"]);
        let script = "wasm.memory;wasm.fetch(a);b.__used_free;let unused2,c$unused";
        assert_eq!(used(&before, script).unwrap(), module(&["memory", "fetch"]));
        assert_eq!(
            used(&before, "memory fetch used_free unused").unwrap(),
            before
        );
    }

    #[test]
    fn when_a_registry_is_made_then_it_is_marked_as_one_that_may_go() {
        let before = "const A = new FinalizationRegistry(() => {});";
        let after = "const A = /* @__PURE__ */ new FinalizationRegistry(() => {});";
        assert_eq!(droppable(before), after);
    }

    #[test]
    fn rejects_bytes_that_are_no_module() {
        assert!(used(b"\0asm", "").is_err());
    }
}
