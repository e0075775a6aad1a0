//! Vectors of trust: what level of sign-in and of identity a request asks for.

use serde_json::Value;

/// The level that a request asks for, after the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The lowest sign-in level asked for: `Cl` or `Cl.Cm`. The ID token's `vot` repeats it.
    pub credential: &'static str,
    /// The identity levels asked for, in order, without `P0`; empty when identity was not asked for.
    pub identity: Vec<&'static str>,
}

impl Asked {
    fn default_level() -> Self {
        Self {
            credential: "Cl.Cm",
            identity: Vec::new(),
        }
    }
}

const LEVELS: [&str; 4] = ["P0", "P1", "P2", "P3"];

/// Reads `vtr`: an array of strings, or a string that holds one as JSON. Without it `Cl.Cm` is asked for.
pub fn parse(vtr: Option<&Value>, client_levels: &[String]) -> Result<Asked, &'static str> {
    let decoded;
    let list = match vtr {
        None | Some(Value::Null) => return Ok(Asked::default_level()),
        Some(Value::String(text)) => {
            decoded = serde_json::from_str::<Value>(text).map_err(|_| "Request vtr not valid")?;
            &decoded
        }
        Some(other) => other,
    };
    let list = list.as_array().ok_or("Request vtr not valid")?;
    if list.is_empty() {
        return Ok(Asked::default_level());
    }
    let mut vectors = Vec::new();
    for entry in list {
        vectors.push(one(entry.as_str().ok_or("Request vtr not valid")?)?);
    }
    let asks_identity = |(_, level): &(&str, &str)| *level != "P0";
    if vectors.iter().any(asks_identity) && !vectors.iter().all(asks_identity) {
        return Err("Request vtr not valid");
    }
    let known = |level: &str| level == "P0" || client_levels.iter().any(|l| l == level);
    if !vectors.iter().all(|(_, level)| known(level)) {
        return Err("Request vtr is not permitted");
    }
    let credential = if vectors.iter().any(|(c, _)| *c == "Cl") {
        "Cl"
    } else {
        "Cl.Cm"
    };
    let mut identity: Vec<&str> = vectors
        .iter()
        .map(|(_, level)| *level)
        .filter(|l| *l != "P0")
        .collect();
    identity.sort_unstable();
    identity.dedup();
    Ok(Asked {
        credential,
        identity,
    })
}

/// One vector: sign-in components, which sorted must be `Cl` or `Cl.Cm`, and at most one level of identity.
fn one(vector: &str) -> Result<(&'static str, &'static str), &'static str> {
    const NOT_VALID: &str = "Request vtr not valid";
    let (mut credentials, mut level) = (Vec::new(), None);
    for component in vector.split('.') {
        if component.starts_with('C') {
            credentials.push(component);
        } else {
            let found = LEVELS.iter().find(|l| **l == component).ok_or(NOT_VALID)?;
            if level.replace(*found).is_some() {
                return Err(NOT_VALID);
            }
        }
    }
    credentials.sort_unstable();
    let credential = match credentials.as_slice() {
        ["Cl"] => "Cl",
        ["Cl", "Cm"] => "Cl.Cm",
        _ => return Err(NOT_VALID),
    };
    let level = level.unwrap_or("P0");
    if level != "P0" && credential != "Cl.Cm" {
        return Err(NOT_VALID);
    }
    Ok((credential, level))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn when_a_vector_of_trust_is_valid_then_its_levels_are_read() {
        let levels = ["P2".to_owned()];
        let cases = [
            (json!(null), "Cl.Cm", vec![]),
            (json!(["Cl"]), "Cl", vec![]),
            (json!(["Cm.Cl"]), "Cl.Cm", vec![]),
            (json!("[\"Cl.Cm\"]"), "Cl.Cm", vec![]),
            (json!(["Cl.Cm", "Cl"]), "Cl", vec![]),
            (json!(["P0.Cl"]), "Cl", vec![]),
            (json!(["P2.Cl.Cm"]), "Cl.Cm", vec!["P2"]),
            (json!(["Cl.Cm.P2"]), "Cl.Cm", vec!["P2"]),
        ];
        for (vtr, credential, identity) in cases {
            assert_eq!(
                parse(Some(&vtr), &levels),
                Ok(Asked {
                    credential,
                    identity
                }),
                "{vtr}"
            );
        }
    }

    #[test]
    fn rejects_an_invalid_vector_of_trust() {
        let levels = ["P2".to_owned()];
        let cases = [
            json!("Cl.Cm"),
            json!(7),
            json!([7]),
            json!(["Cm"]),
            json!([""]),
            json!(["Cl.Cl"]),
            json!(["Cl.Cm.Cx"]),
            json!(["P4.Cl.Cm"]),
            json!(["P1.Cl.Cm"]),
            json!(["P2.Cl"]),
            json!(["P2"]),
            json!(["P0.P2.Cl.Cm"]),
            json!(["Cl.Cm", "P2.Cl.Cm"]),
            json!(["cl.cm"]),
            json!(["Cl.Cm "]),
        ];
        for vtr in cases {
            assert!(parse(Some(&vtr), &levels).is_err(), "{vtr}");
        }
    }
}
