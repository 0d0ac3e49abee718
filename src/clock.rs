//! The one place that asks what time it is.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use koektrommel_core::instant::Instant;

/// Tells the time: the system's, or one that a test sets.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The system's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until [`set`](Self::set).
    #[must_use]
    pub fn manual(now: Instant) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(now.unix()))))
    }

    /// Sets a manual clock; the system's clock is left alone.
    pub fn set(&self, now: Instant) {
        if let Source::Manual(seconds) = &self.0 {
            seconds.store(now.unix(), Ordering::SeqCst);
        }
    }

    /// Now, in whole seconds UTC. A system clock outside the years 1970 to 9999 reads as 1970.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn now(&self) -> Instant {
        let seconds = match &self.0 {
            Source::System => time::OffsetDateTime::now_utc().unix_timestamp(),
            Source::Manual(seconds) => seconds.load(Ordering::SeqCst),
        };
        Instant::from_unix(seconds).unwrap_or(EPOCH.start())
    }
}

const EPOCH: koektrommel_core::instant::Day = koektrommel_core::instant::Day::from_unix_days(0);
