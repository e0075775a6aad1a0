//! Makes the WebAssembly smaller, by Binaryen's wasm-opt.

use std::path::Path;
use std::process::Command;

/// The features that both workerd and the compiler support. Binaryen gets this list, so that a newer Binaryen writes
/// nothing that workerd cannot read.
const FEATURES: [&str; 7] = [
    "--enable-mutable-globals",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-reference-types",
    "--enable-exception-handling",
];

/// wasm-opt's limits for inlining, in instructions: a function with more is inlined nowhere, not even into its one caller.
/// Without them the upload is 11 KiB larger after gzip, because inlined code repeats itself less exactly.
const INLINED: [&str; 6] = ["-aimfs", "2", "-fimfs", "8", "-ocimfs", "8"];

/// Makes the WebAssembly smaller. Its names are dropped, a tenth of the upload: all they do is name the functions in a
/// stack trace. The linker puts the stack first, so that an address below 1024 is one that only a full stack reaches.
pub fn optimise(mut wasm_opt: Command, from: &Path, to: &Path) -> Command {
    wasm_opt
        .arg(from)
        .args(FEATURES)
        .arg("-O")
        .args(INLINED)
        .args(["--low-memory-unused", "--strip-debug", "--strip-producers"])
        .arg("-o")
        .arg(to);
    wasm_opt
}

/// Puts functions in the order of their names, which are their places, and drops the names: 9 KiB.
pub fn reorder(mut wasm_opt: Command, from: &Path, to: &Path) -> Command {
    wasm_opt
        .arg(from)
        .args(FEATURES)
        .args(["--reorder-functions-by-name", "--strip-debug"])
        .arg("-o")
        .arg(to);
    wasm_opt
}
