//! One decision under `strace`: between the last write to a file of the store and the `201`, the disk is told to
//! keep it. Without that call this test fails, and a power cut would lose what a visitor was promised.

use std::{
    ffi::OsString,
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use crate::support::{Decision, Server, decision::new_id, program::strace, server::Options};

/// One system call, as it ended.
#[derive(Clone, Debug)]
struct Call {
    name: String,
    /// Everything between its brackets.
    arguments: String,
    succeeded: bool,
    /// The lines of the trace on which it began and ended.
    begun: usize,
    ended: usize,
}

impl Call {
    fn is(&self, names: &[&str]) -> bool {
        names.contains(&self.name.as_str())
    }

    /// Whether its first argument is a file of records in this folder. The note of how many were acknowledged is
    /// none: it is written once they are on disk, and only makes a later loss known.
    fn is_on(&self, folder: &str) -> bool {
        let first = self.arguments.split(',').next().unwrap_or_default();
        first.contains(&format!("<{folder}")) && !first.ends_with("/acknowledged>")
    }
}

const WRITES: [&str; 7] = ["write", "writev", "pwrite64", "pwritev", "pwritev2", "ftruncate", "fallocate"];
const SYNCS: [&str; 2] = ["fsync", "fdatasync"];
const SENDS: [&str; 5] = ["write", "writev", "sendto", "sendmsg", "sendmmsg"];

/// Reads the lines of `strace -f -yy`. A call that another thread interrupted stands in two halves; what counts is
/// when it ended.
fn calls(trace: &str) -> Vec<Call> {
    let mut begun = std::collections::HashMap::new();
    let mut calls = Vec::new();
    for (number, line) in trace.lines().enumerate() {
        let Some((process, rest)) = line.trim_start().split_once(' ') else { continue };
        let rest = rest.trim_start();
        if let Some(first) = rest.strip_suffix("<unfinished ...>") {
            begun.insert(process.to_owned(), (number, first.trim_end().to_owned()));
            continue;
        }
        let (began, whole) = match rest.strip_prefix("<... ").and_then(|rest| rest.split_once(" resumed>")) {
            Some((_, second)) => {
                let Some((began, first)) = begun.remove(process) else { continue };
                (began, format!("{first}{second}"))
            }
            None => (number, rest.to_owned()),
        };
        let Some((name, after)) = whole.split_once('(') else { continue };
        let Some((arguments, result)) = after.rsplit_once(" = ") else { continue };
        calls.push(Call {
            name: name.to_owned(),
            arguments: arguments.trim_end().trim_end_matches(')').to_owned(),
            succeeded: !result.trim_start().starts_with(['-', '?']),
            begun: began,
            ended: number,
        });
    }
    calls
}

fn is_created(call: &Call) -> bool {
    call.is(&SENDS) && call.arguments.contains("HTTP/1.1 201")
}

/// What is wrong with the calls that led to one `201`; nothing where the disk had everything before it.
fn fault(calls: &[Call], store: &str) -> Option<String> {
    let Some(answer) = calls.iter().position(is_created) else {
        return Some("no `201` was sent".to_owned());
    };
    let before = &calls[..answer];
    let Some(written) = before.iter().rposition(|call| call.is(&WRITES) && call.is_on(store)) else {
        return Some("nothing was written to the store before the `201`".to_owned());
    };
    let file = |call: &Call| call.arguments.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
    let last = file(&before[written]);
    let synced = before[written..].iter().any(|call| {
        call.is(&SYNCS) && call.succeeded && file(call) == last && call.begun > before[written].ended
    });
    (!synced).then(|| format!("no fsync or fdatasync of {last} between the last write to it and the `201`"))
}

/// A tracer that writes down what a server writes, syncs and sends, with more of its arguments.
fn watched(trace: &Path, more: &[&str]) -> Vec<OsString> {
    let calls = "trace=write,writev,pwrite64,pwritev,pwritev2,ftruncate,fallocate,fsync,fdatasync,sync_file_range,\
                 sendto,sendmsg,sendmmsg";
    let mut under = strace([&["-yy", "-s", "64", "-e", calls][..], more, &["-o"]].concat());
    under.push(trace.into());
    under
}

/// The calls of the trace, once it shows so many answers: the tracer writes its last lines after the process is gone.
fn read(trace: &Path, answers: usize) -> Vec<Call> {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let text = fs::read_to_string(trace).unwrap();
        let calls = calls(&text);
        if calls.iter().filter(|call| is_created(call)).count() >= answers {
            return calls;
        }
        assert!(Instant::now() < deadline, "the trace does not show {answers} answers:\n{text}");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn what_the_disk_would_not_keep_is_not_acknowledged() {
    for when in ["5", "5+"] {
        let temp = tempfile::tempdir().unwrap();
        let trace = temp.path().join("trace");
        let inject = format!("inject=fdatasync:error=EIO:when={when}");
        let under = watched(&trace, &["-e", &inject]);
        let mut server = Server::start_with(Options { under, ..Options::default() });
        let decision = Decision::refuse(&server);
        let send = || decision.clone().with("id", new_id()).request().try_send(server.address);
        let statuses: Vec<_> = (0..10).map_while(|_| send()).map(|answer| answer.status).collect();
        assert!(statuses.iter().all(|status| matches!(status, 201 | 503)), "{when}: {statuses:?}");
        let store = server.data().canonicalize().unwrap().join("store");
        // How it ends is not asked here, but politely, so that the tracer sees the end of all that it did.
        let _code = server.stop();
        let acknowledged = statuses.iter().filter(|status| **status == 201).count();
        let calls = read(&trace, acknowledged);
        assert!(
            calls.iter().any(|call| call.is(&["fdatasync"]) && !call.succeeded),
            "{when}: no sync failed"
        );
        let answers: Vec<_> = (0..calls.len()).filter(|at| is_created(&calls[*at])).collect();
        for (nth, answer) in answers.iter().enumerate() {
            let from = nth.checked_sub(1).map_or(0, |before| answers[before] + 1);
            let of_one = &calls[from..=*answer];
            assert_eq!(fault(of_one, store.to_str().unwrap()), None, "{when}: {statuses:?}: {of_one:#?}");
        }
    }
}

#[test]
fn the_disk_has_a_decision_before_the_visitor_hears_so() {
    let temp = tempfile::tempdir().unwrap();
    let trace = temp.path().join("trace");
    let under = watched(&trace, &[]);
    let mut server = Server::start_with(Options { under, ..Options::default() });
    let decision = Decision::accept(&server);
    // Everything that a first decision sets up has been set up.
    Decision::refuse(&server).send(&server).expect(201);
    let store = server.data().canonicalize().unwrap().join("store");
    decision.send(&server).expect(201);
    // Ended politely: a process that is killed may be gone before the tracer has seen the end of what it last did.
    assert_eq!(server.stop(), Some(0));

    let calls = read(&trace, 2);
    let first = calls.iter().position(is_created).unwrap();
    let of_one = &calls[first + 1..];
    let store = store.to_str().unwrap();
    assert_eq!(fault(of_one, store), None, "{of_one:#?}");

    // The same calls with the sync taken away are found wanting, so this test tests something.
    let without: Vec<_> = of_one.iter().filter(|call| !call.is(&SYNCS)).cloned().collect();
    assert!(fault(&without, store).unwrap().starts_with("no fsync or fdatasync of "));
}

#[test]
fn traces_are_read_right() {
    let ok = "\
7  pwrite64(12</d/store/v/db>, \"x\", 4, 0 <unfinished ...>
8  fdatasync(13</d/store/v/db>) = 0
7  <... pwrite64 resumed>) = 4
8  sync_file_range(12</d/store/v/db>, 0, 0, 7) = 0
8  fdatasync(13</d/store/v/db> <unfinished ...>
9  write(3</d/store/v/tmp>, \"\", 0 <unfinished ...>
8  <... fdatasync resumed>)          = 0
9  sendto(20<TCP:[127.0.0.1:1->127.0.0.1:2]>, \"HTTP/1.1 201 Created\\r\\n\", 9, MSG_NOSIGNAL, NULL, 0) = 9
";
    assert_eq!(fault(&calls(ok), "/d/store"), None);
    for (from, to) in [
        ("8  fdatasync(13</d/store/v/db> <unfinished ...>\n", ""),
        ("resumed>)          = 0", "resumed>)          = -1 EIO (Input/output error)"),
        ("fdatasync(13</d/store/v/db> <un", "fdatasync(13</d/store/v/other> <un"),
        ("201 Created", "200 OK"),
        ("/d/store/v/db>, \"x\"", "/e/store/v/db>, \"x\""),
    ] {
        assert!(ok.contains(from));
        assert!(fault(&calls(&ok.replacen(from, to, 1)), "/d/store").is_some(), "{from}");
    }
}
