//! What the log answers when the disk does not do what was asked: nothing is recorded that was refused, nothing is
//! refused that was recorded, and once the disk is mended everything goes on by itself.

mod faults;

use std::{
    future::Future,
    ops::Range,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
        mpsc,
    },
    thread,
    time::Duration,
};

use koektrommel_core::{
    decision::{Actor, Choices, Control, Decision, Layer},
    hash::Hash,
    instant::Day,
    merkle::NodeId,
    record::{Access, Action, Tag},
};
use tokio::sync::oneshot;

use super::{Fact, Ledger, QUEUE, Recorded, SubmitError, writer::Job};
use crate::{
    clock::Clock,
    folder::Folder,
    keys::{self, LogKey},
    store::{
        Batch, Head, Item, Store, StoreError,
        memory::{Fault, MemoryStore},
    },
};

/// A disk that can be broken, and that refuses everything after an error until its head could be read: as the
/// store in a folder does.
#[derive(Default)]
struct Disk {
    log: MemoryStore,
    /// Nothing can be written, and the head cannot be read.
    broken: AtomicBool,
    /// An error happened, and the head has not been read since.
    doubt: AtomicBool,
    /// What goes wrong with the batch that begins at this index.
    plan: Mutex<Option<(u64, Fault)>>,
    /// Whoever holds it keeps the writer waiting.
    gate: Mutex<()>,
}

impl Disk {
    fn known(&self) -> Result<&MemoryStore, StoreError> {
        if self.doubt.load(SeqCst) { Err(refused()) } else { Ok(&self.log) }
    }
}

fn refused() -> StoreError {
    StoreError::Unavailable("the test said so".to_owned())
}

impl Store for Disk {
    fn head(&self) -> Result<Head, StoreError> {
        if self.broken.load(SeqCst) {
            return Err(refused());
        }
        self.doubt.store(false, SeqCst);
        self.log.head()
    }

    fn append(&self, batch: &Batch) -> Result<(), StoreError> {
        let _open = self.gate.lock().unwrap();
        let log = self.known()?;
        let plan = *self.plan.lock().unwrap();
        if let Some((_, fault)) = plan.filter(|(first, _)| *first == batch.before.size()) {
            log.fail(fault);
        }
        let outcome = if self.broken.load(SeqCst) { Err(refused()) } else { log.append(batch) };
        self.doubt.store(outcome.is_err(), SeqCst);
        outcome
    }

    fn items(&self, range: Range<u64>) -> Result<Vec<Item>, StoreError> {
        self.known()?.items(range)
    }

    fn find(&self, tag: Tag) -> Result<Option<u64>, StoreError> {
        self.known()?.find(tag)
    }

    fn node(&self, id: NodeId) -> Result<Hash, StoreError> {
        self.known()?.node(id)
    }

    fn first_on(&self, day: Day) -> Result<u64, StoreError> {
        self.known()?.first_on(day)
    }

    fn erase(&self, indexes: &[u64]) -> Result<u64, StoreError> {
        self.known()?.erase(indexes)
    }
}

type Answer = oneshot::Receiver<Result<Recorded, SubmitError>>;

struct Fixture {
    _temp: tempfile::TempDir,
    disk: Arc<Disk>,
    ledger: Ledger,
}

impl Fixture {
    fn new() -> Self {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::open_or_create(&temp.path().join("data")).unwrap();
        let disk = Arc::new(Disk::default());
        let key = LogKey::open_or_create(&folder, "log.example/wsn").unwrap();
        let clock = Clock::manual("2026-11-22T10:15:00Z".parse().unwrap());
        let (ledger, _) = Ledger::open(Arc::<Disk>::clone(&disk), key, clock).unwrap();
        Self { _temp: temp, disk, ledger }
    }

    /// Sends the decision of a click, and waits.
    fn record(&self, click: u64) -> Result<Recorded, SubmitError> {
        wait(self.ledger.record(decision(click, true), None))
    }

    /// Sends the decision of a click, and does not wait.
    fn send(&self, decision: Decision) -> Result<Answer, SubmitError> {
        let (answer, recorded) = oneshot::channel();
        self.ledger.submit(Job::Decision { decision, standing: None, answer }).map(|()| recorded)
    }

    /// Waits until the writer has taken everything that was sent.
    fn is_taken(&self) {
        while self.ledger.queue.capacity() < QUEUE {
            thread::yield_now();
        }
    }

    fn is_ready(&self) -> bool {
        wait(self.ledger.is_ready())
    }

    /// The log holds so many items, and says so.
    fn holds(&self, items: u64) {
        assert_eq!(self.disk.log.head().unwrap().frontier.size(), items);
        assert_eq!(self.ledger.head().frontier.size(), items);
        assert_eq!(self.disk.log.items(0..u64::MAX).unwrap().len() as u64, items);
    }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    actix_web::rt::Runtime::new().unwrap().block_on(future)
}

fn decision(click: u64, answer: bool) -> Decision {
    Decision {
        click: Hash::of(&[&click.to_be_bytes()]),
        site: "wsn".parse().unwrap(),
        notice: Hash::of(&[]),
        language: "nl".parse().unwrap(),
        layer: Layer::Banner,
        control: Control::Save,
        actor: Actor::Person,
        choices: Choices::new(vec![("display".parse().unwrap(), answer)]).unwrap(),
        validity_months: 6,
        gpc: false,
    }
}

fn access() -> Access {
    Access {
        action: Action::DownloadEnded,
        time: Day::from_unix_days(0).start(),
        officer: "anna".parse().unwrap(),
        filter: Default::default(),
        size: 0,
        begun: Some(0),
        count: None,
        sha256: None,
    }
}

#[test]
fn a_lost_batch_is_refused_and_nothing_is_recorded() {
    let log = Fixture::new();
    log.disk.log.fail(Fault::AppendLost);
    assert_eq!(log.record(1).unwrap_err(), SubmitError::Unavailable);
    log.holds(0);
    assert!(!log.record(1).unwrap().repeated, "the same click, sent again");
    log.holds(1);
}

#[test]
fn a_batch_of_which_only_the_answer_was_lost_is_recorded_once() {
    let log = Fixture::new();
    log.disk.log.fail(Fault::AppendKept);
    let recorded = log.record(1).unwrap();
    log.holds(1);
    let again = log.record(1).unwrap();
    assert!(again.repeated);
    assert_eq!((again.consent.id, again.leaf), (recorded.consent.id, recorded.leaf));
    log.holds(1);
}

#[test]
fn a_disk_that_is_mended_is_used_again() {
    let log = Fixture::new();
    log.record(1).unwrap();
    log.disk.broken.store(true, SeqCst);
    for click in 2..5 {
        assert_eq!(log.record(click).unwrap_err(), SubmitError::Unavailable);
        assert!(log.ledger.items(0..1).is_err());
    }
    log.disk.broken.store(false, SeqCst);
    assert!(log.record(1).unwrap().repeated);
    assert!(!log.record(2).unwrap().repeated);
    log.holds(2);
}

#[test]
fn a_read_that_failed_is_followed_by_a_look_at_the_head() {
    let log = Fixture::new();
    log.disk.doubt.store(true, SeqCst);
    assert_eq!(log.record(1).unwrap_err(), SubmitError::Unavailable);
    log.record(1).unwrap();
    log.holds(1);
}

#[test]
fn ready_again_without_a_decision() {
    for first in [0, 1] {
        let log = Fixture::new();
        (0..first).for_each(|click| drop(log.record(click).unwrap()));
        assert!(log.is_ready());
        log.disk.broken.store(true, SeqCst);
        assert_eq!(log.record(9).unwrap_err(), SubmitError::Unavailable);
        assert!(!log.is_ready() && !log.is_ready());
        log.disk.broken.store(false, SeqCst);
        assert!(log.is_ready());
        log.holds(first);
        log.record(9).unwrap();
        log.holds(first + 1);
    }
}

#[test]
fn not_ready_while_the_head_can_be_read_and_nothing_can_be_written() {
    let log = Fixture::new();
    log.disk.log.fail(Fault::AppendLost);
    log.record(1).unwrap_err();
    for fault in [Fault::AppendLost, Fault::AppendKept] {
        log.disk.log.fail(fault);
        assert!(!log.is_ready(), "{fault:?}");
    }
    assert!(log.is_ready());
    log.holds(0);
}

#[test]
fn a_full_queue_refuses_decisions_and_the_end_of_a_download_waits() {
    let log = Fixture::new();
    let gate = log.disk.gate.lock().unwrap();
    let mut sent = vec![log.send(decision(0, true)).unwrap()];
    log.is_taken();
    sent.extend((1..=QUEUE as u64).map(|click| log.send(decision(click, true)).unwrap()));
    assert_eq!(log.send(decision(99_999, true)).unwrap_err(), SubmitError::Busy);
    assert_eq!(log.record(99_999).unwrap_err(), SubmitError::Busy);
    assert_eq!(wait(log.ledger.record_access(access())), Err(SubmitError::Busy));

    let (ledger, (begins, begun)) = (log.ledger.clone(), mpsc::channel());
    let download = thread::spawn(move || {
        begins.send(()).unwrap();
        ledger.record_blocking(Fact::Access(access()))
    });
    begun.recv().unwrap();
    thread::sleep(Duration::from_millis(100));
    drop(gate);
    assert!(download.join().unwrap().is_ok());
    assert!(sent.into_iter().all(|answer| answer.blocking_recv().unwrap().is_ok()), "what was taken is kept");
    log.holds(QUEUE as u64 + 2);
}

#[test]
fn a_repeat_in_the_batch_of_its_original_shares_its_fate() {
    for (fault, kept) in [(None, true), (Some(Fault::AppendLost), false), (Some(Fault::AppendKept), true)] {
        let log = Fixture::new();
        *log.disk.plan.lock().unwrap() = fault.map(|fault| (1, fault));
        let gate = log.disk.gate.lock().unwrap();
        let before = log.send(decision(0, true)).unwrap();
        log.is_taken();
        let [first, second, other] = [true, true, false].map(|answer| log.send(decision(1, answer)).unwrap());
        drop(gate);
        before.blocking_recv().unwrap().unwrap();
        assert_eq!(other.blocking_recv().unwrap().unwrap_err(), SubmitError::Reused, "{fault:?}");
        let answers = [first, second].map(|answer| answer.blocking_recv().unwrap());
        if kept {
            let [first, second] = answers.map(Result::unwrap);
            assert!(!first.repeated && second.repeated, "{fault:?}");
            assert_eq!(first.consent.id, second.consent.id);
        } else {
            assert!(answers.into_iter().all(|answer| answer.is_err_and(|e| e == SubmitError::Unavailable)));
        }
        log.holds(1 + u64::from(kept));
    }
}

#[test]
fn a_receipt_opens_what_is_there_and_proves_what_is_erased() {
    let log = Fixture::new();
    (0..5).for_each(|click| drop(log.record(click).unwrap()));
    log.disk.erase(&[3]).unwrap();
    let key = [log.ledger.verifier().clone()];
    let receipt = log.ledger.receipt(2).unwrap().unwrap();
    let verified = receipt.verify(&key, &keys::log::verify).unwrap();
    assert_eq!(verified.record, &*log.ledger.items(2..3).unwrap()[0].opening.as_ref().unwrap().record);
    let erased = log.ledger.receipt(3).unwrap().unwrap();
    assert!(erased.extra.is_none() && erased.proof.len() == receipt.proof.len());
    assert!(log.ledger.receipt(5).unwrap().is_none());
}
