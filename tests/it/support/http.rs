//! A small HTTP/1.1 client that sends what it is told and nothing else: no agent, no accepted types, no retries.
//! A test that wants a broken request writes its bytes itself.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::Value;

/// How long an answer may take before the test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request under construction.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    method: String,
    target: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Option<Vec<u8>>,
}

/// A whole answer.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// A `GET`.
pub(crate) fn get(target: &str) -> Request {
    Request::new("GET", target)
}

impl Request {
    pub(crate) fn new(method: &str, target: &str) -> Self {
        Self { method: method.to_owned(), target: target.to_owned(), headers: Vec::new(), body: None }
    }

    /// A `POST` with a body of this type.
    pub(crate) fn post(target: &str, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::new("POST", target).header("Content-Type", media_type).body(body)
    }

    /// A `POST` of a form, as a browser encodes it.
    pub(crate) fn form(target: &str, fields: &[(String, String)]) -> Self {
        let body = serde_urlencoded::to_string(fields).unwrap();
        Self::post(target, "application/x-www-form-urlencoded", body)
    }

    pub(crate) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// Adds a `Cookie` header, if there is something to put in it.
    pub(crate) fn cookie(self, cookie: &str) -> Self {
        if cookie.is_empty() { self } else { self.header("Cookie", cookie) }
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// What goes over the wire.
    pub(crate) fn bytes(&self, connection: &str) -> Vec<u8> {
        let mut bytes = format!("{} {} HTTP/1.1\r\n", self.method, self.target).into_bytes();
        if !self.has("host") {
            bytes.extend(b"Host: 127.0.0.1\r\n");
        }
        for (name, value) in &self.headers {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        if let Some(body) = &self.body
            && !self.has("content-length")
            && !self.has("transfer-encoding")
        {
            bytes.extend(format!("Content-Length: {}\r\n", body.len()).bytes());
        }
        bytes.extend(format!("Connection: {connection}\r\n\r\n").bytes());
        bytes.extend(self.body.iter().flatten());
        bytes
    }

    fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    /// Sends it on a connection of its own.
    pub(crate) fn send(&self, to: SocketAddr) -> Response {
        self.try_send(to).expect("an answer")
    }

    /// Sends it; `None` where the connection ended before the answer was whole.
    pub(crate) fn try_send(&self, to: SocketAddr) -> Option<Response> {
        exchange(to, &self.bytes("close"), self.method == "HEAD")
    }
}

/// Sends bytes as they are on a connection of its own and reads the answer, if one comes.
pub(crate) fn exchange(to: SocketAddr, bytes: &[u8], is_head: bool) -> Option<Response> {
    let mut stream = connect(to)?;
    // Who refuses a long request may close before it was sent; the answer counts.
    let _sent = stream.write_all(bytes);
    Reader::new(stream).response(is_head)
}

/// As [`exchange`], but says after the bytes that there will be no more.
pub(crate) fn exchange_and_hang_up(to: SocketAddr, bytes: &[u8]) -> Option<Response> {
    let mut stream = connect(to)?;
    let _sent = stream.write_all(bytes);
    let _closed = stream.shutdown(Shutdown::Write);
    Reader::new(stream).response(false)
}

/// Sends the bytes, and then, a byte at a time, what never becomes the whole body. The answer, and whether the
/// connection ended after it, within `PATIENCE`.
pub(crate) fn exchange_slowly(to: SocketAddr, bytes: &[u8]) -> (Option<Response>, bool) {
    let Some(mut stream) = connect(to) else { return (None, true) };
    let Ok(mut sending) = stream.try_clone() else { return (None, false) };
    let _sent = stream.write_all(bytes);
    let trickle = std::thread::spawn(move || {
        // Ends when the other side has hung up, at the latest when the reader below has given up.
        while sending.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(500));
        }
    });
    let mut reader = Reader::new(stream);
    let answer = reader.response(false);
    let has_ended = answer.is_none() || reader.ends();
    let _over = reader.stream.shutdown(Shutdown::Both);
    drop(trickle.join());
    (answer, has_ended)
}

fn connect(to: SocketAddr) -> Option<TcpStream> {
    let stream = TcpStream::connect(to).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_nodelay(true).ok()?;
    Some(stream)
}

/// A connection that is kept for many requests.
pub(crate) struct Connection(Reader);

impl Connection {
    pub(crate) fn open(to: SocketAddr) -> Option<Self> {
        Some(Self(Reader::new(connect(to)?)))
    }

    pub(crate) fn send(&mut self, request: &Request) -> Option<Response> {
        self.0.stream.write_all(&request.bytes("keep-alive")).ok()?;
        self.0.response(request.method == "HEAD")
    }
}

struct Reader {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Reader {
    fn new(stream: TcpStream) -> Self {
        Self { stream, buffer: Vec::new() }
    }

    fn response(&mut self, is_head: bool) -> Option<Response> {
        let head = self.until(b"\r\n\r\n")?;
        let head = String::from_utf8(head).ok()?;
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let mut response = Response { status, headers, body: Vec::new() };
        if is_head || matches!(status, 100..=199 | 204 | 304) {
            return Some(response);
        }
        response.body = if response.header("transfer-encoding") == Some("chunked") {
            self.chunks()?
        } else if let Some(length) = response.header("content-length") {
            self.exactly(length.parse().ok()?)?
        } else {
            self.rest()?
        };
        Some(response)
    }

    fn chunks(&mut self) -> Option<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let size = String::from_utf8(self.until(b"\r\n")?).ok()?;
            let size = usize::from_str_radix(size.trim().split(';').next()?, 16).ok()?;
            let chunk = self.exactly(size + 2)?;
            if size == 0 {
                return Some(body);
            }
            body.extend(&chunk[..size]);
        }
    }

    fn until(&mut self, mark: &[u8]) -> Option<Vec<u8>> {
        loop {
            if let Some(at) = self.buffer.windows(mark.len()).position(|window| window == mark) {
                return Some(self.buffer.drain(..at + mark.len()).collect());
            }
            self.more()?;
        }
    }

    fn exactly(&mut self, length: usize) -> Option<Vec<u8>> {
        while self.buffer.len() < length {
            self.more()?;
        }
        Some(self.buffer.drain(..length).collect())
    }

    fn rest(&mut self) -> Option<Vec<u8>> {
        self.stream.read_to_end(&mut self.buffer).ok()?;
        Some(std::mem::take(&mut self.buffer))
    }

    /// Whether nothing more comes, and the other side says so.
    fn ends(&mut self) -> bool {
        use std::io::ErrorKind::{ConnectionAborted, ConnectionReset};
        match self.stream.read(&mut [0]) {
            Ok(length) => length == 0,
            Err(error) => matches!(error.kind(), ConnectionReset | ConnectionAborted),
        }
    }

    fn more(&mut self) -> Option<()> {
        let mut piece = [0; 16 * 1024];
        let length = self.stream.read(&mut piece).ok().filter(|length| *length > 0)?;
        self.buffer.extend(&piece[..length]);
        Some(())
    }
}

impl Response {
    /// The first header of this name, written in small letters.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers(name).next()
    }

    pub(crate) fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("an answer in UTF-8")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// Fails unless the status is this one, and shows the answer.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self
    }

    /// The name and value of the first `Set-Cookie` for this name, as a browser sends them back.
    pub(crate) fn set_cookie(&self, name: &str) -> Option<String> {
        let pair = |header: &str| header.split(';').next().unwrap_or_default().to_owned();
        self.headers("set-cookie").map(pair).find(|pair| pair.split('=').next() == Some(name))
    }

    /// Everything that came back, for a search.
    pub(crate) fn everything(&self) -> Vec<u8> {
        let headers = self
            .headers
            .iter()
            .flat_map(|(name, value)| [name.as_str(), ": ", value.as_str(), "\n"].concat().into_bytes());
        headers.chain(self.body.iter().copied()).collect()
    }
}
