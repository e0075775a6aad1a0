//! Which records count, and what is left when KV fails.

use super::*;

/// The labels of the lines about the switch.
fn labels(world: &World) -> Vec<String> {
    let lines = world.happened().lines();
    let own = lines.into_iter().filter(|line| line.starts_with("switch"));
    own.collect()
}

#[test]
fn t137_rejects_every_record_that_is_not_the_services_own_and_nothing_closes_or_opens() {
    let stranger = keys::ASSERTION[0];
    let own = key_id(KEY);
    for closed in [false, true] {
        let world = world();
        if closed {
            set(&world, json!({ SERVICE_CLOSED: true }));
            assert_eq!(page(&world, "/").status, 503);
        }
        // A stranger says the opposite of what is so.
        let turned = json!({ SERVICE_CLOSED: !closed });
        let claims = |change: fn(&mut Value)| {
            let mut claims = claims(&world, &turned);
            claims["iat"] = json!(world.now() + 600);
            change(&mut claims);
            claims
        };
        let good = signed(KEY, &own, TYPE, &claims(|_| {}));
        let (head, rest) = good.split_once('.').unwrap();
        let (_, signature) = rest.split_once('.').unwrap();
        let other = signed(
            KEY,
            &own,
            TYPE,
            &claims(|claims| claims["iat"] = json!(1_800_000_001)),
        );
        let other = other.split('.').nth(1).unwrap();
        for (record, label) in [
            (String::new(), "token_malformed"),
            ("closed".to_owned(), "token_malformed"),
            (format!("{head}.{other}.{signature}"), "signature_invalid"),
            (
                signed(stranger, &own, TYPE, &claims(|_| {})),
                "signature_invalid",
            ),
            (
                signed(stranger, &key_id(stranger), TYPE, &claims(|_| {})),
                "key_unknown",
            ),
            (signed(KEY, &own, "JWT", &claims(|_| {})), "wrong_type"),
            (
                signed(KEY, &own, "end-sessions+jwt", &claims(|_| {})),
                "wrong_type",
            ),
            (
                signed(
                    KEY,
                    &own,
                    TYPE,
                    &claims(|claims| claims["iss"] = json!("https://b.example")),
                ),
                "issuer_mismatch",
            ),
            (
                signed(
                    KEY,
                    &own,
                    TYPE,
                    &claims(|claims| claims["aud"] = json!("https://b.example")),
                ),
                "audience_mismatch",
            ),
            (
                signed(
                    KEY,
                    &own,
                    TYPE,
                    &claims(|claims| claims["iat"] = json!(1_900_000_000)),
                ),
                "issued_at_invalid",
            ),
            (
                signed(
                    KEY,
                    &own,
                    TYPE,
                    &claims(|claims| claims[SERVICE_CLOSED] = json!("yes")),
                ),
                "claims_malformed",
            ),
        ] {
            world.pass(660);
            put(&world, record);
            world.forget();
            for _ in 0..3 {
                let by = if closed { By::Edge } else { By::Origin };
                assert_eq!(page(&world, "/").by, by, "{label}");
            }
            let labels = labels(&world);
            let written = labels.iter().filter(|line| line.ends_with(label));
            assert_eq!(written.count(), 1, "{labels:?}");
        }
    }
}

#[test]
fn t137_when_a_record_is_missing_older_or_over_then_nothing_opens_or_closes() {
    let world = world();
    let first = signed(KEY, &key_id(KEY), TYPE, &claims(&world, &json!({})));
    world.pass(10);
    set(&world, json!({ SERVICE_CLOSED: true }));
    assert_eq!(page(&world, "/").status, 503);
    put(&world, first);
    world.pass(60);
    world.forget();
    assert_eq!(page(&world, "/").status, 503);
    assert!(labels(&world).contains(&"switch: older".to_owned()));
    world.outside.documents.borrow_mut().remove(&name());
    world.pass(60);
    world.forget();
    assert_eq!(page(&world, "/").status, 503);
    assert!(labels(&world).contains(&"switch: missing".to_owned()));
    // An isolate that knows nothing goes on, as it does before the first record.
    world.new_isolate();
    world.forget();
    assert_eq!(page(&world, "/").by, By::Origin);
    assert!(labels(&world).is_empty());
    set(&world, json!({ SERVICE_CLOSED: world.now() + 30 }));
    world.forget();
    assert_eq!(page(&world, "/").by, By::Origin);
    assert_eq!(labels(&world), ["switch: over"]);
}

#[test]
fn t137_when_kv_is_down_then_the_known_word_counts_until_its_time_and_else_the_service_goes_on() {
    let world = world();
    let until = world.now() + 3_600;
    set(&world, json!({ SERVICE_CLOSED: until }));
    assert_eq!(page(&world, "/").status, 503);
    world.trouble(Trouble::ReadFails, When::Always);
    world.pass(600);
    world.forget();
    assert_eq!(page(&world, "/").status, 503);
    assert!(labels(&world).contains(&"switch: storage".to_owned()));
    world.pass(until - world.now());
    assert_eq!(page(&world, "/").by, By::Origin);
    world.new_isolate();
    assert_eq!(page(&world, "/").by, By::Origin);
}

#[test]
fn when_the_keys_are_at_an_address_then_the_record_is_verified_with_them() {
    const ADDRESS: &str = "https://keys.example.gov.uk/jwks.json";
    let world = World::with(|setup| {
        setup.field("service_keys", json!(ADDRESS));
        setup.field("switch", json!(true));
    });
    let mut key = public(KEY);
    key["kid"] = json!(key_id(KEY));
    let document = json!({ "keys": [key] }).to_string();
    set(&world, json!({ SERVICE_CLOSED: true }));
    // Without the keys the record is not known to be the service's.
    world.forget();
    assert_eq!(page(&world, "/").by, By::Origin);
    assert!(labels(&world).contains(&"switch: documents_unavailable".to_owned()));
    world
        .outside
        .elsewhere
        .borrow_mut()
        .insert(ADDRESS, document);
    world.pass(60);
    assert_eq!(page(&world, "/").status, 503);
}
