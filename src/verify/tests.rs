//! Every change to a download is found, and so is every change to a stored log.

use std::{fs, path::PathBuf, slice};

use koektrommel_core::{
    entry::Entry,
    hash::Hash,
    instant::Day,
    merkle::{Frontier, NodeId},
    note::Checkpoint,
    record::Tag,
};

use koektrommel_evidence::{
    dutch,
    verdict::{self, Kind},
};

use super::{Elsewhere, Place, VerifyError, data, file};
use crate::{
    download::fixture::{Fixture, notice_file},
    folder::Folder,
    keys::LogKey,
    store::{Batch, Head, Item, Store, StoreError},
};

struct Sample {
    _temp: tempfile::TempDir,
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Sample {
    async fn of(fixture: &Fixture) -> Self {
        let (bytes, _) =
            fixture.download(Some("2026-11-22"), Some("2026-11-23"), Some("wsn"), "ndjson").await;
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("download.ndjson");
        fs::write(&path, &bytes).unwrap();
        Self { _temp: temp, path, bytes }
    }

    fn verify(&self, bytes: &[u8]) -> Result<super::Report, VerifyError> {
        fs::write(&self.path, bytes).unwrap();
        file(&self.path, None, &[])
    }

    fn place(&self, bytes: &[u8]) -> Place {
        match self.verify(bytes) {
            Err(VerifyError::Bad(finding)) => finding.place,
            other => panic!("{other:?}"),
        }
    }

    fn lines(&self) -> Vec<String> {
        str::from_utf8(&self.bytes).unwrap().lines().map(str::to_owned).collect()
    }
}

fn joined(lines: &[String]) -> Vec<u8> {
    lines.iter().map(|line| format!("{line}\n")).collect::<String>().into_bytes()
}

#[actix_web::test]
async fn a_download_verifies_on_its_own_and_says_what_it_proves() {
    let fixture = Fixture::with_log().await;
    let sample = Sample::of(&fixture).await;
    // Items 2 to 8 are of that day: two rows, an erased one, a refusal, another site, a withdrawal, a download.
    let lines = sample.lines();
    assert_eq!(lines.len(), 9);
    assert!(
        lines[2].ends_with(",\"sealed\":\"erased\"}") && lines[4].ends_with(",\"sealed\":\"other-site\"}")
    );
    assert!(lines[8].starts_with("{\"count\":3,\"lines\":9,\"sha256\":\"sha256:"));
    let report = sample.verify(&sample.bytes).unwrap();
    assert!(report.proved[0].contains("9 lines, 3 records, 4 sealed"), "{report:?}");
    assert!(report.unproved[0].contains("/privacy/log/key"), "{report:?}");

    let key = fixture.ledger.verifier();
    let checkpoint = sample.path.with_extension("checkpoint");
    fs::write(&checkpoint, fixture.ledger.head().checkpoint.clone()).unwrap();
    assert!(
        file(&sample.path, Some(&checkpoint), slice::from_ref(key))
            .unwrap_err()
            .to_string()
            .contains("of that size")
    );
    let lines = sample.lines();
    let start = lines[0].find("log.example").unwrap();
    let note: String =
        serde_json::from_str(&format!("\"{}", &lines[0][start..=lines[0].find("\",\"end\"").unwrap()]))
            .unwrap();
    fs::write(&checkpoint, note).unwrap();
    let report = file(&sample.path, Some(&checkpoint), slice::from_ref(key)).unwrap();
    assert_eq!(report.unproved.len(), 1, "{report:?}");

    let other = tempfile::tempdir().unwrap();
    let other = Folder::open_or_create(other.path()).unwrap();
    let other = LogKey::open_or_create(&other, "log.example/wsn").unwrap();
    assert!(
        file(&sample.path, None, slice::from_ref(other.verifier()))
            .unwrap_err()
            .to_string()
            .contains("line 1")
    );
    let forged = other.checkpoint(11, Hash::of(&[])).unwrap();
    fs::write(&checkpoint, forged).unwrap();
    assert!(file(&sample.path, Some(&checkpoint), &[]).is_err());
}

#[actix_web::test]
async fn every_changed_byte_is_found_and_its_line_is_named() {
    let fixture = Fixture::with_log().await;
    let sample = Sample::of(&fixture).await;
    let mut line = 1;
    let mut only_the_sum = Vec::new();
    for at in 0..sample.bytes.len() {
        // One bit of each byte: of the digits, of the letters, and one that no ASCII has.
        let mut changed = sample.bytes.clone();
        changed[at] ^= [1, 0x20, 0x80][at % 3];
        let Err(VerifyError::Bad(finding)) = sample.verify(&changed) else { panic!("byte {at}") };
        assert!(dutch::finding(&finding).is_some(), "no Dutch for: {finding}");
        match finding.place {
            Place::Line(named) if named == line => {}
            // Another day or site asked for: the first record that it shuts out is found, and says so.
            Place::Line(_) if line == 1 && finding.why.contains("line 1") => {}
            Place::Lines => only_the_sum.push(line),
            place => panic!("byte {at} of line {line}: {place}"),
        }
        line += u64::from(sample.bytes[at] == b'\n');
    }
    // In line 1: what was asked for, and the hashes beside the range. In the last line: the sum.
    only_the_sum.dedup();
    assert_eq!(only_the_sum, [1, 9]);
}

#[actix_web::test]
async fn a_line_that_is_gone_moved_or_put_in_is_named() {
    let fixture = Fixture::with_log().await;
    let sample = Sample::of(&fixture).await;
    let lines = sample.lines();
    for gone in 0..lines.len() {
        let mut without = lines.clone();
        without.remove(gone);
        assert!(matches!(sample.verify(&joined(&without)), Err(VerifyError::Bad(_))), "{gone}");
        let mut swapped = lines.clone();
        swapped.swap(gone, (gone + 1) % lines.len());
        assert!(matches!(
            sample.verify(&joined(&swapped)),
            Err(VerifyError::Bad(_)) | Err(VerifyError::Unreadable(_))
        ));
    }
    for cut in [0, 1, 700, sample.bytes.len() - 1] {
        assert!(sample.verify(&sample.bytes[..cut]).is_err(), "{cut}");
    }
    let mut more = lines.clone();
    more.push("{}".to_owned());
    assert_eq!(sample.place(&joined(&more)), Place::Line(10));
    assert_eq!(sample.place(&joined(&lines[..8])), Place::Line(9), "incomplete");
}

#[actix_web::test]
async fn a_forger_who_mends_the_sums_cannot_mend_the_root() {
    let fixture = Fixture::with_log().await;
    let sample = Sample::of(&fixture).await;
    let mut lines = sample.lines();
    // A sealed item replaced by another, with its leaf and the sum in the last line put right.
    let entry = Entry { day: Day::from_unix_days(20_779), commitment: Hash::of(&[b"forged"]) };
    let mut forged = Vec::new();
    koektrommel_evidence::line::Line {
        index: 5,
        leaf: koektrommel_core::merkle::leaf_hash(&entry.encode()),
        entry,
        body: koektrommel_evidence::line::Body::Sealed(crate::download::Sealed::OtherSite),
    }
    .write(&mut forged);
    lines[4] = String::from_utf8(forged).unwrap().trim_end().to_owned();
    let sum = Hash::of(&[&joined(&lines[..8])]);
    lines[8] = format!("{{\"count\":3,\"lines\":9,\"sha256\":\"{sum}\"}}");
    assert_eq!(sample.place(&joined(&lines)), Place::Lines);
}

#[test]
fn a_receipt_that_mail_or_an_editor_touched_is_right_and_its_report_says_so() {
    let receipt = include_str!("../../core/testdata/consent.tlog-proof");
    let keys = include_str!("../../core/testdata/log.vkey");
    let of = |bytes: &[u8]| verdict::of(bytes, Some(keys), None, &crate::keys::log::verify);
    let touched = |verdict: &verdict::Verdict| {
        let report = verdict.outcome.as_ref().unwrap();
        report.proved.iter().any(|sentence| sentence.starts_with("Line ends"))
    };
    assert!(!touched(&of(receipt.as_bytes())), "as it was handed out");
    for harmless in [
        receipt.replace('\n', "\r\n"),
        format!("\u{feff}{receipt}"),
        format!("\u{feff}{}", receipt.replace('\n', "\r\n")),
        receipt.trim_end().to_owned(),
        format!("\n\n  {receipt}\n \n"),
    ] {
        let verdict = of(harmless.as_bytes());
        assert!(verdict.kind == Kind::Receipt && touched(&verdict), "{harmless:?}");
    }
    let lines: Vec<&str> = receipt.lines().collect();
    for wrong in [
        receipt.replace("index 41", "index 40").replace('\n', "\r\n"),
        receipt.replace("\n\n", "\n"),
        receipt.replace('\n', "\n\n"),
        receipt.replace('\n', "\r"),
        receipt.replace("index 41\n", "index 41 \n"),
        lines[..lines.len() - 1].join("\n"),
        format!("{receipt}{receipt}"),
        format!("> {}", receipt.replace('\n', "\n> ")),
    ] {
        let verdict = of(wrong.as_bytes());
        assert!(verdict.outcome.is_err(), "{wrong:?}");
        assert!(verdict.to_json().contains("\"nl\":{\"why\":"), "{}", verdict.to_json());
    }
}

#[test]
fn a_file_of_another_kind_is_not_called_wrong() {
    let jsonld = include_bytes!("../../tests/testdata/receipt.jsonld").as_slice();
    let long = vec![b'{'; 200_000];
    for other in [
        jsonld,
        b"\x89PNG\r\n\x1a\n\0\0",
        b"%PDF-1.7\n%\xe2\xe3\n",
        b"{\"a\":1}\n",
        b"x",
        b"PK\x05\x06",
        &long,
    ] {
        let verdict = verdict::of(other, None, None, &crate::keys::log::verify);
        let Err(VerifyError::Unreadable(why)) = verdict.outcome else { panic!("{other:?}") };
        assert!(why.contains("not a file that proves itself"), "{why}");
    }
    let archive = b"{\"checkpoint\":\"\",\"contents\":\"backup\",\"format\":\"koektrommel archive 1\"}\n";
    let Err(VerifyError::Unreadable(why)) =
        verdict::of(archive, None, None, &crate::keys::log::verify).outcome
    else {
        panic!("a backup is called wrong")
    };
    assert!(why.contains("koektrommel verify"), "{why}");
}

#[actix_web::test]
async fn a_csv_is_told_apart_and_summed() {
    let fixture = Fixture::with_log().await;
    let sample = Sample::of(&fixture).await;
    let error = sample.verify(b"index,record\r\n").unwrap_err().to_string();
    assert!(error.contains(&Hash::of(&[b"index,record\r\n"]).to_string()), "{error}");
}

/// A store that shows one item, or its head, differently.
struct Changed<'a> {
    store: &'a dyn Store,
    item: fn(u64, &mut Item),
    head: fn(&mut Head),
}

impl Store for Changed<'_> {
    fn head(&self) -> Result<Head, StoreError> {
        let mut head = self.store.head()?;
        (self.head)(&mut head);
        Ok(head)
    }

    fn append(&self, batch: &Batch) -> Result<(), StoreError> {
        self.store.append(batch)
    }

    fn items(&self, range: std::ops::Range<u64>) -> Result<Vec<Item>, StoreError> {
        let mut items = self.store.items(range.clone())?;
        range.zip(&mut items).for_each(|(index, item)| (self.item)(index, item));
        Ok(items)
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

#[actix_web::test]
async fn a_changed_item_of_a_stored_log_is_named() {
    let fixture = Fixture::with_log().await;
    for _ in 0..300 {
        fixture.decide("2026-12-01T10:00:00Z", "wsn", [true, false], None).await;
    }
    let unstated = data(&fixture.folder, &*fixture.store, &Elsewhere::default()).unwrap_err().to_string();
    assert!(unstated.starts_with("item 3: its record is gone, and no statement"), "{unstated}");
    fixture.state_deletion(&[3]);
    let report = data(&fixture.folder, &*fixture.store, &Elsewhere::default()).unwrap();
    assert!(
        report.proved[1].starts_with("307 decisions, 2 readings by officers and 1 statements"),
        "{report:?}"
    );
    assert!(report.proved[2].starts_with("1 records were erased"), "{report:?}");

    let verify = |item: fn(u64, &mut Item), head: fn(&mut Head)| {
        let changed = Changed { store: &*fixture.store, item, head };
        match data(&fixture.folder, &changed, &Elsewhere::default()) {
            Err(VerifyError::Bad(finding)) => finding.place,
            other => panic!("{other:?}"),
        }
    };
    let nothing = |_: u64, _: &mut Item| ();
    let same = |_: &mut Head| ();
    let swap_salt: fn(u64, &mut Item) = |index, item| {
        if index == 6 {
            item.opening.as_mut().unwrap().record[20] ^= 1;
        }
    };
    assert_eq!(verify(swap_salt, same), Place::Item(6));
    let erased_entry: fn(u64, &mut Item) = |index, item| {
        if index == 3 {
            item.entry.commitment = Hash::of(&[b"other"]);
        }
    };
    assert_eq!(verify(erased_entry, same), Place::Item(3));
    let past_the_last_whole_node: fn(u64, &mut Item) = |index, item| {
        if index == 305 {
            item.opening = None;
            item.entry.commitment = Hash::of(&[b"other"]);
        }
    };
    assert_eq!(verify(past_the_last_whole_node, same), Place::Log);
    let other_root: fn(&mut Head) = |head| head.frontier = Frontier::new();
    assert_eq!(verify(nothing, other_root), Place::Log);
    let other_text: fn(&mut Head) = |head| {
        let mut checkpoint: Checkpoint =
            head.checkpoint.split("\n\n").next().map(|t| format!("{t}\n")).unwrap().parse().unwrap();
        checkpoint.size -= 1;
        head.checkpoint = head.checkpoint.replacen("311", &checkpoint.size.to_string(), 1);
    };
    assert_eq!(verify(nothing, other_text), Place::Log);

    let notice = fixture.folder.path(&format!("notices/{}", notice_file()));
    fs::write(&notice, "{\"v\":2}").unwrap();
    assert_eq!(verify(nothing, same), Place::Item(0));
    fs::remove_file(&notice).unwrap();
    assert_eq!(verify(nothing, same), Place::Item(0));
}

#[actix_web::test]
async fn a_folder_is_held_against_what_was_kept_elsewhere() {
    let fixture = Fixture::with_log().await;
    fixture.state_deletion(&[3]);
    let head = fixture.store.head().unwrap();
    let outcome = |checkpoint: Option<String>, key: Option<&str>| {
        let keys = key.iter().map(|key| key.parse().unwrap()).collect();
        data(&fixture.folder, &*fixture.store, &Elsewhere { checkpoint, keys })
    };
    let key = fs::read_to_string(fixture.folder.path("keys/log.vkey")).unwrap();
    let report = outcome(Some(head.checkpoint.clone()), Some(key.trim_end())).unwrap();
    assert!(report.unproved.is_empty(), "{report:?}");

    // The key of another log, and a checkpoint that another log signed under the same name.
    let temp = tempfile::tempdir().unwrap();
    let other = Folder::open_or_create(temp.path()).unwrap();
    let other = LogKey::open_or_create(&other, key.split('+').next().unwrap()).unwrap();
    assert!(outcome(None, Some(&other.verifier().to_string())).is_err());
    let foreign = other.checkpoint(head.frontier.size(), head.frontier.root()).unwrap();
    assert!(outcome(Some(foreign), None).is_err());

    // Our own signature under a longer log, and under another tree of a size that was passed.
    let own = LogKey::open(&fixture.folder).unwrap();
    let longer = own.checkpoint(head.frontier.size() + 1, head.frontier.root()).unwrap();
    assert!(format!("{:?}", outcome(Some(longer), None).unwrap_err()).contains("cut back"));
    let forked = own.checkpoint(6, head.frontier.root()).unwrap();
    assert!(format!("{:?}", outcome(Some(forked), None).unwrap_err()).contains("two logs"));

    // The folder says that our key is an older one of the log of a forger. Where ours is known, it is the only one.
    fs::copy(temp.path().join("keys/log.pk8"), fixture.folder.path("keys/log.pk8")).unwrap();
    for (file, content) in [("keys/log.vkey", other.verifier()), ("keys/log.retired", own.verifier())] {
        fs::write(fixture.folder.path(file), format!("{content}\n")).unwrap();
    }
    assert!(outcome(None, Some(&other.verifier().to_string())).is_err());
    outcome(None, Some(key.trim_end())).unwrap();
}
