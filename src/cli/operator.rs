//! Commands on a log: `retain`, `erase`, `backup`, `export` through the server if one runs, else on the folder itself;
//! `restore` and `import` make a folder.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    thread::JoinHandle,
};

use clap::Args;

use super::{DataArgs, config_file, say, serve};
use crate::{
    archive::restore,
    clock::Clock,
    config,
    control::{AskError, Command, Forgets, Parts, ask, run},
    download::Downloads,
    folder::{Folder, Lock},
    history,
    keys::LogKey,
    ledger::Ledger,
    retention::Work,
};

#[derive(Debug, Args)]
pub(super) struct RetainArgs {
    /// The configuration file (or KOEKTROMMEL_CONFIG) that the server last ran with; needed while no server runs.
    #[arg(long)]
    config: Option<PathBuf>,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Debug, Args)]
pub(super) struct EraseArgs {
    /// Ids of records, or references such as K7Q-M4T-92.
    #[arg(required = true)]
    records: Vec<String>,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    /// Where to write it. Keep it as safe as the data folder.
    file: PathBuf,
    /// Leaves the secret keys out. A server goes on from such a backup only once they are put back.
    #[arg(long)]
    without_keys: bool,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// ndjson (the whole log, for `import` and `verify`), csv (for Dutch Excel) or csv-rfc4180.
    #[arg(long)]
    format: String,
    /// One site; only for tables.
    #[arg(long)]
    site: Option<String>,
    /// The first day in the Netherlands, 2026-11-01; only for tables.
    #[arg(long)]
    from: Option<String>,
    /// The last day; only for tables.
    #[arg(long)]
    to: Option<String>,
    /// Where to write it.
    #[arg(long, short)]
    output: PathBuf,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Debug, Args)]
pub(super) struct RestoreArgs {
    /// The file. Without it, and with --accept-loss, a folder that was restored before is accepted.
    #[arg(required_unless_present = "accept_loss")]
    file: Option<PathBuf>,
    /// The newest signed checkpoint of this log that anybody has: shows that nothing was recorded after the file.
    #[arg(long)]
    newest: Option<PathBuf>,
    /// Goes on even if something was recorded after the file; the log then says so in a record.
    #[arg(long)]
    accept_loss: bool,
    #[command(flatten)]
    data: DataArgs,
}

pub(super) fn retain(args: &RetainArgs) -> Result<(), String> {
    work(&args.data, &Command::Retain, args.config.as_deref(), &mut io::stdout())
}

pub(super) fn erase(args: EraseArgs) -> Result<(), String> {
    work(&args.data, &Command::Erase { records: args.records }, None, &mut io::stdout())
}

pub(super) fn backup(args: &BackupArgs) -> Result<(), String> {
    let command = Command::Backup { secrets: !args.without_keys };
    into_file(&args.file, |out| work(&args.data, &command, None, out))?;
    if args.without_keys {
        say("The secret keys are not in it: keep `keys/` yourself, a server cannot go on without it.");
    } else {
        say("The secret keys are in it: whoever has it can sign in the log's name.");
    }
    Ok(())
}

pub(super) fn export(args: ExportArgs) -> Result<(), String> {
    let ExportArgs { format, site, from, to, output, data } = args;
    into_file(&output, |out| work(&data, &Command::Export { format, site, from, to }, None, out))
}

pub(super) fn restore(args: RestoreArgs, is_backup: bool) -> Result<(), String> {
    let data = args.data.path();
    let Some(file) = args.file else {
        let folder = Folder::open(&data).map_err(text)?;
        let _lock = folder.lock().map_err(text)?;
        restore::accept(&folder).map_err(text)?;
        say("Accepted. The log says so from the next start on.");
        return Ok(());
    };
    let order = restore::Order {
        file,
        data: data.clone(),
        is_backup,
        newest: args.newest,
        accepts_loss: args.accept_loss,
    };
    let checked = restore::restore(&order, &|folder| serve::open_store(folder)).map_err(text)?;
    let head = &checked.head.frontier;
    say(&format!("Restored: {} items with root {}, as signed.", head.size(), head.root()));
    let folder = Folder::open(&data).map_err(text)?;
    if !folder.path("keys/log.pk8").exists() {
        say(
            "The log's secret key is not here: put keys/log.pk8 back before a server goes on; `verify` works without.",
        );
    }
    if let Err(why) = restore::may_go_on(&folder) {
        say(&format!("Not served yet: {why}."));
    }
    Ok(())
}

/// Has the server do it, or does it here if there is none.
fn work(
    data: &DataArgs,
    command: &Command,
    config: Option<&Path>,
    out: &mut dyn Write,
) -> Result<(), String> {
    let folder = Folder::open(&data.path()).map_err(text)?;
    match ask(&folder, command, out) {
        Err(AskError::Nobody) => {}
        answered => return answered.map_err(text),
    }
    let (parts, writer, _lock) = here(&folder, matches!(command, Command::Retain), config)?;
    let done = run(command, &parts, out).and_then(|()| out.flush().map_err(text));
    drop(parts);
    // What was handed in is on disk when the writer has ended.
    writer.join().map_err(|_| "the writer of the log ended early; the log itself is whole".to_owned())?;
    done
}

/// The folder without a server.
fn here(
    folder: &Folder,
    needs_terms: bool,
    config: Option<&Path>,
) -> Result<(Parts, JoinHandle<()>, Lock), String> {
    let lock = folder.lock().map_err(|error| {
        format!("{error}; its server does not listen for commands, see what it said when it started")
    })?;
    if restore::may_go_on(folder).map_err(text)?.is_some() {
        return Err(
            "this folder was restored: start its server once, so that the log says so first".to_owned()
        );
    }
    let config = config::load(config_file(config.map(Path::to_owned)).as_deref());
    if needs_terms && !history::is_in_force(folder, config.as_ref().map_err(text)?).map_err(text)? {
        return Err("this is not the configuration that the server last ran with: name that one with --config, or start \
                    the server with this one first"
            .to_owned());
    }
    // The other commands erase nothing by term, so any will do.
    let terms = config.or_else(|_| config::load(None)).map_err(text)?.retention;
    let clock = Clock::system();
    let store = Arc::from(serve::open_store(folder)?);
    let key = LogKey::open(folder).map_err(text)?;
    let (ledger, writer) = Ledger::open(store, key, clock.clone()).map_err(text)?;
    let work = Work::new(ledger.clone(), folder.clone(), clock.clone());
    let forgets = Forgets::Here(Mutex::new(work), Box::new(terms));
    let parts = Parts { ledger, folder: folder.clone(), clock, downloads: Downloads::new(), forgets };
    Ok((parts, writer, lock))
}

/// Writes a file that is there only once it is whole and on disk, readable by its owner alone.
fn into_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<(), String>) -> Result<(), String> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    let cannot = |error: io::Error| format!("{}: {error}", path.display());
    // What a run before left, or somebody else put there, may be open to others.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(cannot(error)),
        _ => {}
    }
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new).map_err(cannot)?;
    let mut out = io::BufWriter::with_capacity(1 << 18, file);
    let written = write(&mut out).and_then(|()| {
        let file = out.into_inner().map_err(|error| cannot(error.into_error()))?;
        file.sync_all().and_then(|()| fs::rename(&new, path)).map_err(cannot)?;
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(parent).and_then(|folder| folder.sync_all()).map_err(cannot)
    });
    if written.is_err() {
        // What is there of it is of no use to anybody.
        let _ = fs::remove_file(&new);
    }
    written
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
