//! The inspection pack: everything in it proves itself, and the same question has the same answer.

use std::{
    io::{self, Cursor, Write},
    sync::Arc,
};

use koektrommel_core::hash::Hash;
use koektrommel_evidence::{
    download::{Alone, Means},
    dutch, pack,
    verdict::{Report, VerifyError},
};

use super::super::{
    Contents, Download, Order, Place,
    fixture::{Fixture, NOTICE, notice_file},
};
use crate::{
    calendar::Period,
    keys,
    store::{Store, memory::MemoryStore},
};

fn contents() -> Contents {
    let notice = vec![
        (format!("notices/{}", notice_file()), NOTICE.as_bytes().to_vec()),
        (format!("notices/{}", notice_file().replace("json", "html")), b"<p>as it was shown</p>".to_vec()),
    ];
    Contents {
        files: vec![("LEESMIJ.txt".to_owned(), b"lees mij".to_vec())],
        notices: [(Hash::of(&[NOTICE.as_bytes()]), notice), (Hash::of(&[b"other"]), Vec::new())].into(),
    }
}

async fn pack_at(fixture: &Fixture, at: Option<u64>) -> Vec<u8> {
    let download = begin(fixture, contents(), at).await;
    std::thread::spawn(|| {
        let mut bytes = Vec::new();
        download.write_to(&mut bytes, |_| Ok(())).unwrap();
        bytes
    })
    .join()
    .unwrap()
}

async fn begin(fixture: &Fixture, contents: Contents, at: Option<u64>) -> Download {
    let place = Place { ledger: &fixture.ledger, folder: &fixture.folder, downloads: &fixture.downloads };
    let period = Period::parse(Some("2026-11-22"), Some("2026-11-23")).unwrap();
    let filter =
        super::Filter { period, site: Some("wsn".parse().unwrap()), format: "pack".parse().unwrap() };
    let purposes = ["display", "preferences"].map(|id| id.parse().unwrap()).into();
    let officer = "anna".parse().unwrap();
    let order = Order { officer, filter, purposes, contents, at };
    let download = Download::begin(place, order, fixture.clock.now()).await.unwrap();
    assert_eq!(download.file_name(), "bewijspakket_2026-11-22_2026-11-23.zip");
    download
}

/// Takes a pack, and erases all decisions as soon as the records have gone out.
struct Erasing {
    bytes: Vec<u8>,
    store: Arc<MemoryStore>,
}

impl Write for Erasing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        if String::from_utf8_lossy(&self.bytes).contains("\"sha256\":\"sha256:") {
            let all: Vec<u64> = (0..10).collect();
            self.store.erase(&all).map_err(io::Error::other)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[actix_web::test]
async fn a_pack_is_right_also_if_something_is_erased_while_it_goes_out() {
    let fixture = Fixture::with_log().await;
    let mut contents = contents();
    // So much before the records that they go out before the rest is made.
    contents.files.push(("LONG.txt".to_owned(), vec![b'.'; 62 * 1024]));
    let download = begin(&fixture, contents, None).await;
    let out = Erasing { bytes: Vec::new(), store: Arc::clone(&fixture.store) };
    let bytes = std::thread::spawn(|| {
        let mut out = out;
        download.write_to(&mut out, |_| Ok(())).unwrap();
        out.bytes
    });
    let bytes = bytes.join().unwrap();
    assert!(
        fixture.ledger.items(0..9).unwrap().iter().all(|item| item.opening.is_none()),
        "erased meanwhile"
    );
    let report = verify(&bytes).unwrap();
    assert!(
        report.proved.iter().any(|text| text.starts_with("Every text that a record names")),
        "{report:?}"
    );
}

#[actix_web::test]
async fn a_pack_that_was_zipped_anew_is_told_apart_from_a_changed_one() {
    let fixture = Fixture::with_log().await;
    let pack = pack_at(&fixture, None).await;
    // The same files with a date in each header, as any program for ZIPs writes one.
    let mut dated = pack.clone();
    for (header, date) in [(b"PK\x03\x04", 12), (b"PK\x01\x02", 14)] {
        for at in (0..pack.len() - 4).filter(|at| pack[*at..].starts_with(header)) {
            dated[at + date..at + date + 2].copy_from_slice(&[0x21, 0x5d]);
        }
    }
    let Err(VerifyError::Bad(finding)) = verify(&dated) else { panic!("the headers are not compared") };
    assert!(finding.to_string().starts_with("the ZIP: holds what was signed for"), "{finding}");
    // Compressed, as the headers say.
    let mut packed = pack.clone();
    for (header, method) in [(b"PK\x03\x04", 8), (b"PK\x01\x02", 10)] {
        let at = (0..pack.len() - 4).find(|at| pack[*at..].starts_with(header)).unwrap();
        packed[at + method] = 8;
    }
    let Err(VerifyError::Bad(finding)) = verify(&packed) else { panic!("a method is not compared") };
    assert_eq!(
        finding.to_string(),
        "the ZIP: was made anew, LEESMIJ.txt is compressed: verify it as it was handed out"
    );
}

fn verify(bytes: &[u8]) -> Result<Report, VerifyError> {
    let means = Means { key: None, checkpoint: None, verify: &keys::log::verify };
    pack::verify(Cursor::new(bytes), bytes, &means, &Alone)
}

#[actix_web::test]
async fn a_pack_proves_itself_and_is_the_same_for_the_same_size_of_the_log() {
    let fixture = Fixture::with_log().await;
    let first = pack_at(&fixture, None).await;
    let report = verify(&first).unwrap();
    assert!(report.proved[0].contains("The pack is whole"), "{report:?}");
    // Open to an inspector: also who read the log, which a download seals.
    let text = String::from_utf8_lossy(&first);
    assert!(text.contains("\"kind\":\"access\"") && text.contains("\"sealed\":\"other-site\""));
    assert!(text.contains("toestemmingen.csv") && text.contains("notices/"));
    // The beginning is recorded first and is in the pack, its end came after it.
    let size = fixture.ledger.head().frontier.size() - 1;
    let later = pack_at(&fixture, Some(size)).await;
    assert!(first == later, "taken at {size} of {}", fixture.ledger.head().frontier.size());
    assert!(first != pack_at(&fixture, None).await);
}

#[actix_web::test]
async fn a_changed_byte_anywhere_in_a_pack_is_found() {
    let fixture = Fixture::with_log().await;
    let mut bytes = pack_at(&fixture, None).await;
    for at in (0..bytes.len()).step_by(3) {
        bytes[at] ^= 1 << (at % 8);
        match verify(&bytes) {
            Err(VerifyError::Bad(finding)) => {
                assert!(!finding.why.is_empty());
                assert!(dutch::finding(&finding).is_some(), "no Dutch for: {finding}");
            }
            other => panic!("byte {at}: {other:?}"),
        }
        bytes[at] ^= 1 << (at % 8);
    }
    verify(&bytes).unwrap();
    for end in [bytes.len() - 1, bytes.len() / 2, 100] {
        assert!(verify(&bytes[..end]).is_err(), "cut off at {end}");
    }
    bytes.push(0);
    assert!(verify(&bytes).is_err(), "something after the end");
}

#[test]
fn the_container_of_a_pack_never_changes_its_bytes() {
    let mut bytes = Vec::new();
    let mut container = pack::container::Container::new(&mut bytes);
    for (name, content) in [("a.txt", "one"), ("b/c.txt", "two")] {
        container.file(name, |out| out.write_all(content.as_bytes())).unwrap();
    }
    container.finish().unwrap();
    assert_eq!(Hash::of(&[&bytes]).to_string(), CONTAINER);
}

/// A pack that was made once must verify for ever; with another version of the library this shows whether it does.
const CONTAINER: &str = "sha256:84f07d37e3979476aeaf59d0a44b756f33a7af7406cb4cc5f3205331d894aae1";
