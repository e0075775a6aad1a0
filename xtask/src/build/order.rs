//! The order of a module's functions in which gzip finds like code: it looks back by 32 KiB and no further.
//!
//! Each function is followed by the one that shares the most runs of bytes with those shortly before it. Binaryen can
//! only put functions in the order of their names, so that the result is the module with a number as each function's name.

use crate::binary::{leb, part, section};
use anyhow::{Context, Result};
use std::collections::{HashMap, VecDeque};
use wasmparser::{Parser, Payload, TypeRef};

/// How many bytes are compared at once.
const RUN: usize = 6;

/// A run that is in more functions than this is in so many that it brings no two of them together.
const COMMON: usize = 100;

/// How much code before a function counts, in bytes.
const NEAR: usize = 6_000;

/// The same module, whose functions have names in the order in which they should be, and no other names.
///
/// # Errors
/// A text for bytes that are no module of WebAssembly.
pub fn named(module: &[u8]) -> Result<Vec<u8>> {
    let mut out = module
        .get(..8)
        .context("no header of WebAssembly")?
        .to_vec();
    let mut imported = 0_u64;
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        match &payload {
            Payload::ImportSection(imports) => {
                for import in imports.clone().into_imports() {
                    imported += u64::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(part(module, body.range())?),
            Payload::CustomSection(custom) if custom.name() == "name" => continue,
            _ => {}
        }
        if let Some((id, range)) = payload.as_section() {
            section(&mut out, id, part(module, range)?);
        }
    }
    let mut places = vec![0; bodies.len()];
    for (place, function) in order(&bodies).into_iter().enumerate() {
        if let Some(at) = places.get_mut(function) {
            *at = place;
        }
    }
    let mut names = Vec::new();
    leb(&mut names, places.len() as u64);
    for (function, place) in places.iter().enumerate() {
        leb(&mut names, imported + function as u64);
        let name = format!("{place:08}");
        leb(&mut names, name.len() as u64);
        names.extend(name.as_bytes());
    }
    // WebAssembly Core 2.0, section 7.4.1: the subsection 1 of this custom section names functions.
    let mut content = b"\x04name".to_vec();
    section(&mut content, 1, &names);
    section(&mut out, 0, &content);
    Ok(out)
}

/// The functions in their order, the first of them first.
fn order(bodies: &[&[u8]]) -> Vec<usize> {
    let mut holders: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (function, body) in bodies.iter().enumerate() {
        for run in body.windows(RUN) {
            let holders = holders.entry(run).or_default();
            if holders.last() != Some(&function) {
                holders.push(function);
            }
        }
    }
    holders.retain(|_, functions| (2..=COMMON).contains(&functions.len()));
    let mut near = Near {
        held: HashMap::new(),
        shared: vec![0; bodies.len()],
    };
    let mut recent = VecDeque::new();
    let mut size = 0;
    let mut order = Vec::with_capacity(bodies.len());
    let mut left: Vec<usize> = (0..bodies.len()).collect();
    let mut next = 0;
    while !left.is_empty() {
        let function = left.remove(next);
        let body = bodies[function];
        order.push(function);
        near.change(&holders, body, 1);
        recent.push_back(body);
        size += body.len();
        while size > NEAR && recent.len() > 1 {
            if let Some(oldest) = recent.pop_front() {
                near.change(&holders, oldest, -1);
                size -= oldest.len();
            }
        }
        let fits = |function: usize| {
            f64::from(near.shared[function]) / (bodies[function].len() as f64).sqrt()
        };
        let mut best = -1.0;
        for (place, function) in left.iter().enumerate() {
            if fits(*function) > best {
                (best, next) = (fits(*function), place);
            }
        }
    }
    order
}

/// The runs of the functions shortly before the next.
struct Near<'a> {
    /// How often each run is there.
    held: HashMap<&'a [u8], i32>,
    /// How many runs that are there each function has.
    shared: Vec<i32>,
}

impl<'a> Near<'a> {
    /// A function comes (1) or is too far away now (-1).
    fn change(&mut self, holders: &HashMap<&[u8], Vec<usize>>, body: &'a [u8], by: i32) {
        for run in body.windows(RUN) {
            let Some(functions) = holders.get(run) else {
                continue;
            };
            let count = self.held.entry(run).or_default();
            let was = *count > 0;
            *count += by;
            let is = *count > 0;
            if was != is {
                for function in functions {
                    self.shared[*function] += by;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmparser::{KnownCustom, Name};

    /// A module of functions without parameters, with these bodies.
    fn module(bodies: &[Vec<u8>]) -> Vec<u8> {
        let mut out = b"\0asm\x01\0\0\0".to_vec();
        section(&mut out, 1, &[1, 0x60, 0, 0]);
        section(&mut out, 2, b"\x01\x01a\x01b\0\0");
        let mut types = vec![bodies.len() as u8];
        types.extend(vec![0; bodies.len()]);
        section(&mut out, 3, &types);
        let mut code = vec![bodies.len() as u8];
        for body in bodies {
            leb(&mut code, body.len() as u64);
            code.extend(body);
        }
        section(&mut out, 10, &code);
        out
    }

    /// A function that drops each of these numbers.
    fn dropping(numbers: impl Iterator<Item = u8>) -> Vec<u8> {
        let mut body = vec![0];
        numbers.for_each(|number| body.extend([0x41, number, 0x1a]));
        body.push(0x0b);
        body
    }

    fn names(module: &[u8]) -> Vec<(u32, String)> {
        let mut found = Vec::new();
        for payload in Parser::new(0).parse_all(module) {
            let Payload::CustomSection(custom) = payload.unwrap() else {
                continue;
            };
            let KnownCustom::Name(names) = custom.as_known() else {
                continue;
            };
            for name in names {
                let Name::Function(names) = name.unwrap() else {
                    panic!("only functions have names");
                };
                let names = names.into_iter().map(|name| name.unwrap());
                found.extend(names.map(|name| (name.index, name.name.to_owned())));
            }
        }
        found
    }

    #[test]
    fn when_functions_are_alike_then_they_follow_each_other_and_their_code_is_as_it_was() {
        let (low, high) = (|| 0..20, || 30..50);
        let bodies = [low(), high(), low(), high()].map(dropping);
        let before = module(&bodies);
        let after = named(&before).unwrap();
        assert!(after.starts_with(&before));
        let expected = [(1, 0), (2, 2), (3, 1), (4, 3)];
        let expected = expected.map(|(index, place)| (index, format!("{place:08}")));
        assert_eq!(names(&after), expected);
        assert_eq!(named(&after).unwrap(), after, "names are replaced");
    }

    #[test]
    fn when_functions_share_nothing_then_each_still_has_one_place() {
        let bodies: Vec<_> = (0..60).map(|n| dropping(n..n + 1)).collect();
        let mut places = names(&named(&module(&bodies)).unwrap());
        places.sort_by(|(_, a), (_, b)| a.cmp(b));
        let places: Vec<_> = places.into_iter().map(|(_, place)| place).collect();
        let expected: Vec<_> = (0..60).map(|place| format!("{place:08}")).collect();
        assert_eq!(places, expected);
    }

    #[test]
    fn rejects_bytes_that_are_no_module() {
        assert!(named(b"\0asm").is_err());
        assert!(named(b"\0asm\x01\0\0\0\x0a\x05").is_err());
    }
}
