//! Builds the Worker for wasm32 into `build/`, unless it was built from the same already. Tests have a second one, beneath
//! which everything can be made to fail, in a place from which nothing is uploaded.

mod exports;
mod inputs;
mod optimise;
mod order;

use crate::setup::{self, Need, WasmBindgen};
use crate::wasm::{Compiler, TARGET};
use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
pub use inputs::compiled_by;
use inputs::{inputs, is_readable};
use optimise::{optimise, reorder};
use serde_json::{Value, json};
use shell::child;
use shell::npm;
use shell::places::Places;
use shell::progress::Progress;
use shell::terminal;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The files that a build leaves and wrangler uploads.
const OUTPUTS: [&str; 2] = ["index.js", "index_bg.wasm"];

/// Where the files are that pages load.
const ASSETS: &str = "build/assets";

/// Which Worker is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worker {
    /// The one that is uploaded.
    Released,
    /// The one that tests can make fail, by the feature `fault-injection`.
    Faulty,
}

impl Worker {
    /// Where its outputs are, below the root.
    const fn out(self) -> &'static str {
        match self {
            Self::Released => "build",
            Self::Faulty => "target/edge/faulty",
        }
    }

    /// The directory that holds wasm-bindgen's output and the scripts that it is bundled with.
    const fn parts(self) -> &'static str {
        match self {
            Self::Released => "target/wasm/parts",
            Self::Faulty => "target/wasm/parts-faulty",
        }
    }

    /// The JavaScript around the WebAssembly; it is bundled with what wasm-bindgen writes.
    const fn scripts(self) -> &'static [&'static str] {
        match self {
            Self::Released => &["main.js", "glue.js"],
            Self::Faulty => &["main.js", "glue.js", "faults.js"],
        }
    }

    const fn features(self) -> &'static [&'static str] {
        match self {
            Self::Released => &[],
            Self::Faulty => &["--features", "fault-injection"],
        }
    }
}

/// How large the built Worker is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// As it lies on disk.
    pub raw: u64,
    /// As Cloudflare counts it.
    pub gzip: u64,
}

impl std::fmt::Display for Size {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "{:.0} KiB, {:.0} KiB gzip",
            self.raw as f64 / 1024.0,
            self.gzip as f64 / 1024.0
        )
    }
}

/// `cargo edge build`.
pub fn command(places: &Places, worker: Worker) -> Result<()> {
    setup::ensure(places, Need::Worker)?;
    let size = of(places, worker)?;
    terminal::line(format_args!("Worker in {}/: {size}", worker.out()))
}

/// Builds what is uploaded if anything changed; the tools must be there.
pub fn build(places: &Places) -> Result<Size> {
    of(places, Worker::Released)
}

/// Builds one of the two if anything changed; the tools must be there.
pub fn of(places: &Places, worker: Worker) -> Result<Size> {
    let compiler = Compiler::choose(places)?;
    let inputs = inputs(places, &compiler)?;
    if let Some(size) = already_built(places, worker, &inputs) {
        return Ok(size);
    }
    // A person who interrupts the build must not find the old stamp with half of the new output.
    let _ = fs::remove_file(stamp_file(places, worker));
    Progress::during(
        "the Worker for wasm32 (2 to 4 min the first time)",
        |progress| {
            for directory in [worker.parts(), worker.out()] {
                fs::create_dir_all(places.root.join(directory))
                    .with_context(|| format!("{directory} cannot be made"))?;
            }
            let wasm_opt = || npm_tool(places, "wasm-opt");
            let parts = places.root.join(worker.parts());
            let [bound, used, optimised, ordered] = ["bindings_bg", "used", "optimised", "ordered"]
                .map(|name| parts.join(format!("{name}.wasm")));
            let run = |step: &mut Command| {
                let what = format!("{} for the Worker", step.get_program().display());
                child::run(progress, step, None)?.into_result(&what)
            };
            run(&mut compile(places, &compiler, worker)?)?;
            run(&mut bind(places, worker)?)?;
            run(&mut bundle(places, worker)?)?;
            let script = fs::read_to_string(places.root.join(worker.out()).join("index.js"))?;
            fs::write(&used, exports::used(&fs::read(bound)?, &script)?)?;
            run(&mut optimise(wasm_opt()?, &used, &optimised))?;
            run(&mut assets(places)?)?;
            fs::write(&ordered, order::named(&fs::read(optimised)?)?)?;
            let to = places.root.join(worker.out()).join("index_bg.wasm");
            run(&mut reorder(wasm_opt()?, &ordered, &to))
        },
    )?;
    let size = measure(places, worker)?;
    let stamp = json!({ "inputs": inputs, "raw": size.raw, "gzip": size.gzip });
    fs::write(stamp_file(places, worker), stamp.to_string())
        .with_context(|| format!("{}/ cannot be written to", worker.out()))?;
    Ok(size)
}

fn compile(places: &Places, compiler: &Compiler, worker: Worker) -> Result<Command> {
    let mut command = child::command("cargo");
    compiler.prepare(&mut command, places)?;
    command
        .args(["build", "--lib", "--release", "--target", TARGET])
        .args(worker.features())
        .current_dir(&places.root);
    Ok(command)
}

/// Writes the JavaScript that calls the WebAssembly and is called by it. After a panic that JavaScript can begin again
/// with a new instance, for which it has to notice the panic.
fn bind(places: &Places, worker: Worker) -> Result<Command> {
    let module = Path::new("target/wasm")
        .join(TARGET)
        .join("release/one_login_edge.wasm");
    let mut command = child::command(WasmBindgen::path(places)?);
    command
        .args([
            "--target",
            "web",
            "--no-typescript",
            "--out-name",
            "bindings",
        ])
        .args([
            "--experimental-reset-state-function",
            "--force-enable-abort-handler",
        ])
        .arg("--out-dir")
        .arg(places.root.join(worker.parts()))
        .arg(places.root.join(module));
    Ok(command)
}

/// Makes one module of all JavaScript.
fn bundle(places: &Places, worker: Worker) -> Result<Command> {
    let parts = places.root.join(worker.parts());
    for script in worker.scripts() {
        fs::copy(
            places.root.join("src/edge").join(script),
            parts.join(script),
        )
        .with_context(|| format!("src/edge/{script} cannot be copied"))?;
    }
    let bindings = parts.join("bindings.js");
    fs::write(
        &bindings,
        exports::droppable(&fs::read_to_string(&bindings)?),
    )?;
    let mut command = npm_tool(places, "esbuild")?;
    command
        .arg(parts.join("main.js"))
        .args(["--bundle", "--format=esm", "--external:cloudflare:workers"])
        .arg("--external:./index_bg.wasm")
        // Nothing is disposed of by a block of JavaScript, for which wasm-bindgen changes each class.
        .arg("--define:Symbol.dispose=undefined")
        .arg(format!(
            "--outfile={}",
            places.root.join(worker.out()).join("index.js").display()
        ));
    if !is_readable() {
        command.arg("--minify");
    }
    Ok(command)
}

/// A program of npm's, which wants npm's own Node.
fn npm_tool(places: &Places, name: &str) -> Result<Command> {
    let mut command = child::command(places.npm_bin(name));
    command.env(
        "PATH",
        places.path_with(&[places.root.join("node_modules/.bin")])?,
    );
    Ok(command)
}

/// Makes the files that pages load, which wrangler uploads as assets and not as part of the Worker.
fn assets(places: &Places) -> Result<Command> {
    let mut command = npm::node(places)?;
    command
        .args(["assets/build.mjs", ASSETS])
        .current_dir(&places.root);
    Ok(command)
}

fn already_built(places: &Places, worker: Worker, inputs: &str) -> Option<Size> {
    let stamp: Value = serde_json::from_slice(&fs::read(stamp_file(places, worker)).ok()?).ok()?;
    let complete = OUTPUTS
        .iter()
        .all(|name| places.root.join(worker.out()).join(name).is_file())
        && places.root.join(ASSETS).is_dir();
    if !complete || stamp.get("inputs")?.as_str()? != inputs {
        return None;
    }
    Some(Size {
        raw: stamp.get("raw")?.as_u64()?,
        gzip: stamp.get("gzip")?.as_u64()?,
    })
}

fn measure(places: &Places, worker: Worker) -> Result<Size> {
    let mut size = Size { raw: 0, gzip: 0 };
    for name in OUTPUTS {
        let content = fs::read(places.root.join(worker.out()).join(name))
            .with_context(|| format!("the build left no {}/{name}", worker.out()))?;
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&content)?;
        size.raw += content.len() as u64;
        size.gzip += encoder.finish()?.len() as u64;
    }
    Ok(size)
}

fn stamp_file(places: &Places, worker: Worker) -> PathBuf {
    places.root.join(worker.out()).join(".edge-stamp.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_stamp_is_read_then_it_counts_only_with_its_outputs_and_inputs() {
        let root = std::env::temp_dir().join(format!("edge-build-{}", std::process::id()));
        let places = Places {
            root: root.clone(),
            cache: root.join("cache"),
            program: root.join("edge"),
        };
        fs::create_dir_all(root.join("build")).unwrap();
        let size = Size { raw: 9, gzip: 4 };
        fs::write(
            stamp_file(&places, Worker::Released),
            json!({ "inputs": "a", "raw": 9, "gzip": 4 }).to_string(),
        )
        .unwrap();
        assert_eq!(already_built(&places, Worker::Released, "a"), None);
        OUTPUTS
            .iter()
            .for_each(|name| fs::write(root.join("build").join(name), "x").unwrap());
        assert_eq!(already_built(&places, Worker::Released, "a"), None);
        fs::create_dir(root.join(ASSETS)).unwrap();
        assert_eq!(already_built(&places, Worker::Released, "a"), Some(size));
        assert_eq!(already_built(&places, Worker::Released, "b"), None);
        assert_eq!(measure(&places, Worker::Released).unwrap().raw, 2);
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn when_a_size_is_shown_then_it_reads_as_wrangler_prints_it() {
        assert_eq!(
            Size {
                raw: 614_400,
                gzip: 204_800
            }
            .to_string(),
            "600 KiB, 200 KiB gzip"
        );
    }
}
