//! Where the bytes of a download go: counted, hashed, and handed on in chunks.

use std::io::{self, Write};

use koektrommel_core::hash::Hash;
use ring::digest::{Context, SHA256};

/// Bytes that are handed on at a time.
const CHUNK: usize = 64 * 1024;

pub(super) struct Sink<W> {
    out: W,
    buffer: Vec<u8>,
    digest: Context,
    bytes: u64,
}

impl<W: Write> Sink<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, buffer: Vec::with_capacity(2 * CHUNK), digest: Context::new(&SHA256), bytes: 0 }
    }

    /// Where to append; call [`turn`](Self::turn) after each line.
    pub(super) const fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// Hands on what has gathered, if that is enough for a chunk.
    pub(super) fn turn(&mut self) -> io::Result<()> {
        if self.buffer.len() < CHUNK { Ok(()) } else { self.hand_on() }
    }

    /// Hands on everything, and asks whether it arrived.
    pub(super) fn finish(&mut self, handed_over: impl FnOnce(&mut W) -> io::Result<()>) -> io::Result<()> {
        self.hand_on()?;
        self.out.flush()?;
        handed_over(&mut self.out)
    }

    fn hand_on(&mut self) -> io::Result<()> {
        self.digest.update(&self.buffer);
        self.bytes += self.buffer.len() as u64;
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    /// The SHA-256 of everything so far, handed on or not.
    pub(super) fn digest(&self) -> Hash {
        let mut digest = self.digest.clone();
        digest.update(&self.buffer);
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest.finish().as_ref());
        Hash::from_bytes(bytes)
    }

    /// How many bytes were handed on.
    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl<W: Write> Write for Sink<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        self.turn()?;
        Ok(bytes.len())
    }

    /// Chunks are as large as they are: what a formatter flushes stays until there is enough.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
