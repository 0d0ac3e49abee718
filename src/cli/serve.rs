//! `koektrommel serve`: open everything, print the addresses, run until told to stop.

use std::{net::TcpListener, sync::Arc};

use actix_web::web::Data;
use koektrommel_core::record::Restoration;

use super::say;
use crate::{
    app::App,
    archive::restore,
    clock::Clock,
    config::Config,
    control::{Control, Forgets, Parts},
    folder::Folder,
    ledger::Fact,
    store::{Store, sled::SledStore},
    web,
};

pub(super) fn run(config: Config) -> Result<(), String> {
    crate::telemetry::start()?;
    let folder = Folder::open_or_create(&config.data).map_err(|error| error.to_string())?;
    let _lock = folder.lock().map_err(|error| error.to_string())?;
    let restored = restore::may_go_on(&folder).map_err(|error| error.to_string())?;
    let store = Arc::from(open_store(&folder)?);
    let (app, writer) =
        App::start(config, folder, store, Clock::system()).map_err(|error| error.to_string())?;
    if let Some(size) = restored {
        state_restoration(&app, size)?;
    }
    let has_officers = !app.accounts.is_empty().map_err(|error| error.to_string())?;
    let app = Data::new(app);
    let listener = TcpListener::bind(app.config.listen).map_err(|error| {
        format!("cannot listen on {}: {error}; choose another with --listen", app.config.listen)
    })?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    greet(&app, &format!("http://{address}"), has_officers);
    let control = Control::start(parts(&app));
    if let Err(error) = &control {
        tracing::warn!(%error, "commands such as `backup` cannot reach this server: it has no socket in its data folder");
    }
    let outcome = actix_web::rt::System::new().block_on(async { web::serve(app, listener)?.await });
    if let Ok(control) = control {
        control.stop();
    }
    // The last handle on the ledger is gone with the server: what was handed in is written before we leave.
    let written = writer.join();
    outcome.map_err(|error| error.to_string())?;
    written.map_err(|_| "the writer of the log ended early; the log itself is whole".to_owned())
}

/// What commands work on.
fn parts(app: &App) -> Parts {
    Parts {
        ledger: app.ledger.clone(),
        folder: app.folder.clone(),
        clock: app.clock.clone(),
        downloads: app.downloads.clone(),
        forgets: Forgets::Thread(app.eraser.clone()),
    }
}

/// A log that goes on from a backup says so itself, among the first things that are recorded in it.
fn state_restoration(app: &App, size: u64) -> Result<(), String> {
    let time = app.clock.now();
    let stated = app.ledger.record_blocking(Fact::Restoration(Restoration { time, size }));
    stated.map_err(|error| error.to_string())?;
    restore::settled(&app.folder).map_err(|error| error.to_string())
}

/// Where the backend is chosen.
///
/// The log's key is made after the store; a folder with a key and no store has lost its log, and to begin another
/// under the same key would contradict what was signed.
pub(super) fn open_store(folder: &Folder) -> Result<Box<dyn Store>, String> {
    if folder.path("keys/log.pk8").exists() && !folder.path("store/format").exists() {
        return Err(format!(
            "{} is missing or empty, and this folder's log was begun: mount the disk that holds it, or restore a backup",
            folder.path("store").display()
        ));
    }
    let store = SledStore::open(&folder.path("store")).map_err(|error| error.to_string())?;
    Ok(Box::new(store))
}

/// The addresses, for whoever started the program.
fn greet(app: &App, base: &str, has_officers: bool) {
    let mount = &app.config.mount;
    if app.config.demo {
        say(&format!("Demo page         {base}/"));
    }
    say(&format!("Privacy statement {base}{mount}"));
    say(&format!("Cookie settings   {base}{mount}/settings"));
    say(&format!("Officers          {base}/officer"));
    if !has_officers && let Ok(token) = app.sessions.invite() {
        say(&format!("First officer     {base}/officer/welcome?token={token} (works once)"));
    }
    say(&format!("Script tag        <script src=\"{mount}/koektrommel.js\" defer></script>"));
}
