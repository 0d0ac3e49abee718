//! A byte changes in a file of the data folder: it is found and named, or it changes nothing. Never is something else
//! served as true.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::support::{Decision, Server, koektrommel, program::koektrommel_with};

/// Files whose bytes mean nothing to anybody: locks, and sled's own notes, of which the log is found to be right or not.
const EMPTY: [&str; 3] = ["lock", "accounts.lock", "store/lock"];

fn files(root: &Path, folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(root, &path, found);
        } else {
            found.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, to).unwrap();
        }
    }
}

fn verify(data: &Path) -> (bool, String) {
    let finished = koektrommel(["verify", "--data", data.to_str().unwrap()]);
    assert!(!finished.stderr.contains("panicked"), "{}", finished.stderr);
    (finished.code == Some(0), finished.stdout)
}

/// A folder with something in every file, of a server that has stopped.
fn used() -> (Server, PathBuf) {
    let mut server = Server::start();
    let data = server.data();
    let add =
        ["officer", "add", "anna", "--role", "officer", "--password-stdin", "--data", data.to_str().unwrap()];
    koektrommel_with(add, "een lang wachtwoord\n").well();
    let token = koektrommel(["officer", "token", "anna", "--data", data.to_str().unwrap()]).well().stdout;
    for answer in [true, false, true] {
        let decision = if answer { Decision::accept(&server) } else { Decision::refuse(&server) };
        decision.send(&server).expect(201);
    }
    let request = crate::support::get("/officer/api/v1/consents?format=ndjson");
    server.send(&request.header("Authorization", format!("Bearer {}", token.trim()))).expect(200);
    assert_eq!(server.stop(), Some(0));
    (server, data)
}

#[test]
fn a_changed_byte_in_any_file_is_found_or_changes_nothing() {
    let (server, data) = used();
    let (is_right, truth) = verify(&data);
    assert!(is_right, "{truth}");
    let mut all = Vec::new();
    files(&data, &data, &mut all);
    for part in ["notices/", "scripts/", "downloads/", "configurations/", "keys/", "store/"] {
        assert!(all.iter().any(|file| file.starts_with(part)), "{part}: {all:?}");
    }
    let (mut found, mut harmless) = (0, Vec::new());
    for file in all.iter().filter(|file| !EMPTY.contains(&file.as_str())) {
        let bytes = fs::read(data.join(file)).unwrap();
        if bytes.is_empty() {
            continue;
        }
        let used = bytes.iter().rposition(|byte| *byte != 0).unwrap_or(0) + 1;
        for offset in [0, used / 3, used * 2 / 3, used - 1] {
            let changed = server.beside("changed");
            copy(&data, &changed);
            let mut bytes = bytes.clone();
            bytes[offset] ^= 0x04;
            fs::write(changed.join(file), bytes).unwrap();
            let (is_right, said) = verify(&changed);
            let (place, name) = (format!("{file} byte {offset}"), Path::new(file).file_name().unwrap());
            if is_right {
                // Nothing that is said of the log differs.
                assert_eq!(said, truth, "{place}");
                harmless.push(file.clone());
            } else {
                let named = said.contains(name.to_str().unwrap()) || file.starts_with("store/");
                assert!(named || said.contains("keys/log.vkey") || said.contains("log"), "{place}: {said}");
                found += 1;
            }
            fs::remove_dir_all(changed).unwrap();
        }
    }
    assert!(found > 20, "{found} were found");
    harmless.retain(|file| !file.starts_with("store/"));
    assert_eq!(harmless, [] as [String; 0], "each of these files is held against something");
}
