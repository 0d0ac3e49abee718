//! The socket: what goes in comes out, whole or with a word about why not.

use std::{
    io::{Read, Write},
    os::unix::net::UnixStream,
    sync::Mutex,
};

use super::{AskError, Command, Control, Forgets, Parts, ask};
use crate::{
    archive::check,
    config,
    download::{
        Downloads,
        fixture::{Fixture, notice_file},
    },
    retention::Work,
};

fn parts(fixture: &Fixture) -> Parts {
    let work = Work::new(fixture.ledger.clone(), fixture.folder.clone(), fixture.clock.clone());
    Parts {
        ledger: fixture.ledger.clone(),
        folder: fixture.folder.clone(),
        clock: fixture.clock.clone(),
        downloads: Downloads::new(),
        forgets: Forgets::Here(Mutex::new(work), Box::new(config::load(None).unwrap().retention)),
    }
}

fn asked(fixture: &Fixture, command: &Command) -> Result<String, AskError> {
    let mut out = Vec::new();
    ask(&fixture.folder, command, &mut out).map(|()| String::from_utf8(out).unwrap())
}

#[actix_web::test]
async fn commands_reach_the_server_and_their_answers_come_back() {
    let fixture = Fixture::with_log().await;
    fixture.state_deletion(&[3]);
    assert!(matches!(asked(&fixture, &Command::Retain), Err(AskError::Nobody)), "before it listens");
    let control = Control::start(parts(&fixture)).unwrap();
    assert_eq!(asked(&fixture, &Command::Retain).unwrap(), "Nothing has reached the end of its term.\n");
    let backup = asked(&fixture, &Command::Backup { secrets: true }).unwrap();
    let path = fixture.folder.path("backup");
    std::fs::write(&path, backup).unwrap();
    assert_eq!(check(&path).unwrap().head, *fixture.ledger.head());
    std::fs::remove_file(path).unwrap();

    let export = |format: &str, site: Option<&str>| Command::Export {
        format: format.to_owned(),
        site: site.map(str::to_owned),
        from: None,
        to: None,
    };
    let size = fixture.ledger.head().frontier.size();
    assert!(asked(&fixture, &export("ndjson", None)).unwrap().contains("\"contents\":\"export\""));
    assert_eq!(fixture.ledger.head().frontier.size(), size + 2, "an export is recorded as a reading");
    // What this log has for a notice asks about nothing that a column could be made of.
    std::fs::remove_file(fixture.folder.path(&format!("notices/{}", notice_file()))).unwrap();
    let table = asked(&fixture, &export("csv-rfc4180", Some("none"))).unwrap();
    assert!(table.starts_with("index,record,reference"), "{table}");
    for (command, says) in [
        (export("ndjson", Some("wsn")), "of the whole log"),
        (export("xml", None), "must be"),
        (Command::Erase { records: vec!["x".to_owned()] }, "x: must be the id of a record"),
        (Command::Erase { records: vec!["ZZZ-ZZZ-ZZ".to_owned()] }, "nothing was erased now"),
    ] {
        let Err(AskError::Refused(why)) = asked(&fixture, &command) else { panic!("{command:?}") };
        assert!(why.contains(says), "{why}");
    }
    control.stop();
    assert!(matches!(asked(&fixture, &Command::Retain), Err(AskError::Nobody)), "after it stopped");
}

#[actix_web::test]
async fn a_question_that_is_not_one_and_a_client_that_goes_away_harm_nobody() {
    let fixture = Fixture::new();
    let control = Control::start(parts(&fixture)).unwrap();
    let connect = || UnixStream::connect(fixture.folder.path("control")).unwrap();
    drop(connect());
    let mut stream = connect();
    stream.write_all(b"{\"command\":\"dance\"}\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert_eq!(answer[..4], [0xff; 4]);
    assert!(str::from_utf8(&answer[4..]).unwrap().contains("another version"));
    assert!(asked(&fixture, &Command::Retain).is_ok());
    // One that asked nothing yet does not hold up the end for long.
    let silent = connect();
    drop(silent);
    control.stop();
}
