//! A data folder that lost a part is not started over.

use std::fs;

use crate::support::{
    Decision, Server,
    program::{koektrommel, serve_args},
};

/// The folder of a server that recorded one decision and was stopped.
fn used() -> Server {
    let mut server = Server::start();
    Decision::accept(&server).send(&server).expect(201);
    assert_eq!(server.stop(), Some(0));
    server
}

#[test]
fn a_log_that_is_gone_is_not_begun_anew_under_its_key() {
    let server = used();
    let data = server.data();
    fs::remove_dir_all(data.join("store")).unwrap();
    for args in
        [serve_args(data.as_os_str(), None), vec!["verify".into(), "--data".into(), data.clone().into()]]
    {
        let finished = koektrommel(args);
        assert_ne!(finished.code, Some(0));
        let says = format!("{}{}", finished.stdout, finished.stderr);
        assert!(says.contains("store") && says.contains("restore a backup"), "{says}");
    }
    assert!(!data.join("store/format").exists());
}

#[test]
fn accounts_that_cannot_be_read_stop_the_start() {
    let server = used();
    let data = server.data();
    fs::write(data.join("accounts.json"), "{\"v\":1,\"offi").unwrap();
    let finished = koektrommel(serve_args(data.as_os_str(), None));
    assert_ne!(finished.code, Some(0));
    assert!(finished.stderr.contains("accounts.json"), "{}", finished.stderr);
}

#[test]
fn only_adding_an_account_makes_a_folder() {
    let server = used();
    let nowhere = server.data().with_file_name("typing-error");
    for what in [&["list"][..], &["token", "a.jansen"], &["remove", "a.jansen"]] {
        let args = ["officer"].iter().chain(what).map(std::ffi::OsString::from);
        let finished = koektrommel(args.chain(["--data".into(), nowhere.clone().into()]));
        assert_ne!(finished.code, Some(0), "{what:?}");
        assert!(!nowhere.exists(), "{what:?}");
    }
}
