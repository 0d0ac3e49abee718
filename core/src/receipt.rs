//! The proof that a visitor can carry away: C2SP tlog-proof, version 1, <https://c2sp.org/tlog-proof>.
//!
//! A receipt is one text file that needs nothing but the log's public key to verify. What a verifier must know of
//! the leaf is in its `extra` line, which the format leaves to the application: the entry as the tree hashes it
//! (37 bytes), the salt (32 bytes), and the record's bytes. They prove themselves: the entry commits to salt and
//! record, and the proof leads from the entry to the signed root.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::{fmt, str::FromStr};

use data_encoding::BASE64;

use crate::{
    entry::{Entry, Salt},
    error::Malformed,
    hash::Hash,
    merkle,
    note::{self, Checkpoint, VerifierKey, Verify},
};

/// The longest inclusion proof there can be: a size has 64 bits.
const MAX_PROOF: usize = 64;
/// How every receipt begins.
pub const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1\n";
const EXTRA: &str = "extra ";
const INDEX: &str = "index ";

/// A receipt as it is written: well formed, not yet verified.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What the application needs to know of the leaf. The format does not authenticate it.
    pub extra: Option<Vec<u8>>,
    /// The place of the entry in the log, from 0.
    pub index: u64,
    /// The inclusion proof, from the leaf upwards (RFC 9162 section 2.1.3.1).
    pub proof: Vec<Hash>,
    /// The signed checkpoint, character for character.
    pub checkpoint: String,
}

/// What a verified receipt proves: the log that the checkpoint names holds this record.
#[derive(Clone, PartialEq, Eq)]
pub struct Verified<'a> {
    /// The record's bytes, exactly as they were committed to.
    pub record: &'a [u8],
    /// The leaf. Its day is the log's word; the time in the record is to be compared with it by who reads that.
    pub entry: Entry,
    /// The checkpoint, with the log's name and its size when it was signed.
    pub checkpoint: Checkpoint,
}

impl Receipt {
    /// Makes the receipt of a record that still has its salt.
    #[must_use]
    pub fn new(
        index: u64,
        entry: &Entry,
        salt: &Salt,
        record: &[u8],
        proof: Vec<Hash>,
        checkpoint: String,
    ) -> Self {
        let extra = [&entry.encode()[..], salt.as_bytes(), record].concat();
        Self { extra: Some(extra), index, proof, checkpoint }
    }

    /// The entry, the salt and the record in the extra data, as they are said to be. Only [`verify`](Self::verify)
    /// tells whether they are.
    pub fn opening(&self) -> Result<(Entry, Salt, &[u8]), Malformed> {
        let wrong = Malformed::new("extra", "must hold an entry, a salt and a record");
        let extra = self.extra.as_deref().ok_or(wrong)?;
        let (entry, rest) = extra.split_first_chunk::<{ Entry::LENGTH }>().ok_or(wrong)?;
        let (salt, record) = rest.split_first_chunk::<32>().ok_or(wrong)?;
        Ok((Entry::decode(entry)?, Salt::from_bytes(*salt), record))
    }

    /// Verifies everything (section "Verifying a tlog proof"): the record is the one that the entry commits to,
    /// one of the log's keys has signed the checkpoint, and the entry is in its tree.
    pub fn verify(&self, keys: &[VerifierKey], verify: Verify<'_>) -> Result<Verified<'_>, Malformed> {
        let (entry, salt, record) = self.opening()?;
        if entry.commitment != salt.commit(record) {
            return Err(Malformed::new("record", "must be the one that the entry commits to"));
        }
        let checkpoint = Checkpoint::open(&self.checkpoint, keys, verify)?;
        let leaf = merkle::leaf_hash(&entry.encode());
        merkle::verify_inclusion(self.index, checkpoint.size, leaf, &self.proof, checkpoint.root)?;
        Ok(Verified { record, entry, checkpoint })
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(FIRST_LINE)?;
        if let Some(extra) = &self.extra {
            writeln!(f, "{EXTRA}{}", BASE64.encode_display(extra))?;
        }
        writeln!(f, "{INDEX}{}", self.index)?;
        for hash in &self.proof {
            writeln!(f, "{}", BASE64.encode_display(hash.as_bytes()))?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for Receipt {
    type Err = Malformed;

    /// Section "Format". Every receipt has one spelling: reading and writing gives the same text.
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let text = text
            .strip_prefix(FIRST_LINE)
            .ok_or(Malformed::new("receipt", "must start with `c2sp.org/tlog-proof@v1`"))?;
        let (head, checkpoint) = text
            .split_once("\n\n")
            .filter(|(_, checkpoint)| !checkpoint.is_empty())
            .ok_or(Malformed::new("receipt", "must end with an empty line and a checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        let extra = lines
            .next_if(|line| line.starts_with(EXTRA))
            .map(|line| BASE64.decode(&line.as_bytes()[EXTRA.len()..]))
            .transpose()
            .map_err(|_| Malformed::new("extra", "must be base64"))?;
        let index = lines
            .next()
            .and_then(|line| note::decimal(line.strip_prefix(INDEX)?))
            .ok_or(Malformed::new("index", "must be a number without leading zeroes"))?;
        let proof: Vec<_> = lines
            .take(MAX_PROOF + 1)
            .map(note::base64_hash)
            .collect::<Option<_>>()
            .filter(|proof: &Vec<_>| proof.len() <= MAX_PROOF)
            .ok_or(Malformed::new("proof", "must be at most 64 lines of base64 of 32 bytes"))?;
        Ok(Self { extra, index, proof, checkpoint: checkpoint.to_string() })
    }
}

/// Without the extra data: it opens a commitment and tells what somebody chose.
impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receipt").field("index", &self.index).finish_non_exhaustive()
    }
}

/// Without the record, which tells what somebody chose.
impl fmt::Debug for Verified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified").field("checkpoint", &self.checkpoint).finish_non_exhaustive()
    }
}
