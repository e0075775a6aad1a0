//! Every event that may happen. To add one: a variant here, its weight in [`super::draw`], and what it does
//! in [`super::run`].

use one_login_edge::platform::Limit;

use simulator::provider::rotation::When as Moment;

use super::demand::Demand;
use super::deployment::{Key, Step};
use super::inviting::Invite;
use super::outsiders::Pass;
use super::people::How;
use super::referring::Fetching;
use super::rules::Change;
use super::storage::Meddling;
use crate::world::Trouble;

/// One thing that happens.
#[derive(Clone, Debug)]
pub enum Event {
    /// A person opens a page, or their page sends a request.
    Visit {
        /// The computer.
        computer: usize,
        /// The tab.
        tab: usize,
        /// The service.
        host: usize,
        /// The place.
        place: usize,
        /// How.
        how: How,
        /// How long the service takes, in milliseconds.
        origin_ms: i64,
        /// How long the person looks at the provider's page, in seconds.
        dwell: i64,
        /// Whether they give up there.
        gives_up: bool,
    },
    /// A page asks for many things at once.
    Together {
        /// The computer.
        computer: usize,
        /// The service.
        host: usize,
        /// The place.
        place: usize,
        /// How many.
        count: usize,
        /// How long the service takes for the slowest, in milliseconds.
        origin_ms: i64,
    },
    /// A page asks for something again and again, until the person goes on elsewhere in its tab.
    Poll {
        /// The computer.
        computer: usize,
        /// The tab.
        tab: usize,
        /// The service.
        host: usize,
        /// The place.
        place: usize,
        /// The seconds between two questions.
        every: i64,
        /// How often.
        times: u64,
    },
    /// A page keeps its session alive for as long as that may live, and asks for something again and again at its end.
    StayOn {
        /// The computer.
        computer: usize,
        /// The tab.
        tab: usize,
        /// The service.
        host: usize,
        /// The place.
        place: usize,
    },
    /// A person signs out while an answer of the service is on its way, and a page is asked for once that has come.
    Overtake {
        /// The computer.
        computer: usize,
        /// The service.
        host: usize,
        /// How long the service takes for that answer, in milliseconds.
        origin_ms: i64,
        /// The person who sits down there meanwhile, if another does.
        next: Option<usize>,
        /// How long after that answer the page is asked for, in milliseconds.
        after_ms: i64,
    },
    /// A person signs out.
    SignOut {
        /// The computer.
        computer: usize,
        /// The service.
        host: usize,
        /// Of every browser.
        everywhere: bool,
    },
    /// The person whose claims fit no header opens the page that releases them, and the service fetches them.
    Refer {
        /// The computer.
        computer: usize,
        /// The service.
        host: usize,
        /// How the service uses the reference.
        fetching: Fetching,
    },
    /// A person opens a page of the service with an arrival path, at an address that no other event has.
    Arrive {
        /// The computer.
        computer: usize,
        /// The place.
        place: usize,
        /// Whether they stay at the arrival path.
        stays: bool,
    },
    /// A person stays at the arrival path, One Login ends their sessions, and another one goes on from there.
    Succeed {
        /// The computer.
        computer: usize,
        /// The other one.
        next: usize,
    },
    /// A person presses the button of an arrival page.
    GoOn {
        /// The computer.
        computer: usize,
        /// By a form or a link.
        how: How,
    },
    /// A page asks for something again and again, says that this is no use of its session, and does so for longer than any
    /// lives unused.
    Watch {
        /// The computer.
        computer: usize,
        /// The tab.
        tab: usize,
        /// The service.
        host: usize,
        /// The place.
        place: usize,
        /// The seconds between two questions.
        every: i64,
    },
    /// A program, or one of the staff, comes in a browser in which a person may be signed in.
    Outsider {
        /// The computer.
        computer: usize,
        /// The service.
        host: usize,
        /// Staff, or a program.
        is_staff: bool,
        /// Its credentials or its token.
        pass: Pass,
        /// Whether the staff's team changes its key first.
        rotates: bool,
    },
    /// A page of another site, or of a sibling, sends a form, or leads a person to a page.
    Foreign {
        /// The computer.
        computer: usize,
        /// The tab.
        tab: usize,
        /// The service.
        host: usize,
        /// The place.
        place: usize,
        /// Which.
        how: How,
    },
    /// A person goes back to the last callback.
    Back(usize),
    /// A browser loses each session's cookie at once, until everything works again.
    Forget(usize),
    /// Another person sits down at a computer.
    HandOver {
        /// The computer.
        computer: usize,
        /// The person.
        person: usize,
    },
    /// Every window is closed.
    Close(usize),
    /// The windows that were closed are opened again, with what they held.
    Restore(usize),
    /// A thief copies a computer's cookies to another.
    Copy {
        /// From where.
        from: usize,
        /// To where.
        to: usize,
    },
    /// A thief puts the cookies of one service into the same browser's for the other.
    CopyAcross(usize),
    /// A person leaves a tab before its page has come.
    Leave {
        /// The computer.
        computer: usize,
        /// The tab.
        tab: usize,
    },
    /// An isolate of the newest version starts.
    Start {
        /// By how many milliseconds its clock is ahead.
        ahead_ms: i64,
        /// By how many milliseconds its KV is behind.
        behind_ms: i64,
    },
    /// The oldest isolate ends.
    Stop,
    /// A version is deployed that changes nothing, while the one before runs on for minutes.
    Deploy,
    /// A version is deployed with other limits, levels or routes.
    Configure(Change),
    /// The version before the newest is deployed again.
    Rollback,
    /// A key has leaked: another takes its place at once, and no older one stays.
    Emergency(Key),
    /// A step of a rotation is deployed.
    Rotate {
        /// Of which key.
        key: Key,
        /// Which step.
        step: Step,
        /// To which generation: 0 is A, 1 is B.
        to: usize,
    },
    /// The hourly task.
    Hourly,
    /// The provider ends every session of a person.
    ProviderEnds(usize),
    /// The service ends every session of a person.
    ServiceEnds {
        /// The service.
        host: usize,
        /// The person.
        person: usize,
        /// For how many seconds it keeps the person out; 0 lets the person in again.
        block: Option<i64>,
    },
    /// The service invites people, or invites them no longer.
    Invite {
        /// The service.
        host: usize,
        /// The first of the people.
        first: usize,
        /// How many there are.
        count: usize,
        /// How.
        invite: Invite,
    },
    /// A person opens a page for which the service asks for more than its route does.
    Demand {
        /// The computer.
        computer: usize,
        /// The tab.
        tab: usize,
        /// The service.
        host: usize,
        /// The place.
        place: usize,
        /// The demand of the service.
        demand: Demand,
        /// How long the service takes, in milliseconds.
        origin_ms: i64,
    },
    /// A page opens a WebSocket that closes with the session.
    Socket {
        /// The computer.
        computer: usize,
        /// The service.
        host: usize,
    },
    /// A person sits down at a computer and goes where an identity is asked for, to prove it elsewhere.
    GoAway {
        /// The computer.
        computer: usize,
        /// The service.
        host: usize,
        /// The place.
        place: usize,
        /// The person.
        person: usize,
    },
    /// A person sits down at a computer and opens the page for those who come back with an identity.
    ComeBack {
        /// The computer.
        computer: usize,
        /// The service.
        host: usize,
        /// The person.
        person: usize,
    },
    /// A person signs in at more computers than an account lists sessions.
    Crowd(usize),
    /// The provider changes its keys.
    ProviderRotates {
        /// Those of core identities, or those of tokens.
        identity: bool,
        /// Whether the old ones stay published.
        keep_old: bool,
        /// When.
        when: Moment,
    },
    /// The provider publishes the next key of core identities.
    ProviderAnnounces,
    /// Something goes wrong from now on, once or for a while.
    Trouble {
        /// What.
        trouble: Trouble,
        /// The use of the verb that it strikes, counted from now; every one without.
        nth: Option<usize>,
    },
    /// A limit is used up.
    UseUp(Limit),
    /// Everything works again.
    Mend {
        /// The computer at which a person tries whether they get in.
        computer: usize,
    },
    /// An attacker changes KV.
    Meddle(Meddling),
    /// Every account is emptied, as when a deployment moves them.
    EmptyAccounts,
    /// A deployment moves the accounts: each keeps what it stored, and every question on its way fails.
    MoveAccounts,
    /// The clock of the accounts is off by so many seconds.
    AccountsAhead(i64),
    /// A Post Office has seen a person, or has not.
    PostOffice(bool),
}

/// An event at its time.
#[derive(Clone, Debug)]
pub struct Timed {
    /// Milliseconds since the beginning.
    pub at_ms: i64,
    /// Its number in the whole plan, from which everything in it is drawn.
    pub number: usize,
    /// The event.
    pub event: Event,
}
