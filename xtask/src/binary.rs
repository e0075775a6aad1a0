//! A module of WebAssembly as bytes: what is cut out of one and put together again.

use anyhow::{Context, Result};
use std::ops::Range;

/// These bytes of a module.
pub fn part(module: &[u8], Range { start, end }: Range<u64>) -> Result<&[u8]> {
    let range = usize::try_from(start)?..usize::try_from(end)?;
    module.get(range).context("the module ends too early")
}

/// A section, or a subsection of one.
pub fn section(out: &mut Vec<u8>, id: u8, content: &[u8]) {
    out.push(id);
    leb(out, content.len() as u64);
    out.extend(content);
}

/// WebAssembly Core 2.0, section 5.2.2.
pub fn leb(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
