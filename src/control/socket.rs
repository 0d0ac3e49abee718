//! The socket in the data folder: a line of JSON goes in, chunks come out.
//!
//! A chunk is its length in four bytes, big-endian, and so many bytes. A length of zero ends the answer; one of all
//! ones is followed by a sentence that says why there is no more. An answer without either was cut off.

use std::{
    fs::{self, File, Permissions},
    io::{self, BufRead, BufReader, Read, Write},
    os::{
        fd::AsRawFd,
        unix::{
            fs::PermissionsExt,
            net::{UnixListener, UnixStream},
        },
    },
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use super::{Command, Parts, run};
use crate::folder::Folder;

/// The name of the socket.
const FILE: &str = "control";
/// The longest question, in bytes.
const LONGEST: u64 = 64 * 1024;
/// How long a client may take to ask.
const TO_ASK: Duration = Duration::from_secs(3);
/// How long it may take to read on.
const PATIENCE: Duration = Duration::from_secs(30);
/// What is sent at a time.
const CHUNK: usize = 64 * 1024;
/// The length of a chunk that is a complaint.
const COMPLAINT: u32 = u32::MAX;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// No server listens: the folder is free, or its server has no socket.
    #[error("no server listens in this folder")]
    Nobody,
    /// The server said why.
    #[error("{0}")]
    Refused(String),
    /// It broke off.
    #[error("the server's answer broke off: {0}")]
    Broken(#[from] io::Error),
}

/// A server's end of the socket.
pub struct Control {
    folder: Folder,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

/// Where the socket is, by a path that is short enough for one. The file keeps the folder open meanwhile.
fn place(folder: &Folder) -> io::Result<(File, PathBuf)> {
    let opened = File::open(folder.path(""))?;
    let path = PathBuf::from(format!("/proc/self/fd/{}/{FILE}", opened.as_raw_fd()));
    Ok((opened, path))
}

impl Control {
    /// Listens. The caller holds the folder's lock, so a socket that is there was left by a server that died.
    ///
    /// # Errors
    /// The file system has no sockets, or the system gave no thread.
    pub fn start(parts: Parts) -> io::Result<Self> {
        let folder = parts.folder.clone();
        let _none_there = fs::remove_file(folder.path(FILE));
        let (_opened, path) = place(&folder)?;
        let listener = UnixListener::bind(&path)?;
        fs::set_permissions(folder.path(FILE), Permissions::from_mode(0o600))?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let listen = move || {
            let parts = Arc::new(parts);
            let mut answering: Vec<JoinHandle<()>> = Vec::new();
            for stream in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    break;
                }
                answering.retain(|thread| !thread.is_finished());
                let Ok(stream) = stream else { continue };
                let (parts, stopped) = (Arc::clone(&parts), Arc::clone(&stopped));
                let answer = move || {
                    if let Err(error) = answer(&stream, &parts, &stopped) {
                        tracing::warn!(%error, "a command did not get its whole answer");
                    }
                };
                answering.extend(thread::Builder::new().name("control".to_owned()).spawn(answer));
            }
            for thread in answering {
                // A panic there was printed there.
                let _ = thread.join();
            }
        };
        let thread = thread::Builder::new().name("control".to_owned()).spawn(listen)?;
        Ok(Self { folder, stop, thread })
    }

    /// Ends what is being answered, and lets go of the log.
    pub fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        // Whoever waits for the next question gets one.
        let _woken = place(&self.folder).and_then(|(_opened, path)| UnixStream::connect(path));
        let _ = self.thread.join();
        let _gone = fs::remove_file(self.folder.path(FILE));
    }
}

fn answer(stream: &UnixStream, parts: &Parts, stop: &AtomicBool) -> io::Result<()> {
    stream.set_read_timeout(Some(TO_ASK))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut line = String::new();
    BufReader::new(stream.take(LONGEST)).read_line(&mut line)?;
    let mut out = Chunks { stream, buffer: Vec::with_capacity(CHUNK), stop };
    let done = match serde_json::from_str::<Command>(&line) {
        Ok(command) => run(&command, parts, &mut out),
        Err(_) => Err("the server is of another version than this command, and does not know it".to_owned()),
    };
    out.send()?;
    match done {
        Ok(()) => out.stream.write_all(&0_u32.to_be_bytes()),
        Err(why) => {
            out.stream.write_all(&COMPLAINT.to_be_bytes())?;
            out.stream.write_all(why.as_bytes())
        }
    }
}

struct Chunks<'a> {
    stream: &'a UnixStream,
    buffer: Vec<u8>,
    stop: &'a AtomicBool,
}

impl Chunks<'_> {
    fn send(&mut self) -> io::Result<()> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(io::Error::other("the server is stopping"));
        }
        if !self.buffer.is_empty() {
            let length = u32::try_from(self.buffer.len()).unwrap_or(COMPLAINT - 1);
            self.stream.write_all(&length.to_be_bytes())?;
            self.stream.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }
}

impl Write for Chunks<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = CHUNK - self.buffer.len();
        let now = bytes.get(..room).unwrap_or(bytes);
        self.buffer.extend_from_slice(now);
        if self.buffer.len() >= CHUNK {
            self.send()?;
        }
        Ok(now.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()
    }
}

/// Asks the server of a folder, and writes its answer.
///
/// # Errors
/// [`AskError::Nobody`] where no server listens; then the folder can be worked on without one.
pub fn ask(folder: &Folder, command: &Command, out: &mut dyn Write) -> Result<(), AskError> {
    let (_opened, path) = place(folder)?;
    let mut stream = UnixStream::connect(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => AskError::Nobody,
        _ => AskError::Broken(error),
    })?;
    let mut question = serde_json::to_vec(command).map_err(io::Error::from)?;
    question.push(b'\n');
    stream.write_all(&question)?;
    loop {
        let mut length = [0; 4];
        stream.read_exact(&mut length)?;
        match u32::from_be_bytes(length) {
            0 => return Ok(out.flush()?),
            COMPLAINT => {
                let mut why = String::new();
                stream.take(LONGEST).read_to_string(&mut why)?;
                return Err(AskError::Refused(why));
            }
            length => {
                let copied = io::copy(&mut (&stream).take(length.into()), out)?;
                if copied != u64::from(length) {
                    return Err(AskError::Broken(io::ErrorKind::UnexpectedEof.into()));
                }
            }
        }
    }
}
