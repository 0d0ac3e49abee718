//! `koektrommel serve`: open everything, print the addresses, run until told to stop.

use std::{net::TcpListener, sync::Arc};

use actix_web::web::Data;

use super::say;
use crate::{
    app::App,
    clock::Clock,
    config::Config,
    folder::Folder,
    store::{Store, sled::SledStore},
    web,
};

pub(super) fn run(config: Config) -> Result<(), String> {
    crate::telemetry::start()?;
    let folder = Folder::open_or_create(&config.data).map_err(|error| error.to_string())?;
    let _lock = folder.lock().map_err(|error| error.to_string())?;
    let store = Arc::from(open_store(&folder)?);
    let (app, writer) =
        App::start(config, folder, store, Clock::system()).map_err(|error| error.to_string())?;
    let has_officers = !app.accounts.is_empty().map_err(|error| error.to_string())?;
    let app = Data::new(app);
    let listener = TcpListener::bind(app.config.listen).map_err(|error| {
        format!("cannot listen on {}: {error}; choose another with --listen", app.config.listen)
    })?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    greet(&app, &format!("http://{address}"), has_officers);
    let outcome = actix_web::rt::System::new().block_on(async { web::serve(app, listener)?.await });
    // The last handle on the ledger is gone with the server: what was handed in is written before we leave.
    let written = writer.join();
    outcome.map_err(|error| error.to_string())?;
    written.map_err(|_| "the writer of the log ended early; the log itself is whole".to_owned())
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
