//! Judges the tokens of a file with `jsonwebtoken`: as its documentation begins, with the audience that it asks for, and
//! with every option that narrows it. It prints a line for each, for `run.py`.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::Value;

fn main() {
    let file = std::env::args().nth(1).expect("a file of tokens");
    let text = std::fs::read_to_string(file).expect("the file can be read");
    let given: Value = serde_json::from_str(&text).expect("it is JSON");
    let text = |name: &str| given[name].as_str().expect("a text").to_owned();
    let key = DecodingKey::from_ec_pem(text("pem").as_bytes()).expect("a key");
    let mut mended = Validation::new(Algorithm::ES256);
    mended.leeway = 0;
    mended.set_issuer(&[text("issuer")]);
    mended.set_audience(&[text("audience")]);
    mended.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    let mut with_audience = Validation::new(Algorithm::ES256);
    with_audience.set_audience(&[text("audience")]);
    let ways = [
        ("bare", Validation::new(Algorithm::ES256)),
        ("default", with_audience),
        ("mended", mended),
    ];
    for (way, validation) in &ways {
        for (label, token) in given["tokens"].as_object().expect("tokens") {
            let token = token.as_str().expect("a text");
            let said = match decode::<Value>(token, &key, validation) {
                Ok(_) => "taken".to_owned(),
                Err(error) => format!("refused {error}"),
            };
            println!("jsonwebtoken (Rust) 12.0.0\t{way}\t{label}\t{said}");
        }
    }
}
