//! A stored record, read without copying.
//!
//! A download reads millions of records that this program has written. So each is held against its commitment,
//! which proves every byte, and is then read loosely; parsing it as strictly as what comes from outside would
//! prove less and take five times as long.

use std::collections::BTreeMap;

use koektrommel_core::{entry::Entry, record::RecordId};
use serde::Deserialize;

/// The members of a record that downloads and verification look at. Of an access, most are empty.
#[derive(Debug, Deserialize)]
pub struct Row<'a> {
    /// `consent`, `access`.
    pub kind: &'a str,
    /// When it was recorded: RFC 3339, UTC, whole seconds.
    pub time: &'a str,
    /// The name of a decision.
    #[serde(default)]
    pub record: &'a str,
    /// The site.
    #[serde(default)]
    pub site: &'a str,
    /// `given`, `refused`, `withdrawn`.
    #[serde(default)]
    pub event: &'a str,
    /// The answers, by purpose.
    #[serde(default, borrow)]
    pub choices: BTreeMap<&'a str, bool>,
    /// The language of what was shown.
    #[serde(default)]
    pub language: &'a str,
    /// Where the decision was made.
    #[serde(default)]
    pub layer: &'a str,
    /// Which control was used.
    #[serde(default)]
    pub control: &'a str,
    /// Who or what used it.
    #[serde(default)]
    pub actor: &'a str,
    /// Until when the decision holds.
    #[serde(default)]
    pub until: &'a str,
    /// The hash of what was shown.
    #[serde(default)]
    pub notice: &'a str,
    /// Whether the browser sent Global Privacy Control with the decision.
    #[serde(default)]
    pub gpc: bool,
    /// The pseudonym, if anything was granted.
    pub subject: Option<&'a str>,
    /// The index of the decision before it.
    pub previous: Option<u64>,
    /// Of the end of a download: the index of its beginning.
    pub begun: Option<u64>,
}

impl<'a> Row<'a> {
    /// Reads a record that has been held against its commitment.
    #[must_use]
    pub fn read(record: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(record).ok()
    }

    /// Whether the record was made on the day of its entry.
    #[must_use]
    pub fn is_of_day_of(&self, entry: &Entry) -> bool {
        unix_days(self.time) == Some(entry.day.unix_days())
    }

    /// Whether the record names this place in the log. An access has no name.
    #[must_use]
    pub fn is_at(&self, index: u64) -> bool {
        self.kind != "consent" || self.record.parse::<RecordId>().is_ok_and(|id| id.index() == index)
    }
}

/// Days since 1970-01-01 of a moment as records have it, `2026-11-22T10:15:00Z`; none for another form. Ten times
/// as fast as reading the moment, which a verification does for every record.
fn unix_days(time: &str) -> Option<u32> {
    const FORM: &[u8; 20] = b"0000-00-00T00:00:00Z";
    let time: &[u8; 20] = time.as_bytes().try_into().ok()?;
    let fits = |(byte, form): (&u8, &u8)| if *form == b'0' { byte.is_ascii_digit() } else { byte == form };
    if !time.iter().zip(FORM).all(fits) {
        return None;
    }
    let number = |digits: &[u8]| digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
    let (year, month, day) = (number(&time[..4]), number(&time[5..7]), number(&time[8..10]));
    if !(1..=12).contains(&month) || year < 1970 {
        return None;
    }
    // Years begin in March here, so that the leap day is the last one.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    days.checked_sub(DAYS_TO_1970 + 1)
}

/// From the first of March of the year 0 to the first of January of 1970.
const DAYS_TO_1970: u32 = 719_468;

#[cfg(test)]
mod tests {
    use koektrommel_core::instant::Day;

    use super::unix_days;

    #[test]
    fn days_are_those_of_the_calendar() {
        for days in (0..60_000).chain([2_932_896]) {
            let time = format!("{}T23:59:59Z", Day::from_unix_days(days));
            assert_eq!(unix_days(&time), Some(days), "{time}");
        }
        for wrong in
            ["", "2026-11-22", "2026-13-22T10:15:00Z", "2026-11-22 10:15:00Z", "1969-12-31T10:15:00Z"]
        {
            assert_eq!(unix_days(wrong), None, "{wrong}");
        }
    }
}
