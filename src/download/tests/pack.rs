//! The inspection pack: everything in it proves itself, and the same question has the same answer.

use std::io::Cursor;

use koektrommel_core::hash::Hash;
use koektrommel_evidence::{
    download::{Alone, Means},
    pack,
    verdict::{Report, VerifyError},
};

use super::super::{
    Contents, Download, Order, Place,
    fixture::{Fixture, NOTICE, notice_file},
};
use crate::{calendar::Period, keys};

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
    let place = Place { ledger: &fixture.ledger, folder: &fixture.folder, downloads: &fixture.downloads };
    let period = Period::parse(Some("2026-11-22"), Some("2026-11-23")).unwrap();
    let filter =
        super::Filter { period, site: Some("wsn".parse().unwrap()), format: "pack".parse().unwrap() };
    let purposes = ["display", "preferences"].map(|id| id.parse().unwrap()).into();
    let officer = "anna".parse().unwrap();
    let order = Order { officer, filter, purposes, contents: contents(), at };
    let download = Download::begin(place, order, fixture.clock.now()).await.unwrap();
    assert_eq!(download.file_name(), "bewijspakket_2026-11-22_2026-11-23.zip");
    std::thread::spawn(|| {
        let mut bytes = Vec::new();
        download.write_to(&mut bytes, |_| Ok(())).unwrap();
        bytes
    })
    .join()
    .unwrap()
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
            Err(VerifyError::Bad(finding)) => assert!(!finding.why.is_empty()),
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
