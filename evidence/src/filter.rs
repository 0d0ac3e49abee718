//! What a download asks for, and which items of the log that means.

use std::{collections::BTreeMap, fmt, str::FromStr};

use koektrommel_core::{error::Malformed, identifier::SiteId, instant::Instant};

use crate::{
    calendar::{Period, local_date},
    row::Row,
};

/// The form of a download.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For Dutch Excel.
    Csv,
    /// For other programs (RFC 4180).
    CsvRfc4180,
    /// For `koektrommel verify`: one JSON object a line, with what proves it.
    Ndjson,
    /// For an inspector: a ZIP with every kind of record, and all that they point at.
    Pack,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Csv, Self::CsvRfc4180, Self::Ndjson, Self::Pack];

    /// The name, as in `?format=`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::CsvRfc4180 => "csv-rfc4180",
            Self::Ndjson => "ndjson",
            Self::Pack => "pack",
        }
    }

    /// The media type, with its parameters.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv | Self::CsvRfc4180 => "text/csv; charset=utf-8; header=present",
            Self::Ndjson => "application/x-ndjson",
            Self::Pack => "application/zip",
        }
    }
}

impl FromStr for Format {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let known = Self::ALL.into_iter().find(|format| format.as_str() == text);
        known.ok_or(Malformed::new("format", "must be `csv`, `csv-rfc4180`, `ndjson` or `pack`"))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a download asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The local days.
    pub period: Period,
    /// One site; all of them if it is not given.
    pub site: Option<SiteId>,
    /// The form.
    pub format: Format,
}

impl Filter {
    /// By name, as records and manifests have it; what is not asked for is left out.
    #[must_use]
    pub fn to_map(&self) -> BTreeMap<String, String> {
        let parts = [
            ("format", Some(self.format.to_string())),
            ("from", self.period.from()),
            ("site", self.site.as_ref().map(ToString::to_string)),
            ("to", self.period.to()),
        ];
        parts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }

    /// Reads back what [`to_map`](Self::to_map) gave.
    pub fn from_map(map: &BTreeMap<String, String>) -> Result<Self, Malformed> {
        let get = |name: &str| map.get(name).map(String::as_str);
        let filter = Self {
            period: Period::parse(get("from"), get("to"))?,
            site: get("site").map(str::parse).transpose()?,
            format: get("format").unwrap_or_default().parse()?,
        };
        let wrong = Malformed::new("filter", "must have only `format`, `from`, `site` and `to`");
        if filter.to_map() == *map { Ok(filter) } else { Err(wrong) }
    }

    /// `toestemmingen_2026-11-01_2026-11-22.csv`; an open beginning is `begin`, an open end is today.
    #[must_use]
    pub fn file_name(&self, now: Instant) -> String {
        let from = self.period.from().unwrap_or_else(|| "begin".to_owned());
        let today = || Period::month_to(local_date(now)).to().unwrap_or_default();
        let to = self.period.to().unwrap_or_else(today);
        match self.format {
            Format::Csv | Format::CsvRfc4180 => format!("toestemmingen_{from}_{to}.csv"),
            Format::Ndjson => format!("toestemmingen_{from}_{to}.ndjson"),
            Format::Pack => format!("bewijspakket_{from}_{to}.zip"),
        }
    }
}

/// Why an item of the range is not a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealed {
    /// Its record was erased; day and commitment are all there is.
    Erased,
    /// It says that an officer read the log.
    Access,
    /// It is of another site.
    OtherSite,
    /// It is of the same UTC day and yet outside the local days.
    OtherTime,
    /// It is a statement about the log, of what was erased for example, and no row of a table. The form that proves
    /// itself shows it.
    Statement,
}

impl Sealed {
    /// Every reason.
    pub const ALL: [Self; 5] =
        [Self::Erased, Self::Access, Self::OtherSite, Self::OtherTime, Self::Statement];

    /// The reason as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Erased => "erased",
            Self::Access => "access",
            Self::OtherSite => "other-site",
            Self::OtherTime => "other-time",
            Self::Statement => "statement",
        }
    }
}

/// A filter, ready to be held against records. Times are compared as they are written: RFC 3339 in UTC and whole
/// seconds sorts as text.
#[derive(Clone, Debug)]
pub struct Wanted {
    from: Option<String>,
    end: Option<String>,
    site: Option<SiteId>,
    every_kind: bool,
}

impl Wanted {
    /// Makes a filter ready.
    #[must_use]
    pub fn new(filter: &Filter) -> Self {
        let seconds = filter.period.seconds();
        Self {
            from: seconds.start.map(|from| from.to_string()),
            end: seconds.end.map(|end| end.to_string()),
            site: filter.site.clone(),
            every_kind: filter.format == Format::Pack,
        }
    }

    /// Why this record is not shown, if it is not. Statements are of every site.
    #[must_use]
    pub fn seals(&self, row: &Row<'_>) -> Option<Sealed> {
        if row.kind == "access" && !self.every_kind {
            Some(Sealed::Access)
        } else if row.kind == "consent" && self.site.as_ref().is_some_and(|site| site.as_str() != row.site) {
            Some(Sealed::OtherSite)
        } else if self.from.as_deref().is_some_and(|from| row.time < from)
            || self.end.as_deref().is_some_and(|end| row.time >= end)
        {
            Some(Sealed::OtherTime)
        } else {
            None
        }
    }
}
