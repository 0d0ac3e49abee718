//! A load generator: many connections that are kept, each with one request under way.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

/// What is sent, again and again.
#[derive(Clone)]
pub(crate) struct Request {
    bytes: Vec<u8>,
    /// Where the id of the click is, which must be another one each time.
    id_at: Option<usize>,
}

const ID: &str = "0192f0c4-7b1e-7000-8000-000000000000";

impl Request {
    pub(crate) fn get(path: &str) -> Self {
        let bytes =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br\r\n\r\n").into_bytes();
        Self { bytes, id_at: None }
    }

    pub(crate) fn consent(notice: &str) -> Self {
        let body = format!(
            r#"{{"id":"{ID}","site":"wsn","notice":"{notice}","language":"nl","layer":"banner","control":"save","actor":"person","choices":{{"display":false,"preferences":true}}}}"#
        );
        let head =
            "POST /privacy/api/v1/consents HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
        let text = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
        Self { id_at: text.find(ID), bytes: text.into_bytes() }
    }

    /// Makes the id the one of this click.
    fn number(&mut self, run: u32, connection: usize, count: usize) {
        if let Some(at) = self.id_at {
            let id = format!("{run:08x}-0000-7{connection:03x}-8000-{count:012x}");
            self.bytes[at..at + ID.len()].copy_from_slice(id.as_bytes());
        }
    }
}

/// How much is asked of whom, for how long.
pub(crate) struct Load {
    pub(crate) address: SocketAddr,
    pub(crate) connections: usize,
    pub(crate) time: Duration,
}

#[derive(Clone, Copy, Default)]
pub(crate) struct Measured {
    /// Answers a second.
    pub(crate) rate: f64,
    pub(crate) median_ms: f64,
    pub(crate) p99_ms: f64,
    /// Answers that were neither 2xx nor 3xx, and connections that broke.
    pub(crate) failed: usize,
}

impl Measured {
    /// The median of each figure, and the sum of the failures.
    pub(crate) fn median(rounds: &[Self]) -> Self {
        let middle = |figure: fn(&Self) -> f64| {
            let mut figures: Vec<_> = rounds.iter().map(figure).collect();
            figures.sort_by(f64::total_cmp);
            figures.get(figures.len() / 2).copied().unwrap_or_default()
        };
        Self {
            rate: middle(|measured| measured.rate),
            median_ms: middle(|measured| measured.median_ms),
            p99_ms: middle(|measured| measured.p99_ms),
            failed: rounds.iter().map(|measured| measured.failed).sum(),
        }
    }
}

impl Load {
    /// Runs the load on a thread of its own.
    pub(crate) fn run(&self, request: &Request) -> Measured {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let began = Instant::now();
        // Ids of different runs must differ too.
        let run = std::time::UNIX_EPOCH.elapsed().unwrap().subsec_nanos();
        let (mut times, failed) = runtime.block_on(async {
            let mut connections = JoinSet::new();
            for number in 0..self.connections {
                let end = began + self.time;
                connections.spawn(talk(self.address, request.clone(), (run, number), end));
            }
            let (mut times, mut failed) = (Vec::new(), 0);
            while let Some(connection) = connections.join_next().await {
                let (own, own_failed) = connection.unwrap();
                times.extend(own);
                failed += own_failed;
            }
            (times, failed)
        });
        let seconds = began.elapsed().as_secs_f64();
        times.sort_unstable();
        let at = |share: f64| {
            let index = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
            times.get(index).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
        };
        Measured { rate: times.len() as f64 / seconds, median_ms: at(0.5), p99_ms: at(0.99), failed }
    }
}

/// One connection: request, answer, request, until the time is up.
async fn talk(
    address: SocketAddr,
    mut request: Request,
    (run, number): (u32, usize),
    end: Instant,
) -> (Vec<Duration>, usize) {
    let mut times = Vec::new();
    let Ok(mut stream) = TcpStream::connect(address).await else { return (times, 1) };
    let _best_effort = stream.set_nodelay(true);
    let mut buffer = vec![0; 65_536];
    let mut failed = 0;
    while Instant::now() < end {
        request.number(run, number, times.len());
        let sent = Instant::now();
        if stream.write_all(&request.bytes).await.is_err() {
            return (times, failed + 1);
        }
        match answer(&mut stream, &mut buffer).await {
            Some(status) => failed += usize::from(!(200..400).contains(&status)),
            None => return (times, failed + 1),
        }
        times.push(sent.elapsed());
    }
    (times, failed)
}

/// Reads one whole answer and returns its status.
async fn answer(stream: &mut TcpStream, buffer: &mut [u8]) -> Option<u16> {
    let mut filled = 0;
    loop {
        let read = stream.read(buffer.get_mut(filled..)?).await.ok().filter(|read| *read > 0)?;
        filled += read;
        let text = buffer.get(..filled)?;
        let Some(head) = text.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head_text = std::str::from_utf8(text.get(..head)?).ok()?;
        let length =
            head_text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        let whole = head + 4 + length.unwrap_or(0);
        if filled >= whole {
            return head_text.get(9..12)?.parse().ok();
        }
    }
}
