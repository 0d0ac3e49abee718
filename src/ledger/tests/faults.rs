//! The fault table of `docs/guarantees.md`, a test for each row, on memory and on sled alike.

use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use koektrommel_core::{hash::Hash, instant::Day, merkle::NodeId, record::Tag};

use super::{
    super::{Ledger, Recorded, SubmitError},
    decision,
};
use crate::{
    clock::Clock,
    folder::Folder,
    keys::LogKey,
    store::{
        Batch, Head, Item, Store, StoreError,
        memory::{Fault, MemoryStore},
        sled::{SledStore, VolumeSize},
    },
};

/// What the disk does to the next batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Disk {
    Well,
    /// Fails, and keeps nothing.
    Lost,
    /// Fails, and yet keeps all.
    Kept,
}

/// When the program dies: a panic of the writer's thread, after which nothing of this life is used again.
const BEFORE: u8 = 1;
const AFTER: u8 = 2;

/// A log that can be left and opened again.
trait Backend: Send + Sync {
    fn open(&self) -> Arc<dyn Store>;
    fn set(&self, store: &dyn Store, disk: Disk);
}

struct InMemory(Arc<MemoryStore>);

impl Backend for InMemory {
    fn open(&self) -> Arc<dyn Store> {
        Arc::<MemoryStore>::clone(&self.0)
    }

    fn set(&self, _: &dyn Store, disk: Disk) {
        match disk {
            Disk::Well => self.0.repair(),
            Disk::Lost => self.0.fail(Fault::AppendLost),
            Disk::Kept => self.0.fail(Fault::AppendKept),
        }
    }
}

struct OnDisk {
    folder: Folder,
    newest: std::sync::Mutex<std::sync::Weak<SledStore>>,
}

impl Backend for OnDisk {
    fn open(&self) -> Arc<dyn Store> {
        let size = VolumeSize::of(256).unwrap();
        let store = Arc::new(SledStore::open_with(&self.folder.path("store"), size).unwrap());
        *self.newest.lock().unwrap() = Arc::downgrade(&store);
        store
    }

    fn set(&self, _: &dyn Store, disk: Disk) {
        let store = self.newest.lock().unwrap().upgrade().unwrap();
        store.break_at(match disk {
            Disk::Well => 0,
            Disk::Lost => 1,
            Disk::Kept => 2,
        });
    }
}

/// A store whose program dies around an append.
struct Mortal {
    store: Arc<dyn Store>,
    dies: AtomicU8,
}

impl Store for Mortal {
    fn head(&self) -> Result<Head, StoreError> {
        self.store.head()
    }

    fn append(&self, batch: &Batch) -> Result<(), StoreError> {
        let dies = self.dies.load(Ordering::SeqCst);
        assert!(dies != BEFORE, "the program dies here");
        let appended = self.store.append(batch);
        assert!(dies != AFTER, "the program dies here");
        appended
    }

    fn items(&self, range: Range<u64>) -> Result<Vec<Item>, StoreError> {
        self.store.items(range)
    }

    fn find(&self, tag: Tag) -> Result<Option<u64>, StoreError> {
        self.store.find(tag)
    }

    fn node(&self, id: NodeId) -> Result<Hash, StoreError> {
        self.store.node(id)
    }

    fn first_on(&self, day: Day) -> Result<u64, StoreError> {
        self.store.first_on(day)
    }

    fn erase(&self, indexes: &[u64]) -> Result<u64, StoreError> {
        self.store.erase(indexes)
    }
}

/// One life of the program.
struct Life {
    ledger: Ledger,
    store: Arc<Mortal>,
    writer: std::thread::JoinHandle<()>,
}

impl Life {
    fn begin(folder: &Folder, backend: &dyn Backend) -> Self {
        let store = Arc::new(Mortal { store: backend.open(), dies: AtomicU8::new(0) });
        let key = LogKey::open_or_create(folder, "log.example/wsn").unwrap();
        let clock = Clock::manual("2026-11-22T10:15:00Z".parse().unwrap());
        let (ledger, writer) = Ledger::open(Arc::<Mortal>::clone(&store), key, clock).unwrap();
        Self { ledger, store, writer }
    }

    fn record(&self, click: u64) -> Result<Recorded, SubmitError> {
        actix_web::rt::Runtime::new().unwrap().block_on(self.ledger.record(decision(click, true), None))
    }

    fn size(&self) -> u64 {
        self.ledger.head().frontier.size()
    }

    /// The end of this life, by whatever cause.
    fn end(self) {
        drop(self.ledger);
        // It may have died.
        let _ = self.writer.join();
        drop(self.store);
    }
}

/// Runs a row on both backends.
fn on_both(row: impl Fn(&Folder, &dyn Backend)) {
    for in_memory in [true, false] {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::open_or_create(&temp.path().join("data")).unwrap();
        if in_memory {
            row(&folder, &InMemory(Arc::default()));
        } else {
            row(&folder, &OnDisk { folder: folder.clone(), newest: Default::default() });
        }
    }
}

#[test]
fn dies_before_the_append() {
    on_both(|folder, backend| {
        let life = Life::begin(folder, backend);
        life.record(1).unwrap();
        life.store.dies.store(BEFORE, Ordering::SeqCst);
        assert_eq!(life.record(2).unwrap_err(), SubmitError::Unavailable);
        life.end();
        let life = Life::begin(folder, backend);
        assert_eq!(life.size(), 1, "not recorded, and not said to be");
        assert!(!life.record(2).unwrap().repeated, "the same click, sent again");
        life.end();
    });
}

#[test]
fn the_append_fails_and_nothing_is_kept() {
    on_both(|folder, backend| {
        let life = Life::begin(folder, backend);
        life.record(1).unwrap();
        backend.set(&*life.store, Disk::Lost);
        assert_eq!(life.record(2).unwrap_err(), SubmitError::Unavailable);
        backend.set(&*life.store, Disk::Well);
        assert!(!life.record(2).unwrap().repeated);
        life.end();
        assert_eq!(Life::begin(folder, backend).size(), 2);
    });
}

#[test]
fn the_append_fails_and_yet_all_is_kept() {
    on_both(|folder, backend| {
        let life = Life::begin(folder, backend);
        life.record(1).unwrap();
        backend.set(&*life.store, Disk::Kept);
        // The head tells: it is recorded, and said to be. On a disk that stays broken nobody can tell, so it is not.
        let told = life.record(2);
        backend.set(&*life.store, Disk::Well);
        let again = life.record(2).unwrap();
        assert!(again.repeated, "once, whatever was answered");
        if let Ok(told) = told {
            assert_eq!((told.consent.id, told.leaf), (again.consent.id, again.leaf));
        }
        assert_eq!(life.size(), 2);
        life.end();
        assert_eq!(Life::begin(folder, backend).size(), 2);
    });
}

#[test]
fn dies_after_the_append_and_before_the_answer() {
    on_both(|folder, backend| {
        let life = Life::begin(folder, backend);
        life.store.dies.store(AFTER, Ordering::SeqCst);
        assert_eq!(life.record(1).unwrap_err(), SubmitError::Unavailable, "nobody heard");
        life.end();
        let life = Life::begin(folder, backend);
        assert_eq!(life.size(), 1, "and yet it is there");
        assert!(life.record(1).unwrap().repeated, "sent again, it is the same record");
        assert_eq!(life.size(), 1);
        life.end();
    });
}

#[test]
fn dies_after_the_answer() {
    on_both(|folder, backend| {
        let life = Life::begin(folder, backend);
        let told = life.record(1).unwrap();
        life.end();
        let life = Life::begin(folder, backend);
        let again = life.record(1).unwrap();
        assert!(again.repeated);
        assert_eq!((told.consent.id, told.leaf), (again.consent.id, again.leaf));
        life.end();
    });
}

#[test]
fn the_disk_is_full_for_a_while() {
    on_both(|folder, backend| {
        let life = Life::begin(folder, backend);
        life.record(0).unwrap();
        for click in 1..4 {
            backend.set(&*life.store, Disk::Lost);
            assert_eq!(life.record(click).unwrap_err(), SubmitError::Unavailable);
            assert_eq!(life.ledger.items(0..9).unwrap().len(), 1, "what is there can be read");
        }
        backend.set(&*life.store, Disk::Well);
        (1..4).for_each(|click| assert!(!life.record(click).unwrap().repeated));
        life.end();
        assert_eq!(Life::begin(folder, backend).size(), 4);
    });
}
