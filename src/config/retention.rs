//! How long records are kept, and why: the part `[retention]` of the configuration.

use koektrommel_core::record::{DataSet, Deletion};
use serde::Deserialize;
use toml::Spanned;

/// The longest term, in months.
const LONGEST: u8 = 120;

/// How long each data set is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Refusals: from the day they were made.
    pub refusals: Term,
    /// Consents: from the last day on which they would have held.
    pub consents: Term,
    /// Withdrawals, and the consents that they ended: from the withdrawal.
    pub withdrawn: Term,
    /// Readings of the log by officers: from the reading.
    pub access: Term,
}

/// How long, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// In calendar months; with 0 the next run erases them.
    pub months: u8,
    /// Why this long; it stands in each statement of what was erased.
    pub reason: String,
}

impl Retention {
    /// The term of a data set.
    #[must_use]
    pub const fn of(&self, set: DataSet) -> &Term {
        match set {
            DataSet::Refusals => &self.refusals,
            DataSet::Consents => &self.consents,
            DataSet::Withdrawn => &self.withdrawn,
            DataSet::Access => &self.access,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    refusals: TermFile,
    consents: TermFile,
    withdrawn: TermFile,
    access: TermFile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TermFile {
    months: Spanned<u8>,
    reason: Spanned<String>,
}

/// Checks the terms; `fault` is told where in the file something is wrong, its key, and what would be right.
pub(super) fn check(file: File, fault: &mut dyn FnMut(usize, &str, &str)) -> Retention {
    let mut term = |set: DataSet, file: TermFile| {
        let (months, reason) = (*file.months.get_ref(), file.reason.get_ref().trim());
        if months > LONGEST {
            let key = format!("retention.{set}.months");
            fault(file.months.span().start, &key, "must lie between 0 and 120");
        }
        if reason.is_empty() || reason.len() > Deletion::LONGEST_REASON {
            let key = format!("retention.{set}.reason");
            fault(
                file.reason.span().start,
                &key,
                "must say why they are kept this long, in at most 500 bytes",
            );
        }
        Term { months, reason: reason.to_owned() }
    };
    Retention {
        refusals: term(DataSet::Refusals, file.refusals),
        consents: term(DataSet::Consents, file.consents),
        withdrawn: term(DataSet::Withdrawn, file.withdrawn),
        access: term(DataSet::Access, file.access),
    }
}
