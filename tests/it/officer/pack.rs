//! The inspection pack over HTTP: one file, the same for the same question, that the program finds whole.

use std::{collections::BTreeMap, fs};

use data_encoding::BASE64;
use koektrommel::{
    folder::Folder,
    keys::LogKey,
    store::{Batch, Head, Item, Opening, Store, sled::SledStore},
};
use koektrommel_core::{
    entry::{Entry, Salt},
    hash::Hash,
    merkle::leaf_hash,
    record::RecordId,
};
use serde_json::Value;

use super::{add, server_with_officer, token, verify};
use crate::support::{Decision, Server, get, koektrommel, server::Options, site::Site};

const EVIDENCE: &str = "/officer/api/v1/evidence";

#[test]
fn a_pack_holds_everything_and_the_program_verifies_it() {
    let (server, token) = server_with_officer();
    Decision::accept(&server).send(&server).expect(201);
    Decision::refuse(&server).send(&server).expect(201);
    let ask = |query: &str| server.send(&get(&format!("{EVIDENCE}{query}")).header("Authorization", &token));
    let answer = ask("?site=wsn").expect(200);
    assert_eq!(answer.header("content-type"), Some("application/zip"));
    assert!(answer.header("content-disposition").unwrap().contains("bewijspakket_"));
    let pack = answer.body;
    let text = String::from_utf8_lossy(&pack);
    for name in [
        "LEESMIJ.txt",
        "README.txt",
        "verify.html",
        "key.txt",
        "checkpoint.txt",
        "records.ndjson",
        "toestemmingen.csv",
        "notices/",
        "statements/",
        "configurations/in-force",
        "MANIFEST",
    ] {
        assert!(text.contains(name), "{name}");
    }
    let (path, key) = (server.beside("pack.zip"), server.beside("log.vkey"));
    fs::write(&path, &pack).unwrap();
    fs::write(&key, server.get("/privacy/log/key").expect(200).body).unwrap();
    let (path, key) = (path.to_str().unwrap(), key.to_str().unwrap());
    let report = verify(&[path, "--key", key]).well().stdout;
    assert!(report.starts_with("Right.") && report.contains("The pack is whole"), "{report}");

    // The same size of the log, the same bytes.
    let size = text.split("koektrommel.example/wsn\n").nth(1).unwrap().lines().next().unwrap().to_owned();
    assert!(ask(&format!("?site=wsn&at={size}")).expect(200).body == pack, "at={size}");

    let mut wrong = pack.clone();
    let at = pack.windows(18).position(|window| window == b"\"control\":\"accept\"").unwrap();
    wrong[at + 12] ^= 1;
    fs::write(path, &wrong).unwrap();
    let report = verify(&[path, "--key", key]);
    assert!(
        report.code == Some(1) && report.stdout.starts_with("WRONG. records.ndjson"),
        "{}",
        report.stdout
    );
}

/// The files of a pack by name, which are stored as they are: the list at the end of a ZIP says where.
fn files(pack: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let at = |place: usize, bytes: usize| {
        pack[place..place + bytes]
            .iter()
            .rev()
            .fold(0, |number: usize, byte| number << 8 | usize::from(*byte))
    };
    let end = pack.windows(4).rposition(|window| window == b"PK\x05\x06").unwrap();
    let (count, mut place) = (at(end + 10, 2), at(end + 16, 4));
    let mut files = BTreeMap::new();
    for _ in 0..count {
        let (length, name, header) = (at(place + 24, 4), at(place + 28, 2), at(place + 42, 4));
        let start = header + 30 + at(header + 26, 2) + at(header + 28, 2);
        let own = String::from_utf8(pack[place + 46..place + 46 + name].to_vec()).unwrap();
        assert!(files.insert(own, pack[start..start + length].to_vec()).is_none());
        place += 46 + name + at(place + 30, 2) + at(place + 32, 2);
    }
    files
}

#[test]
fn a_pack_shows_what_was_in_force_and_who_read_and_what_went() {
    const BEFORE: &str = "WSN gebruikt cookies. Sommige zijn altijd nodig.";
    const AFTER: &str = "WSN gebruikt cookies. Een paar zijn altijd nodig.";
    let site = Site::example();
    let mut server = Server::start_with(Options { config: Some(site.config()), ..Options::default() });
    add(&server, "anna", "officer");
    let token = token(&server, "anna");
    let first = Decision::accept(&server).send(&server).expect(201).json();
    site.change("catalogue.toml", BEFORE, AFTER);
    server.restart();
    let second = Decision::refuse(&server).send(&server).expect(201).json();
    let third = Decision::accept(&server).send(&server).expect(201).json();
    let gone = third["reference"].as_str().unwrap();
    koektrommel(["erase", gone, "--data", server.data().to_str().unwrap()]).well();
    let pack = server.send(&get(EVIDENCE).header("Authorization", &token)).expect(200).body;
    let files = files(&pack);
    let text = |name: &str| str::from_utf8(files.get(name).unwrap_or_else(|| panic!("{name}"))).unwrap();

    // The texts as they were shown, under their own hashes, and each as a page.
    assert_ne!(first["notice"], second["notice"]);
    for (record, shown, not) in [(&first, BEFORE, AFTER), (&second, AFTER, BEFORE)] {
        let name = format!("notices/{}", &record["notice"].as_str().unwrap()[7..]);
        let json = text(&format!("{name}.json"));
        assert_eq!(Hash::of(&[json.as_bytes()]).to_string(), record["notice"].as_str().unwrap());
        let page = text(&format!("{name}.html"));
        assert!(json.contains(shown) && page.contains(shown) && !page.contains(not), "{name}");
        assert!(page.contains(record["notice"].as_str().unwrap()), "{name}");
    }
    for language in ["nl", "en"] {
        let source =
            fs::read_to_string(site.config().with_file_name(format!("statement.{language}.md"))).unwrap();
        let name = format!("statements/{}", &Hash::of(&[source.as_bytes()]).to_string()[7..]);
        assert_eq!(text(&format!("{name}.md")), source);
        assert!(text(&format!("{name}.html")).contains(&format!("<html lang=\"{language}\">")), "{name}");
    }
    // Nothing in a page is fetched from anywhere.
    for (name, page) in files.iter().filter(|(name, _)| name.ends_with(".html")) {
        let page = str::from_utf8(page).unwrap();
        assert!(page.contains("default-src 'none'"), "{name}");
        for part in [" src=", "<link", "@import", "url("] {
            assert!(!page.contains(part), "{name} has {part}");
        }
    }

    // Both configurations, and since when each was in force.
    let in_force = text("configurations/in-force");
    let ids: Vec<&str> = in_force.lines().filter_map(|line| line.split("Z sha256:").nth(1)).collect();
    assert_eq!(ids.len(), 2, "{in_force}");
    for (id, shown) in ids.iter().zip([BEFORE, AFTER]) {
        let json = text(&format!("configurations/{id}.json"));
        assert!(json.contains(shown) && Hash::of(&[json.as_bytes()]).to_string().ends_with(id));
    }

    // Who read the log, what was erased and why, and that it is not here.
    let records = text("records.ndjson");
    assert!(records.contains("\"action\":\"download-begun\"") && records.contains("\"officer\":\"anna\""));
    assert!(records.contains("\"cause\":\"request\"") && records.contains("\"kind\":\"deletion\""));
    assert!(
        records.contains("\"sealed\":\"erased\"") && !records.contains(third["record"].as_str().unwrap())
    );
    assert!(text("toestemmingen.csv").contains(first["reference"].as_str().unwrap()));

    // What checks it: the checkpoint and the key that the records name, and the verifier of the server itself.
    let header: Value = serde_json::from_str(records.lines().next().unwrap()).unwrap();
    assert_eq!(header["checkpoint"], text("checkpoint.txt"));
    assert_eq!(text("key.txt"), server.get("/privacy/log/key").expect(200).text());
    let module = BASE64.encode(&server.get("/privacy/verifier.wasm").expect(200).body);
    assert!(text("verify.html").contains(&module));
    // The instructions name whatever there is, and the list has the sum of each.
    for readme in ["LEESMIJ.txt", "README.txt"] {
        for name in files.keys().filter(|name| !["LEESMIJ.txt", "README.txt"].contains(&name.as_str())) {
            let part = name.split_once('/').map_or(name.clone(), |(folder, _)| format!("{folder}/"));
            assert!(text(readme).contains(&part), "{readme} does not name {part}");
        }
    }
    for (name, bytes) in files.iter().filter(|(name, _)| *name != "MANIFEST") {
        let line = format!("{}  {name}\n", &Hash::of(&[bytes]).to_string()[7..]);
        assert!(text("MANIFEST").contains(&line), "{name}");
    }
}

/// Fills the log of a server that is not running with decisions like one that it recorded.
fn fill(server: &Server, like: &Value, count: u64) {
    let [notice, time, until] =
        ["notice", "time", "valid_until"].map(|member| like[member].as_str().unwrap());
    let folder = Folder::open(&server.data()).unwrap();
    let key = LogKey::open(&folder).unwrap();
    let store = SledStore::open(&folder.path("store")).unwrap();
    let mut head = store.head().unwrap();
    let end = head.frontier.size() + count;
    while head.frontier.size() < end {
        let before = head.frontier.clone();
        let mut frontier = before.clone();
        let range = before.size()..end.min(before.size() + 4096);
        let items = range.map(|index| {
            let digest = Hash::of(&[&index.to_be_bytes()]);
            let record = format!(
                r#"{{"actor":"person","choices":{{"display":false,"preferences":true}},"control":"save","event":"given","kind":"consent","language":"nl","layer":"banner","notice":"{notice}","record":"{}","site":"wsn","subject":"01234567-89ab-4def-8123-456789abcdef","time":"{time}","until":"{until}","v":1}}"#,
                RecordId::new(index, &digest)
            );
            let salt = Salt::from_bytes(*digest.as_bytes());
            let entry = Entry::new(time[..10].parse().unwrap(), &salt, record.as_bytes());
            frontier.push(leaf_hash(&entry.encode()));
            Item { entry, opening: Some(Opening { tag: None, salt, record: record.into_bytes().into() }) }
        });
        let items = items.collect();
        let checkpoint = key.checkpoint(frontier.size(), frontier.root()).unwrap();
        head = Head { frontier, checkpoint, time: Some(time.parse().unwrap()) };
        store.append(&Batch { before, items, after: head.clone() }).unwrap();
    }
}

#[test]
fn a_pack_is_streamed_however_large_it_is() {
    let (mut server, token) = server_with_officer();
    let like = Decision::accept(&server).send(&server).expect(201).json();
    server.kill();
    fill(&server, &like, 40_000);
    server.restart();
    let ask = |path: &str| server.send(&get(path).header("Authorization", &token)).expect(200).body;
    // Whatever the store keeps of what it has read, and what every pack begins with, is there before it is measured.
    ask("/officer/api/v1/consents?format=csv");
    ask(&format!("{EVIDENCE}?from=2020-01-01&to=2020-01-02"));
    let before = server.peak();
    let pack = ask(EVIDENCE);
    let grown = server.peak() - before;
    assert!(pack.len() > 30_000_000, "{} bytes", pack.len());
    assert!(grown < 10_000_000, "{grown} bytes more for a pack of {}", pack.len());
    let path = server.beside("large.zip");
    fs::write(&path, &pack).unwrap();
    verify(&[path.to_str().unwrap()]).well();
}

#[test]
fn a_wrong_question_is_refused_and_nothing_is_recorded() {
    let (server, token) = server_with_officer();
    let size = server.size();
    let ask = |query: &str| server.send(&get(&format!("{EVIDENCE}{query}")).header("Authorization", &token));
    for (query, field) in [
        ("?from=gisteren", "from"),
        ("?from=2026-11-30&to=2026-11-01", "to"),
        ("?site=none", "site"),
        ("?at=-1", "at"),
        ("?at=x", "at"),
        // A size that the log does not have yet: what came would be another file than the one asked for.
        ("?at=1000000", "at"),
        ("?at=18446744073709551616", "at"),
        ("?format=csv", "format"),
    ] {
        let answer = ask(query).expect(422);
        assert_eq!(answer.json()["field"], field, "{query}");
    }
    ask("?what=1").expect(400);
    assert_eq!(server.get(EVIDENCE).status, 401);
    assert_eq!(server.size(), size);
}
