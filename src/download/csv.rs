//! The log as a table, in two dialects: for Dutch Excel, and for other programs (RFC 4180).
//!
//! Rows are decisions. What else is in the range is not, and the manifest says how many there were. The
//! device's pseudonym is not shown, only whether there is one: whoever follows a device has the index of its decision
//! before this one.

use std::{borrow::Cow, io::Write, ops::Range};

use koektrommel_core::{merkle::leaf_hash, reference::Reference};
use koektrommel_evidence::{calendar::local, row::Row};

use super::{BrokenOff, Download, LeftOut, Sealed, Written, row_of, sink::Sink};
use crate::store::StoreError;

/// How a table is written.
pub(super) struct Dialect {
    delimiter: u8,
    /// A byte order mark: without it Excel takes UTF-8 for Windows-1252.
    mark: &'static str,
    /// The columns before and after those of the purposes.
    columns: [&'static [&'static str]; 2],
    purpose: &'static str,
    yes: &'static str,
    no: &'static str,
    /// Words of records in the words of the reader; those that are not here stay as they are.
    words: &'static [(&'static str, &'static str)],
    incomplete: &'static str,
}

/// Semicolons, a byte order mark, Dutch. No `sep=` line: it makes Excel overlook the mark.
pub(super) const EXCEL_NL: Dialect = Dialect {
    delimiter: b';',
    mark: "\u{feff}",
    columns: [
        &["Volgnummer", "Record", "Kenmerk", "Tijd (UTC)", "Tijd (Nederland)", "Site", "Gebeurtenis"],
        &[
            "Taal",
            "Waar gevraagd",
            "Knop",
            "Wie",
            "Geldig tot (UTC)",
            "Getoonde tekst",
            "Heeft pseudoniem",
            "Vorige keuze (volgnummer)",
            "GPC-signaal",
        ],
    ],
    purpose: "Doel: ",
    yes: "ja",
    no: "nee",
    words: &[
        ("given", "gegeven"),
        ("refused", "geweigerd"),
        ("withdrawn", "ingetrokken"),
        ("settings", "instellingen"),
        ("page", "pagina"),
        ("accept", "accepteren"),
        ("refuse", "weigeren"),
        ("save", "opslaan"),
        ("withdraw", "intrekken"),
        ("person", "persoon"),
        ("signal", "browsersignaal"),
        ("automation", "programma"),
    ],
    incomplete: "ONVOLLEDIG: het downloaden is afgebroken",
};

/// Commas, no mark, English, the words as they stand in the records.
pub(super) const RFC_4180: Dialect = Dialect {
    delimiter: b',',
    mark: "",
    columns: [
        &["index", "record", "reference", "time_utc", "time_local", "site", "event"],
        &["language", "layer", "control", "actor", "valid_until", "notice", "has_subject", "previous", "gpc"],
    ],
    purpose: "purpose_",
    yes: "yes",
    no: "no",
    words: &[],
    incomplete: "INCOMPLETE: the download was broken off",
};

impl Dialect {
    fn word<'a>(&self, word: &'a str) -> &'a str {
        self.words.iter().find(|(record, _)| *record == word).map_or(word, |(_, reader)| reader)
    }

    const fn answer(&self, yes: bool) -> &'static str {
        if yes { self.yes } else { self.no }
    }
}

pub(super) fn write<W: Write>(
    download: &Download,
    range: Range<u64>,
    dialect: &Dialect,
    sink: &mut Sink<W>,
) -> Result<Written, BrokenOff> {
    sink.write_all(dialect.mark.as_bytes())?;
    let mut table = Table::new(dialect, &mut *sink);
    let purposes: Vec<&str> = download.purposes.iter().map(|purpose| purpose.as_str()).collect();
    table.header(&purposes)?;
    let (mut count, mut left_out) = (0, LeftOut::default());
    let (wanted, mut clock) = (download.wanted_rows(), WallClock::default());
    let done = download.each_item(range, |index, item| {
        let row = row_of(index, item)?;
        let not_a_row = |row: &Row<'_>| (row.kind != "consent").then_some(Sealed::Statement);
        let sealed =
            row.as_ref().map_or(Some(Sealed::Erased), |row| wanted.seals(row).or_else(|| not_a_row(row)));
        match (sealed, &row) {
            (None, Some(row)) => {
                count += 1;
                let reference = Reference::new(index, &leaf_hash(&item.entry.encode()));
                table.row(index, reference, row, clock.local(row.time), &purposes)
            }
            (sealed, _) => {
                left_out.count(sealed.unwrap_or(Sealed::Erased));
                Ok(())
            }
        }
    });
    if matches!(done, Err(BrokenOff::Store(_))) {
        // The connection is cut as well; but who keeps half a file should see that it is one.
        table.fields.write_record([dialect.incomplete]).map_err(broken)?;
    }
    table.fields.flush()?;
    drop(table);
    // On an error nobody else will hand it on.
    if done.is_err() {
        sink.finish(|_| Ok(()))?;
    }
    done.map(|()| Written { count, lines: count + 1, left_out })
}

struct Table<'a, W: Write> {
    dialect: &'a Dialect,
    fields: csv::Writer<W>,
}

impl<'a, W: Write> Table<'a, W> {
    fn new(dialect: &'a Dialect, out: W) -> Self {
        let fields = csv::WriterBuilder::new()
            .delimiter(dialect.delimiter)
            .terminator(csv::Terminator::CRLF)
            // The mark that the last line of an incomplete file is has one field.
            .flexible(true)
            .from_writer(out);
        Self { dialect, fields }
    }

    fn header(&mut self, purposes: &[&str]) -> Result<(), BrokenOff> {
        let [before, after] = self.dialect.columns;
        before.iter().try_for_each(|name| self.field(name))?;
        purposes.iter().try_for_each(|purpose| self.field(&format!("{}{purpose}", self.dialect.purpose)))?;
        after.iter().try_for_each(|name| self.field(name))?;
        self.end()
    }

    fn row(
        &mut self,
        index: u64,
        reference: Option<Reference>,
        row: &Row<'_>,
        local: &str,
        purposes: &[&str],
    ) -> Result<(), BrokenOff> {
        self.number(Some(index))?;
        self.field(row.record)?;
        self.field(&reference.map(|reference| reference.to_string()).unwrap_or_default())?;
        self.field(row.time)?;
        self.field(local)?;
        self.field(row.site)?;
        self.field(self.dialect.word(row.event))?;
        let mut shown = 0;
        for purpose in purposes {
            let answer = row.choices.get(purpose).copied();
            shown += usize::from(answer.is_some());
            self.field(answer.map_or("", |yes| self.dialect.answer(yes)))?;
        }
        if shown != row.choices.len() {
            // A row that leaves an answer out proves something else than what was decided.
            return Err(
                StoreError::Corrupt(format!("record {index} has a purpose of no known notice")).into()
            );
        }
        self.field(row.language)?;
        self.field(self.dialect.word(row.layer))?;
        self.field(self.dialect.word(row.control))?;
        self.field(self.dialect.word(row.actor))?;
        self.field(row.until)?;
        self.field(row.notice)?;
        self.field(self.dialect.answer(row.subject.is_some()))?;
        self.number(row.previous)?;
        self.field(self.dialect.answer(row.gpc))?;
        self.end()
    }

    fn number(&mut self, number: Option<u64>) -> Result<(), BrokenOff> {
        let text = number.map(|number| number.to_string()).unwrap_or_default();
        self.fields.write_field(text).map_err(broken)
    }

    fn field(&mut self, text: &str) -> Result<(), BrokenOff> {
        self.fields.write_field(safe(text).as_bytes()).map_err(broken)
    }

    fn end(&mut self) -> Result<(), BrokenOff> {
        self.fields.write_record(None::<&[u8]>).map_err(broken)
    }
}

fn broken(error: csv::Error) -> BrokenOff {
    BrokenOff::Write(error.into())
}

/// A text that no spreadsheet takes for a formula (OWASP ASVS 1.2.10): what begins like one gets an apostrophe in
/// front, the full-width forms too. Nothing in a record can begin like one today; the table does not rely on it.
fn safe(text: &str) -> Cow<'_, str> {
    let begins_formula = |c| {
        matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\0')
            || matches!(c, '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}')
    };
    if text.starts_with(begins_formula) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Local times of records that come in order: worked out once for each hour. Offsets are whole hours, so minutes
/// and seconds are the same on the wall.
#[derive(Default)]
struct WallClock {
    hour: String,
    local: String,
}

impl WallClock {
    /// `2026-11-22T10:15:00Z` as `2026-11-22 11:15:00`.
    fn local(&mut self, time: &str) -> &str {
        const HOUR: usize = "2026-11-22T10".len();
        let (Some(hour), Some(rest)) = (time.get(..HOUR), time.get(HOUR..HOUR + 6)) else { return "" };
        if self.hour != hour || self.local.len() != HOUR + 6 {
            self.local = time.parse().map(local).unwrap_or_default();
            self.hour = hour.to_owned();
            return &self.local;
        }
        self.local.truncate(HOUR);
        self.local.push_str(rest);
        &self.local
    }
}

#[cfg(test)]
mod tests {
    use super::{EXCEL_NL, RFC_4180, Table, WallClock, safe};

    #[test]
    fn nothing_begins_like_a_formula() {
        for text in [
            "=1+1",
            "+1",
            "-1",
            "@SUM",
            "\tx",
            "\rx",
            "\nx",
            "\0x",
            "\u{ff1d}x",
            "\u{ff0b}x",
            "\u{ff0d}x",
            "\u{ff20}x",
        ] {
            assert_eq!(safe(text), format!("'{text}"));
        }
        for text in ["", "sha256:00", "a=1", "'=1", "2026-11-22"] {
            assert_eq!(safe(text), text);
        }
    }

    #[test]
    fn delimiters_quotes_and_line_ends_are_quoted() {
        for (dialect, expected) in [
            (&EXCEL_NL, "\"a;b\";a,b;\"say \"\"a\"\"\";\"a\r\nb\";'=1\r\n"),
            (&RFC_4180, "a;b,\"a,b\",\"say \"\"a\"\"\",\"a\r\nb\",'=1\r\n"),
        ] {
            let mut out = Vec::new();
            let mut table = Table::new(dialect, &mut out);
            for text in ["a;b", "a,b", "say \"a\"", "a\r\nb", "=1"] {
                table.field(text).unwrap();
            }
            table.end().unwrap();
            drop(table);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }

    #[test]
    fn the_wall_clock_is_that_of_the_calendar() {
        let mut clock = WallClock::default();
        for hour in 0..48 {
            for (minute, second) in [(0, 0), (29, 59), (59, 59)] {
                let day = if hour < 24 { "2026-03-29" } else { "2026-10-25" };
                let time = format!("{day}T{:02}:{minute:02}:{second:02}Z", hour % 24);
                assert_eq!(clock.local(&time), crate::calendar::local(time.parse().unwrap()));
            }
        }
    }
}
