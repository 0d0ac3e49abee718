//! What is downloaded, and the trace that it leaves.

use koektrommel_core::{
    hash::Hash,
    record::{Action, Record},
};
use serde_json::{Value, json};

use super::{API, download, manifest, server_with_officer, verify};
use crate::support::{Decision, Log, Server, get};

/// Three decisions of two devices, with their answers.
fn decide(server: &Server) -> Vec<Value> {
    let yes = Decision::save(server, true, false).send(server).expect(201);
    let cookie = yes.set_cookie("__Host-koek").unwrap();
    let no = Decision::refuse(server).send(server).expect(201);
    let withdrawn =
        Decision::withdraw(server).with("layer", "settings").send_with(server, &cookie).expect(201);
    vec![yes.json(), no.json(), withdrawn.json()]
}

/// The rows of a table by the names of their columns.
fn rows(text: &str, delimiter: u8) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
    let names = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    (names, rows)
}

#[test]
fn dutch_excel_opens_the_table_right() {
    let (server, token) = server_with_officer();
    let decided = decide(&server);
    let answer = download(&server, &token, "").expect(200);
    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let disposition = answer.header("content-disposition").unwrap();
    assert!(
        disposition.starts_with("attachment; filename=\"toestemmingen_begin_")
            && disposition.ends_with(".csv\"")
    );
    let text = answer.text();
    let table = text.strip_prefix('\u{feff}').expect("a byte order mark");
    assert!(text.contains("\r\n") && !text.contains("sep="));
    let (names, rows) = rows(table, b';');
    let column = |name: &str| {
        names.iter().position(|known| known == name).unwrap_or_else(|| panic!("{name}: {names:?}"))
    };
    assert_eq!(rows.len(), 3);
    for (row, decided) in rows.iter().zip(&decided) {
        assert_eq!(row.len(), names.len());
        assert_eq!(row[column("Volgnummer")], decided["index"].to_string());
        assert_eq!(row[column("Record")], decided["record"].as_str().unwrap());
        assert_eq!(row[column("Kenmerk")], decided["reference"].as_str().unwrap());
        assert_eq!(row[column("Site")], "wsn");
        // Nothing that a spreadsheet would calculate.
        assert!(row.iter().all(|cell| !cell.starts_with(['=', '+', '@', '-', '\t', '\r'])), "{row:?}");
    }
    let cells = |name: &str| rows.iter().map(|row| row[column(name)].as_str()).collect::<Vec<_>>();
    assert_eq!(cells("Gebeurtenis"), ["gegeven", "geweigerd", "ingetrokken"]);
    assert_eq!(cells("Doel: preferences"), ["ja", "nee", "nee"]);
    assert_eq!(cells("Doel: display"), ["nee", "nee", "nee"]);
    assert_eq!(cells("Vorige keuze (volgnummer)"), ["", "", "0"]);
}

#[test]
fn what_was_not_asked_is_an_empty_cell_and_the_download_proves_itself() {
    let (server, token) = server_with_officer();
    let one = Decision::save(&server, true, true).with("layer", "page");
    one.with("choices", json!({ "preferences": true })).send(&server).expect(201);
    decide(&server);
    let text = download(&server, &token, "format=csv-rfc4180").expect(200).text();
    let (names, rows) = rows(&text, b',');
    let cell = |name: &str| &rows[0][names.iter().position(|known| known == name).unwrap()];
    assert_eq!(
        (cell("purpose_preferences").as_str(), cell("purpose_display").as_str()),
        ("yes", ""),
        "{names:?}"
    );
    let file = server.beside("toestemmingen.ndjson");
    std::fs::write(&file, download(&server, &token, "format=ndjson").expect(200).text()).unwrap();
    verify(&[file.to_str().unwrap()]).well();
}

#[test]
fn other_programs_read_the_table_of_rfc_4180() {
    let (server, token) = server_with_officer();
    decide(&server);
    let text = download(&server, &token, "format=csv-rfc4180").expect(200).text();
    assert!(!text.starts_with('\u{feff}') && text.ends_with("\r\n"));
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    let (names, rows) = rows(&text, b',');
    assert_eq!(rows.len(), 3);
    assert!(names.len() >= 15 && rows.iter().all(|row| row.len() == names.len()));
}

#[test]
fn the_lines_of_ndjson_are_the_records() {
    let (server, token) = server_with_officer();
    let decided = decide(&server);
    let answer = download(&server, &token, "format=ndjson").expect(200);
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    let text = answer.text();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["format"], "koektrommel download v1");
    // Its own beginning is the fourth record of the log, and not of the download.
    for (line, decided) in lines[1..].iter().zip(&decided) {
        assert_eq!(line["record"]["record"], decided["record"]);
        assert_eq!(line["record"]["choices"], decided["choices"]);
    }
    let end = lines.last().unwrap();
    assert_eq!((&end["count"], &end["lines"]), (&json!(3), &json!(lines.len())));
    let body = &text[..text.trim_end().rfind('\n').unwrap() + 1];
    assert_eq!(end["sha256"], Hash::of(&[body.as_bytes()]).to_string());
}

#[test]
fn every_download_is_recorded_before_and_after_and_its_manifest_tells_the_truth() {
    let (mut server, token) = server_with_officer();
    decide(&server);
    let mut expected = Vec::new();
    for format in ["csv", "csv-rfc4180", "ndjson"] {
        let answer = download(&server, &token, &format!("format={format}&site=wsn")).expect(200);
        let manifest = manifest(&server, &token, &answer);
        assert_eq!(manifest["sha256"], Hash::of(&[&answer.body]).to_string(), "{format}");
        assert_eq!(manifest["bytes"], answer.body.len());
        assert_eq!((&manifest["count"], &manifest["complete"]), (&json!(3), &json!(true)), "{format}");
        assert_eq!(manifest["filter"], json!({ "format": format, "site": "wsn" }));
        assert_eq!(manifest["officer"], "anna");
        let size: u64 = answer.header("x-koektrommel-checkpoint-size").unwrap().parse().unwrap();
        assert_eq!(manifest["size"], size);
        assert_eq!(manifest["checkpoint"].as_str().unwrap().lines().nth(1).unwrap(), size.to_string());
        assert_eq!(manifest["key"], server.get("/privacy/log/key").text().trim_end());
        expected.push(Hash::of(&[&answer.body]));
    }
    server.kill();
    let log = Log::open(&server.data());
    let accesses: Vec<_> = (0..log.items.len())
        .filter_map(|index| match log.record(index) {
            Record::Access(access) => Some(access),
            _ => None,
        })
        .collect();
    assert_eq!(accesses.len(), 6);
    for (pair, sha256) in accesses.chunks(2).zip(expected) {
        assert_eq!([pair[0].action, pair[1].action], [Action::DownloadBegun, Action::DownloadEnded]);
        let begun = usize::try_from(pair[1].begun.unwrap()).unwrap();
        assert_eq!(log.record(begun), Record::Access(pair[0].clone()));
        assert_eq!((pair[1].count, pair[1].sha256), (Some(3), Some(sha256)));
        assert_eq!((pair[0].officer.as_str(), pair[1].officer.as_str()), ("anna", "anna"));
        assert_eq!(pair[0].filter, pair[1].filter);
    }
}

#[test]
fn the_period_is_of_local_days() {
    let (server, token) = server_with_officer();
    let decided = decide(&server);
    let count = |query: &str| {
        let text = download(&server, &token, &format!("format=csv-rfc4180&{query}")).expect(200).text();
        rows(&text, b',').1.len()
    };
    // The Dutch day of the decisions, as the table itself says.
    let text = download(&server, &token, "").text();
    let (names, table) = rows(text.trim_start_matches('\u{feff}'), b';');
    let at = names.iter().position(|name| name == "Tijd (Nederland)").unwrap();
    let [first, last] = [0, 2].map(|row| table[row][at][..10].to_owned());
    assert_eq!(count(&format!("from={first}&to={last}")), decided.len());
    assert_eq!(count(&format!("from={first}")), 3);
    assert_eq!(count("from=&to=&site="), 3);
    for none in
        ["to=2020-01-01", "from=2001-01-01&to=2001-12-31", "from=2999-01-01", "from=9000-01-01&to=9999-12-31"]
    {
        assert_eq!(count(none), 0, "{none}");
    }
}

#[test]
fn what_cannot_be_asked_for_is_refused_and_not_recorded() {
    let (server, token) = server_with_officer();
    decide(&server);
    let size = server.size();
    for (query, field) in [
        ("from=Zq7marker", "from"),
        ("to=2026-02-30", "to"),
        ("from=2026-11-22T00:00", "from"),
        ("from=22-11-2026", "from"),
        ("site=other", "site"),
        ("site=Zq7marker%20", "site"),
        ("format=xlsx", "format"),
        ("format=CSV", "format"),
    ] {
        let answer = download(&server, &token, query).expect(422);
        let problem = answer.json();
        assert_eq!(problem["field"], field, "{query}: {problem}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{query}");
        assert!(!answer.text().contains("Zq7marker"), "{query}");
    }
    let turned = download(&server, &token, "from=2026-11-22&to=2026-11-01");
    assert_eq!(turned.status, 422, "an end before the beginning: {}", turned.text());
    for query in ["format=csv&format=ndjson", "from=%ff"] {
        let answer = download(&server, &token, query);
        assert!(matches!(answer.status, 400 | 422), "{query}: {}", answer.status);
    }
    assert_eq!(server.size(), size);
    for index in ["0", "1", "99", "x", "-1", "..%2f..%2fkeys%2flog", "18446744073709551616"] {
        let request = get(&format!("/officer/api/v1/downloads/{index}")).header("Authorization", &token);
        assert_eq!(server.send(&request).status, 404, "{index}");
    }
    server.assert_well();
}

#[test]
fn a_download_that_is_broken_off_is_recorded_as_such() {
    use std::io::{Read, Write};
    let (mut server, token) = server_with_officer();
    decide(&server);
    let request = get(API).header("Authorization", &token).bytes("close");
    let mut stream = std::net::TcpStream::connect(server.address).unwrap();
    stream.write_all(&request).unwrap();
    // Gone after the first byte.
    stream.read_exact(&mut [0]).unwrap();
    drop(stream);
    let whole = download(&server, &token, "").expect(200);
    manifest(&server, &token, &whole);
    server.stop();
    let log = Log::open(&server.data());
    let begun = (0..log.items.len())
        .filter(|index| matches!(log.record(*index), Record::Access(access) if access.action == Action::DownloadBegun));
    assert_eq!(begun.count(), 2, "both were recorded before their first byte");
}
