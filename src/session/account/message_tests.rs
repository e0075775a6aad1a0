use super::*;
use crate::oidc::vector::Level;
use crate::session::account::admission::{Act, Sheet};
use crate::session::account::tests::{NOW, hex, listed};
use crate::session::identity::{IdentityOutcome, Remembered};

fn text(value: &str) -> String {
    value.to_owned()
}

fn proof() -> Proof {
    let claims = Remembered {
        text: text("c"),
        until: 6,
    };
    Proof::new(Level::P2, IdentityOutcome::LevelTooLow, 5, Some(claims))
}

/// Every field of a sheet has a value of its own.
fn sheet(marks: Vec<u8>) -> Sheet {
    Sheet {
        act: Act::Remove,
        done: true,
        max: 4,
        invitations: 5,
        people: 6,
        key: text("k"),
        id: text("j"),
        marks,
    }
}

const SHEETS: [&str; 2] = [
    "0209 03 01 0000000000000004 0000000000000005 0000000000000006 00016b 00016a",
    "0209 03 01 0000000000000004 0000000000000005 0000000000000006 00016b 00016a 0303030303030303030303030303030303",
];

fn questions() -> Vec<(Question, &'static str)> {
    let begin = |session, replaces| Question::Begin {
        attempt: text("a"),
        deadline: 1,
        session,
        replaces,
    };
    let short = Listed {
        id: text("s"),
        born_at: 2,
        expires_at: 3,
        hint: None,
        listed_at: 4,
        proof: None,
    };
    let long = Listed {
        hint: Some(text("h")),
        proof: Some(proof()),
        ..short.clone()
    };
    let session = || text("s");
    let step_up = Question::StepUp {
        attempt: text("a"),
        deadline: 1,
        session: session(),
        proof: proof(),
        hint: Some(text("h")),
    };
    let log_out = Question::LogOut {
        id: text("j"),
        issued_at: 7,
    };
    let prove = |leaving| Question::Proof {
        session: session(),
        leaving,
    };
    let end = |everywhere, wished_at| Question::End {
        session: session(),
        everywhere,
        wished_at,
    };
    let end_by_service = |block_until| Question::EndByService {
        id: text("j"),
        issued_at: 7,
        block_until,
    };
    let refer = Question::Refer {
        session: session(),
        reference: text("r"),
        deadline: 9,
    };
    vec![
        (
            begin(short, None),
            "0200 000161 0000000000000001 000173 0000000000000002 0000000000000003 0000000000000004 00 00 00",
        ),
        (
            begin(long, Some(text("r"))),
            "0200 000161 0000000000000001 000173 0000000000000002 0000000000000003 0000000000000004 010000000168 010302000000000000000501000000 01630000000000000006 010000000172",
        ),
        (Question::Check { session: session() }, "0201 000173"),
        (Question::IdToken { session: session() }, "0202 000173"),
        (
            step_up,
            "0203 000161 0000000000000001 000173 0302000000000000000501000000 01630000000000000006 010000000168",
        ),
        (prove(None), "0204 000173 00"),
        (prove(Some((3, text("p")))), "0204 000173 01030000000170"),
        (log_out, "0205 00016a 0000000000000007"),
        (end(false, None), "0206 000173 00 00"),
        (end(true, Some(8)), "0206 000173 01 010000000000000008"),
        (end_by_service(None), "0207 00016a 0000000000000007 00"),
        (
            end_by_service(Some(9)),
            "0207 00016a 0000000000000007 010000000000000009",
        ),
        (refer, "0208 000173 000172 0000000000000009"),
        (Question::Admission(Box::new(sheet(Vec::new()))), SHEETS[0]),
        (Question::Admission(Box::new(sheet(vec![3; 17]))), SHEETS[1]),
    ]
}

fn replies() -> Vec<(AccountReply, &'static str)> {
    vec![
        (AccountReply::Begun(Begun::Listed), "020000"),
        (AccountReply::Begun(Begun::Repeated), "020001"),
        (AccountReply::Begun(Begun::Ended), "020002"),
        (AccountReply::Begun(Begun::Crowded), "020003"),
        (AccountReply::Begun(Begun::Blocked), "020004"),
        (AccountReply::Standing(Standing::Live), "020100"),
        (AccountReply::Standing(Standing::Ended), "020101"),
        (AccountReply::IdToken(None), "0202 00"),
        (AccountReply::IdToken(Some(text("h"))), "0202 010000000168"),
        (
            AccountReply::Proof {
                proof: None,
                left: None,
            },
            "0203 00 00",
        ),
        (
            AccountReply::Proof {
                proof: Some(proof()),
                left: Some(text("p")),
            },
            "0203 010302000000000000000501000000 01630000000000000006 010000000170",
        ),
        (AccountReply::LoggedOut, "0204"),
        (
            AccountReply::Admission(Box::new(sheet(Vec::new()))),
            "0206 03 01 0000000000000004 0000000000000005 0000000000000006 00016b 00016a",
        ),
        (
            AccountReply::Ended {
                listed: false,
                hint: None,
            },
            "0205 00 00",
        ),
        (
            AccountReply::Ended {
                listed: true,
                hint: Some(text("h")),
            },
            "0205 01 010000000168",
        ),
    ]
}

/// The form is pinned, and nothing else is read: no other version, no more and no less.
fn pinned<T: Form + PartialEq + std::fmt::Debug>(messages: Vec<(T, &str)>) {
    for (message, expected) in messages {
        let bytes = sent(&message);
        assert_eq!(hex(&bytes), expected.replace(' ', ""));
        // A sheet without its marks is whole as well.
        let whole = (expected == SHEETS[1]).then(|| bytes.len() - 17);
        for length in (0..bytes.len()).filter(|length| Some(*length) != whole) {
            assert_eq!(received::<T>(&bytes[..length]), None, "{expected}");
        }
        assert_eq!(received::<T>(&[&bytes[..], &[0]].concat()), None);
        for version in [0, 1, 3, 250, b'{'] {
            let other = [&[version], &bytes[1..]].concat();
            assert_eq!(received::<T>(&other), None, "{version}");
        }
        assert_eq!(received(&bytes), Some(message));
    }
}

#[test]
fn when_a_question_is_encoded_then_its_bytes_are_the_pinned_ones() {
    pinned(questions());
}

#[test]
fn when_an_answer_is_encoded_then_its_bytes_are_the_pinned_ones() {
    pinned(replies());
    for (reply, _) in replies() {
        assert_eq!(AccountReply::from_bytes(&reply.to_bytes()), Some(reply));
    }
}

#[test]
fn rejects_bytes_that_no_message_has() {
    let question = |bytes: &[u8]| Question::from_bytes(bytes);
    // No such kind, a switch that is neither, a text that is broken or too long, a time that cannot be.
    for bytes in [
        &[2, 8][..],
        &[2, 255],
        &[2, 6, 0, 0, 2, 0],
        &[2, 6, 0, 0, 0, 2],
        &[2, 1, 0, 1, 0xff],
        &[2, 1, 0xff, 0xff, b's'],
        &[2, 4, 0, 0, 1, 3, 0xff, 0xff, 0xff, 0xff, b'p'],
        &[2, 5, 0, 0, 0xff, 0, 0, 0, 0, 0, 0, 0],
        &[2, 5, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    ] {
        assert_eq!(question(bytes), None, "{bytes:?}");
    }
    for bytes in [
        &[2, 0, 5][..],
        &[2, 1, 2],
        &[2, 5, 2, 0],
        &[2, 2, 2],
        &[2, 7],
    ] {
        assert_eq!(AccountReply::from_bytes(bytes), None, "{bytes:?}");
    }
}

#[test]
fn when_a_message_holds_the_longest_texts_then_they_arrive_whole() {
    let question = Question::Begin {
        attempt: "a".repeat(65_535),
        deadline: NOW,
        session: Listed {
            hint: Some("h".repeat(100_000)),
            ..listed("one", NOW)
        },
        replaces: None,
    };
    assert_eq!(Question::from_bytes(&question.to_bytes()), Some(question));
}
