//! Downloads of a log with everything in it.

mod pack;

use std::{future::poll_fn, task::Poll, thread, time::Duration};

use koektrommel_core::{
    hash::Hash,
    json,
    record::{Action, Record},
};

use super::{Filter, LeftOut, Manifest, Sealed, fixture::Fixture};
use crate::{calendar::Period, store::memory::Fault};

fn november(format: &str) -> Filter {
    let period = Period::parse(Some("2026-11-01"), Some("2026-11-30")).unwrap();
    Filter { period, site: Some("wsn".parse().unwrap()), format: format.parse().unwrap() }
}

fn left_out(manifest: &Manifest) -> [u64; 5] {
    Sealed::ALL.map(|why| manifest.left_out.as_ref().map_or(0, |left_out| LeftOut::of(left_out, why)))
}

#[actix_web::test]
async fn dutch_excel_gets_what_it_reads_right() {
    let fixture = Fixture::with_log().await;
    let (bytes, manifest) =
        fixture.download(Some("2026-11-01"), Some("2026-11-30"), Some("wsn"), "csv").await;
    let text = String::from_utf8(bytes).unwrap();
    let lines: Vec<_> = text.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "\u{feff}Volgnummer;Record;Kenmerk;Tijd (UTC);Tijd (Nederland);Site;Gebeurtenis;Doel: display;\
         Doel: preferences;Taal;Waar gevraagd;Knop;Wie;Geldig tot (UTC);Getoonde tekst;Heeft pseudoniem;\
         Vorige keuze (volgnummer);GPC-signaal"
    );
    let cells = |line: usize| lines[line].split(';').collect::<Vec<_>>();
    let first = cells(1);
    assert_eq!((first[0], first[1].len(), first[2].len()), ("1", 36, 10));
    assert_eq!(first[3..9], ["2026-10-31T23:00:00Z", "2026-11-01 00:00:00", "wsn", "gegeven", "ja", "nee"]);
    let notice = Hash::of(&[super::fixture::NOTICE.as_bytes()]).to_string();
    assert_eq!(
        first[9..],
        ["nl", "banner", "opslaan", "persoon", "2027-04-30T23:00:00Z", &notice, "ja", "", "nee"]
    );
    let refused = cells(2);
    assert_eq!(
        refused[3..9],
        ["2026-11-22T10:15:00Z", "2026-11-22 11:15:00", "wsn", "geweigerd", "nee", "nee"]
    );
    assert_eq!(refused[15..], ["nee", "", "nee"]);
    let withdrawn = cells(4);
    assert_eq!((withdrawn[0], withdrawn[6], withdrawn[16]), ("6", "ingetrokken", "4"));
    assert_eq!((lines.len(), lines[5]), (6, ""), "header, four rows, and the end of the last");

    assert!(manifest.is_complete());
    assert_eq!((manifest.count, manifest.lines, manifest.bytes), (Some(4), Some(5), text.len() as u64));
    assert_eq!(manifest.sha256, Some(Hash::of(&[text.as_bytes()])));
    assert_eq!(manifest.file, "toestemmingen_2026-11-01_2026-11-30.csv");
    // The erased one, both downloads, the other site, and on the same UTC days a second before and one after.
    assert_eq!((manifest.first, manifest.end, left_out(&manifest)), (0, 11, [1, 3, 1, 2, 0]));
}

#[actix_web::test]
async fn other_programs_get_rfc_4180() {
    let fixture = Fixture::with_log().await;
    let (bytes, _) = fixture.download(None, None, None, "csv-rfc4180").await;
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let header = reader.headers().unwrap().iter().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(header[6..9], ["event", "purpose_display", "purpose_preferences"]);
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    let indexes: Vec<_> = rows.iter().map(|row| row[0].to_owned()).collect();
    assert_eq!(indexes, ["0", "1", "2", "4", "5", "6", "9"]);
    assert!(rows.iter().all(|row| row.len() == header.len()));
    assert_eq!((&rows[2][6], &rows[2][7], &rows[2][11]), ("refused", "no", "refuse"));
    let signals: Vec<_> = rows.iter().map(|row| row[17].to_owned()).collect();
    assert_eq!((&header[17][..], &signals[..2]), ("gpc", &["yes".to_owned(), "no".to_owned()][..]));
    assert!(!String::from_utf8(bytes).unwrap().contains(';'));
}

#[actix_web::test]
async fn a_download_is_recorded_before_and_after_and_leaves_a_manifest() {
    let fixture = Fixture::with_log().await;
    let (bytes, manifest) = fixture.download(None, None, None, "ndjson").await;
    let access = |index: u64| {
        let record = fixture.ledger.items(index..index + 1).unwrap().remove(0).opening.unwrap().record;
        match Record::from_json(&record).unwrap() {
            Record::Access(access) => access,
            other => panic!("{other:?}"),
        }
    };
    let (begun, ended) = (access(10), access(11));
    assert_eq!((manifest.index, manifest.ended), (10, Some(11)));
    assert_eq!((begun.action, begun.size, begun.officer.as_str()), (Action::DownloadBegun, 10, "anna"));
    assert_eq!((ended.action, ended.begun, ended.count), (Action::DownloadEnded, Some(10), Some(7)));
    assert_eq!(ended.sha256, Some(Hash::of(&[&bytes])));
    assert_eq!((ended.size, manifest.size), (11, 11));
    assert_eq!(begun.filter, [("format".to_owned(), "ndjson".to_owned())].into());

    let stored = Manifest::read(&fixture.folder, 10).unwrap().unwrap();
    assert!(json::parse_canonical(stored.trim_end()).is_ok());
    assert_eq!(Manifest::from_json(&stored), Some(manifest));
    assert_eq!(Manifest::read(&fixture.folder, 9).unwrap(), None);
    let newest = Manifest::newest(&fixture.folder, 9).unwrap();
    assert_eq!(newest.iter().map(|manifest| manifest.index).collect::<Vec<_>>(), [10, 7]);
}

#[actix_web::test]
async fn the_manifest_is_there_before_the_stream_ends() {
    let fixture = Fixture::with_log().await;
    let download = fixture.begin(november("csv")).await;
    let index = download.index();
    let mut chunks = download.start().unwrap();
    let mut bytes = Vec::new();
    while let Some(chunk) = poll_fn(|context| chunks.poll_next(context)).await {
        bytes.extend(chunk.unwrap());
    }
    let manifest = Manifest::from_json(&Manifest::read(&fixture.folder, index).unwrap().unwrap()).unwrap();
    assert_eq!(manifest.sha256, Some(Hash::of(&[&bytes])));
}

#[actix_web::test]
async fn who_goes_away_breaks_it_off_and_that_is_recorded() {
    let fixture = Fixture::with_log().await;
    let download = fixture.begin(november("ndjson")).await;
    let index = download.index();
    drop(download.start().unwrap());
    let manifest = (0..500).find_map(|_| {
        thread::sleep(Duration::from_millis(10));
        Manifest::from_json(&Manifest::read(&fixture.folder, index).unwrap()?)
    });
    let manifest = manifest.unwrap();
    assert!(!manifest.is_complete() && manifest.ended.is_some());
    assert_eq!((manifest.count, manifest.sha256), (None, None));
}

#[actix_web::test]
async fn a_log_that_cannot_be_read_never_gives_a_file_that_looks_whole() {
    let fixture = Fixture::with_log().await;
    let download = fixture.begin(november("csv")).await;
    fixture.store.fail(Fault::Unavailable);
    let mut chunks = download.start().unwrap();
    let mut last = None;
    while let Some(chunk) = poll_fn(|context| chunks.poll_next(context)).await {
        last = Some(chunk);
    }
    assert!(last.unwrap().is_err());
    assert!(matches!(poll_fn(|context| Poll::Ready(chunks.poll_next(context))).await, Poll::Ready(None)));

    // An answer to a purpose that no column has: the row would prove something else.
    fixture.store.repair();
    let mut download = fixture.begin(november("csv")).await;
    download.purposes.pop();
    let bytes = thread::spawn(|| {
        let mut bytes = Vec::new();
        download.write_to(&mut bytes, |_| Ok(())).unwrap_err();
        bytes
    });
    let text = String::from_utf8(bytes.join().unwrap()).unwrap();
    assert!(text.ends_with("ONVOLLEDIG: het downloaden is afgebroken\r\n"), "{text}");
}

#[actix_web::test]
async fn only_so_many_run_at_once() {
    let fixture = Fixture::new();
    let mut running = Vec::new();
    for _ in 0..super::AT_ONCE {
        running.push(fixture.begin(november("csv")).await);
    }
    assert!(fixture.downloads.take().is_none());
    running.pop();
    assert!(fixture.downloads.take().is_some());
}

#[test]
fn a_filter_reads_back() {
    let filter = november("ndjson");
    assert_eq!(Filter::from_map(&filter.to_map()), Ok(filter.clone()));
    let mut more = filter.to_map();
    more.insert("person".to_owned(), "x".to_owned());
    assert!(Filter::from_map(&more).is_err());
}

#[actix_web::test]
async fn a_deletion_statement_is_shown_to_who_checks_and_is_no_row() {
    let fixture = Fixture::with_log().await;
    fixture.state_deletion(&[3]);
    let (bytes, manifest) = fixture.download(Some("2026-12-01"), None, Some("wsn"), "ndjson").await;
    let text = String::from_utf8(bytes).unwrap();
    assert!(
        text.contains("\"cause\":\"request\",\"count\":1,\"items\":\"3\",\"kind\":\"deletion\""),
        "{text}"
    );
    assert_eq!((manifest.count, left_out(&manifest)), (Some(2), [0, 1, 0, 0, 0]));
    let (bytes, manifest) = fixture.download(Some("2026-12-01"), None, Some("wsn"), "csv").await;
    assert_eq!(String::from_utf8(bytes).unwrap().matches("\r\n").count(), 2);
    assert_eq!((manifest.count, left_out(&manifest)), (Some(1), [0, 3, 0, 0, 1]));
    let json = manifest.to_json();
    assert_eq!(Manifest::from_json(&json.replacen("\"lines\":2", "\"lines\":3", 1)), None, "the sum tells");
    // Manifests from before there were statements do not count them, and have no sum.
    let sum = json.find(",\"sum\"").unwrap();
    let old =
        format!("{}{}", &json[..sum], &json[json.find(",\"v\"").unwrap()..]).replace(",\"statement\":1", "");
    assert_eq!(left_out(&Manifest::from_json(&old).unwrap()), [0, 3, 0, 0, 0]);
}
