//! A download in NDJSON, or a receipt, verified on its own: no server, no network.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read},
    path::Path,
};

use koektrommel_core::note::VerifierKey;
use koektrommel_evidence::{
    download::{Means, verify},
    receipt,
};

use super::{Report, VerifyError, named, parallel::Threads};
use crate::keys;

/// Verifies a download or a receipt. `checkpoint` is a signed checkpoint from elsewhere that the download must agree with;
/// `key` is the log's public key from elsewhere, without which the key that the file names is taken on trust.
///
/// # Errors
/// Names the first bad line; or says that the lines do not add up, where only their sum tells.
pub fn file(
    path: &Path,
    checkpoint: Option<&Path>,
    key: Option<&VerifierKey>,
) -> Result<Report, VerifyError> {
    let checkpoint =
        checkpoint.map(|path| fs::read_to_string(path).map_err(|error| named(path, error))).transpose()?;
    let file = File::open(path).map_err(|error| named(path, error))?;
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let is_receipt = receipt::is_one(reader.fill_buf().map_err(|error| named(path, error))?);
    if is_receipt {
        let mut bytes = Vec::new();
        let read = reader.take(receipt::LONGEST as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|error| named(path, error))?;
        return receipt::in_bytes(&bytes, key, &keys::log::verify).map(|proved| proved.report());
    }
    let means = Means { key, checkpoint: checkpoint.as_deref(), verify: &keys::log::verify };
    verify(reader, &means, &Threads)
}
