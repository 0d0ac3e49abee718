//! A download in NDJSON, a receipt or an inspection pack, verified on its own: no server, no network.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read},
    path::Path,
};

use koektrommel_core::note::VerifierKey;
use koektrommel_evidence::{
    download::{Means, verify},
    pack, receipt,
    verdict::Kind,
};

use super::{Report, VerifyError, named, parallel::Threads};
use crate::keys;

/// Verifies a download, a receipt or a pack. `checkpoint` is a signed checkpoint from elsewhere that it must agree
/// with; `keys` are the log's public keys from elsewhere, of which one must have signed. With none, the key that a
/// download or a pack names is taken on trust.
///
/// # Errors
/// Names the first bad line; or says that the lines do not add up, where only their sum tells.
pub fn file(path: &Path, checkpoint: Option<&Path>, keys: &[VerifierKey]) -> Result<Report, VerifyError> {
    let checkpoint =
        checkpoint.map(|path| fs::read_to_string(path).map_err(|error| named(path, &error))).transpose()?;
    let checkpoint = checkpoint.as_deref();
    let Some((last, others)) = keys.split_last() else { return with_key(path, checkpoint, None) };
    // Who signed stands at the beginning, so each key but one is refused at once.
    let found = others.iter().find_map(|key| with_key(path, checkpoint, Some(key)).ok());
    found.map_or_else(|| with_key(path, checkpoint, Some(last)), Ok)
}

fn with_key(path: &Path, checkpoint: Option<&str>, key: Option<&VerifierKey>) -> Result<Report, VerifyError> {
    let file = File::open(path).map_err(|error| named(path, &error))?;
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let kind = Kind::of(reader.fill_buf().map_err(|error| named(path, &error))?);
    if kind == Kind::Receipt {
        let mut bytes = Vec::new();
        let read = reader.take(receipt::LONGEST as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|error| named(path, &error))?;
        return receipt::in_bytes(&bytes, key, &keys::log::verify).map(|proved| proved.report());
    }
    let means = Means { key, checkpoint, verify: &keys::log::verify };
    if kind == Kind::Pack {
        let again = File::open(path).map_err(|error| named(path, &error))?;
        return pack::verify(reader, again, &means, &Threads);
    }
    verify(reader, &means, &Threads)
}
