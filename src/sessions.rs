//! Who is signed in, and how often somebody may try.
//!
//! All of it is in memory: a restart signs everybody out, and nothing that was stolen from the data folder opens
//! a session. A session holds a name and no rights; those are read from the accounts with every request.

mod throttle;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use data_encoding::BASE64URL_NOPAD;
use koektrommel_core::{hash::Hash, identifier::OfficerName, instant::Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use self::throttle::Throttle;
use crate::{
    accounts::{Officer, is_same},
    clock::Clock,
    keys::{KeyError, random},
};

/// The cookie of a session. Its value is 256 random bits; only their SHA-256 is kept here.
pub const COOKIE: &str = "__Host-koek_officer";

/// A session ends after so many seconds without a request: 30 minutes.
pub const IDLE_SECONDS: i64 = 30 * 60;

/// A session ends after so many seconds in any case: 8 hours.
pub const LONGEST_SECONDS: i64 = 8 * 60 * 60;

/// How many sign-ins may wait for the one that is being checked.
const WAITING: usize = 8;

/// The sessions of a server, its throttle of sign-ins, and the one-time link for the first officer.
pub struct Sessions {
    clock: Clock,
    open: Mutex<HashMap<Hash, Session>>,
    throttle: Mutex<Throttle>,
    invitation: Mutex<Option<Hash>>,
    /// One password is hashed at a time: it takes 19 MiB and a processor, and strangers can ask for it.
    hashing: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

struct Session {
    name: OfficerName,
    /// The account's stamp when the session began: another password ends it.
    stamp: Hash,
    opened: Instant,
    seen: Instant,
}

/// A sign-in that may be checked now. Others wait until it is dropped: take it to the thread that checks, so that
/// who hangs up does not let the next one in early.
#[must_use]
pub struct Turn {
    _hashing: OwnedSemaphorePermit,
    _waiting: OwnedSemaphorePermit,
}

/// Too many tries: come back after so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany {
    /// For the `Retry-After` header.
    pub retry_after: u32,
}

impl Sessions {
    /// No sessions yet.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            open: Mutex::default(),
            throttle: Mutex::new(Throttle::new()),
            invitation: Mutex::default(),
            hashing: Arc::new(Semaphore::new(1)),
            waiting: Arc::new(Semaphore::new(WAITING)),
        }
    }

    /// Opens a session and returns the `Set-Cookie` header that carries it.
    pub fn open(&self, officer: &Officer) -> Result<String, KeyError> {
        let value = BASE64URL_NOPAD.encode(&random::<32>()?);
        let now = self.clock.now();
        let session = Session { name: officer.name.clone(), stamp: officer.stamp, opened: now, seen: now };
        let mut open = lock(&self.open);
        open.retain(|_, session| session.is_open(now));
        open.insert(digest(&value), session);
        Ok(set_cookie(value))
    }

    /// Whose open session this cookie value is, and the account's stamp when it began. Counts as a sign of life.
    #[must_use]
    pub fn find(&self, value: &str) -> Option<(OfficerName, Hash)> {
        let now = self.clock.now();
        let mut open = lock(&self.open);
        let key = digest(value);
        let session = open.get_mut(&key).filter(|session| session.is_open(now));
        let Some(session) = session else {
            open.remove(&key);
            return None;
        };
        session.seen = session.seen.max(now);
        Some((session.name.clone(), session.stamp))
    }

    /// Ends a session and returns the `Set-Cookie` header that removes the cookie. A session that is not open is
    /// ended already.
    pub fn close(&self, value: &str) -> String {
        lock(&self.open).remove(&digest(value));
        clear_cookie()
    }

    /// Asks to check a password for this name, and counts it as a failure until [`succeeded`](Self::succeeded).
    ///
    /// # Errors
    /// Too many failures for this name lately, or too many sign-ins at this moment.
    pub async fn turn(&self, name: &str) -> Result<Turn, TooMany> {
        let busy = TooMany { retry_after: 2 };
        let waiting = Arc::clone(&self.waiting).try_acquire_owned().map_err(|_| busy)?;
        lock(&self.throttle).attempt(name, self.clock.now())?;
        let hashing = Arc::clone(&self.hashing).acquire_owned().await.map_err(|_| busy)?;
        Ok(Turn { _hashing: hashing, _waiting: waiting })
    }

    /// Forgets the failures for this name.
    pub fn succeeded(&self, name: &str) {
        lock(&self.throttle).forget(name);
    }

    /// Makes the token of the one-time link with which the first officer makes an account. One made before stops
    /// working.
    pub fn invite(&self) -> Result<String, KeyError> {
        let token = BASE64URL_NOPAD.encode(&random::<32>()?);
        *lock(&self.invitation) = Some(digest(&token));
        Ok(token)
    }

    /// Whether this is the token of the one-time link, and it has not been used.
    #[must_use]
    pub fn is_invited(&self, token: &str) -> bool {
        lock(&self.invitation).is_some_and(|expected| is_same(&expected, &digest(token)))
    }

    /// Uses up the one-time link.
    pub fn close_invitation(&self) {
        *lock(&self.invitation) = None;
    }
}

impl Session {
    fn is_open(&self, now: Instant) -> bool {
        now.unix() - self.seen.unix() < IDLE_SECONDS && now.unix() - self.opened.unix() < LONGEST_SECONDS
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions(…)")
    }
}

/// A secret from outside is looked up by its digest, so that the time a look-up takes tells nothing of a secret.
fn digest(value: &str) -> Hash {
    Hash::of(&[value.as_bytes()])
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No change here stops half-way, so a panic elsewhere leaves nothing broken behind.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// No `Max-Age`: the browser forgets it when it closes, and the server decides anyhow.
fn set_cookie(value: String) -> String {
    build(value).build().to_string()
}

fn clear_cookie() -> String {
    build(String::new()).max_age(time::Duration::ZERO).build().to_string()
}

fn build(value: String) -> cookie::CookieBuilder<'static> {
    cookie::Cookie::build((COOKIE, value))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(cookie::SameSite::Strict)
}

#[cfg(test)]
mod tests {
    use koektrommel_core::{hash::Hash, instant::Instant};

    use super::{IDLE_SECONDS, LONGEST_SECONDS, Sessions};
    use crate::{
        accounts::{Officer, Role},
        clock::Clock,
    };

    fn at(seconds: i64) -> Instant {
        Instant::from_unix(1_795_342_500 + seconds).unwrap()
    }

    fn anna() -> Officer {
        Officer { name: "anna".parse().unwrap(), role: Role::Officer, stamp: Hash::of(&[b"1"]) }
    }

    fn value(header: &str) -> &str {
        header.strip_prefix("__Host-koek_officer=").unwrap().split(';').next().unwrap()
    }

    #[test]
    fn a_session_ends_when_idle_when_old_and_when_closed() {
        let clock = Clock::manual(at(0));
        let sessions = Sessions::new(clock.clone());
        let open = || sessions.open(&anna()).unwrap();
        let header = open();
        assert!(header.ends_with("; HttpOnly; SameSite=Strict; Secure; Path=/"), "{header}");
        let name = |header: &str| sessions.find(value(header)).map(|(name, _)| name.to_string());

        assert_eq!(name(&header), Some("anna".to_owned()));
        assert_eq!(sessions.find(""), None);
        assert_eq!(sessions.find(&value(&header).replace(|c: char| c.is_ascii_digit(), "x")), None);
        clock.set(at(IDLE_SECONDS - 1));
        assert!(name(&header).is_some());
        clock.set(at(2 * IDLE_SECONDS - 1));
        assert!(name(&header).is_none(), "idle");
        clock.set(at(0));
        assert!(name(&header).is_none(), "and never again");

        let header = open();
        for seconds in (0..LONGEST_SECONDS).step_by(1000) {
            clock.set(at(seconds));
            assert!(name(&header).is_some());
        }
        clock.set(at(LONGEST_SECONDS));
        assert!(name(&header).is_none(), "old");

        let header = open();
        assert!(sessions.close(value(&header)).contains("Max-Age=0"));
        assert!(name(&header).is_none(), "closed");
    }

    #[test]
    fn the_link_for_the_first_officer_works_until_it_is_used() {
        let sessions = Sessions::new(Clock::manual(at(0)));
        assert!(!sessions.is_invited(""));
        let (first, second) = (sessions.invite().unwrap(), sessions.invite().unwrap());
        assert_eq!((sessions.is_invited(&first), sessions.is_invited(&second)), (false, true));
        sessions.close_invitation();
        assert!(!sessions.is_invited(&second));
    }

    #[actix_web::test]
    async fn a_wrong_password_makes_the_next_wait_and_the_right_one_ends_it() {
        let clock = Clock::manual(at(0));
        let sessions = Sessions::new(clock.clone());
        for _ in 0..5 {
            drop(sessions.turn("anna").await.unwrap());
        }
        assert_eq!(sessions.turn("anna").await.err().unwrap().retry_after, 2);
        drop(sessions.turn("bert").await.unwrap());
        clock.set(at(2));
        drop(sessions.turn("anna").await.unwrap());
        sessions.succeeded("anna");
        drop(sessions.turn("anna").await.unwrap());
    }
}
