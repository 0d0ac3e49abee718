//! A real server of the test's own: the binary, on a port that the system chose, on a folder that goes with it.

use std::{
    ffi::{OsStr, OsString},
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, mpsc},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{
    http::{Request, Response, get},
    program,
};

/// How long a start or a stop may take, in a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server. Dropped, it is killed and its folder removed.
pub(crate) struct Server {
    temp: TempDir,
    options: Options,
    child: Child,
    readers: Vec<JoinHandle<()>>,
    output: Arc<Mutex<Vec<u8>>>,
    /// Where it listens; another port after each restart.
    pub(crate) address: SocketAddr,
}

/// How it is started.
#[derive(Clone, Default)]
pub(crate) struct Options {
    /// A configuration instead of the built-in example.
    pub(crate) config: Option<PathBuf>,
    /// Variables for its environment.
    pub(crate) env: Vec<(&'static str, String)>,
    /// A program to run it under, with its arguments. It must leave the server its process id.
    pub(crate) under: Vec<OsString>,
}

impl Server {
    /// The built-in example on a new folder.
    pub(crate) fn start() -> Self {
        Self::start_with(Options::default())
    }

    pub(crate) fn start_with(options: Options) -> Self {
        let temp = tempfile::tempdir().unwrap();
        let output = Arc::new(Mutex::new(Vec::new()));
        let (child, readers, address) = spawn(&data_of(&temp), &options, &output);
        Self { temp, options, child, readers, output, address }
    }

    /// Starts it again on the same folder.
    pub(crate) fn restart(&mut self) {
        self.kill();
        let (child, readers, address) = spawn(&self.data(), &self.options, &self.output);
        (self.child, self.readers, self.address) = (child, readers, address);
    }

    /// SIGKILL: the process is gone at once, as when the machine's memory runs out.
    pub(crate) fn kill(&mut self) {
        let _gone = self.child.kill();
        let _status = self.child.wait();
        self.readers.drain(..).for_each(|reader| reader.join().unwrap());
    }

    /// SIGTERM, and waits until it has ended by itself; returns its exit code.
    pub(crate) fn stop(&mut self) -> Option<i32> {
        let signal = Command::new("sh").arg("-c").arg(format!("kill -TERM {}", self.child.id())).status();
        assert!(signal.unwrap().success());
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(begun.elapsed() < PATIENCE, "still running after SIGTERM:\n{}", self.output());
            thread::sleep(Duration::from_millis(5));
        };
        self.readers.drain(..).for_each(|reader| reader.join().unwrap());
        status.code()
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        data_of(&self.temp)
    }

    /// The most memory that it had at any time since it was started, in bytes.
    pub(crate) fn peak(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// A place beside the data folder that goes with it.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.temp.path().join(name)
    }

    /// All that it wrote to standard output and standard error, over all its lives.
    pub(crate) fn output(&self) -> String {
        String::from_utf8_lossy(&self.output.lock().unwrap()).into_owned()
    }

    pub(crate) fn send(&self, request: &Request) -> Response {
        request.send(self.address)
    }

    pub(crate) fn get(&self, target: &str) -> Response {
        self.send(&get(target))
    }

    /// How many entries the signed checkpoint counts; none without a checkpoint.
    pub(crate) fn size(&self) -> u64 {
        let checkpoint = self.get("/privacy/log/checkpoint");
        match checkpoint.status {
            404 => 0,
            200 => checkpoint.text().lines().nth(1).unwrap().parse().unwrap(),
            other => panic!("{other}: {}", checkpoint.text()),
        }
    }

    /// Fails if it died, or said that it panicked.
    #[track_caller]
    pub(crate) fn assert_well(&self) {
        assert_eq!(self.get("/healthz").status, 200);
        assert_eq!(self.get("/readyz").status, 200);
        let output = self.output();
        assert!(!output.contains("panicked"), "{output}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn data_of(temp: &TempDir) -> PathBuf {
    temp.path().join("data")
}

/// Starts the program and waits until it says where it listens.
fn spawn(
    data: &Path,
    options: &Options,
    output: &Arc<Mutex<Vec<u8>>>,
) -> (Child, Vec<JoinHandle<()>>, SocketAddr) {
    let args = program::serve_args(data.as_os_str(), options.config.as_deref().map(Path::as_os_str));
    let binary = program::path().into_os_string();
    let mut words = options.under.iter().cloned().chain([binary]).chain(args);
    let first = words.next().unwrap();
    let mut command = program::command(OsStr::new(&first), words);
    command.envs(options.env.iter().map(|(name, value)| (name, value)));
    let mut child = command.stdin(Stdio::null()).spawn().unwrap_or_else(|error| {
        panic!("`{}` could not be started: {error}", first.display());
    });
    let (tell, told) = mpsc::channel();
    let readers = vec![
        read(child.stdout.take().unwrap(), Arc::clone(output), Some(tell)),
        read(child.stderr.take().unwrap(), Arc::clone(output), None),
    ];
    match told.recv_timeout(PATIENCE) {
        Ok(address) => (child, readers, address),
        Err(_) => {
            let _ended = child.kill().and_then(|()| child.wait());
            panic!("the server did not start:\n{}", String::from_utf8_lossy(&output.lock().unwrap()));
        }
    }
}

/// Keeps what is written and tells the first address in it.
fn read(
    pipe: impl Read + Send + 'static,
    output: Arc<Mutex<Vec<u8>>>,
    tell: Option<mpsc::Sender<SocketAddr>>,
) -> JoinHandle<()> {
    thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        let (mut line, mut tell) = (Vec::new(), tell);
        while pipe.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            output.lock().unwrap().extend(&line);
            let address = String::from_utf8_lossy(&line)
                .split_once("http://")
                .and_then(|(_, rest)| rest.split(['/', ' ', '\n']).next()?.parse().ok());
            if let Some(address) = address
                && let Some(tell) = tell.take()
            {
                let _nobody_waits = tell.send(address);
            }
            line.clear();
        }
    })
}
