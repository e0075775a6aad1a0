//! The failures of calls to the outside, and when they strike.

use std::cell::RefCell;

/// The verbs of the platform that can fail. Random numbers and log lines cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// A signature is made.
    Sign,
    /// A signature is judged.
    Verify,
    /// The provider is called.
    Send,
    /// KV is read.
    Stored,
    /// KV is written.
    Store,
    /// Work goes on after the answer.
    Spawn,
    /// An account is asked.
    Ask,
    /// The request's body is read.
    Body,
}

/// One way in which a verb fails: before it took effect, or after, where that differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// WebCrypto refuses to sign.
    SignFails,
    /// WebCrypto refuses to verify.
    VerifyFails,
    /// The call never arrives.
    CallNotSent,
    /// The call arrives and has its effect, but the connection breaks before the answer.
    CallAnswerLost,
    /// The call arrives and has its effect, but the answer takes too long.
    CallTimesOut,
    /// The call arrives and has its effect, but the answer has no end.
    CallTooLarge,
    /// KV does not answer a read.
    ReadFails,
    /// KV does not take a write.
    WriteFails,
    /// KV takes a write and says that it did not.
    WriteUnconfirmed,
    /// Work after the answer is cut off before it begins.
    SpawnCutOff,
    /// A question never arrives at its account.
    AccountNotReached,
    /// An account stores what a question changes, but its answer is lost.
    AccountAnswerLost,
    /// An account does not answer in time, and stores nothing.
    AccountHangs,
    /// An account has too much to do, and says so at once.
    AccountOverloaded,
    /// The request's body breaks off.
    BodyBreaksOff,
    /// The request's body takes too long.
    BodyHangs,
}

impl Trouble {
    /// Every way.
    pub const ALL: [Self; 16] = [
        Self::SignFails,
        Self::VerifyFails,
        Self::CallNotSent,
        Self::CallAnswerLost,
        Self::CallTimesOut,
        Self::CallTooLarge,
        Self::ReadFails,
        Self::WriteFails,
        Self::WriteUnconfirmed,
        Self::SpawnCutOff,
        Self::AccountNotReached,
        Self::AccountAnswerLost,
        Self::AccountHangs,
        Self::AccountOverloaded,
        Self::BodyBreaksOff,
        Self::BodyHangs,
    ];

    /// Every way in which an account gives no answer, with its label in the log.
    pub const ACCOUNT: [(Self, &'static str); 4] = [
        (Self::AccountNotReached, "unreachable"),
        (Self::AccountAnswerLost, "unreachable"),
        (Self::AccountHangs, "timed_out"),
        (Self::AccountOverloaded, "overloaded"),
    ];

    /// The verb that fails.
    pub const fn verb(self) -> Verb {
        match self {
            Self::SignFails => Verb::Sign,
            Self::VerifyFails => Verb::Verify,
            Self::CallNotSent | Self::CallAnswerLost | Self::CallTimesOut | Self::CallTooLarge => {
                Verb::Send
            }
            Self::ReadFails => Verb::Stored,
            Self::WriteFails | Self::WriteUnconfirmed => Verb::Store,
            Self::SpawnCutOff => Verb::Spawn,
            Self::AccountNotReached
            | Self::AccountAnswerLost
            | Self::AccountHangs
            | Self::AccountOverloaded => Verb::Ask,
            Self::BodyBreaksOff | Self::BodyHangs => Verb::Body,
        }
    }
}

/// When a trouble strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Every time.
    Always,
    /// Once: at the use of the verb with this number, counted from zero.
    Nth(usize),
    /// Every time that the verb is about this: part of an address, a document, a key,
    /// or the kind of a question.
    About(&'static str),
}

/// The troubles that lie ahead.
#[derive(Debug, Default)]
pub struct Troubles(RefCell<Vec<Planned>>);

#[derive(Debug)]
struct Planned {
    trouble: Trouble,
    when: When,
    used: usize,
    struck: bool,
}

impl Troubles {
    /// Plans a trouble.
    pub fn plan(&self, trouble: Trouble, when: When) {
        let planned = Planned {
            trouble,
            when,
            used: 0,
            struck: false,
        };
        self.0.borrow_mut().push(planned);
    }

    /// Everything works again.
    pub fn mend(&self) {
        self.0.borrow_mut().clear();
    }

    /// Whether every trouble that was planned has struck.
    pub fn struck(&self) -> bool {
        self.0.borrow().iter().all(|plan| plan.struck)
    }

    /// Counts a use of a verb and says what goes wrong with it.
    pub fn strike(&self, verb: Verb, about: &str) -> Option<Trouble> {
        let mut planned = self.0.borrow_mut();
        let mut struck = None;
        for plan in planned
            .iter_mut()
            .filter(|plan| plan.trouble.verb() == verb)
        {
            let number = plan.used;
            plan.used += 1;
            let strikes = match plan.when {
                When::Always => true,
                When::Nth(wanted) => wanted == number,
                When::About(part) => about.contains(part),
            };
            if strikes {
                plan.struck = true;
                struck = Some(plan.trouble);
            }
        }
        struck
    }
}
