//! The session: who is signed in, at which level and until when, as one sealed cookie.
//!
//! Whether the session was ended elsewhere is not known here: the account is asked for that, and
//! `checked_at` is the place where its last answer is remembered.

use crate::oidc::SKEW;
use crate::oidc::jws::encode;
use crate::oidc::userinfo::Contact;
use crate::oidc::vector::Level;
use crate::session::codec::{Form, Reader, Writer};
use crate::session::identity::ClaimsKey;
use crate::session::level::{level_byte, level_of};

/// The cookie's name until sessions had places, under which one that was begun then goes on. The
/// prefix makes browsers insist on `Secure`, `Path=/` and no `Domain`.
pub const NAME: &str = "__Host-ol-session";

/// The beginning of the name of a session's cookie; its place follows.
pub const PREFIX: &str = "__Host-ol-session-";

/// Where a browser keeps a session. Each sign-in and each proof of an identity takes a new one, and
/// nothing but a renewal of the same session is ever written there again.
pub type Place = [u8; 6];

/// The most places that a session remembers to have taken over from.
pub const MAX_BURIED: usize = 4;

/// Every cookie whose name begins so, in any case, belongs to the edge and never reaches an origin.
pub const RESERVED: &str = "__Host-ol-";

/// How long a session goes unrenewed while it is used, in seconds.
pub const RENEWAL: i64 = 60;

/// The stored formats: of a session, of one with [`Identity`], and of one whose person signed in again.
/// Each session is written in the oldest format that can say it, so that versions before this read it.
const FORMAT: u8 = 1;
const FORMAT_WITH_IDENTITY: u8 = 2;
const FORMAT_REAUTHENTICATED: u8 = 3;

/// A person's session. Times are whole seconds since the epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Sixteen random bytes, new at every sign-in.
    pub id: [u8; 16],
    /// The provider's pairwise subject.
    pub subject: String,
    /// The level that was reached.
    pub level: Level,
    /// The ID token's `iat`, by the provider's clock: what logout notifications are compared with.
    pub born_at: i64,
    /// The ID token's `auth_time`, if it had one.
    pub auth_time: Option<i64>,
    /// The `iat` of the ID token that answered a request to sign in again. The provider keeps the old
    /// `auth_time` then.
    pub reauthenticated_at: Option<i64>,
    /// When this Worker made the session; the absolute limit counts from here.
    pub created_at: i64,
    /// When the session was last used; the idle limit counts from here.
    pub used_at: i64,
    /// When it was last certain that the session had not been ended elsewhere.
    pub checked_at: i64,
    /// The e-mail address, if its scope was granted.
    pub email: Option<Contact>,
    /// The telephone number, if its scope was granted.
    pub phone: Option<Contact>,
    /// The wallet subject id, if its scope was granted.
    pub wallet_subject_id: Option<String>,
    /// The session's part of the identity that the account keeps; `None` for services without identities.
    pub identity: Option<Identity>,
    /// Where the browser keeps it.
    pub place: Place,
    /// The places of the sessions that it took over from in this browser, the latest first: whatever
    /// comes back there counts for nothing.
    pub buries: Vec<Place>,
    /// Whether its person has not yet gone on from the service's arrival path.
    pub arriving: bool,
    /// Whether its person was invited when it began; never so where no route and no service asks for that.
    pub admitted: bool,
    /// Whether it was read under [`NAME`], and is kept there.
    pub has_old_name: bool,
}

/// The session's part of an identity, without a name or other claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The key of its sealed claims, the same for the whole session: a cookie that was sent
    /// before the identity was proved and arrives after it still opens them.
    pub key: ClaimsKey,
    /// When what the account keeps last changed, in seconds since the epoch; 0 for never.
    pub changed_at: i64,
}

/// The two limits of a service's sessions, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long a session lives without being used.
    pub idle: i64,
    /// How long it lives at most.
    pub absolute: i64,
}

impl Session {
    /// The bytes that are sealed; the format is pinned by a test.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let flags = u8::from(self.auth_time.is_some())
            + u8::from(self.email.is_some()) * 2
            + u8::from(self.phone.is_some()) * 4
            + u8::from(self.wallet_subject_id.is_some()) * 8
            + u8::from(self.is_moved()) * 16
            // A flag without bytes: a version that does not know it reads the session as arrived.
            + u8::from(self.arriving) * 32
            // Another one: that version reads the session of a person who was not invited.
            + u8::from(self.admitted) * 64;
        let format = match (&self.identity, self.reauthenticated_at) {
            (_, Some(_)) => FORMAT_REAUTHENTICATED,
            (Some(_), None) => FORMAT_WITH_IDENTITY,
            (None, None) => FORMAT,
        };
        let mut out = Writer::default()
            .byte(format)
            .byte(flags)
            .fixed(&self.id)
            .text(&self.subject)
            .byte(level_byte(self.level))
            .seconds(self.born_at)
            .seconds(self.created_at)
            .seconds(self.used_at)
            .seconds(self.checked_at);
        if let Some(auth_time) = self.auth_time {
            out = out.seconds(auth_time);
        }
        for contact in [&self.email, &self.phone].into_iter().flatten() {
            out = out.byte(contact.verified.into()).text(&contact.value);
        }
        if let Some(id) = &self.wallet_subject_id {
            out = out.text(id);
        }
        if let Some(reauthenticated_at) = self.reauthenticated_at {
            out = out.seconds(reauthenticated_at);
            out = out.byte(self.identity.is_some().into());
        }
        if let Some(identity) = &self.identity {
            out = out.fixed(identity.key.bytes()).seconds(identity.changed_at);
        }
        if self.is_moved() {
            let buries = self.buries.get(..MAX_BURIED).unwrap_or(&self.buries);
            out = out.fixed(&self.place).list(buries);
        }
        out.finish()
    }

    /// Whether its place has to be stored: the first session of a browser is where its id says.
    fn is_moved(&self) -> bool {
        self.place != first_place(&self.id) || !self.buries.is_empty()
    }

    /// The name of its cookie.
    #[must_use]
    pub fn cookie_name(&self) -> String {
        match self.has_old_name {
            true => NAME.to_owned(),
            false => format!("{PREFIX}{}", encode(&self.place)),
        }
    }

    /// Whether a cookie of this name is where it is kept; without asking for memory, because every
    /// request of a session asks.
    #[must_use]
    pub fn is_kept_as(&self, name: &str) -> bool {
        use base64ct::{Base64UrlUnpadded, Encoding};
        let mut place = [0; 6];
        let part = name.strip_prefix(PREFIX).unwrap_or_default();
        match Base64UrlUnpadded::decode(part, &mut place) {
            Ok(read) => read == self.place,
            Err(_) => false,
        }
    }

    /// Reads what [`Session::to_bytes`] wrote, or `None` for any other bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut read = Reader::new(bytes);
        let format = read.byte()?;
        if !(FORMAT..=FORMAT_REAUTHENTICATED).contains(&format) {
            return None;
        }
        let flags = read.byte()?;
        let has = |bit: u8| flags & (1 << bit) != 0;
        let contact = |read: &mut Reader<'_>| -> Option<Contact> {
            let verified = read.byte()? != 0;
            Some(Contact {
                value: read.text()?,
                verified,
            })
        };
        let id = read.fixed()?;
        let mut session = Self {
            id,
            subject: read.text()?,
            level: level_of(read.byte()?)?,
            born_at: read.seconds()?,
            created_at: read.seconds()?,
            used_at: read.seconds()?,
            checked_at: read.seconds()?,
            auth_time: None,
            reauthenticated_at: None,
            email: None,
            phone: None,
            wallet_subject_id: None,
            identity: None,
            place: first_place(&id),
            buries: Vec::new(),
            arriving: has(5),
            admitted: has(6),
            has_old_name: false,
        };
        if has(0) {
            session.auth_time = Some(read.seconds()?);
        }
        if has(1) {
            session.email = Some(contact(&mut read)?);
        }
        if has(2) {
            session.phone = Some(contact(&mut read)?);
        }
        if has(3) {
            session.wallet_subject_id = Some(read.text()?);
        }
        let mut has_identity = format == FORMAT_WITH_IDENTITY;
        if format == FORMAT_REAUTHENTICATED {
            session.reauthenticated_at = Some(read.seconds()?);
            has_identity = read.flag()?;
        }
        if has_identity {
            session.identity = Some(Identity {
                key: ClaimsKey::new(read.fixed()?),
                changed_at: read.seconds()?,
            });
        }
        if has(4) {
            session.place = read.fixed()?;
            session.buries = read.list(MAX_BURIED)?;
            session.is_moved().then_some(())?;
        }
        read.end()?;
        Some(session)
    }

    /// Whether the session may be used now: inside both limits, and not from the future.
    #[must_use]
    pub const fn is_live(&self, now: i64, limits: Limits) -> bool {
        now < self.used_at + limits.idle
            && now < self.expires_at(limits)
            && self.created_at <= now + SKEW
            && self.used_at <= now + SKEW
    }

    /// When the session ends at the latest, in seconds since the epoch.
    #[must_use]
    pub const fn expires_at(&self, limits: Limits) -> i64 {
        self.created_at + limits.absolute
    }

    /// The session as used now, when its last renewal is a minute ago or more, or its account has
    /// just been asked.
    ///
    /// `used_at` never moves back, so that parallel answers cannot shorten a session.
    #[must_use]
    pub fn renewed(&self, now: i64) -> Option<Self> {
        let due = now >= self.used_at + RENEWAL;
        let checked = self.checked_at == now && now > self.used_at;
        (due || checked).then(|| Self {
            used_at: now,
            ..self.clone()
        })
    }
}

impl Form for Place {
    fn write(&self, out: Writer) -> Writer {
        out.fixed(self)
    }

    fn read(read: &mut Reader<'_>) -> Option<Self> {
        read.fixed()
    }
}

/// The place of a session that took over from none.
#[must_use]
pub const fn first_place(id: &[u8; 16]) -> Place {
    let [a, b, c, d, e, f, ..] = *id;
    [a, b, c, d, e, f]
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
