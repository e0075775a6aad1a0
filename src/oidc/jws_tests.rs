use super::*;

fn token(header: &str) -> String {
    format!("{}.{}.{}", encode(header.as_bytes()), encode(b"{}"), "AAAA")
}

fn refusal(token: &str) -> Refusal {
    Untrusted::parse(token).unwrap_err()
}

#[test]
fn t1_rejects_every_spelling_of_none_as_an_algorithm() {
    for alg in [
        "none", "None", "NONE", "nOnE", "", "RS256 ", "rs256", "HS256", "ES384",
    ] {
        assert_eq!(
            refusal(&token(&format!(r#"{{"alg":"{alg}","kid":"k"}}"#))),
            Refusal::AlgorithmNotAllowed
        );
    }
    assert_eq!(refusal(&token(r#"{"kid":"k"}"#)), Refusal::TokenMalformed);
    assert_eq!(
        refusal(&token(r#"{"alg":null,"kid":"k"}"#)),
        Refusal::TokenMalformed
    );
}

#[test]
fn t1_rejects_an_empty_signature() {
    let head = encode(br#"{"alg":"ES256","kid":"k"}"#);
    assert_eq!(
        refusal(&format!("{head}.{}.", encode(b"{}"))),
        Refusal::SignatureInvalid
    );
    assert_eq!(
        refusal(&format!("{head}.{}", encode(b"{}"))),
        Refusal::TokenMalformed
    );
}

#[test]
fn t1_rejects_the_unsecured_example_of_rfc_7515_a_5() {
    let example = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.";
    assert_eq!(refusal(example), Refusal::AlgorithmNotAllowed);
}

#[test]
fn t3_rejects_a_token_with_extensions_and_reads_no_key_hints() {
    for extension in [
        r#""crit":["exp"]"#,
        r#""b64":false"#,
        r#""crit":[]"#,
        r#""crit":null"#,
    ] {
        assert_eq!(
            refusal(&token(&format!(
                r#"{{"alg":"ES256","kid":"k",{extension}}}"#
            ))),
            Refusal::HeaderExtension
        );
    }
    for content in ["JWT", "cbor", ""] {
        let header = format!(r#"{{"alg":"ES256","kid":"k","cty":"{content}"}}"#);
        assert_eq!(refusal(&token(&header)), Refusal::TokenMalformed);
    }
    assert!(Untrusted::parse(&token(r#"{"alg":"ES256","kid":"k","cty":"json"}"#)).is_ok());
    let hints = r#"{"alg":"ES256","kid":"k","jwk":{"kty":"EC"},"jku":"https://evil.example/","x5u":"https://evil.example/"}"#;
    let parsed = Untrusted::parse(&token(hints)).unwrap();
    assert_eq!(parsed.key_id, "k");
}

#[test]
fn t4_rejects_a_key_id_that_is_missing_too_long_or_no_text() {
    for header in [r#"{"alg":"ES256"}"#, r#"{"alg":"ES256","kid":""}"#] {
        assert_eq!(refusal(&token(header)), Refusal::KeyIdMissing);
    }
    let long = format!(r#"{{"alg":"ES256","kid":"{}"}}"#, "k".repeat(10_240));
    assert_eq!(refusal(&token(&long)), Refusal::KeyIdMissing);
    assert_eq!(
        refusal(&token(r#"{"alg":"ES256","kid":7}"#)),
        Refusal::TokenMalformed
    );
    assert_eq!(
        refusal(&token(r#"{"alg":"ES256","kid":"k","typ":7}"#)),
        Refusal::TokenMalformed
    );
    assert_eq!(
        refusal(&token(r#"{"alg":"ES256","kid":"a","kid":"b"}"#)),
        Refusal::TokenMalformed
    );
}

#[test]
fn t6_rejects_a_token_that_is_not_spelt_canonically() {
    let good = token(r#"{"alg":"ES256","kid":"k"}"#);
    assert!(Untrusted::parse(&good).is_ok());
    for bad in [
        format!("{good}="),
        format!(" {good}"),
        format!("{good}\n"),
        format!("{good}.AAAA"),
        format!("{good}.AAAA.AAAA"),
        good.replace('.', ".."),
        good.replacen("AAAA", "AA+A", 1),
        good.replacen("AAAA", "AA/A", 1),
        good.replacen("AAAA", "AAB", 1),
        r#"{"payload":"e30","signatures":[]}"#.to_owned(),
        String::new(),
        "..".to_owned(),
    ] {
        assert_eq!(refusal(&bad), Refusal::TokenMalformed, "{bad}");
    }
    assert_eq!(refusal(&"a".repeat(MAX_TOKEN + 1)), Refusal::TokenTooLong);
}

#[test]
fn t4_rejects_a_token_or_key_id_one_byte_longer_than_the_limit() {
    let named = |length| {
        token(&format!(
            r#"{{"alg":"ES256","kid":"{}"}}"#,
            "k".repeat(length)
        ))
    };
    assert!(Untrusted::parse(&named(MAX_KEY_ID)).is_ok());
    assert_eq!(refusal(&named(MAX_KEY_ID + 1)), Refusal::KeyIdMissing);
    let good = token(r#"{"alg":"ES256","kid":"kk"}"#);
    let long = |length| format!("{good}{}", "A".repeat(length - good.len()));
    assert!(Untrusted::parse(&long(MAX_TOKEN)).is_ok());
    assert_eq!(refusal(&long(MAX_TOKEN + 1)), Refusal::TokenTooLong);
}

#[test]
fn when_a_token_is_parsed_then_the_signature_covers_header_and_claims_as_sent() {
    let good = token(r#"{"alg":"ES256","kid":"k"}"#);
    let (signed, _) = good.rsplit_once('.').unwrap();
    let parsed = Untrusted::parse(&good).unwrap();
    assert_eq!(parsed.signing_input(), signed.as_bytes());
    assert_eq!(parsed.signature(), [0; 3]);
}

#[test]
fn t1_when_the_jwt_library_is_asked_to_verify_then_it_accepts_no_signature() {
    assert!(!Outside(Alg::Es256).verify_signature(&Nothing, &(), b""));
}

#[test]
fn rejects_an_unverified_token_without_giving_its_claims() {
    let parsed = Untrusted::parse(&token(r#"{"alg":"ES256","kid":"k"}"#)).unwrap();
    assert_eq!(parsed.trust(false).unwrap_err(), Refusal::SignatureInvalid);
}

#[test]
fn when_a_token_is_made_then_its_layout_is_that_of_the_specification() {
    #[derive(Serialize)]
    struct Example {
        iss: &'static str,
        exp: i64,
    }
    let claims = Example { iss: "joe", exp: 7 };
    let unsigned = Unsigned::new(Alg::Rs256, "key-1", "JWT", &claims).unwrap();
    let signed = unsigned.signing_input().to_vec();
    let text = unsigned.finish(b"signature");
    assert_eq!(text.rsplit_once('.').unwrap().0.as_bytes(), signed);
    let parts: Vec<_> = text.split('.').map(|part| decode(part).unwrap()).collect();
    assert_eq!(parts[0], br#"{"alg":"RS256","kid":"key-1","typ":"JWT"}"#);
    assert_eq!(parts[1], br#"{"iss":"joe","exp":7}"#);
    assert_eq!(parts[2], b"signature");
}
