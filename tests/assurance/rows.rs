//! The rows of the threat table: each attack or failure, in a line.

use crate::row::{Row, partly, row};

/// Every row, in order.
pub const ROWS: &[Row] = &[
    row(
        1,
        "Unsigned tokens: `alg` none in any spelling, missing or null, and an empty signature",
    ),
    row(2, "A public key used as the secret of an HMAC"),
    row(
        3,
        "Keys and addresses named in a token's header, critical extensions, unencoded payloads",
    ),
    row(
        4,
        "Key ids that are missing, unknown, doubled, empty, long, no text, or made to be a path or a query",
    ),
    row(
        5,
        "Header, key and registration that name different algorithms",
    ),
    row(
        6,
        "Signatures that were changed, are in another encoding or of another length; tokens in another form",
    ),
    row(7, "Expiry past, missing, no number or far away"),
    row(8, "Issue time missing, old or to come; not valid yet"),
    row(9, "An issuer that is nearly the right one"),
    row(
        10,
        "An audience that is missing, another, longer, or one of several; another authorised party",
    ),
    row(
        11,
        "A nonce that is missing, wrong or of another sign-in; an ID token that comes again",
    ),
    row(12, "A hash of another access token"),
    row(
        13,
        "A subject that is missing, empty, too long, no text, or another in userinfo or the identity",
    ),
    row(
        14,
        "A level or an identity lower or older than was asked for",
    ),
    row(15, "One kind of signed statement in the place of another"),
    row(
        16,
        "Keys that the provider changes, before or while it signs, or takes away at once",
    ),
    row(17, "A flood of tokens with made-up keys"),
    row(
        18,
        "Key sets and DID documents that are huge, weak, private, broken or doubled",
    ),
    row(19, "Documents and answers that lead elsewhere"),
    row(20, "A DID document or key id of another controller"),
    row(
        21,
        "JSON with doubled names, deep nesting, bad encoding or huge parts",
    ),
    row(
        22,
        "Signing a person in who did not start: a callback without its attempt, or with a stranger's code",
    ),
    row(23, "States that are planted, or swapped between tabs"),
    row(24, "A code that was stolen or slipped in"),
    row(25, "An answer of another issuer"),
    row(
        26,
        "Callback parameters doubled, missing, empty, long, or with a code and an error at once",
    ),
    row(
        27,
        "A callback that comes again: back, double click, look ahead, two at once",
    ),
    row(28, "Error answers of every kind, and circles"),
    row(
        29,
        "Markup and control characters in an answer, on a page or in a log",
    ),
    row(
        30,
        "A callback by another method than GET, or as a look ahead",
    ),
    row(31, "Attempts that are too old, or too many"),
    row(32, "A return path that leads elsewhere"),
    row(33, "Line ends and letters outside ASCII in headers"),
    row(34, "Requests that are longer than the provider takes"),
    row(
        35,
        "A token endpoint that refuses, fails, hangs, drips, floods or answers nonsense",
    ),
    row(36, "A clock so wrong that assertions have expired"),
    row(
        37,
        "Provider documents that cannot be had, with and without a copy",
    ),
    row(
        38,
        "A userinfo endpoint that fails, floods, or answers for another person",
    ),
    row(39, "Calls without a `User-Agent`"),
    row(
        40,
        "Request objects and client assertions that break a rule of the provider's",
    ),
    row(
        41,
        "A sign-in that begins without a person's own navigation",
    ),
    row(
        42,
        "A session cookie that was changed, cut, lengthened or spelt another way",
    ),
    row(43, "Cookies by the thousand, and parts of cookies"),
    row(44, "A cookie too large for browsers to keep"),
    row(
        45,
        "Cookies planted by others: doubled, nearly ours, nameless, quoted",
    ),
    row(
        46,
        "A session fixed before the sign-in, or another person's session planted",
    ),
    row(47, "A copied cookie used after its session has ended"),
    row(
        48,
        "One kind of cookie, environment, client or host in the place of another",
    ),
    row(
        49,
        "Keys of cookies that change, are rolled back or are gone",
    ),
    row(50, "Nonces that repeat"),
    row(51, "Renewals that race, and clocks that go back"),
    row(52, "Cookies of the Worker's that the origin sees or sets"),
    row(53, "Identity headers sent from outside, in any spelling"),
    partly(
        54,
        "Headers that a client has taken away on the way; two lengths of one body",
        "request smuggling between a client and Cloudflare",
        "Cloudflare's front parses the client's bytes before any Worker; workerd's own parser is tested",
    ),
    row(55, "Values that no header can carry as they are"),
    row(
        56,
        "An origin reached past the Worker; an assertion replayed or changed",
    ),
    row(57, "Paths that two readers read in two ways"),
    row(58, "Headers that name another address, client or method"),
    partly(
        59,
        "Hosts that are nearly the service's, and other addresses of the Worker",
        "`workers.dev` and preview addresses",
        "they exist after a deployment alone; that both are turned off in `wrangler.toml` is tested, and a Worker that is reached there answers 404 to a host that is no service's",
    ),
    row(60, "Methods of every kind"),
    row(61, "A form posted when the session is over"),
    row(
        62,
        "Sockets and streams opened without a session or from another site",
    ),
    partly(
        63,
        "Personal answers in shared caches",
        "what Cloudflare's cache keeps",
        "workerd has no shared cache in front; that every personal answer forbids keeping and every request for one goes past the cache is tested",
    ),
    row(64, "Personal pages dressed as files that caches keep"),
    row(65, "Public cached answers with cookies or identity"),
    partly(
        66,
        "A Worker that throws, panics or runs out of its limits",
        "a route that fails open, and the limits of CPU and memory",
        "they are settings and limits of an account; that the Worker never asks to be passed by, and that outages and broken deployments close it, is tested",
    ),
    row(67, "An origin that fails, is slow, or redirects"),
    row(68, "KV that is stale, corrupt or poisoned"),
    row(69, "KV that throws or hangs"),
    row(70, "Everybody who finds a stale document at once"),
    row(
        71,
        "An account that cannot be reached when a session is checked",
    ),
    row(
        72,
        "An account that cannot be reached when a notification comes",
    ),
    row(
        73,
        "Signing a person out from another site; being sent elsewhere by signing out",
    ),
    row(
        74,
        "The way back from signing out with a wrong state, none, or twice",
    ),
    row(75, "A sign-out hint that the provider no longer takes"),
    row(76, "Logout tokens that are wrong in any part"),
    row(
        77,
        "Notifications by another method, in another form or too large",
    ),
    row(78, "Notifications that come again or at once"),
    row(79, "A notification that arrives late, during a new sign-in"),
    partly(
        80,
        "A flood of notifications",
        "Cloudflare's limiters at their true scale",
        "they count for each location; that the Worker asks them, and what it costs when they let everything through, is tested",
    ),
    row(
        81,
        "A notification of a sign-out that the person started, and unknown people",
    ),
    row(
        82,
        "Published keys: private parts, missing members, rotation",
    ),
    row(
        83,
        "Personal data and secrets in logs, pages, addresses and referrers",
    ),
    row(84, "Configuration with a fault"),
    row(
        85,
        "Pages of the Worker's in frames, and headers that are missing",
    ),
    row(86, "Secrets told apart by time"),
    row(87, "Memory of the isolate shared by several people"),
    row(
        88,
        "Paths of the Worker's own that are unknown, odd, or shadowed by the origin",
    ),
    partly(
        89,
        "A provider's firewall or rate limit against a shared address",
        "the provider's firewall against Cloudflare's shared addresses",
        "it is the provider's; its answers are tested, each with a label of its own, one call and no second try",
    ),
    row(
        90,
        "Headers that an origin's server reads as path, prefix, host, method, client or user",
    ),
    row(
        91,
        "A stricter route below a laxer one met by a spelling that an origin folds",
    ),
    row(
        92,
        "The next person at a browser, or behind a shared cache, meets the last one's page",
    ),
    row(
        93,
        "An outcome that only the browser said, signed as the provider's word",
    ),
    row(
        94,
        "A limit by address that locks out a carrier, a jobcentre or a whole IPv6 network",
    ),
    row(95, "Markup that leads `session.js` elsewhere"),
    row(96, "Operators' alerts that a stranger can ring"),
    row(
        97,
        "A sign-out that says it is done while the account cannot be reached",
    ),
    row(
        98,
        "Another person after an expired session gets the first one's address",
    ),
    row(
        99,
        "Own pages as images or frames, made-up references, bodies that drip",
    ),
    row(
        100,
        "A navigation that does not look like one: in-app browsers, service workers, HEAD, link checkers",
    ),
    row(101, "A browser that looks ahead at own pages"),
    row(
        102,
        "GET and HEAD with a body or a length of 0; an outage of the origin's in the log that was none",
    ),
    row(103, "Signing in again, answered with the old `auth_time`"),
    row(104, "A key that the provider publishes and uses at once"),
    row(
        105,
        "A head of a request that is longer than the origin takes",
    ),
    row(106, "An account's alarm that fails to its last try"),
    row(107, "Secrets of the isolate in `process.env`"),
    row(
        108,
        "A deployment, rotation or rollback that stops half-way, is in another account or brings back a leaked key",
    ),
    row(
        109,
        "A message to an account that takes the memory around it along",
    ),
    row(
        110,
        "An answer that was on its way brings back a session that has ended or was replaced meanwhile",
    ),
    row(
        111,
        "A key that is refused while a newer document is on its way",
    ),
    row(112, "Another site's form that a service worker hands on"),
    row(113, "Uploads and notifications that a stranger breaks off"),
    row(
        114,
        "People whom their browser locks out: restored tabs, service workers, Back, typed forms lost",
    ),
    row(
        115,
        "A key set that a verifier cannot read for one key of another kind",
    ),
    row(
        116,
        "A place to go on to that names an own page in another spelling",
    ),
    row(117, "Another site learns whether a person is signed in"),
    row(
        118,
        "Cookies of a sibling that hide the service's or lock a person out",
    ),
    row(
        119,
        "A planted attempt signs a browser in as another person",
    ),
    row(
        120,
        "A sign-out by a ping, a beacon, a double click or a page that says something untrue; attempts ended by an image",
    ),
    row(
        121,
        "A page of another site or of a sibling changes something with a person's session",
    ),
    row(
        130,
        "A stranger who ends sessions or keeps people out in the service's name; its message that comes again or by another kind",
    ),
    row(
        131,
        "A service that asks at run time for more than it registered, or without end",
    ),
    row(
        132,
        "A stranger who fetches identity claims in the service's name; a reference that is used twice, late, elsewhere or after a sign-out",
    ),
    row(
        136,
        "The arrival path left out by another site, gone round in circles, or leading to a place that was not this person's",
    ),
    row(
        137,
        "A record in KV that closes or opens a service in its name; a switch that an outage turns",
    ),
    row(
        140,
        "A preview that passes for the real service, or whose cookies and assertions are used at it",
    ),
    row(
        145,
        "A program's route that opens a path for people, hands on a person's cookie or assertion, or sends a program to sign in",
    ),
    row(
        146,
        "A stranger or one of the public who passes for staff; staff that an origin takes for the public; a team's token for another application",
    ),
    row(150, "Signals that are forged, late or of another kind"),
    row(
        151,
        "An invitation that lets in a second person, or a person after it was removed or the list was closed",
    ),
    row(
        152,
        "A stranger who invites people in the service's name; its message that comes again or by another kind",
    ),
    row(
        153,
        "A list of invitations that gives addresses away, or is lost with a rotation of keys",
    ),
    row(
        154,
        "A route for invited people that others reach; a service without invitations that asks for one",
    ),
    row(
        155,
        "A person who was not invited gets a session: by an address like an invited one, an unverified one, or an outage",
    ),
];
