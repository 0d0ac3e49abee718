//! How long somebody must wait after too many wrong passwords for a name.
//!
//! Counted by name and not by address, which is never kept. A name that does not exist is counted too, so that
//! waiting does not tell which names do. Who keeps trying can make an officer wait, five minutes at most; bearer
//! tokens and open sessions go on.

use std::collections::HashMap;

use koektrommel_core::{hash::Hash, instant::Instant};

use super::TooMany;

/// So many failures cost nothing.
const FREE: u32 = 5;
/// The longest wait, in seconds.
const LONGEST_WAIT: u32 = 5 * 60;
/// Failures are forgotten so many seconds after the last one.
const MEMORY: i64 = 24 * 60 * 60;
/// The most names that are remembered. Those with the fewest failures make place, so that trying many names does
/// not clear the one that is under attack.
const NAMES: usize = 1024;

pub(super) struct Throttle(HashMap<Hash, Failures>);

struct Failures {
    count: u32,
    last: Instant,
}

impl Throttle {
    pub(super) fn new() -> Self {
        Self(HashMap::new())
    }

    /// Counts a try as failed, or says how long to wait before the next.
    pub(super) fn attempt(&mut self, name: &str, now: Instant) -> Result<(), TooMany> {
        let key = key(name);
        if !self.0.contains_key(&key) {
            self.make_place(now);
        }
        let failures = self.0.entry(key).or_insert(Failures { count: 0, last: now });
        let elapsed = (now.unix() - failures.last.unix()).max(0);
        if elapsed > MEMORY {
            failures.count = 0;
        }
        let wait = i64::from(wait_after(failures.count)) - elapsed;
        if let Ok(retry_after @ 1..) = u32::try_from(wait) {
            return Err(TooMany { retry_after });
        }
        failures.count = failures.count.saturating_add(1);
        failures.last = now;
        Ok(())
    }

    pub(super) fn forget(&mut self, name: &str) {
        self.0.remove(&key(name));
    }

    fn make_place(&mut self, now: Instant) {
        if self.0.len() < NAMES {
            return;
        }
        self.0.retain(|_, failures| now.unix() - failures.last.unix() <= MEMORY);
        if self.0.len() >= NAMES
            && let Some(key) = self.0.iter().min_by_key(|(_, f)| (f.count, f.last)).map(|(key, _)| *key)
        {
            self.0.remove(&key);
        }
    }
}

/// Seconds to wait after so many failures: 0, then 2, 4, 8 … up to five minutes.
fn wait_after(failures: u32) -> u32 {
    match failures.checked_sub(FREE) {
        None => 0,
        Some(beyond) => 2_u32.saturating_pow(beyond.saturating_add(1)).min(LONGEST_WAIT),
    }
}

/// What people type as a name may be anything, a password too: only its digest is kept.
fn key(name: &str) -> Hash {
    Hash::of(&[name.as_bytes()])
}

#[cfg(test)]
mod tests {
    use koektrommel_core::instant::Instant;

    use super::{NAMES, Throttle, wait_after};

    #[test]
    fn waits_grow_and_stop_growing() {
        assert_eq!(
            [0, 4, 5, 6, 11, 12, 13, 35, 36, 37, 999].map(wait_after),
            [0, 0, 2, 4, 128, 256, 300, 300, 300, 300, 300]
        );
    }

    #[test]
    fn trying_many_names_does_not_clear_the_one_under_attack() {
        let now = Instant::from_unix(1_000_000).unwrap();
        let mut throttle = Throttle::new();
        for _ in 0..5 {
            throttle.attempt("anna", now).unwrap();
        }
        for n in 0..3 * NAMES {
            throttle.attempt(&n.to_string(), now).unwrap();
        }
        assert!(throttle.0.len() <= NAMES);
        assert!(throttle.attempt("anna", now).is_err());
        let tomorrow = Instant::from_unix(1_000_000 + 25 * 3600).unwrap();
        assert!(throttle.attempt("anna", tomorrow).is_ok());
    }
}
