//! What each command does.

use std::{collections::BTreeMap, io::Write};

use koektrommel_core::{
    identifier::OfficerName,
    merkle::leaf_hash,
    record::{Access, Action, Record, RecordId},
    reference::Reference,
};
use koektrommel_evidence::{
    calendar::Period,
    filter::{Filter, Format},
};

use super::{Command, Parts};
use crate::{
    archive::{self, Contents},
    download::{Download, Order, Place},
    ledger::Fact,
    notices,
    retention::Gone,
};

/// The name under which an export is recorded: whoever has the data folder needs no account.
const OPERATOR: &str = "command-line";
/// The form of an export that everything can be rebuilt from.
const WHOLE: &str = "ndjson";

pub(super) fn run(command: &Command, parts: &Parts, out: &mut dyn Write) -> Result<(), String> {
    match command {
        Command::Retain => {
            let gone = parts.forgets.retain().map_err(text)?;
            say(&gone, "Nothing has reached the end of its term.", out)
        }
        Command::Erase { records } => {
            let indexes = records.iter().map(|name| find(parts, name)).collect::<Result<Vec<_>, _>>()?;
            let gone = parts.forgets.erase(indexes).map_err(text)?;
            say(&gone, "Nothing was erased.", out)
        }
        Command::Backup { secrets } => {
            let quiet = parts.forgets.quiet();
            let _nothing_goes = quiet.hold();
            let contents = Contents::Backup { has_secrets: *secrets };
            archive::write(&parts.ledger, &parts.folder, contents, out).map(drop).map_err(text)
        }
        Command::Export { format, site: None, from: None, to: None } if format == WHOLE => whole(parts, out),
        Command::Export { format, .. } if format == WHOLE => {
            Err("an export as ndjson is of the whole log: leave --site, --from and --to out".to_owned())
        }
        Command::Export { format, site, from, to } => {
            let filter = Filter {
                period: Period::parse(from.as_deref(), to.as_deref()).map_err(text)?,
                site: site.as_deref().map(str::parse).transpose().map_err(text)?,
                format: format.parse().map_err(text)?,
            };
            table(parts, filter, out)
        }
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn say(gone: &[Gone], nothing: &str, out: &mut dyn Write) -> Result<(), String> {
    if gone.is_empty() {
        return writeln!(out, "{nothing}").map_err(text);
    }
    gone.iter().try_for_each(|gone| writeln!(out, "{gone}")).map_err(text)
}

/// The index of the record that an id or a reference names.
fn find(parts: &Parts, name: &str) -> Result<u64, String> {
    let none = || format!("{name}: there is no such record, or it has been erased; nothing was erased now");
    let id = name.parse::<RecordId>().ok();
    let reference = name.parse::<Reference>().ok();
    let index = match (&id, &reference) {
        (Some(id), _) => id.index(),
        (None, Some(reference)) => reference.index(),
        (None, None) => {
            return Err(format!("{name}: must be the id of a record, or a reference such as K7Q-M4T-92"));
        }
    };
    let item = parts.ledger.items(index..index.saturating_add(1)).map_err(text)?.pop().ok_or_else(none)?;
    let leaf = leaf_hash(&item.entry.encode());
    if reference.is_some_and(|reference| id.is_none() && !reference.agrees_with(&leaf)) {
        return Err(format!(
            "{name}: the check digits do not agree; a character was misread; nothing was erased now"
        ));
    }
    let opening = item.opening.ok_or_else(none)?;
    match Record::from_json(&opening.record).map_err(text)? {
        Record::Consent(consent) if id.is_none_or(|id| id == consent.id) => Ok(index),
        _ => Err(none()),
    }
}

/// The whole log; recorded as a reading before and after, like every download.
fn whole(parts: &Parts, out: &mut dyn Write) -> Result<(), String> {
    let filter = BTreeMap::from([("format".to_owned(), "export".to_owned())]);
    let access = Access {
        action: Action::DownloadBegun,
        time: parts.clock.now(),
        officer: operator()?,
        filter,
        size: parts.ledger.head().frontier.size(),
        begun: None,
        count: None,
        sha256: None,
    };
    let begun = parts.ledger.record_blocking(Fact::Access(access.clone())).map_err(text)?;
    let quiet = parts.forgets.quiet();
    let nothing_goes = quiet.hold();
    let written = archive::write(&parts.ledger, &parts.folder, Contents::Export, out);
    drop(nothing_goes);
    let ended = Access {
        action: Action::DownloadEnded,
        begun: Some(begun),
        count: written.as_ref().ok().map(|written| written.items),
        sha256: written.as_ref().ok().map(|written| written.sha256),
        ..access
    };
    parts.ledger.record_blocking(Fact::Access(ended)).map_err(text)?;
    written.map(drop).map_err(text)
}

/// A table, as officers download it.
fn table(parts: &Parts, filter: Filter, out: &mut dyn Write) -> Result<(), String> {
    if matches!(filter.format, Format::Ndjson | Format::Pack) {
        return Err(
            "choose `ndjson`, `csv` or `csv-rfc4180`; officers take a pack from their console".to_owned()
        );
    }
    let purposes = notices::all_kept_purposes(&parts.folder).map_err(text)?;
    let place = Place { ledger: &parts.ledger, folder: &parts.folder, downloads: &parts.downloads };
    let contents = crate::download::Contents::default();
    let order = Order { officer: operator()?, filter, purposes, contents, at: None };
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(text)?;
    let download = runtime.block_on(Download::begin(place, order, parts.clock.now())).map_err(text)?;
    download.write_to(out, |out| out.flush()).map(drop).map_err(text)
}

fn operator() -> Result<OfficerName, String> {
    OPERATOR.parse().map_err(text)
}
