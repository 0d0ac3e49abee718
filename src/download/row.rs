//! A stored record, read without copying.
//!
//! A download reads millions of records that this program has written. So each is held against its commitment,
//! which proves every byte, and is then read loosely; parsing it as strictly as what comes from outside would
//! prove less and take five times as long.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::store::{Item, StoreError};

/// The members of a record that downloads and verification look at. Of an access, most are empty.
#[derive(Debug, Deserialize)]
pub(crate) struct Row<'a> {
    pub(crate) kind: &'a str,
    pub(crate) time: &'a str,
    #[serde(default)]
    pub(crate) record: &'a str,
    #[serde(default)]
    pub(crate) site: &'a str,
    #[serde(default)]
    pub(crate) event: &'a str,
    #[serde(default, borrow)]
    pub(crate) choices: BTreeMap<&'a str, bool>,
    #[serde(default)]
    pub(crate) language: &'a str,
    #[serde(default)]
    pub(crate) layer: &'a str,
    #[serde(default)]
    pub(crate) control: &'a str,
    #[serde(default)]
    pub(crate) actor: &'a str,
    #[serde(default)]
    pub(crate) until: &'a str,
    #[serde(default)]
    pub(crate) notice: &'a str,
    pub(crate) subject: Option<&'a str>,
    pub(crate) previous: Option<u64>,
}

impl<'a> Row<'a> {
    /// Reads a record that has been held against its commitment.
    pub(crate) fn read(record: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(record).ok()
    }

    /// The record of an item; none if it was erased.
    pub(crate) fn of(index: u64, item: &'a Item) -> Result<Option<Self>, StoreError> {
        let Some(opening) = &item.opening else { return Ok(None) };
        let row = Self::read(&opening.record);
        if opening.salt.commit(&opening.record) != item.entry.commitment || row.is_none() {
            return Err(StoreError::Corrupt(format!("record {index} is not what was written")));
        }
        Ok(row)
    }
}
