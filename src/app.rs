//! Everything a request needs, built once and passed down. There are no statics.

use std::{sync::Arc, thread::JoinHandle};

use koektrommel_core::{decision::Decision, record::Standing};

use crate::{
    accounts::Accounts,
    arrivals::Arrivals,
    asset::Asset,
    clock::Clock,
    config::Config,
    demo::Demo,
    download::Downloads,
    folder::{Folder, FolderError},
    history::{self, HistoryError},
    keys::{KeyError, KeyRing, LogKey},
    ledger::{Ledger, OpenError, Recorded, SubmitError},
    notices::{Notices, NoticesError},
    offers::Offers,
    pages::Pages,
    retention::{Eraser, Stopped, Tally, Work},
    script::Scripts,
    sessions::Sessions,
    store::Store,
    undeclared::Undeclared,
    uses::Uses,
};

/// The style of the server's own pages, with what visitors can set of it.
const STYLE: &str = concat!(include_str!("../assets/style.css"), include_str!("../assets/display.css"));

/// The application.
pub struct App {
    /// The configuration.
    pub config: Config,
    /// The data folder.
    pub folder: Folder,
    /// What time it is.
    pub clock: Clock,
    /// The keys that sign cookies.
    pub ring: KeyRing,
    /// The log.
    pub ledger: Ledger,
    /// What erases from the log.
    pub eraser: Eraser,
    /// What went from the log so far.
    pub tally: Tally,
    /// The notices.
    pub notices: Notices,
    /// The scripts.
    pub scripts: Scripts,
    /// The accounts of the staff.
    pub accounts: Accounts,
    /// Who is signed in.
    pub sessions: Sessions,
    /// The downloads of the log that run.
    pub downloads: Downloads,
    /// The receipts that are offered once.
    pub offers: Offers,
    /// What pages reported that the notices do not account for.
    pub undeclared: Undeclared,
    /// How decisions reached the server, in numbers.
    pub arrivals: Arrivals,
    /// The pages that are the same for everybody.
    pub pages: Pages,
    /// The four functional uses of cookies.
    pub uses: Uses,
    /// The style of the server's own pages.
    pub style: Asset,
    /// The script of the settings page.
    pub settings_script: Asset,
    /// The script that shows the server's own pages as the visitor set it.
    pub display_script: Asset,
    /// The icon of the server's own pages.
    pub icon: Asset,
    /// The verifier of receipts and downloads: WebAssembly, built from `widget/verifier`.
    pub verifier: Asset,
    /// The script of its page.
    pub verify_script: Asset,
    /// The demonstration home page.
    pub demo: Demo,
}

/// Why the application cannot start; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A key file.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The notices.
    #[error(transparent)]
    Notices(#[from] NoticesError),
    /// The configurations that were in force.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// The log.
    #[error(transparent)]
    Ledger(#[from] OpenError),
    /// What erases from the log.
    #[error(transparent)]
    Eraser(#[from] Stopped),
}

impl App {
    /// Opens everything in the data folder; the second half ends when the application is gone and all that was
    /// handed in is written.
    pub fn start(
        config: Config,
        folder: Folder,
        store: Arc<dyn Store>,
        clock: Clock,
    ) -> Result<(Self, JoinHandle<()>), StartError> {
        let ring = KeyRing::open_or_create(&folder)?;
        let key = LogKey::open_or_create(&folder, &config.origin)?;
        let notices = Notices::open(&folder, &config.sites)?;
        let scripts = Scripts::open(&folder, &config, &notices)?;
        history::keep(&folder, &config, clock.now())?;
        let (ledger, writer) = Ledger::open(store, key, clock.clone())?;
        let work = Work::new(ledger.clone(), folder.clone(), clock.clone());
        let eraser = Eraser::start(work, config.retention.clone())?;
        let (accounts, sessions) = (Accounts::new(&folder), Sessions::new(clock.clone()));
        let style = Asset::new("text/css; charset=utf-8", STYLE);
        let app = Self {
            undeclared: Undeclared::open(&folder)?,
            arrivals: Arrivals::default(),
            pages: Pages::new(&config),
            uses: Uses::new(&config),
            config,
            folder,
            clock,
            ring,
            tally: Tally::new(ledger.clone()),
            ledger,
            eraser,
            notices,
            scripts,
            accounts,
            sessions,
            downloads: Downloads::new(),
            offers: Offers::default(),
            style,
            settings_script: Asset::new(
                "text/javascript; charset=utf-8",
                include_str!("../assets/settings.js"),
            ),
            display_script: Asset::new(
                "text/javascript; charset=utf-8",
                include_str!("../assets/display.js"),
            ),
            icon: Asset::new("image/svg+xml", include_str!("../assets/icon.svg")),
            verifier: Asset::new("application/wasm", include_bytes!("../assets/verifier.wasm").as_slice()),
            verify_script: Asset::new("text/javascript; charset=utf-8", include_str!("../assets/verify.js")),
            demo: Demo::new(),
        };
        Ok((app, writer))
    }

    /// Records a decision; see [`Ledger::record`].
    pub async fn record(
        &self,
        decision: Decision,
        standing: Option<Standing>,
    ) -> Result<Recorded, SubmitError> {
        self.ledger.record(decision, standing).await
    }
}
