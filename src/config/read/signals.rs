//! The receiver of the provider's Signal Exchange.

use crate::config::proof::Signals;
use crate::config::table::Table;

/// Reads the receiver, which a service has where it names an audience.
pub fn read_signals(table: &Table<'_>) -> Option<Signals> {
    let client_id = table.text("signals_client_id");
    let secret_hashes = table.texts("signals_secret_hashes");
    let Some(audience) = table.text("signals_audience") else {
        for (field, is_there) in [
            ("signals_client_id", client_id.is_some()),
            ("signals_secret_hashes", secret_hashes.is_some()),
        ] {
            if is_there {
                table.fault(
                    field,
                    "needs signals_audience, without which no signal is taken",
                );
            }
        }
        return None;
    };
    let client_id = client_id.unwrap_or_default();
    for (field, text) in [
        ("signals_audience", audience),
        ("signals_client_id", client_id),
    ] {
        if text.is_empty() {
            table.fault(field, "is missing");
        }
    }
    let hashes = secret_hashes.unwrap_or_default();
    let is_hash = |text: &&str| {
        text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    if !matches!(hashes.len(), 1 | 2) || !hashes.iter().all(is_hash) {
        let problem = "must be a list of one or two SHA-256 hashes of secrets, each 64 hexadecimal digits in lower case";
        table.fault("signals_secret_hashes", problem);
    }
    Some(Signals {
        audience: audience.to_owned(),
        client_id: client_id.to_owned(),
        secret_hashes: hashes.into_iter().map(str::to_owned).collect(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::config::Config;
    use crate::config::sample::*;

    fn faults(audience: Value, client_id: Value, hashes: Value) -> Vec<String> {
        let mut vars = vars();
        set(&mut vars, "signals_audience", audience);
        set(&mut vars, "signals_client_id", client_id);
        set(&mut vars, "signals_secret_hashes", hashes);
        places(&Config::parse(&vars).faults)
    }

    #[test]
    fn when_signals_are_taken_then_the_sender_needs_an_id_and_one_or_two_hashes_of_secrets() {
        let hash = "0".repeat(62);
        let (first, second) = (format!("{hash}a1"), format!("{hash}b2"));
        let (audience, client) = (json!("https://a.example"), json!("one-login"));
        let with = |hashes: Value| faults(audience.clone(), client.clone(), hashes);
        assert!(with(json!([first])).is_empty());
        assert!(with(json!([first, second])).is_empty());
        for wrong in [
            json!([]),
            json!([first, second, format!("{hash}c3")]),
            json!([first, hash]),
            json!([format!("{hash}A1")]),
            json!([format!("{hash}g1")]),
            json!([first, first]),
            json!(first),
        ] {
            assert_eq!(
                with(wrong.clone())[0],
                "DEMO signals_secret_hashes",
                "{wrong}"
            );
        }
        let listed = json!([first]);
        let missing = faults(audience, json!(""), listed.clone());
        assert_eq!(missing, ["DEMO signals_client_id"]);
        let missing = faults(json!(""), client, listed);
        assert_eq!(missing, ["DEMO signals_audience"]);
    }
}
