//! What the program refuses to start with. One sentence says which file, which line or key, and what to do.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use crate::support::{
    Decision, Finished, Server, koektrommel, program::serve_args, server::Options, site::Site,
};

fn serve(data: &Path) -> Finished {
    koektrommel(serve_args(data.as_os_str(), None))
}

/// Fails unless a start on this folder is refused with all of these words.
#[track_caller]
fn assert_refuses(data: &Path, says: &[&str]) {
    let complaint = serve(data).refused(2);
    for word in says {
        assert!(complaint.contains(word), "`{word}` is not in: {complaint}");
    }
}

/// The folder of a server that recorded one decision and was stopped.
fn used_folder() -> Server {
    let mut server = Server::start();
    Decision::accept(&server).send(&server).expect(201);
    assert_eq!(server.stop(), Some(0));
    server
}

#[test]
fn a_broken_configuration_is_refused_with_file_line_key_and_remedy() {
    for (file, from, to, says) in [
        (
            "koektrommel.toml",
            "\"127.0.0.1:8080\"",
            "\"here\"",
            "koektrommel.toml:5: `listen` must be an address and a port",
        ),
        ("koektrommel.toml", "demo = true", "demo = maybe", "koektrommel.toml:17:"),
        ("koektrommel.toml", "demo = true", "demos = true", "koektrommel.toml:17: unknown field `demos`"),
        (
            "koektrommel.toml",
            "validity_months = 6",
            "validity_months = 13",
            "`sites.wsn.validity_months` must lie between 1 and 12",
        ),
        ("koektrommel.toml", "\"catalogue.toml\"", "\"nowhere.toml\"", "nowhere.toml: cannot be read"),
        ("koektrommel.toml", "[\"nl\", \"en\"]", "[\"nl\", \"fr\"]", "`texts.fr.banner.title` is missing"),
        (
            "catalogue.toml",
            "kind = \"exempt\"",
            "kind = \"needed\"",
            "`purposes.choice.kind` must be `exempt` or `choice`",
        ),
        ("catalogue.toml", "\"button.refuse\" = ", "\"button.no\" = ", "`texts.nl.button.refuse` is missing"),
        (
            "catalogue.toml",
            "\"button.accept\" = \"Accepteren\"",
            "\"button.accept\" = \"OK, begrepen\"",
            "`texts.nl.button.accept` must say plainly what the button does: `Accepteren`,",
        ),
        (
            "koektrommel.toml",
            "# [sites.aliases]",
            "[sites.theme]\naccent = \"#ff6600\"\n# [sites.aliases]",
            "`sites.wsn.theme.accent` has too little contrast: #ff6600 and `background` #ffffff are 2.93:1, and must \
             be at least 4.5:1 (WCAG 2.2, 1.4.3)",
        ),
        ("statement.en.md", "2018-02-01", "2018-02-31", "statement.en.md:4: `effective_from` must be a date"),
    ] {
        let site = Site::example();
        site.change(file, from, to);
        let config = site.config();
        let data = config.with_file_name("data");
        let started = koektrommel(serve_args(data.as_os_str(), Some(config.as_os_str())));
        assert_eq!(started.stdout, "", "{to}");
        let complaint = started.refused(1000);
        assert!(complaint.contains(says), "{to}: {complaint}");
        assert!(complaint.contains(config.parent().unwrap().to_str().unwrap()), "{to}: {complaint}");
        assert!(!data.exists(), "a folder was made for a configuration that is wrong");
        let checked = koektrommel(["check-config".as_ref(), config.as_os_str()]).refused(1000);
        assert_eq!(checked, complaint);
    }
}

#[test]
fn every_fault_is_named_at_once() {
    let site = Site::example();
    site.change("koektrommel.toml", "\"/privacy\"", "\"privacy\"");
    site.change("koektrommel.toml", "validity_months = 6", "validity_months = 0");
    site.change("statement.nl.md", "2018-02-01", "1 februari 2018");
    let config = site.config();
    let complaint = koektrommel(["check-config".as_ref(), config.as_os_str()]).refused(3);
    assert_eq!(complaint.lines().count(), 3, "{complaint}");
    koektrommel(["check-config".as_ref(), Site::example().config().as_os_str()]).well();
}

#[test]
fn a_configuration_that_is_not_there_or_not_text_is_refused() {
    let site = Site::example();
    let config = site.config();
    let missing = config.with_file_name("missing.toml");
    assert!(
        koektrommel(["serve".as_ref(), "--config".as_ref(), missing.as_os_str()])
            .refused(1)
            .contains("missing.toml")
    );
    for content in [&b"\xff\xfe"[..], b"", b"\0\0\0\0", b"[[sites]]\n"] {
        fs::write(&config, content).unwrap();
        assert!(
            koektrommel(["check-config".as_ref(), config.as_os_str()])
                .refused(1)
                .contains("koektrommel.toml")
        );
    }
}

#[test]
fn unknown_words_on_the_command_line_are_refused() {
    for args in [
        &["serve", "--listen", "here"][..],
        &["serve", "--nowhere"],
        &["dance"],
        &["officer", "add"],
        &["officer", "add", "UPPER", "--role", "officer"],
    ] {
        let finished = koektrommel(args.iter().copied());
        assert_eq!(finished.code, Some(2), "{args:?}");
        assert!(
            finished.stderr.contains("error:") && !finished.stderr.contains("panicked"),
            "{}",
            finished.stderr
        );
    }
}

#[test]
fn a_port_that_is_taken_is_named() {
    let server = Server::start();
    let data = server.beside("other");
    let taken = server.address.to_string();
    let complaint = koektrommel([
        "serve".as_ref(),
        "--listen".as_ref(),
        taken.as_ref(),
        "--data".as_ref(),
        data.as_os_str(),
    ])
    .refused(1);
    assert!(complaint.contains(&taken) && complaint.contains("--listen"), "{complaint}");
}

#[test]
fn a_second_program_on_one_folder_says_so_and_harms_nothing() {
    let server = Server::start();
    let first = Decision::accept(&server).send(&server).expect(201).json();
    let before = fs::read(server.data().join("keys/cookies.json")).unwrap();
    for _ in 0..3 {
        assert_refuses(&server.data(), &["is in use by another running Koektrommel", "--data"]);
    }
    server.assert_well();
    assert_eq!(fs::read(server.data().join("keys/cookies.json")).unwrap(), before);
    Decision::accept(&server).send(&server).expect(201);
    assert_eq!(server.size(), 2);
    server.get(first["receipt"].as_str().unwrap()).expect(200);
}

#[test]
fn a_folder_of_another_version_or_of_somebody_else_is_refused_and_left_alone() {
    let server = used_folder();
    fs::write(server.data().join("format"), "koektrommel-data 2\n").unwrap();
    assert_refuses(&server.data(), &["format", "koektrommel-data 2", "koektrommel-data 1"]);
    fs::write(server.data().join("format"), [0xff, 0xfe]).unwrap();
    assert_refuses(&server.data(), &["format"]);
    fs::write(server.data().join("format"), "").unwrap();
    assert_refuses(&server.data(), &["format"]);

    let foreign = server.beside("letters");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("letter.txt"), "Dear").unwrap();
    assert_refuses(&foreign, &["letters", "choose an empty folder"]);
    assert_eq!(fs::read_dir(&foreign).unwrap().count(), 1);

    let file = server.beside("file");
    fs::write(&file, "x").unwrap();
    assert_refuses(&file, &["file"]);
    assert_eq!(fs::read(&file).unwrap(), b"x");
}

#[test]
fn a_folder_without_permission_is_refused() {
    let server = used_folder();
    let data = server.data();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o000)).unwrap();
    // Root may read everything: then there is nothing to refuse.
    let is_root = fs::read_dir(&data).is_ok();
    let refused = (!is_root).then(|| serve(&data));
    fs::set_permissions(&data, fs::Permissions::from_mode(0o700)).unwrap();
    if let Some(refused) = refused {
        assert!(
            refused.refused(1).contains("check that the folder exists and that this user may write in it")
        );
    }
}

#[test]
fn broken_keys_are_named_and_their_secrets_are_not() {
    for (file, content, says) in [
        ("keys/log.pk8", Some(&b"0123456789abcdef0123456789abcdef"[..]), &["log.pk8"][..]),
        ("keys/log.pk8", Some(b""), &["log.pk8"]),
        ("keys/log.vkey", Some(b"koektrommel.example/wsn+00000000+AAAA\n"), &["log.vkey"]),
        ("keys/log.vkey", Some(b"\xff"), &["log.vkey"]),
        ("keys/log.pk8", None, &["log.pk8", "put back the one that belongs to log.vkey"]),
        (
            "keys/cookies.json",
            Some(b"{\"v\":1,\"keys\":[{\"id\":1,\"secret\":\"c2VjcmV0\"}]}"),
            &["cookies.json"],
        ),
        ("keys/cookies.json", Some(b"{\"v\":2,\"keys\":[]}"), &["cookies.json", "another version"]),
        ("keys/cookies.json", Some(b"{\"v\":1,\"keys\":[]}"), &["cookies.json", "exactly one key"]),
        ("keys/cookies.json", Some(b"c2VjcmV0"), &["cookies.json"]),
        ("keys/cookies.json", Some(b""), &["cookies.json"]),
    ] {
        let server = used_folder();
        let path = server.data().join(file);
        match content {
            Some(content) => fs::write(&path, content).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let complaint = serve(&server.data()).refused(2);
        for word in says {
            assert!(complaint.contains(word), "{file}: {complaint}");
        }
        for secret in ["c2VjcmV0", "0123456789abcdef"] {
            assert!(!complaint.contains(secret), "{complaint}");
        }
    }
}

#[test]
fn the_public_key_of_a_log_is_never_replaced() {
    let mut server = used_folder();
    let [public, secret] = ["keys/log.vkey", "keys/log.pk8"].map(|file| server.data().join(file));
    let right = fs::read(&public).unwrap();
    let kept = fs::read(&secret).unwrap();
    fs::remove_file(&secret).unwrap();
    serve(&server.data()).refused(1);
    assert_eq!(fs::read(&public).unwrap(), right);
    fs::write(&secret, kept).unwrap();
    // Lost on its own, the public half is made again from the secret one.
    fs::remove_file(&public).unwrap();
    server.restart();
    assert_eq!(fs::read(&public).unwrap(), right);
    assert_eq!(server.size(), 1);
}

#[test]
fn the_key_of_another_log_is_refused() {
    let (server, other) = (used_folder(), used_folder());
    for file in ["keys/log.pk8", "keys/log.vkey"] {
        fs::copy(other.data().join(file), server.data().join(file)).unwrap();
    }
    assert_refuses(&server.data(), &["checkpoint does not verify", "put back the key"]);
    // Half of a pair is named before the log is looked at.
    let server = used_folder();
    fs::copy(other.data().join("keys/log.pk8"), server.data().join("keys/log.pk8")).unwrap();
    assert_refuses(&server.data(), &["log.pk8", "put back the pair that belongs together"]);
}

#[test]
fn a_log_keeps_the_name_that_it_began_with() {
    let server = used_folder();
    let site = Site::example();
    site.change("koektrommel.toml", "koektrommel.example/wsn", "koektrommel.example/other");
    let started = koektrommel(serve_args(server.data().as_os_str(), Some(site.config().as_os_str())));
    assert!(started.refused(1).contains("koektrommel.example/wsn"));
}

#[test]
fn a_changed_notice_is_named() {
    let server = used_folder();
    let path = fs::read_dir(server.data().join("notices")).unwrap().next().unwrap().unwrap().path();
    let changed = fs::read_to_string(&path).unwrap().replacen("WSN", "WSM", 1);
    fs::write(&path, changed).unwrap();
    assert_refuses(&server.data(), &[path.to_str().unwrap(), "backup"]);
}

#[test]
fn notices_that_are_lost_are_not_begun_again() {
    let server = used_folder();
    fs::remove_dir_all(server.data().join("notices")).unwrap();
    assert_refuses(&server.data(), &["notices"]);
    assert!(!server.data().join("notices").exists());
}

#[test]
fn a_start_that_was_cut_off_is_gone_on_with() {
    let mut server = used_folder();
    let data = server.data();
    // As a first start leaves it that was killed right after its first file.
    for entry in fs::read_dir(&data).unwrap() {
        let path = entry.unwrap().path();
        match path.file_name().unwrap().to_str() {
            Some("format") => {}
            _ if path.is_dir() => fs::remove_dir_all(path).unwrap(),
            _ => fs::remove_file(path).unwrap(),
        }
    }
    server.restart();
    Decision::accept(&server).send(&server).expect(201);
    assert_eq!(server.size(), 1);
}

#[test]
fn a_mount_that_the_server_needs_itself_is_refused() {
    for mount in ["/officer", "/healthz", "/demo/x", "/a//b"] {
        let site = Site::example();
        site.change("koektrommel.toml", "\"/privacy\"", &format!("\"{mount}\""));
        let complaint = koektrommel(["check-config".as_ref(), site.config().as_os_str()]).refused(1);
        assert!(complaint.contains("`mount` must"), "{complaint}");
    }
}

#[test]
fn a_mount_below_api_still_answers_with_pages() {
    let site = Site::example();
    site.change("koektrommel.toml", "\"/privacy\"", "\"/api/privacy\"");
    let server = Server::start_with(Options { config: Some(site.config()), ..Options::default() });
    let page = server.get("/api/privacy/nothing").expect(404);
    assert!(page.header("content-type").unwrap_or_default().starts_with("text/html"));
    let problem = server.get("/api/privacy/api/v1/nothing").expect(404);
    assert!(problem.header("content-type").unwrap_or_default().starts_with("application/problem+json"));
}

#[test]
fn a_byte_that_turned_in_the_store_never_goes_unnoticed_and_never_panics() {
    let mut server = Server::start();
    for _ in 0..40 {
        Decision::accept(&server).send(&server).expect(201);
    }
    assert_eq!(server.stop(), Some(0));
    let store = server.data().join("store");
    let (path, right) = largest(&store);
    // The record of an early decision, where the bytes are surely in use.
    let at = right
        .windows(9)
        .position(|window| window == b"\"consent\"")
        .expect("records are readable in the store");
    for offset in [at, at + 3, at + 40] {
        let mut turned = right.clone();
        turned[offset] ^= 1;
        fs::write(&path, &turned).unwrap();
        let started = serve(&server.data());
        let complaint = started.refused(2);
        assert!(complaint.contains("store"), "{complaint}");
        fs::write(&path, &right).unwrap();
    }
    server.restart();
    server.assert_well();
    assert_eq!(server.size(), 40);
}

/// The largest file below a folder.
fn largest(folder: &Path) -> (std::path::PathBuf, Vec<u8>) {
    let mut best: Option<(std::path::PathBuf, Vec<u8>)> = None;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let found = if path.is_dir() {
            if fs::read_dir(&path).unwrap().next().is_none() {
                continue;
            }
            largest(&path)
        } else if !path.is_file() {
            continue;
        } else {
            let content = fs::read(&path).unwrap();
            (path, content)
        };
        if best.as_ref().is_none_or(|best| best.1.len() < found.1.len()) {
            best = Some(found);
        }
    }
    best.unwrap()
}

#[test]
fn what_is_secret_in_a_new_folder_is_readable_by_its_owner_alone() {
    let server = used_folder();
    let mode = |path: &str| fs::metadata(server.data().join(path)).unwrap().permissions().mode() & 0o077;
    for path in ["", "keys", "keys/log.pk8", "keys/cookies.json", "store", "notices"] {
        assert_eq!(mode(path), 0, "{path}");
    }
}
