//! How decisions reached the server, in numbers since it started: how many were stored, how many of those came late, and
//! how many were made on a text that no longer counts. Numbers alone, in memory: no moment, nothing about who.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use koektrommel_core::identifier::SiteId;

/// After how many seconds a decision came late: its device had no connection, or its clock is slow.
pub const LATE: u32 = 60;

/// The numbers of one site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Decisions that were stored, each once.
    pub stored: u64,
    /// Those of them that came late.
    pub late: u64,
    /// Decisions that were answered with 409, so that the visitor is asked again.
    pub outdated: u64,
}

/// The numbers of every site.
#[derive(Debug, Default)]
pub struct Arrivals(Mutex<BTreeMap<SiteId, Counts>>);

impl Arrivals {
    /// Counts a decision that was stored.
    pub fn stored(&self, site: &SiteId, is_late: bool) {
        let mut sites = self.lock();
        let counts = sites.entry(site.clone()).or_default();
        counts.stored = counts.stored.saturating_add(1);
        counts.late = counts.late.saturating_add(u64::from(is_late));
    }

    /// Counts a decision that was answered with 409.
    pub fn outdated(&self, site: &SiteId) {
        let mut sites = self.lock();
        let counts = sites.entry(site.clone()).or_default();
        counts.outdated = counts.outdated.saturating_add(1);
    }

    /// The numbers of a site.
    #[must_use]
    pub fn of(&self, site: &SiteId) -> Counts {
        self.lock().get(site).copied().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<SiteId, Counts>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
