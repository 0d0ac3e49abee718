//! From a log to a file and back, on every backend, and every change to the file is found.

use std::{fs, path::PathBuf, sync::Arc};

use koektrommel_core::hash::Hash;

use super::{
    ArchiveError, Contents, Elsewhere, check, check_against, fill, is_kept,
    restore::{Order, accept, may_go_on, restore, settled},
    write,
};
use crate::{
    download::fixture::Fixture,
    folder::Folder,
    keys::LogKey,
    ledger::Ledger,
    store::{
        Store,
        memory::MemoryStore,
        sled::{SledStore, VolumeSize},
    },
};

struct Sample {
    temp: tempfile::TempDir,
    fixture: Fixture,
    path: PathBuf,
}

impl Sample {
    async fn of(contents: Contents) -> Self {
        let fixture = Fixture::with_log().await;
        fixture.state_deletion(&[3]);
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("archive");
        let sample = Self { temp, fixture, path };
        sample.write(contents);
        sample
    }

    fn write(&self, contents: Contents) {
        let mut bytes = Vec::new();
        write(&self.fixture.ledger, &self.fixture.folder, contents, &mut bytes).unwrap();
        fs::write(&self.path, bytes).unwrap();
    }

    fn order(&self, data: &str) -> Order {
        let (file, data) = (self.path.clone(), self.temp.path().join(data));
        Order { file, data, is_backup: true, newest: None, accepts_loss: false }
    }
}

const BACKUP: Contents = Contents::Backup { has_secrets: true };

fn open(folder: &Folder) -> Result<Box<dyn Store>, String> {
    let size = VolumeSize::of(256).unwrap();
    SledStore::open_with(&folder.path("store"), size)
        .map(|store| Box::new(store) as Box<dyn Store>)
        .map_err(|e| e.to_string())
}

#[actix_web::test]
async fn any_backend_is_rebuilt_with_the_same_root_and_every_item() {
    let sample = Sample::of(Contents::Export).await;
    for _ in 0..1_500 {
        sample.fixture.decide("2026-12-02T10:00:00Z", "wsn", [true, false], None).await;
    }
    sample.write(Contents::Export);
    let head = sample.fixture.ledger.head();
    let checked = check(&sample.path).unwrap();
    assert_eq!((&checked.head, checked.erased, checked.contents), (&*head, 1, Contents::Export));
    let temp = tempfile::tempdir().unwrap();
    let sled = SledStore::open_with(temp.path(), VolumeSize::of(256).unwrap()).unwrap();
    let stores: [&dyn Store; 2] = [&MemoryStore::new(), &sled];
    for store in stores {
        let mut files = Vec::new();
        fill(&sample.path, &checked, store, &mut |path, _| {
            files.push(path.to_owned());
            Ok(())
        })
        .unwrap();
        assert_eq!(store.head().unwrap().frontier.root(), head.frontier.root());
        assert_eq!(store.head().unwrap(), *head);
        assert!(store.items(0..u64::MAX).unwrap() == sample.fixture.store.items(0..u64::MAX).unwrap());
        assert!(
            files.iter().all(|path| path.starts_with("notices/") || path == "keys/log.vkey"),
            "{files:?}"
        );
        assert_eq!(files.len(), 2);
    }
}

#[actix_web::test]
async fn every_changed_byte_and_every_cut_is_found() {
    let sample = Sample::of(BACKUP).await;
    let bytes = fs::read(&sample.path).unwrap();
    for at in (0..bytes.len()).step_by(7).chain(0..400).chain(bytes.len() - 100..bytes.len()) {
        let mut changed = bytes.clone();
        changed[at] ^= [1, 0x20, 0x80][at % 3];
        fs::write(&sample.path, changed).unwrap();
        assert!(check(&sample.path).is_err(), "byte {at}");
    }
    for cut in [0, 1, 700, bytes.len() / 2, bytes.len() - 1] {
        fs::write(&sample.path, &bytes[..cut]).unwrap();
        assert!(check(&sample.path).is_err(), "cut at {cut}");
    }
    let text = String::from_utf8(bytes).unwrap();
    let mut lines: Vec<_> = text.lines().collect();
    lines.remove(4);
    fs::write(&sample.path, lines.join("\n") + "\n").unwrap();
    let Err(ArchiveError::Wrong { line: 5, why }) = check(&sample.path) else { panic!("it was taken") };
    assert!(why.contains("must be the next item"), "{why}");
}

/// Somebody who knows the format: changes, and counts and sums again.
fn summed_again(text: &str) -> String {
    let at = text.trim_end().rfind('\n').unwrap() + 1;
    let (before, last) = text.split_at(at);
    let old = last.split("\"sha256\":\"").nth(1).unwrap().split('"').next().unwrap();
    before.to_owned() + &last.replace(old, &Hash::of(&[before.as_bytes()]).to_string())
}

#[actix_web::test]
async fn who_sums_again_is_found_by_the_signature() {
    let sample = Sample::of(BACKUP).await;
    let text = fs::read_to_string(&sample.path).unwrap();
    assert_eq!(summed_again(&text), text);
    let at = text.find("{\"file\":\"keys/log.vkey").unwrap();
    let file = text[at..].lines().next().unwrap();
    let other = file.split("\"content\":\"").next().unwrap().to_owned() + "\"content\":\"eA==\"}";
    fs::write(&sample.path, summed_again(&text.replace(file, &other))).unwrap();
    let Err(ArchiveError::Wrong { why, .. }) = check(&sample.path) else { panic!("it was taken") };
    assert!(why.contains("must be signed"), "{why}");
    // And a file that stands there twice is none of ours, whoever signed it.
    fs::write(&sample.path, text.replace(file, &format!("{file}\n{file}"))).unwrap();
    assert!(check(&sample.path).unwrap_err().to_string().contains("in the order of names"));
}

#[actix_web::test]
async fn a_forger_who_names_the_true_key_beside_his_own_is_found() {
    let (ours, his) = (Sample::of(Contents::Export).await, Sample::of(Contents::Export).await);
    let key = ours.fixture.ledger.verifier().clone();
    let retired = his.fixture.folder.path("keys/log.retired");
    fs::write(&retired, format!("{key}\n")).unwrap();
    let forger = LogKey::open(&his.fixture.folder).unwrap();
    let store = Arc::<MemoryStore>::clone(&his.fixture.store);
    let (forged, _) = Ledger::open(store, forger, his.fixture.clock.clone()).unwrap();
    let mut bytes = Vec::new();
    write(&forged, &his.fixture.folder, Contents::Export, &mut bytes).unwrap();
    fs::write(&his.path, bytes).unwrap();
    let given = Elsewhere { keys: std::slice::from_ref(&key), checkpoint: None };
    assert!(check(&his.path).unwrap().keys.contains(&key), "he names it");
    assert!(check_against(&his.path, given).is_err());
    check_against(&ours.path, given).unwrap();
}

#[actix_web::test]
async fn another_version_is_refused_with_a_sentence() {
    let sample = Sample::of(BACKUP).await;
    let text = fs::read_to_string(&sample.path).unwrap();
    for (to, says) in [
        (
            "koektrommel archive 2",
            "in the format `koektrommel archive 2`, and this program reads `koektrommel archive 1`",
        ),
        ("koektrommel download v1", "is not a backup or an export of Koektrommel"),
    ] {
        fs::write(&sample.path, text.replacen("koektrommel archive 1", to, 1)).unwrap();
        let refused = restore(&sample.order("new"), &open).unwrap_err().to_string();
        assert!(refused.contains(says), "{refused}");
        assert!(!sample.temp.path().join("new").exists(), "nothing was made of it");
    }
    fs::write(&sample.path, "hello\n").unwrap();
    assert!(check(&sample.path).unwrap_err().to_string().contains("is not a backup"));
}

#[actix_web::test]
async fn a_restored_folder_waits_until_somebody_has_looked() {
    let sample = Sample::of(BACKUP).await;
    let order = sample.order("one");
    restore(&order, &open).unwrap();
    let folder = Folder::open(&order.data).unwrap();
    let why = may_go_on(&folder).unwrap_err().to_string();
    assert!(why.contains("restored from a backup of 11 items") && why.contains("--accept-loss"), "{why}");
    accept(&folder).unwrap();
    assert_eq!(may_go_on(&folder).unwrap(), Some(11));
    settled(&folder).unwrap();
    assert_eq!(may_go_on(&folder).unwrap(), None);
    assert!(accept(&folder).is_err());
    for file in ["keys/log.pk8", "keys/log.vkey", "downloads/7.json"] {
        assert_eq!(fs::read(folder.path(file)).unwrap(), fs::read(sample.fixture.folder.path(file)).unwrap());
    }

    // With a checkpoint that is as new as the backup: nothing is lost.
    let newest = sample.temp.path().join("checkpoint");
    fs::write(&newest, &sample.fixture.ledger.head().checkpoint).unwrap();
    let proved = Order { newest: Some(newest.clone()), ..sample.order("two") };
    restore(&proved, &open).unwrap();
    assert_eq!(may_go_on(&Folder::open(&proved.data).unwrap()).unwrap(), None);

    // With a newer one: something is.
    sample.fixture.decide("2026-12-02T10:00:00Z", "wsn", [true, false], None).await;
    fs::write(&newest, &sample.fixture.ledger.head().checkpoint).unwrap();
    let lost = Order { newest: Some(newest.clone()), ..sample.order("three") };
    let why = restore(&lost, &open).unwrap_err().to_string();
    assert!(why.contains("of 12 items and the backup of 11: 1 are lost"), "{why}");
    assert!(!lost.data.exists());
    restore(&Order { accepts_loss: true, ..lost.clone() }, &open).unwrap();
    assert_eq!(may_go_on(&Folder::open(&lost.data).unwrap()).unwrap(), Some(11));

    // Another tree under our key, of the same size or of an earlier one.
    let key = LogKey::open(&sample.fixture.folder).unwrap();
    for (size, line) in [(11, 12), (4, 5)] {
        fs::write(&newest, key.checkpoint(size, Hash::of(&[b"fork"])).unwrap()).unwrap();
        let forked = Order { newest: Some(newest.clone()), accepts_loss: true, ..sample.order("four") };
        let why = restore(&forked, &open).unwrap_err().to_string();
        assert!(why.starts_with(&format!("line {line}: ")) && why.contains("two logs"), "{why}");
    }
}

#[actix_web::test]
async fn a_folder_that_is_used_or_half_restored_is_refused() {
    let sample = Sample::of(BACKUP).await;
    let order = sample.order("used");
    fs::create_dir(&order.data).unwrap();
    fs::write(order.data.join("letter.txt"), "").unwrap();
    assert!(restore(&order, &open).unwrap_err().to_string().contains("is not empty"));

    let order = sample.order("half");
    let full = |_: &Folder| Err("no space is left".to_owned());
    assert!(restore(&order, &full).unwrap_err().to_string().contains("no space"));
    let folder = Folder::open(&order.data).unwrap();
    assert!(may_go_on(&folder).unwrap_err().to_string().contains("only in part"));
    assert!(accept(&folder).is_err());
    assert!(restore(&order, &open).unwrap_err().to_string().contains("is not empty"));
    assert!(
        restore(&Order { is_backup: false, ..sample.order("x") }, &open)
            .unwrap_err()
            .to_string()
            .contains("restore`")
    );
}

#[actix_web::test]
async fn without_the_keys_no_secret_is_in_it() {
    let sample = Sample::of(Contents::Export).await;
    let retired = sample.fixture.folder.path("keys/log.retired");
    fs::write(retired, format!("{}\n", sample.fixture.ledger.verifier())).unwrap();
    for contents in [Contents::Export, Contents::Backup { has_secrets: false }] {
        sample.write(contents);
        let text = fs::read_to_string(&sample.path).unwrap();
        assert!(
            text.contains("keys/log.vkey") && text.contains("keys/log.retired") && !text.contains("log.pk8")
        );
    }
    let order = sample.order("public");
    restore(&order, &open).unwrap();
    assert!(!order.data.join("keys/log.pk8").exists());
}

#[test]
fn only_files_of_a_data_folder_are_taken() {
    for right in
        ["keys/log.pk8", "accounts.json", "notices/00ff.json", "configurations/in-force", "erasing.json"]
    {
        assert!(is_kept(right), "{right}");
    }
    for wrong in [
        "",
        "format",
        "lock",
        "control",
        "restored.json",
        "restored.json.new",
        "accounts.lock",
        "store/format",
        "../x",
        "keys/../../x",
        "/etc/passwd",
        "keys//x",
        ".x",
        "a/b/c/d",
        "keys/x.new",
        "notices/\u{e9}",
    ] {
        assert!(!is_kept(wrong), "{wrong}");
    }
}
