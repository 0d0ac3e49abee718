//! The program as somebody starts it: its arguments, its environment, and what it says when it is done.

use std::{
    ffi::{OsStr, OsString},
    io::{Read, Write},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long a command that should end may take. A debug build hashes passwords slowly.
const PATIENCE: Duration = Duration::from_secs(60);

/// The binary under test.
pub(crate) fn path() -> PathBuf {
    env!("CARGO_BIN_EXE_koektrommel").into()
}

/// The beginning of a command that runs the program under `strace`, with these words before the program's own.
///
/// `-D`: the tracer stands aside, and the process that a test starts and stops is the program itself. `-f`: all threads.
pub(crate) fn strace<S: AsRef<OsStr>>(words: impl IntoIterator<Item = S>) -> Vec<OsString> {
    let version = Command::new("strace").arg("--version").output();
    assert!(
        version.is_ok_and(|output| output.status.success()),
        "this test needs the program `strace` (on Debian and Ubuntu: apt-get install strace)"
    );
    let words = words.into_iter().map(|word| word.as_ref().to_owned());
    ["strace", "-D", "-f"].into_iter().map(OsString::from).chain(words).collect()
}

/// What a program said and how it ended.
#[derive(Debug)]
pub(crate) struct Finished {
    /// `None` where a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A command of the program with an environment of its own.
pub(crate) fn command<S: AsRef<OsStr>>(program: &OsStr, args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("KOEKTROMMEL_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs the program to its end.
pub(crate) fn koektrommel<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Finished {
    koektrommel_with(args, "")
}

/// Runs the program to its end with this input.
pub(crate) fn koektrommel_with<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>, input: &str) -> Finished {
    let mut command = command(path().as_os_str(), args);
    command.stdin(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    // A program that ends early does not read all of it.
    let _written = child.stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes()));
    finish(child)
}

/// Waits for the end; a program that does not come to it is killed, and the test fails.
pub(crate) fn finish(mut child: Child) -> Finished {
    let stdout = collect(child.stdout.take());
    let stderr = collect(child.stderr.take());
    let begun = Instant::now();
    let code = loop {
        if let Some(status) = child.try_wait().expect("a child of ours") {
            break status.code();
        }
        if begun.elapsed() > PATIENCE {
            let _ended = child.kill().and_then(|()| child.wait());
            let (out, err) = (stdout.join().unwrap(), stderr.join().unwrap());
            panic!("the program still ran after {PATIENCE:?}\n{out}\n{err}");
        }
        thread::sleep(Duration::from_millis(5));
    };
    Finished { code, stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() }
}

fn collect(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _read = pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// The arguments of a server on a free port.
pub(crate) fn serve_args(data: &OsStr, config: Option<&OsStr>) -> Vec<OsString> {
    let mut args: Vec<OsString> =
        ["serve", "--listen", "127.0.0.1:0", "--data"].iter().map(OsString::from).collect();
    args.push(data.to_owned());
    if let Some(config) = config {
        args.extend([OsString::from("--config"), config.to_owned()]);
    }
    args
}

impl Finished {
    /// Fails unless it ended well.
    #[track_caller]
    pub(crate) fn well(self) -> Self {
        assert_eq!(self.code, Some(0), "{}{}", self.stdout, self.stderr);
        self
    }

    /// Fails unless it refused, in words for a person: exit code 1, at most `lines` lines, no trace of a panic.
    #[track_caller]
    pub(crate) fn refused(self, lines: usize) -> String {
        assert_eq!(self.code, Some(1), "{}{}", self.stdout, self.stderr);
        let complaint: Vec<_> =
            self.stderr.lines().filter(|line| line.starts_with("koektrommel: ")).collect();
        assert!(!complaint.is_empty() && complaint.len() <= lines, "{}", self.stderr);
        for trace in ["panicked", "RUST_BACKTRACE", "unwrap", ".rs:"] {
            assert!(!self.stderr.contains(trace), "{}", self.stderr);
        }
        complaint.join("\n")
    }
}
