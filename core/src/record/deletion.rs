//! The statement that records were erased: which, of what kind, why, and when. It holds nothing of what they said, so
//! it stays for ever; the tree above it is signed, and so is it.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use super::json::{Members, WRONG};
use crate::{
    decision::words,
    error::Malformed,
    indexes::Indexes,
    instant::Instant,
    json::{Value, object},
};

words!(
    /// Records that are kept for equally long, for the same reason.
    DataSet, "set", "must be `refusals`, `consents`, `withdrawn` or `access`", {
        /// Refusals.
        Refusals = "refusals",
        /// Consents that ended by themselves.
        Consents = "consents",
        /// Withdrawals, and the consents that they ended.
        Withdrawn = "withdrawn",
        /// Readings of the log by officers.
        Access = "access",
    }
);

impl DataSet {
    /// Every data set.
    pub const ALL: [Self; 4] = [Self::Refusals, Self::Consents, Self::Withdrawn, Self::Access];
}

words!(
    /// Why records were erased.
    Cause, "cause", "must be `retention`, `request` or `visitor`", {
        /// Their time was up.
        Retention = "retention",
        /// The organisation erased them on request.
        Request = "request",
        /// The visitor erased them on the device that made them.
        Visitor = "visitor",
    }
);

/// The stored proof that records were erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// When.
    pub time: Instant,
    /// Of what kind they were.
    pub set: DataSet,
    /// Why they went.
    pub cause: Cause,
    /// The reason that was given for the term, in the words of the configuration; only where the term was up.
    pub reason: Option<String>,
    /// Which; at least one.
    pub items: Indexes,
}

impl Deletion {
    /// The longest reason, in bytes.
    pub const LONGEST_REASON: usize = 500;
    /// The longest list of indexes as it is written, in bytes. Longer lists take several statements.
    pub const LONGEST_ITEMS: usize = 2_000;
}

pub(super) fn to_json(deletion: &Deletion) -> String {
    let mut members = Vec::from([
        ("cause", deletion.cause.as_str().into()),
        ("count", Value::Number(deletion.items.count())),
        ("items", Value::String(deletion.items.to_string())),
        ("kind", "deletion".into()),
        ("set", deletion.set.as_str().into()),
        ("time", Value::String(deletion.time.to_string())),
        ("v", Value::Number(1)),
    ]);
    members.extend(deletion.reason.as_deref().map(|reason| ("reason", reason.into())));
    object(members).to_canonical()
}

pub(super) fn from_json(members: &Members) -> Result<Deletion, Malformed> {
    let reason = match members.optional("reason") {
        None => None,
        Some(Value::String(reason)) if reason.len() <= Deletion::LONGEST_REASON => Some(reason.clone()),
        Some(_) => return Err(WRONG),
    };
    Ok(Deletion {
        time: members.parse("time")?,
        set: members.parse("set")?,
        cause: members.parse("cause")?,
        reason,
        items: members.parse("items")?,
    })
}
