//! A download as a stream: a thread makes it, a bounded channel holds it back, whoever polls takes it.

use std::{
    io,
    task::{Context, Poll},
    thread,
};

use tokio::sync::mpsc;

use super::{BrokenOff, Download, DownloadError};

/// How many chunks may wait to be taken.
const WAITING: usize = 4;

enum Message {
    Chunk(Vec<u8>),
    /// The end was recorded and the manifest written. Without it, a thread that died would look like the end.
    Done,
    Failed(BrokenOff),
}

/// The bytes of a running download. Dropping it breaks the download off, which is recorded.
pub struct Chunks {
    messages: mpsc::Receiver<Message>,
    is_over: bool,
}

impl Chunks {
    /// The next bytes; `None` after the last, when the manifest is there.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Vec<u8>, BrokenOff>>> {
        loop {
            if self.is_over {
                return Poll::Ready(None);
            }
            let message = match self.messages.poll_recv(context) {
                Poll::Ready(message) => message,
                Poll::Pending => return Poll::Pending,
            };
            let failed = match message {
                Some(Message::Chunk(bytes)) if bytes.is_empty() => continue,
                Some(Message::Chunk(bytes)) => return Poll::Ready(Some(Ok(bytes))),
                Some(Message::Done) => None,
                Some(Message::Failed(error)) => Some(Err(error)),
                None => Some(Err(BrokenOff::Lost)),
            };
            self.is_over = true;
            return Poll::Ready(failed);
        }
    }
}

pub(super) fn start(download: Download) -> Result<Chunks, DownloadError> {
    let (sender, messages) = mpsc::channel(WAITING);
    let make = move || {
        let last = match download.write_to(Channel(sender.clone()), Channel::drain) {
            Ok(_) => Message::Done,
            Err(error) => {
                tracing::warn!(%error, "a download did not go out whole");
                Message::Failed(error)
            }
        };
        // Nobody may be left to hear it.
        drop(sender.blocking_send(last));
    };
    thread::Builder::new().name("download".to_owned()).spawn(make).map_err(|_| DownloadError::Thread)?;
    Ok(Chunks { messages, is_over: false })
}

struct Channel(mpsc::Sender<Message>);

impl Channel {
    /// Waits until every chunk has been taken: as many empty ones as the channel holds push them all through.
    fn drain(&mut self) -> io::Result<()> {
        (0..WAITING).try_for_each(|_| self.send(Vec::new()))
    }

    fn send(&self, chunk: Vec<u8>) -> io::Result<()> {
        self.0.blocking_send(Message::Chunk(chunk)).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl io::Write for Channel {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.send(bytes.to_vec())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
