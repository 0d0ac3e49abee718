//! Days and times in the Netherlands, for people who ask by day and read a clock on the wall.
//!
//! The `time` crate has no time-zone data. The rule for Europe/Amsterdam is that of the European Union since 1996
//! (Directive 2000/84/EC): one hour ahead of UTC, and two from 01:00 UTC on the last Sunday of March to 01:00 UTC
//! on the last Sunday of October. The log is younger than the rule. If the law changes, this module changes.

use std::{fmt, ops::Range};

use koektrommel_core::{
    error::Malformed,
    instant::{Day, Instant},
};
use time::{Date, Month};

const HOUR: i64 = 3600;

/// The first second of a local calendar day. The clock never changes at midnight, so there is exactly one.
#[must_use]
pub fn local_day_start(date: Date) -> Instant {
    let summer =
        last_sunday(date.year(), Month::March) < date && date <= last_sunday(date.year(), Month::October);
    let ahead = if summer { 2 * HOUR } else { HOUR };
    let utc_midnight = date.midnight().assume_utc().unix_timestamp();
    // 1970-01-01 began in 1969 UTC, where no moment can be written.
    Instant::from_unix((utc_midnight - ahead).max(0)).unwrap_or_else(|_| Day::from_unix_days(0).start())
}

/// The local calendar day at a moment.
#[must_use]
pub fn local_date(at: Instant) -> Date {
    shifted(at).day().date()
}

/// The local time at a moment, as `2026-11-22 11:15:00`. In the hour that the clock is put back, two moments are
/// written the same; the time in UTC beside it tells them apart.
#[must_use]
pub fn local(at: Instant) -> String {
    let shifted = shifted(at);
    let seconds = shifted.unix() - shifted.day().start().unix();
    format!("{} {:02}:{:02}:{:02}", shifted.day(), seconds / HOUR, seconds / 60 % 60, seconds % 60)
}

/// The moment whose UTC spelling is the local spelling of this one.
fn shifted(at: Instant) -> Instant {
    let year = at.day().date().year();
    let switch = |month| last_sunday(year, month).midnight().assume_utc().unix_timestamp() + HOUR;
    let summer = (switch(Month::March)..switch(Month::October)).contains(&at.unix());
    Instant::from_unix(at.unix() + if summer { 2 * HOUR } else { HOUR }).unwrap_or(at)
}

fn last_sunday(year: i32, month: Month) -> Date {
    let last = Date::from_calendar_date(year, month, month.length(year)).unwrap_or(Date::MAX);
    let back = i64::from(last.weekday().number_days_from_sunday());
    last.saturating_sub(time::Duration::days(back))
}

/// A period of whole local days; both ends belong to it, and either may be open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    from: Option<Date>,
    to: Option<Date>,
}

impl Period {
    /// A period from a day to a day.
    ///
    /// # Errors
    /// Names `to` if it lies before `from`.
    pub fn new(from: Option<Date>, to: Option<Date>) -> Result<Self, Malformed> {
        match (from, to) {
            (Some(from), Some(to)) if to < from => Err(Malformed::new("to", "must not lie before `from`")),
            _ => Ok(Self { from, to }),
        }
    }

    /// Reads a period from dates as `2026-11-22`; an empty text is an open end.
    ///
    /// # Errors
    /// Names the field, `from` or `to`.
    pub fn parse(from: Option<&str>, to: Option<&str>) -> Result<Self, Malformed> {
        let read = |text: Option<&str>, what| match text {
            None | Some("") => Ok(None),
            Some(text) => {
                let day: Result<Day, _> = text.parse();
                day.map(|day| Some(day.date())).map_err(|error| Malformed::new(what, error.why))
            }
        };
        Self::new(read(from, "from")?, read(to, "to")?)
    }

    /// The calendar month in which a day lies, up to and including that day.
    #[must_use]
    pub fn month_to(day: Date) -> Self {
        Self { from: day.replace_day(1).ok(), to: Some(day) }
    }

    /// The first day, as `2026-11-22`.
    #[must_use]
    pub fn from(&self) -> Option<String> {
        self.from.map(written)
    }

    /// The last day.
    #[must_use]
    pub fn to(&self) -> Option<String> {
        self.to.map(written)
    }

    /// Its seconds: from the first that belongs to it, up to the first that no longer does.
    #[must_use]
    pub fn seconds(&self) -> Range<Option<Instant>> {
        let end = self.to.map(|to| to.next_day().map(local_day_start));
        self.from.map(local_day_start)..end.flatten()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = "…".to_owned();
        write!(f, "{} – {}", self.from().unwrap_or_else(|| open.clone()), self.to().unwrap_or(open))
    }
}

fn written(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}

#[cfg(test)]
mod tests {
    use koektrommel_core::instant::Instant;
    use time::Date;

    use super::{Period, local, local_date, local_day_start};

    fn date(text: &str) -> Date {
        Period::parse(Some(text), None).unwrap().from.unwrap()
    }

    fn start(text: &str) -> String {
        local_day_start(date(text)).to_string()
    }

    fn hours(text: &str) -> i64 {
        let day = date(text);
        (local_day_start(day.next_day().unwrap()).unix() - local_day_start(day).unix()) / 3600
    }

    #[test]
    fn days_start_at_local_midnight_and_two_of_them_are_not_24_hours() {
        assert_eq!(start("2026-11-22"), "2026-11-21T23:00:00Z");
        assert_eq!(start("2026-07-01"), "2026-06-30T22:00:00Z");
        // The switch days of five years, among them a last Sunday that is the last of the month.
        for (spring, autumn) in [
            ("2024-03-31", "2024-10-27"),
            ("2025-03-30", "2025-10-26"),
            ("2026-03-29", "2026-10-25"),
            ("2027-03-28", "2027-10-31"),
            ("2028-03-26", "2028-10-29"),
        ] {
            assert_eq!((hours(spring), hours(autumn)), (23, 25), "{spring}");
            assert!(start(spring).ends_with("T23:00:00Z") && start(autumn).ends_with("T22:00:00Z"));
        }
        let days = (0..800).map(|n| date("2026-01-01") + time::Duration::days(n));
        assert_eq!(days.filter(|day| hours(&super::written(*day)) != 24).count(), 4);
    }

    #[test]
    fn the_clock_on_the_wall() {
        for (utc, wall) in [
            ("2026-11-22T10:15:00Z", "2026-11-22 11:15:00"),
            ("2026-03-29T00:59:59Z", "2026-03-29 01:59:59"),
            ("2026-03-29T01:00:00Z", "2026-03-29 03:00:00"),
            ("2026-10-25T00:30:00Z", "2026-10-25 02:30:00"),
            ("2026-10-25T00:59:59Z", "2026-10-25 02:59:59"),
            ("2026-10-25T01:00:00Z", "2026-10-25 02:00:00"),
            ("2026-12-31T23:00:00Z", "2027-01-01 00:00:00"),
            ("2026-06-30T22:00:00Z", "2026-07-01 00:00:00"),
        ] {
            let at: Instant = utc.parse().unwrap();
            assert_eq!(local(at), wall, "{utc}");
            assert_eq!(super::written(local_date(at)), wall[..10]);
        }
    }

    #[test]
    fn a_period_is_whole_local_days_and_says_which_end_is_wrong() {
        let period = Period::parse(Some("2026-10-25"), Some("2026-10-25")).unwrap();
        let seconds = period.seconds();
        assert_eq!(seconds.end.unwrap().unix() - seconds.start.unwrap().unix(), 25 * 3600);
        assert_eq!(Period::parse(None, Some("")).unwrap().seconds(), None..None);
        let wrong = |from, to| Period::parse(Some(from), Some(to)).unwrap_err().what;
        assert_eq!(wrong("2026-02-29", "2026-03-01"), "from");
        assert_eq!(wrong("2026-02-01", "gisteren"), "to");
        assert_eq!(wrong("2026-02-02", "2026-02-01"), "to");
        assert_eq!(Period::month_to(date("2026-11-22")).from().as_deref(), Some("2026-11-01"));
        assert!(Period::parse(None, Some("9999-12-31")).unwrap().seconds().end.is_none());
    }
}
