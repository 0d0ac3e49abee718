//! A log with everything in it, for tests: two sites, given and refused and withdrawn, an erased one, a download.

use std::sync::Arc;

use koektrommel_core::{
    decision::{Actor, Choices, Control, Decision, Layer},
    hash::Hash,
    indexes::Indexes,
    record::{Cause, DataSet, Deletion, Standing},
};

use super::{Contents, Download, Downloads, Filter, Manifest, Order, Place};
use crate::{
    calendar::Period,
    clock::Clock,
    folder::Folder,
    keys::LogKey,
    ledger::{Fact, Ledger, Recorded},
    store::{Store, memory::MemoryStore},
};

pub(crate) struct Fixture {
    _temp: tempfile::TempDir,
    pub(crate) folder: Folder,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) ledger: Ledger,
    pub(crate) clock: Clock,
    pub(crate) downloads: Downloads,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::open_or_create(&temp.path().join("data")).unwrap();
        let store = Arc::new(MemoryStore::new());
        let clock = Clock::manual("2026-10-31T22:59:59Z".parse().unwrap());
        let key = LogKey::open_or_create(&folder, "log.example/wsn").unwrap();
        let (ledger, _) = Ledger::open(Arc::<MemoryStore>::clone(&store), key, clock.clone()).unwrap();
        std::fs::write(folder.path(&format!("notices/{}", notice_file())), NOTICE).unwrap();
        Self { _temp: temp, folder, store, ledger, clock, downloads: Downloads::new() }
    }

    /// Ten items: 0 is a second before November begins on the wall, 9 is of December; 3 was erased, 5 is of
    /// another site, 7 and 8 are a download.
    pub(crate) async fn with_log() -> Self {
        let fixture = Self::new();
        let wsn = |time, answers| fixture.decide(time, "wsn", answers, None);
        wsn("2026-10-31T22:59:59Z", [true, true]).await;
        wsn("2026-10-31T23:00:00Z", [true, false]).await;
        wsn("2026-11-22T10:15:00Z", [false, false]).await;
        wsn("2026-11-22T10:15:00Z", [true, true]).await;
        let given = wsn("2026-11-22T10:16:01Z", [true, true]).await;
        fixture.decide("2026-11-22T10:16:02Z", "other", [true, false], None).await;
        let standing = given.consent.subject.map(|subject| Standing { subject, record: 4 });
        fixture.decide("2026-11-22T10:17:00Z", "wsn", [false, false], standing).await;
        fixture.download(Some("2026-01-01"), Some("2026-01-02"), None, "csv").await;
        fixture.decide("2026-11-30T23:00:00Z", "wsn", [false, false], None).await;
        assert_eq!(fixture.store.erase(&[3]).unwrap(), 1);
        assert_eq!(fixture.ledger.head().frontier.size(), 10);
        fixture
    }

    /// Records that these were erased.
    pub(crate) fn state_deletion(&self, indexes: &[u64]) {
        let deletion = Deletion {
            time: self.clock.now(),
            set: DataSet::Consents,
            cause: Cause::Request,
            reason: None,
            items: Indexes::of(indexes.to_vec()),
        };
        let ledger = self.ledger.clone();
        let stated = std::thread::spawn(move || ledger.record_blocking(Fact::Deletion(deletion)));
        stated.join().unwrap().unwrap();
    }

    pub(crate) async fn decide(
        &self,
        time: &str,
        site: &str,
        [display, preferences]: [bool; 2],
        standing: Option<Standing>,
    ) -> Recorded {
        self.clock.set(time.parse().unwrap());
        let index = self.ledger.head().frontier.size();
        let answers =
            vec![("display".parse().unwrap(), display), ("preferences".parse().unwrap(), preferences)];
        let decision = Decision {
            click: Hash::of(&[b"click", &index.to_be_bytes()]),
            site: site.parse().unwrap(),
            notice: Hash::of(&[NOTICE.as_bytes()]),
            language: "nl".parse().unwrap(),
            layer: Layer::Banner,
            control: if display || preferences { Control::Save } else { Control::Refuse },
            actor: Actor::Person,
            choices: Choices::new(answers).unwrap(),
            validity_months: 6,
            gpc: index == 0,
        };
        self.ledger.record(decision, standing).await.unwrap()
    }

    pub(crate) async fn begin(&self, filter: Filter) -> Download {
        let place = Place { ledger: &self.ledger, folder: &self.folder, downloads: &self.downloads };
        let purposes = ["display", "preferences"].map(|id| id.parse().unwrap()).into();
        let order = Order {
            officer: "anna".parse().unwrap(),
            filter,
            purposes,
            contents: Contents::default(),
            at: None,
        };
        Download::begin(place, order, self.clock.now()).await.unwrap()
    }

    pub(crate) async fn download(
        &self,
        from: Option<&str>,
        to: Option<&str>,
        site: Option<&str>,
        format: &str,
    ) -> (Vec<u8>, Manifest) {
        let filter = Filter {
            period: Period::parse(from, to).unwrap(),
            site: site.map(|site| site.parse().unwrap()),
            format: format.parse().unwrap(),
        };
        let download = self.begin(filter).await;
        std::thread::spawn(|| {
            let mut bytes = Vec::new();
            let manifest = download.write_to(&mut bytes, |_| Ok(())).unwrap();
            (bytes, manifest)
        })
        .join()
        .unwrap()
    }
}

/// Not a whole notice: verification holds its bytes against its name, and the server reads it strictly.
pub(crate) const NOTICE: &str = "{\"v\":1}";

pub(crate) fn notice_file() -> String {
    format!("{}.json", &Hash::of(&[NOTICE.as_bytes()]).to_string()[7..])
}
