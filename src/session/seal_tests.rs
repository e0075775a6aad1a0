use super::*;

const A: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const B: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
const C: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";

fn ring(a: Option<&str>, b: Option<&str>, active: Generation) -> Ring {
    Ring::new(a, b, active).unwrap()
}

fn sealed(ring: &Ring) -> String {
    ring.seal(Purpose::Session, "binding", [7; NONCE], b"content")
}

#[test]
fn when_a_text_is_sealed_then_its_bytes_are_the_pinned_ones() {
    let text = sealed(&ring(Some(A), None, Generation::A));
    assert_eq!(
        text,
        "AUEHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwetHpz_cDISx2Qh7QEnz1ni0lIMq_Lfcg"
    );
}

#[test]
fn t42_rejects_a_sealed_text_with_any_changed_byte() {
    let ring = ring(Some(A), Some(B), Generation::A);
    let text = sealed(&ring);
    assert_eq!(
        ring.open(Purpose::Session, "binding", &text)
            .unwrap()
            .as_slice(),
        b"content"
    );
    for position in 0..text.len() {
        for replacement in ["A", "B", "_", "=", "%", " "] {
            let mut changed = text.clone();
            changed.replace_range(position..=position, replacement);
            if changed != text {
                assert!(ring.open(Purpose::Session, "binding", &changed).is_none());
            }
        }
        assert!(
            ring.open(Purpose::Session, "binding", &text[..position])
                .is_none()
        );
    }
    assert!(
        ring.open(Purpose::Session, "binding", &format!("{text}A"))
            .is_none()
    );
    assert!(
        ring.open(Purpose::Session, "binding", &"A".repeat(100_000))
            .is_none()
    );
}

#[test]
fn t48_rejects_a_sealed_text_for_another_purpose_or_binding() {
    let ring = ring(Some(A), None, Generation::A);
    let text = sealed(&ring);
    assert!(ring.open(Purpose::Attempt, "binding", &text).is_none());
    assert!(ring.open(Purpose::Session, "other", &text).is_none());
    assert!(ring.open(Purpose::Session, "", &text).is_none());
}

#[test]
fn t44_rejects_a_sealed_text_longer_than_the_longest_cookie() {
    let ring = ring(Some(A), None, Generation::A);
    let opens = |length, most: usize| {
        let text = ring.seal(Purpose::Hint, "binding", [7; NONCE], &vec![0; length]);
        assert_eq!(text.len(), most);
        assert!(ring.open_long(Purpose::Hint, "binding", &text).is_some());
        ring.open(Purpose::Hint, "binding", &text).is_some()
    };
    assert!(opens(3_030, 4_096));
    assert!(!opens(3_031, 4_098));
}

#[test]
fn t49_when_a_key_generation_is_published_then_it_opens_before_it_seals_and_after() {
    let before = ring(Some(A), None, Generation::A);
    let published = ring(Some(A), Some(B), Generation::A);
    let sealing = ring(Some(A), Some(B), Generation::B);
    let retired = ring(None, Some(B), Generation::B);
    let replaced = ring(Some(C), Some(B), Generation::B);
    let opens = |ring: &Ring, text: &str| ring.open(Purpose::Session, "binding", text).is_some();
    let (old, new) = (sealed(&before), sealed(&sealing));
    assert!(opens(&published, &old) && opens(&sealing, &old));
    assert!(!opens(&retired, &old) && !opens(&replaced, &old));
    assert!(opens(&published, &new) && opens(&retired, &new) && opens(&replaced, &new));
    assert!(!opens(&before, &new));
}

#[test]
fn t84_rejects_session_keys_that_cannot_work_and_names_them() {
    let fault = |a, b, active| Ring::new(a, b, active).err();
    assert_eq!(
        fault(None, Some(B), Generation::A),
        Some(RingFault::ActiveMissing)
    );
    assert_eq!(
        fault(None, None, Generation::A),
        Some(RingFault::ActiveMissing)
    );
    assert_eq!(
        fault(Some(A), Some(A), Generation::A),
        Some(RingFault::Equal)
    );
    for bad in ["short", "", "AAAA AAAA", "AAAAAAAAAAAAAAAAAAAAAA"] {
        assert_eq!(
            fault(Some(A), Some(bad), Generation::A),
            Some(RingFault::Malformed(Generation::B))
        );
    }
}

#[test]
fn t68_when_either_generation_tagged_a_document_then_the_document_is_authentic() {
    let old = ring(Some(A), None, Generation::A);
    let new = ring(Some(A), Some(B), Generation::B);
    let tag = old.authenticate(b"document");
    assert!(new.is_authentic(b"document", &tag));
    assert!(!new.is_authentic(b"Document", &tag));
    assert!(!old.is_authentic(b"document", &new.authenticate(b"document")));
    assert!(!old.is_authentic(b"document", ""));
}

#[test]
fn t83_when_session_keys_are_printed_for_debugging_then_they_are_hidden() {
    let ring = ring(Some(A), Some(B), Generation::A);
    assert_eq!(format!("{ring:?}"), "[session keys]");
}

#[test]
fn when_two_secrets_differ_then_their_fingerprints_differ() {
    let (generation, first) = ("A", ring(Some(A), None, Generation::A));
    assert_eq!(first.fingerprint().0.letter().to_string(), generation);
    assert_eq!(first.fingerprint().1.len(), 8);
    assert_ne!(
        first.fingerprint().1,
        ring(Some(C), None, Generation::A).fingerprint().1
    );
}

#[test]
fn when_a_person_is_logged_then_the_name_holds_for_one_day_one_service_and_one_key() {
    let day = 1_763_769_600;
    let ring_a = ring(Some(A), Some(B), Generation::A);
    let name = |ring: &Ring, binding, subject, now| ring.pseudonym(binding, subject, now);
    let own = name(&ring_a, "binding", "urn:fdc:gov.uk:2022:a", day);
    assert_eq!(own.len(), 16);
    assert!(own.bytes().all(|b| b.is_ascii_hexdigit()));
    assert_eq!(
        own,
        name(&ring_a, "binding", "urn:fdc:gov.uk:2022:a", day + 86_399)
    );
    let only_a = ring(Some(A), None, Generation::A);
    assert_eq!(own, name(&only_a, "binding", "urn:fdc:gov.uk:2022:a", day));
    let active_b = ring(Some(A), Some(B), Generation::B);
    for other in [
        name(&ring_a, "binding", "urn:fdc:gov.uk:2022:a", day + 86_400),
        name(&ring_a, "binding", "urn:fdc:gov.uk:2022:a", day - 1),
        name(&ring_a, "binding", "urn:fdc:gov.uk:2022:b", day),
        name(&ring_a, "another", "urn:fdc:gov.uk:2022:a", day),
        name(&active_b, "binding", "urn:fdc:gov.uk:2022:a", day),
    ] {
        assert_ne!(own, other);
    }
    // HKDF-SHA-256 of the secret with the documented name, and HMAC-SHA-256 of the documented text.
    let mut key = [0; 32];
    let hkdf = Hkdf::<Sha256>::new(None, &decode(A).unwrap());
    hkdf.expand(b"one-login-edge v1 log", &mut key).unwrap();
    let days = day / 86_400;
    let message = format!("{days}\nbinding\nurn:fdc:gov.uk:2022:a");
    let whole = code(&key, message.as_bytes()).finalize().into_bytes();
    let digits: String = whole[..8].iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(own, digits);
}
