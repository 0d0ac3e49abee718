//! The stored proof of one decision, of each time that an officer read the log, and of what was erased from it.
//!
//! A record is canonical JSON (RFC 8785). Its bytes are what the entry commits to, what the store keeps and what
//! a download carries: hash what you store, store what you hash.

mod deletion;
mod json;
mod restoration;

use alloc::{collections::BTreeMap, string::String};
use core::{fmt, str::FromStr};

use uuid::Uuid;

pub use self::{
    deletion::{Cause, DataSet, Deletion},
    restoration::Restoration,
};
use crate::{
    decision::{Actor, Choices, Control, Decision, Layer, words},
    error::Malformed,
    hash::Hash,
    identifier::{Language, OfficerName, SiteId},
    instant::Instant,
    json::{Value, parse_canonical},
};

/// What a store indexes to find a repeated click: 64 bits of the digest of the click's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(pub u64);

impl Tag {
    /// The tag of a click on a site.
    #[must_use]
    pub fn of(click: &Hash) -> Self {
        Self(first_u64(click))
    }
}

/// Names one record: a UUID of version 8 (RFC 9562, 5.8). Its first 48 bits are the index in the log, so that no
/// lookup table is needed; the other 74 come from a digest of the click, so that it cannot be guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordId(Uuid);

impl RecordId {
    /// The id of the record at this index, made by the click with this digest.
    #[must_use]
    pub fn new(index: u64, click: &Hash) -> Self {
        let mut bytes = [0; 16];
        bytes[..6].copy_from_slice(&index.to_be_bytes()[2..]);
        bytes[6..].copy_from_slice(&click.as_bytes()[..10]);
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// Where the record stands in the log.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.0.as_bytes()[..6].iter().fold(0, |index, byte| index << 8 | u64::from(*byte))
    }

    /// Whether the record came from the click with this digest.
    #[must_use]
    pub fn is_of(&self, click: &Hash) -> bool {
        *self == Self::new(self.index(), click)
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for RecordId {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = Malformed::new("record", "must be the id of a record: a UUID of version 8");
        let uuid = Uuid::try_parse(text).map_err(|_| wrong)?;
        if text.len() == 36 && uuid.get_version_num() == 8 { Ok(Self(uuid)) } else { Err(wrong) }
    }
}

/// A random pseudonym of 128 bits that ties the decisions of one device together. Made only when something is
/// granted; a refusal has none.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Subject(Uuid);

impl Subject {
    /// Takes sixteen random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subject(…)")
    }
}

impl FromStr for Subject {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = Malformed::new("subject", "must be a UUID of version 4");
        let uuid = Uuid::try_parse(text).map_err(|_| wrong)?;
        if text.len() == 36 && uuid.get_version_num() == 4 { Ok(Self(uuid)) } else { Err(wrong) }
    }
}

words!(
    /// What a decision did to the standing choice.
    Event, "event", "must be `given`, `refused` or `withdrawn`", {
        /// Something is granted.
        Given = "given",
        /// Nothing is granted, and nothing was.
        Refused = "refused",
        /// Nothing is granted any more.
        Withdrawn = "withdrawn",
    }
);

/// The stored proof of one decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Its name.
    pub id: RecordId,
    /// When the server received it.
    pub time: Instant,
    /// Until when it holds; a yes and a no alike.
    pub until: Instant,
    /// The site.
    pub site: SiteId,
    /// The notice that was shown.
    pub notice: Hash,
    /// The language of the notice.
    pub language: Language,
    /// Where it was asked.
    pub layer: Layer,
    /// What was pressed.
    pub control: Control,
    /// Who decided.
    pub actor: Actor,
    /// What it did.
    pub event: Event,
    /// The answers.
    pub choices: Choices,
    /// Whether the browser sent Global Privacy Control with it.
    pub gpc: bool,
    /// The device's pseudonym; none for a refusal.
    pub subject: Option<Subject>,
    /// The index of the device's decision before this one.
    pub previous: Option<u64>,
}

/// What is known of the device that decides: its pseudonym and the index of its standing decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The pseudonym.
    pub subject: Subject,
    /// Where the standing decision is in the log.
    pub record: u64,
}

impl Consent {
    /// The record of a decision that arrives at this time and gets this place in the log.
    ///
    /// `standing` is what the device's choice cookie says; `fresh` is used where something is granted and the
    /// device had no pseudonym yet.
    #[must_use]
    pub fn new(
        decision: &Decision,
        index: u64,
        time: Instant,
        standing: Option<Standing>,
        fresh: Subject,
    ) -> Self {
        let event = match (decision.choices.any_granted(), standing) {
            (true, _) => Event::Given,
            (false, None) => Event::Refused,
            (false, Some(_)) => Event::Withdrawn,
        };
        Self {
            id: RecordId::new(index, &decision.click),
            time,
            until: time.plus_months(decision.validity_months),
            site: decision.site.clone(),
            notice: decision.notice,
            language: decision.language.clone(),
            layer: decision.layer,
            control: decision.control,
            actor: decision.actor,
            event,
            choices: decision.choices.clone(),
            gpc: decision.gpc,
            subject: match event {
                Event::Given => Some(standing.map_or(fresh, |standing| standing.subject)),
                Event::Withdrawn => standing.map(|standing| standing.subject),
                Event::Refused => None,
            },
            previous: standing.map(|standing| standing.record),
        }
    }

    /// Whether it is what this decision would have become: the same click with the same content. A signal that was
    /// switched on or off between two attempts makes no other decision of it.
    #[must_use]
    pub fn is_of(&self, decision: &Decision) -> bool {
        self.id.is_of(&decision.click)
            && self.site == decision.site
            && self.notice == decision.notice
            && self.language == decision.language
            && self.layer == decision.layer
            && self.control == decision.control
            && self.actor == decision.actor
            && self.choices == decision.choices
    }
}

words!(
    /// What an officer did.
    Action, "action", "must be `download-begun`, `download-ended` or `looked-up`", {
        /// A download was asked for; recorded before its first byte goes out.
        DownloadBegun = "download-begun",
        /// A download went out whole, or was broken off.
        DownloadEnded = "download-ended",
        /// One decision was looked up by its reference; recorded before it is shown.
        LookedUp = "looked-up",
    }
);

/// The stored proof that an officer read the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// What was done.
    pub action: Action,
    /// When.
    pub time: Instant,
    /// By whom.
    pub officer: OfficerName,
    /// What was asked for, by name: `format`, `from`, `to`, `site`; of a look-up the `reference`.
    pub filter: BTreeMap<String, String>,
    /// The size of the log that the download was taken at, or that was looked in.
    pub size: u64,
    /// Of a download that ended: the index of its beginning.
    pub begun: Option<u64>,
    /// Of a download that ended: how many records went out.
    pub count: Option<u64>,
    /// Of a download that went out whole: the SHA-256 of its bytes.
    pub sha256: Option<Hash>,
}

/// Anything the log holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A visitor's decision.
    Consent(Consent),
    /// An officer's reading.
    Access(Access),
    /// What was erased.
    Deletion(Deletion),
    /// The log was put back from a backup.
    Restoration(Restoration),
}

impl Record {
    /// When it was made.
    #[must_use]
    pub const fn time(&self) -> Instant {
        match self {
            Self::Consent(consent) => consent.time,
            Self::Access(access) => access.time,
            Self::Deletion(deletion) => deletion.time,
            Self::Restoration(restoration) => restoration.time,
        }
    }

    /// The bytes that are committed to and kept.
    #[must_use]
    pub fn to_json(&self) -> String {
        match self {
            Self::Consent(consent) => json::consent_to_json(consent),
            Self::Access(access) => json::access_to_json(access),
            Self::Deletion(deletion) => deletion::to_json(deletion),
            Self::Restoration(restoration) => restoration::to_json(restoration),
        }
    }

    /// Reads kept bytes.
    ///
    /// # Errors
    /// Anything that [`to_json`](Self::to_json) would not have written.
    pub fn from_json(bytes: &[u8]) -> Result<Self, Malformed> {
        let text = core::str::from_utf8(bytes).map_err(|_| json::WRONG)?;
        let Value::Object(members) = parse_canonical(text)? else { return Err(json::WRONG) };
        let members = json::Members(members);
        let record = match members.text("kind")? {
            "consent" => Self::Consent(json::consent_from_json(&members)?),
            "access" => Self::Access(json::access_from_json(&members)?),
            "deletion" => Self::Deletion(deletion::from_json(&members)?),
            "restoration" => Self::Restoration(restoration::from_json(&members)?),
            _ => return Err(json::WRONG),
        };
        // A member too many, or one that does not belong: what is written again would differ.
        if record.to_json() == text { Ok(record) } else { Err(json::WRONG) }
    }
}

fn first_u64(hash: &Hash) -> u64 {
    hash.as_bytes()[..8].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}
