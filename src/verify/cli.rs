//! `koektrommel verify`.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use koektrommel_core::{error::Malformed, note::VerifierKey};

use super::{Elsewhere, Place, Report, VerifyError, data, file, named};
use crate::{
    archive::{self, ArchiveError},
    folder::Folder,
    store::Store,
};

/// What to verify.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A download, on its own.
    File {
        /// The file.
        path: PathBuf,
        /// A signed checkpoint from elsewhere.
        checkpoint: Option<PathBuf>,
        /// The log's public keys from elsewhere, a line each, or a file that holds them.
        key: Option<String>,
    },
    /// A data folder that no server uses at the moment.
    Data {
        /// The folder.
        path: PathBuf,
        /// A signed checkpoint from elsewhere, of this size or an earlier one.
        checkpoint: Option<PathBuf>,
        /// The log's public keys from elsewhere, a line each, or a file that holds them.
        key: Option<String>,
    },
}

/// Opens the store of a data folder; the sentence says why it cannot.
pub type OpenStore<'a> = &'a dyn Fn(&Folder) -> Result<Box<dyn Store>, String>;

/// Verifies it and prints the report. The outcome is whether everything is right.
///
/// # Errors
/// The output could not be written.
pub fn run(what: &What, open: OpenStore<'_>, output: &mut dyn Write) -> io::Result<bool> {
    let result = match what {
        What::File { path, checkpoint, key } => read_keys(key.as_deref()).and_then(|keys| {
            archived(path, checkpoint.as_deref(), &keys)
                .unwrap_or_else(|| file(path, checkpoint.as_deref(), &keys))
        }),
        What::Data { path, checkpoint, key } => read_elsewhere(checkpoint.as_deref(), key.as_deref())
            .and_then(|elsewhere| verify_data(path, open, &elsewhere)),
    };
    match result {
        Ok(report) => print(&report, output).map(|()| true),
        Err(VerifyError::Bad(finding)) => writeln!(output, "WRONG. {finding}.").map(|()| false),
        Err(VerifyError::Unreadable(why)) => writeln!(output, "Not verified. {why}").map(|()| false),
    }
}

/// A backup or an export; none for another file, which is taken for a download.
fn archived(
    path: &Path,
    checkpoint: Option<&Path>,
    keys: &[VerifierKey],
) -> Option<Result<Report, VerifyError>> {
    let checked = match archive::check(path) {
        Ok(checked) => checked,
        Err(ArchiveError::Wrong { line, why }) => return Some(Err(VerifyError::bad(Place::Line(line), why))),
        Err(ArchiveError::OtherVersion(why)) => return Some(Err(VerifyError::Unreadable(why))),
        Err(_) => return None,
    };
    if !keys.is_empty() && !checked.keys.iter().any(|key| keys.contains(key)) {
        return Some(Err(VerifyError::bad(
            Place::Line(1),
            "its key is not the one given: it is another log",
        )));
    }
    let head = &checked.head.frontier;
    let mut report = Report::default();
    report.proved.push(format!(
        "The file is whole: {} items, {} of them erased.",
        head.size(),
        checked.erased
    ));
    report.proved.push(format!("They lead to the root {}, which the log's key signed.", head.root()));
    if let Some(newest) = checkpoint {
        match archive::restore::is_newest(newest, &checked, false) {
            Ok(_) => report.proved.push("The checkpoint given is not newer, and of the same log.".to_owned()),
            Err(error) => return Some(Err(VerifyError::bad(Place::Log, error.to_string()))),
        }
    } else {
        let why =
            "That nothing was recorded after it: give the newest checkpoint that was kept with --checkpoint.";
        report.unproved.push(why.to_owned());
    }
    Some(Ok(report))
}

fn verify_data(path: &Path, open: OpenStore<'_>, elsewhere: &Elsewhere) -> Result<Report, VerifyError> {
    let unreadable = |error: crate::folder::FolderError| VerifyError::Unreadable(error.to_string());
    let folder = Folder::open(path).map_err(unreadable)?;
    let _lock = folder.lock().map_err(unreadable)?;
    let store = open(&folder).map_err(VerifyError::Unreadable)?;
    data(&folder, &*store, elsewhere)
}

fn read_elsewhere(checkpoint: Option<&Path>, key: Option<&str>) -> Result<Elsewhere, VerifyError> {
    let read = |path: &Path| fs::read_to_string(path).map_err(|error| named(path, &error));
    Ok(Elsewhere { checkpoint: checkpoint.map(read).transpose()?, keys: read_keys(key)? })
}

/// One key, or those of a file. None given is none.
fn read_keys(text: Option<&str>) -> Result<Vec<VerifierKey>, VerifyError> {
    let Some(text) = text else { return Ok(Vec::new()) };
    match parse_keys(text) {
        Ok(keys) => return Ok(keys),
        // What is no file either was meant as the key itself.
        Err(error) if !Path::new(text).exists() => {
            return Err(VerifyError::Unreadable(format!("the key given: {error}")));
        }
        Err(_) => {}
    }
    let content = fs::read_to_string(text).map_err(|error| named(Path::new(text), &error))?;
    parse_keys(&content).map_err(|error| VerifyError::Unreadable(format!("{text}: {error}")))
}

/// At least one key, a line each.
fn parse_keys(text: &str) -> Result<Vec<VerifierKey>, Malformed> {
    text.trim_end().split('\n').map(|line| line.trim_end().parse()).collect()
}

fn print(report: &Report, output: &mut dyn Write) -> io::Result<()> {
    writeln!(output, "Right.")?;
    for sentence in &report.proved {
        writeln!(output, "  proved      {sentence}")?;
    }
    for sentence in &report.unproved {
        writeln!(output, "  not proved  {sentence}")?;
    }
    Ok(())
}
