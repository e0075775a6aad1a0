//! JSON as a security boundary needs it: an object that names a member twice is refused.
//!
//! `serde_json` keeps the last of two equal names. Two readers that keep different ones can be
//! played against each other, so every document and token that arrives is read through here.
//! Size is not checked here; callers cap it before they parse.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Why a document or token could not be read; holds nothing of its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// Not JSON, not UTF-8, nested too deeply, or a member named twice.
    NotJson,
    /// JSON, but not an object.
    NotAnObject,
    /// A member has another type than its specification says.
    WrongType(&'static str),
}

/// A JSON object in which no object, at any depth, names a member twice.
#[derive(Clone, Debug)]
pub struct Object(Map<String, Value>);

impl Object {
    /// Reads an object.
    ///
    /// # Errors
    /// [`Malformed`] when the bytes are not one JSON object with unique names.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let Unique(value) = serde_json::from_slice(bytes).map_err(|_| Malformed::NotJson)?;
        match value {
            Value::Object(members) => Ok(Self(members)),
            _ => Err(Malformed::NotAnObject),
        }
    }

    /// The object inside an already parsed value, if it is one.
    #[must_use]
    pub fn of(value: &Value) -> Option<Self> {
        value.as_object().cloned().map(Self)
    }

    /// Every member.
    #[must_use]
    pub fn into_members(self) -> Map<String, Value> {
        self.0
    }

    /// The member as it is, or `None` when it is absent or `null`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// Whether the member is present, even as `null`.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// A text member.
    ///
    /// # Errors
    /// [`Malformed::WrongType`] when it is present and not a text.
    pub fn text(&self, name: &'static str) -> Result<Option<&str>, Malformed> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Malformed::WrongType(name)),
        }
    }

    /// A time in whole seconds since the epoch.
    ///
    /// # Errors
    /// [`Malformed::WrongType`] when it is a text, a fraction, negative or beyond the year 9999:
    /// the provider sends whole numbers, and anything else is a sign of something worse.
    pub fn seconds(&self, name: &'static str) -> Result<Option<i64>, Malformed> {
        const YEAR_10000: i64 = 253_402_300_800;
        match self.get(name) {
            None => Ok(None),
            Some(value) => match value.as_i64() {
                Some(seconds) if (0..YEAR_10000).contains(&seconds) => Ok(Some(seconds)),
                _ => Err(Malformed::WrongType(name)),
            },
        }
    }

    /// A true-or-false member; the texts `"true"` and `"false"` are not accepted for it.
    ///
    /// # Errors
    /// [`Malformed::WrongType`] when it is present and not a boolean.
    pub fn boolean(&self, name: &'static str) -> Result<Option<bool>, Malformed> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(Malformed::WrongType(name)),
        }
    }

    /// The texts of an array member; an absent member is an empty list.
    ///
    /// # Errors
    /// [`Malformed::WrongType`] when it is not an array, or holds anything but texts.
    pub fn texts(&self, name: &'static str) -> Result<Vec<&str>, Malformed> {
        match self.get(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_str().ok_or(Malformed::WrongType(name)))
                .collect(),
            Some(_) => Err(Malformed::WrongType(name)),
        }
    }
}

/// A JSON value whose objects have unique names.
struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UniqueVisitor).map(Unique)
    }
}

struct UniqueVisitor;

impl<'de> Visitor<'de> for UniqueVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON without repeated names")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Unique(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Unique(value))) = members.next_entry::<String, Unique>()? {
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a member is named twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t21_rejects_a_name_used_twice_at_any_depth() {
        for text in [
            r#"{"sub":"a","sub":"b"}"#,
            r#"{"a":{"b":[{"c":1,"c":1}]}}"#,
            r#"{"sub":"a","\u0073ub":"b"}"#,
        ] {
            assert_eq!(
                Object::parse(text.as_bytes()).unwrap_err(),
                Malformed::NotJson
            );
        }
    }

    #[test]
    fn t21_rejects_abusive_json_without_a_panic() {
        let deep = "[".repeat(100_000);
        let nested = format!("{{\"a\":{}1{}}}", "[".repeat(200), "]".repeat(200));
        for bytes in [
            deep.as_bytes(),
            nested.as_bytes(),
            b"\xef\xbb\xbf{}",
            b"{\"a\":NaN}",
            b"{\"a\":\"\xff\"}",
            b"{\"a\":1}{}",
            b"",
            b"{'a':1}",
            b"{\"a\":1e999}",
        ] {
            assert_eq!(Object::parse(bytes).unwrap_err(), Malformed::NotJson);
        }
        for bytes in [&b"[]"[..], b"null", b"\"text\"", b"1"] {
            assert_eq!(Object::parse(bytes).unwrap_err(), Malformed::NotAnObject);
        }
    }

    #[test]
    fn t7_rejects_a_time_that_is_no_whole_number_of_seconds() {
        for text in ["\"1\"", "1.5", "1e308", "-1", "[1]", "true", "253402300800"] {
            let object = Object::parse(format!("{{\"exp\":{text}}}").as_bytes()).unwrap();
            assert_eq!(object.seconds("exp"), Err(Malformed::WrongType("exp")));
        }
        let object = Object::parse(br#"{"exp":1700000000,"iat":null}"#).unwrap();
        assert_eq!(object.seconds("exp"), Ok(Some(1_700_000_000)));
        assert_eq!(object.seconds("iat"), Ok(None));
        assert_eq!(object.seconds("nbf"), Ok(None));
    }
}
