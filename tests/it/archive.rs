//! Backups are made while decisions come in, and a folder that is made of one has the same root, the same cookies, and
//! says what it lost.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use crate::support::{
    Decision, Server,
    decision::{CONSENTS, COOKIE},
    get, koektrommel,
    program::serve_args,
};

/// The command with the data folder and these words.
fn on(data: &Path, words: &[&str]) -> crate::support::Finished {
    let data = ["--data", data.to_str().unwrap()];
    koektrommel(words.iter().copied().chain(data))
}

fn root_of(said: &str) -> String {
    said.split("root ").nth(1).unwrap()[..44].to_owned()
}

#[test]
fn a_backup_under_load_is_one_checkpoint_and_restores_to_the_same_root() {
    let mut server = Server::start();
    let given = Decision::accept(&server).send(&server).expect(201);
    let cookie = given.set_cookie(COOKIE).unwrap();
    let over = AtomicBool::new(false);
    let (backup, export) = (server.beside("backup"), server.beside("export"));
    // What others can read would let them read the keys that are put into it.
    fs::write(server.beside("backup.new"), "left over").unwrap();
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    Decision::refuse(&server).send(&server).expect(201);
                }
            });
        }
        for _ in 0..3 {
            on(&server.data(), &["backup", backup.to_str().unwrap()]).well();
            let words = ["export", "--format", "ndjson", "-o", export.to_str().unwrap()];
            on(&server.data(), &words).well();
        }
        over.store(true, Ordering::Relaxed);
    });
    assert_eq!(fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o600);
    let size = server.size();
    assert_eq!(server.stop(), Some(0));
    assert!(!server.output().contains("panicked"), "{}", server.output());

    for (command, file) in [("restore", &backup), ("import", &export)] {
        let alone = koektrommel(["verify", file.to_str().unwrap()]).well().stdout;
        assert!(alone.contains("The file is whole"), "{alone}");
        let data = server.beside(command);
        let said = on(&data, &[command, file.to_str().unwrap()]).well().stdout;
        let verified = on(&data, &["verify"]).well().stdout;
        assert_eq!(root_of(&said), root_of(&verified), "{said}{verified}");
        assert!(said.contains("Not served yet"), "{said}");
        assert!(verified.contains("not proved  That this folder may be served"), "{verified}");
        let refused = koektrommel(serve_args(data.as_os_str(), None)).refused(1);
        assert!(refused.contains("--accept-loss"), "{refused}");
    }
    // Made in the same second, it would still be an earlier checkpoint than the last.
    let data = server.beside("restore");
    on(&data, &["restore", "--accept-loss"]).well();
    fs::rename(server.data(), server.beside("lost")).unwrap();
    fs::rename(&data, server.data()).unwrap();
    server.restart();
    let own = server.send(&get(CONSENTS).cookie(&cookie)).expect(200).json();
    assert_eq!(own["records"][0]["record"], given.json()["record"], "the cookie key is that of before");
    assert!(server.size() <= size + 1);
    assert_eq!(server.stop(), Some(0));
    let said = on(&server.data(), &["verify"]).well().stdout;
    assert!(said.contains("1 statements"), "{said}");
    server.restart();
    server.assert_well();
    assert_eq!(server.stop(), Some(0));
    let again = on(&server.data(), &["verify"]).well().stdout;
    assert!(again.contains("1 statements"), "it is said once: {again}");
}

#[test]
fn a_backup_that_is_as_new_as_the_newest_checkpoint_goes_on_at_once() {
    let mut server = Server::start();
    for _ in 0..3 {
        Decision::accept(&server).send(&server).expect(201);
    }
    let (backup, newest) = (server.beside("backup"), server.beside("newest"));
    on(&server.data(), &["backup", backup.to_str().unwrap()]).well();
    fs::write(&newest, server.get("/privacy/log/checkpoint").expect(200).body).unwrap();
    server.kill();
    let data = server.beside("restored");
    let words = ["restore", backup.to_str().unwrap(), "--newest", newest.to_str().unwrap()];
    let said = on(&data, &words).well().stdout;
    assert!(!said.contains("Not served yet"), "{said}");
    fs::rename(server.data(), server.beside("lost")).unwrap();
    fs::rename(&data, server.data()).unwrap();
    server.restart();
    assert_eq!(server.size(), 3);
    Decision::accept(&server).send(&server).expect(201);
    server.assert_well();
}

#[test]
fn without_a_server_the_same_commands_work_on_the_folder() {
    let mut server = Server::start();
    let refused = Decision::refuse(&server).send(&server).expect(201).json();
    let given = Decision::accept(&server).send(&server).expect(201).json();
    let name = |record: &serde_json::Value, member: &str| record[member].as_str().unwrap().to_owned();
    // While it runs: by reference.
    let said = on(&server.data(), &["erase", &name(&refused, "reference")]).well().stdout;
    assert_eq!(said, "1 refusals erased (request): 0\n");
    assert_eq!(server.get(&name(&refused, "receipt")).status, 404);
    assert_eq!(on(&server.data(), &["retain"]).well().stdout, "Nothing has reached the end of its term.\n");
    assert_eq!(server.stop(), Some(0));
    assert!(!server.data().join("control").exists());
    // Without it: by id; and what is gone is named.
    let said = on(&server.data(), &["erase", &name(&given, "record")]).well().stdout;
    assert_eq!(said, "1 consents erased (request): 1\n");
    let complaint = on(&server.data(), &["erase", &name(&given, "record")]).refused(1);
    assert!(complaint.contains("there is no such record, or it has been erased"), "{complaint}");
    on(&server.data(), &["retain"]).well();
    let backup = server.beside("backup");
    on(&server.data(), &["backup", backup.to_str().unwrap(), "--without-keys"]).well();
    assert!(!fs::read_to_string(&backup).unwrap().contains("log.pk8"));
    let table = server.beside("table.csv");
    on(&server.data(), &["export", "--format", "csv", "-o", table.to_str().unwrap()]).well();
    assert!(fs::read_to_string(&table).unwrap().contains("Volgnummer;Record"));
    let verified = on(&server.data(), &["verify"]).well().stdout;
    assert!(verified.contains("2 records were erased"), "{verified}");
    server.restart();
    server.assert_well();
}

#[test]
fn terms_are_not_taken_from_a_configuration_that_was_not_in_force() {
    let mut server = Server::start();
    Decision::refuse(&server).send(&server).expect(201);
    assert_eq!(server.stop(), Some(0));
    let site = crate::support::site::Site::example();
    site.change("koektrommel.toml", "refusals = { months = 6", "refusals = { months = 0");
    let config = site.config();
    let words = ["retain", "--config", config.to_str().unwrap()];
    let complaint = on(&server.data(), &words).refused(1);
    assert!(complaint.contains("is not the configuration that the server last ran with"), "{complaint}");
    // Once the server has run with it, right at its start, the refusal is gone.
    let mut options = crate::support::server::Options { config: Some(config.clone()), ..Default::default() };
    options.under.clear();
    let server = Server::start_with(options);
    // Asked of the thread that also runs at each start, and answered when that run is over.
    on(&server.data(), &["retain"]).well();
    let record = Decision::refuse(&server).send(&server).expect(201).json();
    let said = on(&server.data(), &["retain"]).well().stdout;
    assert_eq!(said, "1 refusals erased (retention): 0\n");
    assert_eq!(server.get(record["receipt"].as_str().unwrap()).status, 404);
}
