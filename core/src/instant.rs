//! Time as the domain knows it: whole seconds and whole days, in UTC. The domain is told the time, it never asks.

use core::{fmt, str::FromStr};

use time::{
    Date, Month, OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description,
};

use crate::error::Malformed;

/// A moment, in whole seconds UTC. Written as RFC 3339 with `Z`: `2026-11-22T10:15:00Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(OffsetDateTime);

/// A UTC calendar day, from 1970-01-01 on. Written as ISO 8601: `2026-11-22`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(u32);

/// The last second that can be written: 9999-12-31T23:59:59Z.
const LAST_SECOND: i64 = 253_402_300_799;
const SECONDS_A_DAY: i64 = 86_400;

impl Instant {
    /// The moment this many seconds after 1970-01-01T00:00:00Z; from 1970 to the end of the year 9999.
    pub fn from_unix(seconds: i64) -> Result<Self, Malformed> {
        let wrong = Malformed::new("time", "must lie between the years 1970 and 9999");
        if !(0..=LAST_SECOND).contains(&seconds) {
            return Err(wrong);
        }
        OffsetDateTime::from_unix_timestamp(seconds).map(Self).map_err(|_| wrong)
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix(self) -> i64 {
        self.0.unix_timestamp()
    }

    /// The UTC day it falls on.
    #[must_use]
    pub fn day(self) -> Day {
        Day(u32::try_from(self.unix() / SECONDS_A_DAY).unwrap_or(u32::MAX))
    }

    /// So many seconds later.
    #[must_use]
    pub fn plus_seconds(self, seconds: u32) -> Self {
        Self::from_unix(self.unix() + i64::from(seconds)).unwrap_or(self)
    }

    /// The same time of day so many calendar months later, or the last day of that month where it is shorter.
    #[must_use]
    pub fn plus_months(self, months: u8) -> Self {
        let later = self.day().plus_months(months);
        let seconds = i64::from(later.0) * SECONDS_A_DAY + self.unix() % SECONDS_A_DAY;
        Self::from_unix(seconds).unwrap_or(self)
    }
}

impl Day {
    /// The day this many days after 1970-01-01.
    #[must_use]
    pub const fn from_unix_days(days: u32) -> Self {
        Self(days)
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub const fn unix_days(self) -> u32 {
        self.0
    }

    /// Midnight UTC, the first second of the day.
    #[must_use]
    pub fn start(self) -> Instant {
        Instant(self.date().midnight().assume_utc())
    }

    /// The calendar date.
    #[must_use]
    pub fn date(self) -> Date {
        i32::try_from(self.0)
            .ok()
            .and_then(|days| Date::from_julian_day(days.saturating_add(JULIAN_DAY_OF_1970)).ok())
            .unwrap_or(Date::MAX)
    }

    /// The day a calendar date names.
    pub fn from_date(date: Date) -> Result<Self, Malformed> {
        u32::try_from(date.to_julian_day() - JULIAN_DAY_OF_1970)
            .map(Self)
            .map_err(|_| Malformed::new("date", "must not lie before 1970"))
    }

    /// The same day so many calendar months later, or the last day of that month where it is shorter.
    #[must_use]
    pub fn plus_months(self, months: u8) -> Self {
        let date = self.date();
        let total = u32::from(u8::from(date.month())) - 1 + u32::from(months);
        let year = date.year() + i32::try_from(total / 12).unwrap_or(0);
        let month = Month::January.nth_next(u8::try_from(total % 12).unwrap_or(0));
        let day = date.day().min(month.length(year));
        Date::from_calendar_date(year, month, day).ok().and_then(|d| Self::from_date(d).ok()).unwrap_or(self)
    }
}

/// The Julian day number of 1970-01-01.
const JULIAN_DAY_OF_1970: i32 = 2_440_588;

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second) = self.0.to_hms();
        write!(f, "{}T{hour:02}:{minute:02}:{second:02}Z", self.day())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date().to_calendar_date();
        write!(f, "{year:04}-{:02}-{day:02}", u8::from(month))
    }
}

impl FromStr for Instant {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = Malformed::new("time", "must be RFC 3339 in UTC and whole seconds: 2026-11-22T10:15:00Z");
        let moment = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| wrong)?;
        let instant = Self::from_unix(moment.unix_timestamp())?;
        // Exactly one way to write a moment: what is hashed must not have two spellings.
        let mut written = Fixed::<20>::default();
        fmt::write(&mut written, format_args!("{instant}")).map_err(|_| wrong)?;
        if written.as_bytes() == text.as_bytes() { Ok(instant) } else { Err(wrong) }
    }
}

impl FromStr for Day {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = Malformed::new("date", "must be a calendar date as year-month-day: 2026-11-22");
        if text.len() != 10 {
            return Err(wrong);
        }
        let date = Date::parse(text, format_description!("[year]-[month]-[day]")).map_err(|_| wrong)?;
        Self::from_date(date)
    }
}

/// A few bytes of text on the stack.
struct Fixed<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Default for Fixed<N> {
    fn default() -> Self {
        Self { bytes: [0; N], length: 0 }
    }
}

impl<const N: usize> Fixed<N> {
    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl<const N: usize> fmt::Write for Fixed<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Day, Instant};

    #[test]
    fn one_spelling_of_a_moment() {
        let moment: Instant = "2026-11-22T10:15:00Z".parse().unwrap();
        assert_eq!(moment.unix(), 1_795_342_500);
        assert_eq!(moment.to_string(), "2026-11-22T10:15:00Z");
        assert_eq!(moment.day().to_string(), "2026-11-22");
        for other in [
            "2026-11-22T10:15:00.0Z",
            "2026-11-22T10:15:00+00:00",
            "2026-11-22t10:15:00z",
            "",
            "1969-12-31T23:59:59Z",
        ] {
            assert!(other.parse::<Instant>().is_err(), "{other}");
        }
    }

    #[test]
    fn months_end_on_a_day_that_exists() {
        for (from, months, to) in [
            ("2026-11-22", 6, "2027-05-22"),
            ("2026-08-31", 6, "2027-02-28"),
            ("2027-08-31", 6, "2028-02-29"),
            ("2026-12-31", 12, "2027-12-31"),
            ("2026-01-31", 1, "2026-02-28"),
        ] {
            assert_eq!(from.parse::<Day>().unwrap().plus_months(months).to_string(), to);
        }
        let late: Instant = "2026-08-31T23:59:59Z".parse().unwrap();
        assert_eq!(late.plus_months(6).to_string(), "2027-02-28T23:59:59Z");
    }

    #[test]
    fn days_are_real_days() {
        for wrong in ["2026-02-29", "2026-13-01", "26-01-01", "2026-1-1", "1969-12-31", "+2026-01-01"] {
            assert!(wrong.parse::<Day>().is_err(), "{wrong}");
        }
    }
}
