//! KV as it is at Cloudflare: each place sees a change later, and an attacker may change a stored text.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// Every value that a key ever had, with the moment at which it was written.
#[derive(Debug, Default)]
pub struct Storage(RefCell<BTreeMap<String, Values>>);

type Values = Vec<(i64, Option<String>)>;

/// An attacker's change of every stored text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meddling {
    /// It is deleted.
    Empty,
    /// Its second half is lost.
    CutShort,
    /// A letter is another one.
    Changed,
    /// The first text is stored again.
    PutBack,
}

impl Storage {
    /// The text as a place sees it that is behind by so many milliseconds.
    pub fn read(&self, name: &str, now: i64, behind: i64) -> Option<String> {
        let kept = self.0.borrow();
        let seen = kept.get(name)?.iter().rev();
        let (_, value) = seen.clone().find(|(at, _)| *at <= now - behind)?;
        value.clone()
    }

    /// Stores a value.
    pub fn write(&self, name: &str, now: i64, value: Option<String>) {
        let mut kept = self.0.borrow_mut();
        let values = kept.entry(name.to_owned()).or_default();
        values.push((now, value));
        // The first is what may be put back, the last few what places that are behind still see.
        if values.len() > 12 {
            values.remove(1);
        }
    }

    /// An attacker who can write to the namespace does so.
    pub fn meddle(&self, how: Meddling, now: i64) {
        let names: Vec<String> = self.0.borrow().keys().cloned().collect();
        for name in names {
            let newest = self.read(&name, now, 0);
            let value = match how {
                Meddling::Empty => None,
                Meddling::CutShort => newest.map(|text| text[..text.len() / 2].to_owned()),
                Meddling::Changed => newest.map(|text| text.replacen("\"kty\"", "\"kTy\"", 1)),
                Meddling::PutBack => {
                    let kept = self.0.borrow();
                    kept.get(&name).and_then(|values| values.first()?.1.clone())
                }
            };
            self.write(&name, now, value);
        }
    }
}
