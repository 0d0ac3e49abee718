//! Statements, crashes between the steps, and the bytes on disk.

mod terms;

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant as Moment},
};

use koektrommel_core::{
    decision::{Actor, Choices, Control, Decision, Layer},
    hash::Hash,
    record::{Access, Action, Cause, DataSet, Deletion, Record, Standing},
};

use super::{Eraser, Gone, Work, note};
use crate::{
    clock::Clock,
    config::{self, Retention},
    folder::Folder,
    keys::LogKey,
    ledger::{Fact, Ledger, Recorded},
    store::{
        Item, Store,
        sled::{SledStore, VolumeSize},
    },
    verify,
};

const BEGIN: &str = "2026-01-31T10:00:00Z";

struct Fixture {
    _temp: tempfile::TempDir,
    path: PathBuf,
    folder: Folder,
    clock: Clock,
    ledger: Ledger,
    work: Work,
}

fn on_disk(folder: &Folder) -> Arc<dyn Store> {
    Arc::new(SledStore::open_with(&folder.path("store"), VolumeSize::of(256).unwrap()).unwrap())
}

impl Fixture {
    fn on(store: impl FnOnce(&Folder) -> Arc<dyn Store>) -> Self {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("data");
        let folder = Folder::open_or_create(&path).unwrap();
        let clock = Clock::manual(BEGIN.parse().unwrap());
        let key = LogKey::open_or_create(&folder, "log.example/wsn").unwrap();
        let (ledger, _) = Ledger::open(store(&folder), key, clock.clone()).unwrap();
        let work = Work::new(ledger.clone(), folder.clone(), clock.clone());
        fs::write(folder.path(&format!("notices/{}.json", &Hash::of(&[b"{}"]).to_string()[7..])), "{}")
            .unwrap();
        Self { _temp: temp, path, folder, clock, ledger, work }
    }

    fn decide(&self, yes: bool, standing: Option<Standing>) -> Recorded {
        let decision = Decision {
            click: Hash::of(&[b"click", &self.ledger.head().frontier.size().to_be_bytes()]),
            site: "wsn".parse().unwrap(),
            notice: Hash::of(&[b"{}"]),
            language: "nl".parse().unwrap(),
            layer: Layer::Banner,
            control: Control::Save,
            actor: Actor::Person,
            choices: Choices::new(vec![("display".parse().unwrap(), yes)]).unwrap(),
            validity_months: 6,
            gpc: false,
        };
        actix_web::rt::Runtime::new().unwrap().block_on(self.ledger.record(decision, standing)).unwrap()
    }

    fn access(&self, action: Action, begun: Option<u64>) -> u64 {
        let access = Access {
            action,
            time: BEGIN.parse().unwrap(),
            officer: "anna".parse().unwrap(),
            filter: Default::default(),
            size: 0,
            begun,
            count: None,
            sha256: None,
        };
        self.ledger.record_blocking(Fact::Access(access)).unwrap()
    }

    /// 0 a refusal; 1 to 3 given, changed, withdrawn; 4 given; 5 and 6 a download.
    fn with_log(self) -> Self {
        self.decide(false, None);
        let given = self.decide(true, None);
        let subject = given.consent.subject.unwrap();
        self.decide(true, Some(Standing { subject, record: 1 }));
        self.decide(false, Some(Standing { subject, record: 2 }));
        self.decide(true, None);
        let begun = self.access(Action::DownloadBegun, None);
        self.access(Action::DownloadEnded, Some(begun));
        fs::write(self.folder.path("downloads/5.json"), "{\"officer\":\"anna\"}").unwrap();
        self
    }

    fn retain_on(&mut self, time: &str) -> Vec<String> {
        self.clock.set(time.parse().unwrap());
        self.work.retain(&terms()).unwrap().iter().map(ToString::to_string).collect()
    }

    fn items(&self) -> Vec<Item> {
        self.ledger.items(0..u64::MAX).unwrap()
    }

    fn statements(&self) -> Vec<Deletion> {
        let records = self.items().into_iter().filter_map(|item| item.opening);
        let deletion =
            |record| if let Ok(Record::Deletion(deletion)) = record { Some(deletion) } else { None };
        records.map(|opening| Record::from_json(&opening.record)).filter_map(deletion).collect()
    }
}

/// 6 months for refusals, 12 after the end for consents, 12 for withdrawals, 24 for readings.
fn terms() -> Retention {
    config::load(None).unwrap().retention
}

#[test]
fn what_went_is_in_no_byte_of_the_folder_and_the_log_still_verifies() {
    let mut log = Fixture::on(on_disk).with_log();
    for i in 0..600_u64 {
        log.decide(i.is_multiple_of(3), None);
    }
    log.clock.set("2027-03-01T10:00:00Z".parse().unwrap());
    let kept = log.decide(true, None).consent.id.index();
    let before = log.items();
    let root = log.ledger.head().frontier.root();
    assert_eq!(traces(&log.path, &before).len(), before.len(), "this search finds what is there");

    let gone = log.retain_on("2028-03-01T10:00:00Z");
    assert_eq!(gone.len(), 4, "{gone:?}");
    let check = |folder: &Path| {
        assert_eq!(traces(folder, &before), [kept as usize].into());
    };
    check(&log.path);
    // What a restart copies and writes anew is no other.
    let Fixture { _temp, path, folder, clock, ledger, work, .. } = log;
    drop((ledger, work));
    let store = opened(&folder);
    let report = verify::data(&folder, &*store, &verify::Elsewhere::default()).unwrap();
    assert!(report.proved[2].starts_with("607 records were erased"), "{report:?}");
    let mut tree = koektrommel_core::merkle::Frontier::new();
    let entries = store.items(0..before.len() as u64).unwrap();
    entries.iter().for_each(|item| tree.push(koektrommel_core::merkle::leaf_hash(&item.entry.encode())));
    assert_eq!(tree.root(), root);
    drop(store);
    check(&path);
    drop(clock);
}

/// Waits until the writer of the log, of which the last handle was dropped, has let go of the store.
fn opened(folder: &Folder) -> Arc<dyn Store> {
    let deadline = Moment::now() + Duration::from_secs(20);
    loop {
        match SledStore::open_with(&folder.path("store"), VolumeSize::of(256).unwrap()) {
            Ok(store) => return Arc::new(store),
            Err(error) => assert!(Moment::now() < deadline, "{error}"),
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// Which of these items have left salt, tag, name, pseudonym or officer in any file under this folder.
fn traces(folder: &Path, items: &[Item]) -> BTreeSet<usize> {
    // By the first eight bytes, so that one pass over each file looks for all of them.
    let mut needles: HashMap<[u8; 8], Vec<(Vec<u8>, usize)>> = HashMap::new();
    for (place, item) in items.iter().enumerate() {
        let opening = item.opening.as_ref().unwrap();
        let record = str::from_utf8(&opening.record).unwrap();
        let member = |name: &str| {
            let start = format!("\"{name}\":\"");
            Some(format!("{}\"", record.split(&start).nth(1)?.split('"').next()?)).map(|value| (start, value))
        };
        let mut own = vec![opening.salt.as_bytes().to_vec()];
        own.extend(opening.tag.map(|tag| tag.0.to_be_bytes().to_vec()));
        own.extend(["record", "subject"].into_iter().filter_map(member).map(|(_, value)| value.into_bytes()));
        own.extend(member("officer").map(|(start, value)| [start, value].concat().into_bytes()));
        for needle in own {
            needles.entry(needle[..8].try_into().unwrap()).or_default().push((needle, place));
        }
    }
    let mut is_first = vec![false; 1 << 16];
    needles.keys().for_each(|key| is_first[usize::from(u16::from_be_bytes([key[0], key[1]]))] = true);
    let mut found = BTreeSet::new();
    for path in files(folder) {
        // It may be removed meanwhile.
        let bytes = fs::read(path).unwrap_or_default();
        for at in 0..bytes.len().saturating_sub(8) {
            if is_first[usize::from(u16::from_be_bytes([bytes[at], bytes[at + 1]]))] {
                for (needle, place) in needles.get(&bytes[at..at + 8]).into_iter().flatten() {
                    found.extend(bytes[at..].starts_with(needle).then_some(*place));
                }
            }
        }
    }
    found
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn the_folder_has_shrunk_after_a_large_run() {
    let mut log = Fixture::on(on_disk);
    for _ in 0..1_500 {
        log.decide(false, None);
    }
    let size =
        |path: &Path| files(path).iter().map(|file| fs::metadata(file).map_or(0, |file| file.len())).sum();
    let sealed = |path: &Path| -> Vec<PathBuf> {
        files(path).into_iter().filter(|file| file.extension().is_some_and(|end| end == "sealed")).collect()
    };
    let deadline = Moment::now() + Duration::from_secs(20);
    while sealed(&log.path).len() < 5 {
        assert!(Moment::now() < deadline);
        thread::sleep(Duration::from_millis(10));
    }
    let before: u64 = size(&log.path);
    assert_eq!(log.retain_on("2027-01-31T10:00:00Z"), ["1500 refusals erased (retention): 0-1499"]);
    let after: u64 = size(&log.path);
    // What is left is entries, nodes, and the one database that is never empty.
    assert!(after < before * 2 / 3, "{before} before, {after} after");
    let volume: u64 = sealed(&log.path).iter().map(|path| fs::metadata(path).unwrap().len()).sum::<u64>() / 5;
    assert!(volume < 256 * 60, "{volume} bytes for a volume of which everything is gone");
}

#[test]
fn a_large_run_holds_no_decision_up_for_long() {
    let log = Fixture::on(on_disk);
    for _ in 0..2_100 {
        log.decide(false, None);
    }
    let Fixture { ledger, _temp, .. } = log;
    // The step of a run that writes anew; the others read, and record as everybody does.
    let all: Vec<u64> = (0..2_100).collect();
    let is_over = AtomicBool::new(false);
    let recorded = thread::scope(|scope| {
        let run = scope.spawn(|| {
            let gone = ledger.erase(&all).unwrap();
            is_over.store(true, Ordering::Release);
            assert_eq!(gone, 2_100);
        });
        let mut recorded = 0;
        while !is_over.load(Ordering::Acquire) {
            let fact = Fact::Deletion(Deletion {
                time: BEGIN.parse().unwrap(),
                set: DataSet::Access,
                cause: Cause::Request,
                reason: None,
                items: "0".parse().unwrap(),
            });
            ledger.record_blocking(fact).unwrap();
            recorded += 1;
        }
        run.join().unwrap();
        recorded
    });
    // Nine stretches were written anew, and only for the newest one somebody had to wait. If all waited for all of them,
    // one would be recorded, and the one after.
    assert!(recorded > 3, "{recorded} recorded");
}

#[test]
fn an_erasure_that_a_crash_cut_off_is_finished_and_stated_once() {
    for steps in 0..4 {
        let mut log = Fixture::on(on_disk).with_log();
        let deletion = Deletion {
            time: BEGIN.parse().unwrap(),
            set: DataSet::Consents,
            cause: Cause::Request,
            reason: None,
            items: "1-2,4".parse().unwrap(),
        };
        // A statement of the same from before is not the one of this erasure.
        let size = log.ledger.head().frontier.size();
        note::write(&log.folder, size, std::slice::from_ref(&deletion)).unwrap();
        if steps > 0 {
            log.ledger.record_blocking(Fact::Deletion(deletion.clone())).unwrap();
        }
        if steps > 1 {
            log.ledger.erase(&[4]).unwrap();
        }
        if steps > 2 {
            log.ledger.erase(&[1, 2]).unwrap();
        }
        log.work.finish().unwrap();
        let gone: Vec<_> = (0..7).filter(|index| log.items()[*index].opening.is_none()).collect();
        assert_eq!(gone, [1, 2, 4], "after step {steps}");
        assert_eq!(log.statements().len(), 1, "after step {steps}");
        assert!(note::read(&log.folder).unwrap().is_none());
        assert!(log.work.finish().unwrap().is_empty());
    }
}

#[test]
fn a_note_that_cannot_be_read_stops_every_erasure() {
    let mut log = Fixture::on(on_disk).with_log();
    fs::write(log.folder.path("erasing.json"), "{").unwrap();
    let error = log.work.erase(&[0], Cause::Request).unwrap_err().to_string();
    assert!(error.contains("erasing.json is not what was written"), "{error}");
    assert!(log.items()[0].opening.is_some());
}

#[test]
fn only_decisions_and_readings_are_erased_and_none_twice() {
    let mut log = Fixture::on(on_disk).with_log();
    let gone = log.work.erase(&[4, 0, 4, 99], Cause::Request).unwrap();
    let sets: Vec<_> = gone.iter().map(|Gone { set, items, .. }| (*set, items.to_string())).collect();
    assert_eq!(sets, [(DataSet::Refusals, "0".to_owned()), (DataSet::Consents, "4".to_owned())]);
    assert!(log.work.erase(&[0, 4, 7, 8], Cause::Request).unwrap().is_empty(), "gone, or a statement");
    assert_eq!(log.statements().len(), 2);
}

#[test]
fn the_thread_runs_at_its_start_and_once_a_day() {
    let log = Fixture::on(on_disk).with_log();
    log.clock.set("2026-08-01T10:00:00Z".parse().unwrap());
    let Fixture { clock, ledger, work, _temp, .. } = log;
    let eraser = Eraser::start(work, terms()).unwrap();
    let is_gone = |index: u64| ledger.items(index..index + 1).unwrap()[0].opening.is_none();
    let wait_for = |index: u64| {
        let deadline = Moment::now() + Duration::from_secs(20);
        while !is_gone(index) {
            assert!(Moment::now() < deadline, "{index} is still there");
            thread::sleep(Duration::from_millis(5));
        }
    };
    wait_for(0);
    assert!(!is_gone(1));
    clock.set("2027-02-01T00:00:00Z".parse().unwrap());
    wait_for(3);
    // And when asked; who asks for what is gone gets nothing.
    let gone = eraser.erase_blocking(vec![4, 0], Cause::Request).unwrap();
    assert_eq!(gone.iter().map(|gone| gone.items.to_string()).collect::<Vec<_>>(), ["4"]);
    assert!(eraser.retain_blocking().unwrap().is_empty());
}

#[test]
fn many_who_ask_at_once_go_together_and_each_hears_of_his_own() {
    let log = Fixture::on(on_disk);
    for _ in 0..40 {
        log.decide(false, None);
    }
    let Fixture { ledger, work, _temp, .. } = log;
    let eraser = Eraser::start(work, terms()).unwrap();
    thread::scope(|scope| {
        for index in 0..40 {
            let eraser = eraser.clone();
            scope.spawn(move || {
                let gone = eraser.erase_blocking(vec![index], Cause::Visitor).unwrap();
                assert_eq!(gone.len(), 1);
                assert_eq!(gone[0].items.to_string(), index.to_string());
            });
        }
    });
    let size = ledger.head().frontier.size();
    assert!(ledger.items(0..40).unwrap().iter().all(|item| item.opening.is_none()));
    assert!(size < 60, "{} statements for 40 who asked at once", size - 40);
}
