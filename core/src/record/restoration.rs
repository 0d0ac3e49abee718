//! The statement that the log was put back from a backup: what was recorded after the backup is lost, and a checkpoint
//! from that time is of another history.

use alloc::string::{String, ToString};

use super::json::Members;
use crate::{
    error::Malformed,
    instant::Instant,
    json::{Value, object},
};

/// The stored proof that a log goes on from a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restoration {
    /// When it went on.
    pub time: Instant,
    /// How many items the backup held. Checkpoints of more items than this, from before this record, are of what
    /// was lost.
    pub size: u64,
}

pub(super) fn to_json(restoration: &Restoration) -> String {
    object([
        ("kind", "restoration".into()),
        ("size", Value::Number(restoration.size)),
        ("time", Value::String(restoration.time.to_string())),
        ("v", Value::Number(1)),
    ])
    .to_canonical()
}

pub(super) fn from_json(members: &Members) -> Result<Restoration, Malformed> {
    Ok(Restoration { time: members.parse("time")?, size: members.number("size")? })
}
