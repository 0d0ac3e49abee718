//! `koektrommel verify`.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use koektrommel_core::{error::Malformed, note::VerifierKey};

use super::{Place, Report, VerifyError, data, file, named};
use crate::{
    archive::{self, ArchiveError, Elsewhere},
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
            // Any other file, a ZIP among them, would be judged by lines that it does not have.
            if archive::is_one(path).unwrap_or_default() {
                archived(path, checkpoint.as_deref(), &keys)
            } else {
                file(path, checkpoint.as_deref(), &keys)
            }
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

/// A backup or an export.
fn archived(path: &Path, checkpoint: Option<&Path>, keys: &[VerifierKey]) -> Result<Report, VerifyError> {
    let note =
        checkpoint.map(|path| fs::read_to_string(path).map_err(|error| named(path, &error))).transpose()?;
    let elsewhere = Elsewhere { keys, checkpoint: note.as_deref() };
    let (checked, newest) = archive::check_against(path, elsewhere).map_err(found)?;
    let head = &checked.head.frontier;
    let mut report = Report::default();
    report.proved.push(format!(
        "The file is whole: {} items, {} of them erased.",
        head.size(),
        checked.erased
    ));
    report.proved.push(format!(
        "They lead to the root {}, and the log's key signed that and every line.",
        head.root()
    ));
    if archive::restore::is_newest(newest.as_ref(), &checked).map_err(found)? {
        report.proved.push("The checkpoint given is not newer, and of the same log.".to_owned());
    } else {
        let why =
            "That nothing was recorded after it: give the newest checkpoint that was kept with --checkpoint.";
        report.unproved.push(why.to_owned());
    }
    if keys.is_empty() {
        let why = "That this is the key of your log: compare it with the one published at /privacy/log/key, or give it with --key.";
        report.unproved.push(why.to_owned());
    }
    Ok(report)
}

/// What was found wrong with an archive, and where.
fn found(error: ArchiveError) -> VerifyError {
    match error {
        ArchiveError::Wrong { line, why } => VerifyError::bad(Place::Line(line), why),
        ArchiveError::Refused(why) => VerifyError::bad(Place::Line(1), why),
        ArchiveError::Contradicted(why) => VerifyError::bad(Place::Log, why),
        other => VerifyError::Unreadable(other.to_string()),
    }
}

fn verify_data(
    path: &Path,
    open: OpenStore<'_>,
    elsewhere: &super::Elsewhere,
) -> Result<Report, VerifyError> {
    let unreadable = |error: crate::folder::FolderError| VerifyError::Unreadable(error.to_string());
    let folder = Folder::open(path).map_err(unreadable)?;
    let _lock = folder.lock().map_err(unreadable)?;
    let store = open(&folder).map_err(VerifyError::Unreadable)?;
    let mut report = data(&folder, &*store, elsewhere)?;
    if let Err(why) = archive::restore::may_go_on(&folder) {
        report.unproved.push(format!("That this folder may be served: {why}."));
    }
    Ok(report)
}

fn read_elsewhere(checkpoint: Option<&Path>, key: Option<&str>) -> Result<super::Elsewhere, VerifyError> {
    let read = |path: &Path| fs::read_to_string(path).map_err(|error| named(path, &error));
    Ok(super::Elsewhere { checkpoint: checkpoint.map(read).transpose()?, keys: read_keys(key)? })
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
