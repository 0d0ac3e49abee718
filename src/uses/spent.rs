//! Which hand-offs were taken: each may be taken once.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use koektrommel_core::instant::Instant;

/// The id of one hand-off: random, and never written anywhere but into its sealed cookie.
pub type Ticket = [u8; 16];

/// How many are remembered; about six megabytes.
const MOST: usize = 100_000;

/// The hand-offs that were taken and have not run out yet. In memory only: after a restart, a copy of a cookie that
/// was taken before it could be taken once more until its half hour is over.
#[derive(Debug, Default)]
pub struct Spent(Mutex<BTreeSet<(Instant, Ticket)>>);

impl Spent {
    /// Marks a hand-off as taken. `false` if it was taken before.
    ///
    /// Where there are more than can be remembered, those that run out first are forgotten: what a flood of requests
    /// could then take twice is its own. To refuse would let it take the hand-offs of others away.
    pub fn spend(&self, ticket: Ticket, until: Instant, now: Instant) -> bool {
        let mut spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while spent.first().is_some_and(|(until, _)| *until <= now) || spent.len() >= MOST {
            spent.pop_first();
        }
        spent.insert((until, ticket))
    }
}

#[cfg(test)]
mod tests {
    use koektrommel_core::instant::Instant;

    use super::{MOST, Spent, Ticket};

    fn ticket(n: u32) -> Ticket {
        let mut ticket = [0; 16];
        ticket[..4].copy_from_slice(&n.to_be_bytes());
        ticket
    }

    #[test]
    fn each_is_taken_once_and_memory_is_bounded() {
        let now: Instant = "2026-11-22T10:15:00Z".parse().unwrap();
        let spent = Spent::default();
        let until = now.plus_seconds(1800);
        assert!(spent.spend(ticket(0), until, now));
        assert!(!spent.spend(ticket(0), until, now));
        assert!(spent.spend(ticket(1), until, now));
        let len = || spent.0.lock().unwrap().len();
        // What has run out is forgotten.
        assert!(spent.spend(ticket(2), until.plus_seconds(1), until));
        assert_eq!(len(), 1);
        for n in 0..u32::try_from(MOST).unwrap() + 10 {
            spent.spend(ticket(n + 10), until.plus_seconds(2), until);
        }
        assert_eq!(len(), MOST);
    }
}
