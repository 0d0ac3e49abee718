//! `koektrommel verify` on a data folder and on a download.

use std::{fs, slice};

use koektrommel::keys;
use koektrommel_core::{note::VerifierKey, receipt::Receipt};

use super::{download, server_with_officer, verify};
use crate::support::{Decision, Server, decision::CONSENTS, koektrommel};

/// A download as a file beside the folder of its server, with the log's key and checkpoint from elsewhere.
struct Kept {
    server: Server,
    text: String,
    file: String,
    key: String,
    checkpoint: String,
}

fn kept() -> Kept {
    let (server, token) = server_with_officer();
    for n in 0..10 {
        Decision::save(&server, n % 2 == 0, true).send(&server).expect(201);
    }
    let text = download(&server, &token, "format=ndjson").expect(200).text();
    let [file, key, checkpoint] = ["toestemmingen.ndjson", "key", "checkpoint"]
        .map(|name| server.beside(name).to_str().unwrap().to_owned());
    let header: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    fs::write(&file, &text).unwrap();
    fs::write(&key, server.get("/privacy/log/key").text()).unwrap();
    fs::write(&checkpoint, header["checkpoint"].as_str().unwrap()).unwrap();
    Kept { server, text, file, key, checkpoint }
}

#[test]
fn a_download_proves_itself_alone_and_against_key_and_checkpoint() {
    let kept = kept();
    let alone = verify(&[&kept.file]).well();
    assert!(alone.stdout.starts_with("Right.\n"), "{}", alone.stdout);
    let with = verify(&[&kept.file, "--key", &kept.key, "--checkpoint", &kept.checkpoint]).well();
    assert!(with.stdout.starts_with("Right.\n"), "{}", with.stdout);
    let key = fs::read_to_string(&kept.key).unwrap();
    verify(&[&kept.file, "--key", key.trim_end()]).well();
    // Neither the key nor the checkpoint of another log will do.
    let other = self::kept();
    for wrong in [["--key", other.key.as_str()], ["--checkpoint", other.checkpoint.as_str()]] {
        let finished = verify(&[&[kept.file.as_str()], &wrong[..]].concat());
        assert_eq!(finished.code, Some(1), "{wrong:?}: {}", finished.stdout);
        assert!(!finished.stdout.contains("Right."), "{}", finished.stdout);
    }
}

#[test]
fn the_first_bad_line_of_a_download_is_named() {
    let kept = kept();
    let lines: Vec<&str> = kept.text.lines().collect();
    let with = |number: usize, line: Option<String>| -> String {
        let changed = lines
            .iter()
            .enumerate()
            .filter_map(|(n, old)| if n + 1 == number { line.clone() } else { Some((*old).to_owned()) });
        changed.map(|line| line + "\n").collect()
    };
    let line = |number: usize| lines[number - 1].to_owned();
    for (what, text, number) in [
        ("an answer was turned", with(5, Some(line(5).replacen("true", "false", 1))), 5),
        ("a time was turned", with(3, Some(line(3).replacen("\"time\":\"20", "\"time\":\"21", 1))), 3),
        ("a line is gone", with(4, None), 4),
        ("a line stands twice", with(6, Some(format!("{}\n{}", line(6), line(6)))), 7),
        ("a line is not JSON", with(7, Some("{".to_owned())), 7),
        ("the first line is gone", with(1, None), 1),
    ] {
        assert_ne!(text, kept.text, "{what}");
        fs::write(&kept.file, &text).unwrap();
        let finished = verify(&[&kept.file]);
        assert_eq!(finished.code, Some(1), "{what}: {}", finished.stdout);
        let says = finished.stdout.lines().next().unwrap().to_lowercase();
        assert!(says.contains(&format!("line {number}")), "{what}: line {number}: {}", finished.stdout);
    }
    // The end was cut off, at any place.
    for cut in [kept.text.len() - 1, kept.text.len() - 20, kept.text.len() / 2, 100, 0] {
        fs::write(&kept.file, &kept.text[..cut]).unwrap();
        assert_eq!(verify(&[&kept.file]).code, Some(1), "cut at {cut}");
    }
    fs::write(&kept.file, [0xff, 0xfe, 0, b'\n']).unwrap();
    assert_eq!(verify(&[&kept.file]).code, Some(1));
}

#[test]
fn every_turned_byte_of_a_download_is_noticed() {
    let kept = kept();
    let bytes = kept.text.as_bytes();
    for at in (0..bytes.len()).step_by(bytes.len() / 25) {
        let mut turned = bytes.to_vec();
        turned[at] ^= 1;
        fs::write(&kept.file, &turned).unwrap();
        let finished = verify(&[&kept.file, "--key", &kept.key]);
        assert_eq!(finished.code, Some(1), "byte {at}: {}", finished.stdout);
        assert!(!finished.stderr.contains("panicked"), "byte {at}: {}", finished.stderr);
    }
}

#[test]
fn a_data_folder_is_verified_when_no_server_uses_it() {
    let mut server = kept().server;
    let data = server.data();
    let data = data.to_str().unwrap();
    let in_use = verify(&["--data", data]);
    assert_eq!(in_use.code, Some(1));
    assert!(in_use.stdout.contains("in use by another running Koektrommel"), "{}", in_use.stdout);
    server.stop();
    let right = verify(&["--data", data]).well();
    assert!(right.stdout.starts_with("Right.\n"), "{}", right.stdout);

    let volume = fs::read_dir(server.data().join("store"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.is_dir());
    let path = volume.unwrap().join("db");
    let bytes = fs::read(&path).unwrap();
    let at = bytes.windows(9).rposition(|window| window == b"\"consent\"").unwrap();
    let mut turned = bytes.clone();
    turned[at] ^= 1;
    fs::write(&path, &turned).unwrap();
    let wrong = verify(&["--data", data]);
    assert_eq!(wrong.code, Some(1), "{}", wrong.stdout);
    assert!(wrong.stdout.contains(path.parent().unwrap().to_str().unwrap()), "{}", wrong.stdout);
    assert!(!wrong.stderr.contains("panicked"), "{}", wrong.stderr);
    fs::write(&path, &bytes).unwrap();
    verify(&["--data", data]).well();

    let missing = server.beside("nothing");
    assert_eq!(verify(&["--data", missing.to_str().unwrap()]).code, Some(1));
}

#[test]
fn what_a_retired_key_of_the_log_signed_still_verifies() {
    let mut kept = kept();
    let data = kept.server.data().to_str().unwrap().to_owned();
    let rotate = ["keys", "rotate-log", "--data", &data];
    koektrommel(rotate).refused(1);
    let receipt = |server: &Server, record: &str| -> Receipt {
        let receipt = server.get(&format!("{CONSENTS}/{record}/receipt")).expect(200);
        receipt.text().parse().unwrap()
    };
    let record = Decision::accept(&kept.server).send(&kept.server).expect(201).json();
    let record = record["record"].as_str().unwrap();
    let before = receipt(&kept.server, record);
    kept.server.kill();
    let old = fs::read_to_string(&kept.key).unwrap();
    let new = koektrommel(rotate).well().stdout.lines().last().unwrap().to_owned();
    // The log is whole before a start has signed it anew, and after.
    verify(&["--data", &data, "--key", old.trim_end()]).well();
    kept.server.restart();
    let keys = kept.server.get("/privacy/log/key").expect(200).text();
    assert_eq!(keys, format!("{new}\n{old}"));
    fs::write(&kept.key, &keys).unwrap();
    let [new, old]: [VerifierKey; 2] = [new, old].map(|key| key.trim_end().parse().unwrap());
    assert_eq!(new.name(), old.name());
    let after = receipt(&kept.server, record);
    for (receipt, right, wrong) in [(before, &old, &new), (after, &new, &old)] {
        receipt.verify(slice::from_ref(right), &keys::log::verify).unwrap();
        assert!(receipt.verify(slice::from_ref(wrong), &keys::log::verify).is_err());
    }
    verify(&[&kept.file, "--key", &kept.key, "--checkpoint", &kept.checkpoint]).well();
    assert_eq!(verify(&[&kept.file, "--key", &new.to_string()]).code, Some(1));
    Decision::refuse(&kept.server).send(&kept.server).expect(201);
    kept.server.kill();
    let whole = verify(&["--data", &data, "--key", &kept.key, "--checkpoint", &kept.checkpoint]).well();
    assert!(whole.stdout.contains(&new.to_string()), "{}", whole.stdout);
}

#[test]
fn a_rotation_that_was_cut_off_is_gone_on_with() {
    let mut server = Server::start();
    Decision::refuse(&server).send(&server).expect(201);
    let old = server.get("/privacy/log/key").expect(200).text();
    server.kill();
    // The old key is on the list, and its public half is gone: nothing else has happened yet.
    let keys = server.data().join("keys");
    fs::write(keys.join("log.retired"), &old).unwrap();
    fs::remove_file(keys.join("log.vkey")).unwrap();
    server.restart();
    assert_eq!(server.get("/privacy/log/key").expect(200).text(), old);
    // The new secret half is there, its public half is not.
    server.kill();
    let data = server.data().to_str().unwrap().to_owned();
    let new =
        koektrommel(["keys", "rotate-log", "--data", &data]).well().stdout.lines().last().unwrap().to_owned();
    fs::remove_file(keys.join("log.vkey")).unwrap();
    server.restart();
    assert_eq!(server.get("/privacy/log/key").expect(200).text(), format!("{new}\n{old}"));
    server.kill();
    verify(&["--data", &data, "--key", &new]).well();
}
