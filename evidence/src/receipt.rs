//! A receipt, verified on its own. What it is made of: [`koektrommel_core::receipt`].

use koektrommel_core::{
    merkle::leaf_hash,
    note::{VerifierKey, Verify},
    receipt::{FIRST_LINE, Receipt},
    record::Record,
    reference::Reference,
};

use crate::verdict::{Place, Report, VerifyError};

/// The most that is read, in bytes; real receipts are a few thousand.
pub const LONGEST: usize = 64 * 1024;

/// Whether a file begins as a receipt does, with what mail and editors put before it.
#[must_use]
pub fn is_one(start: &[u8]) -> bool {
    let start = start.strip_prefix(MARK.as_bytes()).unwrap_or(start).trim_ascii_start();
    let rest = start.strip_prefix(FIRST_LINE.trim_end().as_bytes());
    rest.and_then(<[u8]>::first).is_some_and(u8::is_ascii_whitespace)
}

/// The mark that some editors put before a text (U+FEFF).
const MARK: &str = "\u{feff}";

/// A text as it was handed out, if mail, an editor or a clipboard did no more than change its line ends and the space
/// around it; none if they did not.
fn mended(text: &str) -> Option<String> {
    let plain = text.trim_start_matches(MARK).replace("\r\n", "\n");
    let mended = format!("{}\n", plain.trim_matches([' ', '\n']));
    (mended != text).then_some(mended)
}

/// What a verified receipt says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proved {
    /// The record, byte for byte the one in the log.
    pub record: Record,
    /// Its place in the log.
    pub index: u64,
    /// The code by which people name it.
    pub reference: Option<Reference>,
    /// The log's name.
    pub origin: String,
    /// How many items the log had.
    pub size: u64,
    /// Line ends or the space around it were not as they were handed out.
    pub is_mended: bool,
}

const NO_KEY: &str = "a receipt does not hold the key of its log: give the one published at /privacy/log/key";

/// Verifies a receipt that is not yet known to be text, if there is a key to do it with. One of which only line ends
/// and the space around it were changed is right, and its report says so: who pasted it did not alter the proof.
///
/// # Errors
/// Says what is wrong with it, or that there is no key.
pub fn in_bytes(
    bytes: &[u8],
    key: Option<&VerifierKey>,
    verify_signature: Verify<'_>,
) -> Result<Proved, VerifyError> {
    let key = key.ok_or_else(|| VerifyError::Unreadable(NO_KEY.to_owned()))?;
    let text = str::from_utf8(bytes).map_err(|_| VerifyError::bad(Place::Receipt, "it must be UTF-8"))?;
    verify(text, key, verify_signature).or_else(|wrong| {
        let proved = mended(text).and_then(|text| verify(&text, key, verify_signature).ok()).ok_or(wrong)?;
        Ok(Proved { is_mended: true, ..proved })
    })
}

/// Verifies a receipt with the public key of the log.
///
/// # Errors
/// Says what is wrong with it.
pub fn verify(text: &str, key: &VerifierKey, verify: Verify<'_>) -> Result<Proved, VerifyError> {
    let wrong = |why: String| VerifyError::bad(Place::Receipt, why);
    if text.len() > LONGEST {
        return Err(wrong(format!("it must have at most {LONGEST} bytes")));
    }
    let receipt: Receipt = text.parse().map_err(|error| wrong(format!("{error}")))?;
    let verified =
        receipt.verify(std::slice::from_ref(key), verify).map_err(|error| wrong(format!("{error}")))?;
    let record = Record::from_json(verified.record).map_err(|error| wrong(format!("{error}")))?;
    if record.time().day() != verified.entry.day {
        return Err(wrong("the record is of another day than its entry in the log".to_owned()));
    }
    if let Record::Consent(consent) = &record
        && consent.id.index() != receipt.index
    {
        return Err(wrong("the record names another place in the log".to_owned()));
    }
    Ok(Proved {
        record,
        index: receipt.index,
        reference: Reference::new(receipt.index, &leaf_hash(&verified.entry.encode())),
        origin: verified.checkpoint.origin,
        size: verified.checkpoint.size,
        is_mended: false,
    })
}

impl Proved {
    /// In sentences.
    #[must_use]
    pub fn report(&self) -> Report {
        let (index, origin, size) = (self.index, &self.origin, self.size);
        let mut proved = vec![
            format!("The log {origin} holds this record, exactly so, as item {index} of {size}."),
            "The checkpoint of that log is signed with the key given.".to_owned(),
        ];
        if self.is_mended {
            proved.push(
                "Line ends or the space around the receipt were changed on the way, and nothing else."
                    .to_owned(),
            );
        }
        Report {
            proved,
            unproved: vec![
                "The moment: it is the word of the log, and nobody else has signed it.".to_owned(),
                "That the key is that of the log: compare it with the one published at /privacy/log/key."
                    .to_owned(),
                "That others were shown the same log: compare the checkpoint with one that was kept elsewhere."
                    .to_owned(),
            ],
        }
    }
}
