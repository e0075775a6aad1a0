use super::*;
use crate::oidc::vector::Level;
use crate::session::account::Listed;
use crate::session::account::tests::{NOW, begin, hex, listed};
use crate::session::level::level_byte;

fn proof(level: Level, outcome: IdentityOutcome, claims: Option<&str>) -> Proof {
    let claims = claims.map(|sealed| Remembered {
        text: sealed.to_owned(),
        until: NOW + 1_800,
    });
    Proof::new(level, outcome, NOW, claims)
}

fn step_up(account: &mut Account, attempt: &str, id: &str, proof: &Proof) -> Begun {
    account.step_up(attempt, NOW + 600, id, proof.clone(), None, NOW)
}

fn leave(account: &mut Account, id: &str, level: Level) -> Option<String> {
    let leaving = Some((level_byte(level), "sealed path".to_owned()));
    account.proof(id, leaving, NOW).unwrap().1
}

#[test]
fn t46_when_an_identity_is_proved_then_only_its_session_changes() {
    let mut account = Account::default();
    begin(&mut account, "one", NOW);
    begin(&mut account, "two", NOW);
    let proved = proof(Level::P2, IdentityOutcome::Proved, Some("sealed"));
    assert_eq!(step_up(&mut account, "a", "one", &proved), Begun::Listed);
    let expected = |id: &str, proof: Option<Proof>| Listed {
        proof,
        listed_at: NOW,
        ..listed(id, NOW)
    };
    let all = [expected("one", Some(proved.clone())), expected("two", None)];
    assert_eq!(account.sessions, all);
    // The same question again is an answer that was lost; another with the attempt is a repetition.
    assert_eq!(step_up(&mut account, "a", "one", &proved), Begun::Listed);
    assert_eq!(step_up(&mut account, "a", "two", &proved), Begun::Repeated);
    let other = proof(Level::P2, IdentityOutcome::NotProved, None);
    assert_eq!(step_up(&mut account, "a", "one", &other), Begun::Repeated);
    assert_eq!(step_up(&mut account, "b", "three", &proved), Begun::Ended);
    account.log_out("jti", NOW, NOW);
    assert_eq!(step_up(&mut account, "c", "one", &proved), Begun::Ended);
    assert_eq!(account.proof("one", None, NOW), None);
}

#[test]
fn when_a_later_proof_fails_or_a_sign_in_is_new_then_the_proof_stays() {
    let mut account = Account::default();
    begin(&mut account, "one", NOW);
    let proved = proof(Level::P2, IdentityOutcome::Proved, Some("sealed"));
    step_up(&mut account, "a", "one", &proved);
    let failed = proof(Level::P2, IdentityOutcome::AccessDenied, None);
    assert_eq!(step_up(&mut account, "b", "one", &failed), Begun::Listed);
    let both = proof(Level::P2, IdentityOutcome::AccessDenied, Some("sealed"));
    assert_eq!(account.sessions[0].proof, Some(both.clone()));
    let again = account.begin("c", NOW + 600, listed("two", NOW), Some("one"), NOW);
    assert_eq!((again, account.sessions.len()), (Begun::Listed, 1));
    assert_eq!(account.proof("two", None, NOW), Some((Some(both), None)));
}

#[test]
fn when_half_an_hour_has_passed_then_claims_go_and_the_level_stays() {
    let mut account = Account::default();
    begin(&mut account, "one", NOW);
    let proved = proof(Level::P2, IdentityOutcome::Proved, Some("sealed"));
    step_up(&mut account, "a", "one", &proved);
    account.tidy(NOW + 660);
    assert_eq!(account.next_tidy(), Some(NOW + 1_800));
    account.tidy(NOW + 1_799);
    assert_eq!(account.sessions[0].proof, Some(proved));
    account.tidy(NOW + 1_800);
    let left = proof(Level::P2, IdentityOutcome::Proved, None);
    assert_eq!(account.sessions[0].proof, Some(left));
}

#[test]
fn when_claims_end_before_the_alarm_then_an_earlier_alarm_is_set() {
    let mut account = Account::default();
    begin(&mut account, "one", NOW);
    account.tidy(NOW + 660);
    let later = NOW + 1_000;
    account.wakes_at = NOW + 1_801;
    assert_eq!(account.set_alarm(later), None);
    let proved = proof(Level::P2, IdentityOutcome::Proved, Some("sealed"));
    account.sessions[0].proof = Some(proved);
    assert_eq!(account.set_alarm(later), Some(NOW + 1_800));
    assert_eq!(account.set_alarm(later), None);
}

#[test]
fn when_a_person_left_to_prove_an_identity_then_their_place_is_kept_sixteen_days() {
    let mut account = Account::default();
    begin(&mut account, "one", NOW);
    assert_eq!(account.proof("one", None, NOW), Some((None, None)));
    let left = Some("sealed path".to_owned());
    assert_eq!(leave(&mut account, "one", Level::P2), left);
    step_up(
        &mut account,
        "a",
        "one",
        &proof(Level::ClCm, IdentityOutcome::NotProved, None),
    );
    account.end("one", Some(NOW), NOW);
    let days = 16 * 86_400;
    let mut later = account.clone();
    later.tidy(NOW + days - 1);
    assert_eq!(later.left, account.left);
    assert_eq!(later.next_tidy(), Some(NOW + days));
    later.tidy(NOW + days);
    assert_eq!(later, Account::default());

    begin(&mut account, "two", NOW);
    step_up(
        &mut account,
        "b",
        "two",
        &proof(Level::P2, IdentityOutcome::Proved, None),
    );
    assert_eq!(account.left, None);
    // A person who has reached the level already goes nowhere.
    assert_eq!(leave(&mut account, "two", Level::P2), None);
}

#[test]
fn when_an_account_has_an_identity_then_its_stored_bytes_are_the_pinned_ones() {
    let mut account = Account::default();
    begin(&mut account, "one", NOW);
    step_up(
        &mut account,
        "a",
        "one",
        &proof(Level::P1, IdentityOutcome::LevelTooLow, None),
    );
    leave(&mut account, "one", Level::P2);
    let bytes = account.to_stored().unwrap();
    let expected = [
        "02",
        "0000000000000000",
        "0000000000000000",
        "01",
        "00036f6e65",
        "0000000000002710",
        "000000000000cfd0",
        "0000000000002710",
        "010000000b68696e74206f66206f6e65",
        // The proof: level, outcome, time and no claims.
        "01",
        "0202",
        "0000000000002710",
        "00",
        "02",
        "0000000e617474656d7074206f66206f6e65",
        "00000000000029a4",
        "0000000161",
        "00000000000029a4",
        "00",
        // Where the person was.
        "01",
        "0000000b7365616c65642070617468",
        "0000000000153f10",
    ];
    assert_eq!(hex(&bytes), expected.concat());
    assert_eq!(Account::from_stored(Some(&bytes)), Ok(account));
}

#[test]
fn t132_when_a_reference_is_used_then_it_counts_once_and_only_while_its_session_lives() {
    let mut account = Account::default();
    begin(&mut account, "one", NOW);
    let proved = proof(Level::P2, IdentityOutcome::Proved, Some("sealed"));
    step_up(&mut account, "a", "one", &proved);
    let mut refer = |session: &str, id: &str, now| account.refer(session, id, NOW + 60, now);
    assert_eq!(refer("one", "r", NOW), Ok(Some(proved.clone())));
    assert_eq!(refer("one", "r", NOW), Err(Begun::Repeated));
    // It is remembered for longer than the Worker would take it.
    assert_eq!(refer("one", "r", NOW + 119), Err(Begun::Repeated));
    assert_eq!(refer("two", "s", NOW), Err(Begun::Ended));
    assert_eq!(refer("one", "s", NOW), Ok(Some(proved)));
    account.end("one", None, NOW);
    assert_eq!(account.refer("one", "t", NOW + 60, NOW), Err(Begun::Ended));
}

#[test]
fn t132_when_references_are_used_without_end_then_no_attempt_is_forgotten_for_them() {
    let mut account = Account::default();
    begin(&mut account, "one", NOW);
    for number in 0..100 {
        let used = account.refer("one", &number.to_string(), NOW + 60, NOW);
        let expected = if number < 32 {
            Ok(None)
        } else {
            Err(Begun::Repeated)
        };
        assert_eq!(used, expected, "{number}");
    }
    let again = account.begin("attempt of one", NOW + 600, listed("two", NOW), None, NOW);
    assert_eq!(again, Begun::Repeated);
    // An attempt of the name of a reference uses none up.
    let other = account.refer("one", "one", NOW + 60, NOW + 120);
    assert_eq!(other, Ok(None));
}
