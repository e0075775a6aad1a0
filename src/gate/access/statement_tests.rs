use super::*;

fn key(number: u16) -> StatementKey {
    let mut session = [0; 16];
    session[..2].copy_from_slice(&number.to_be_bytes());
    StatementKey {
        service: "DEMO".to_owned(),
        session,
        level: Level::ClCm,
        identity: 0,
        arriving: false,
        release: Release::default(),
        room: 0,
        bound: None,
    }
}

fn signed() -> Signed {
    Signed {
        assertion: "token".to_owned(),
        identity: None,
    }
}

#[test]
fn t87_when_statement_memory_is_full_then_the_least_used_is_given_up_first() {
    let kept = StatementCache::default();
    for number in 0..1_000 {
        kept.put(key(number), signed(), 100);
    }
    kept.entries
        .borrow_mut()
        .get_mut(&key(0))
        .unwrap()
        .last_used = kept.tick();
    kept.put(key(1_000), signed(), 100);
    let entries = kept.entries.borrow();
    assert_eq!(entries.len(), 1_000);
    assert!(entries.contains_key(&key(0)) && entries.contains_key(&key(1_000)));
    assert!(!entries.contains_key(&key(1)));
}

#[test]
fn when_statement_memory_is_full_of_stale_ones_then_all_make_room_at_once() {
    let kept = StatementCache::default();
    for number in 0..1_000 {
        kept.put(key(number), signed(), 100);
    }
    kept.put(key(1_000), signed(), 131);
    assert_eq!(kept.entries.borrow().len(), 1);
}
