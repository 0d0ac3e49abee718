//! The ZIP around a pack. Its files are stored as they are and its headers say nothing that could differ, so that the
//! same files in the same order are the same bytes: a verifier makes it again and compares.

use std::io::{self, Read, Write};

use zip::{
    CompressionMethod, DateTime, ZipWriter,
    write::{SimpleFileOptions, StreamWriter},
};

/// A ZIP on its way out.
pub struct Container<W: Write>(ZipWriter<StreamWriter<UntilBroken<W>>>);

impl<W: Write> Container<W> {
    /// Begins one.
    pub fn new(out: W) -> Self {
        Self(ZipWriter::new_stream(UntilBroken { out, is_broken: false }))
    }

    /// Begins a file in it, of any length; what is written from here on is its content.
    ///
    /// # Errors
    /// Those of the output.
    pub fn start(&mut self, name: &str) -> io::Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .large_file(true);
        Ok(self.0.start_file(name, options)?)
    }

    /// Ends it.
    ///
    /// # Errors
    /// Those of the output.
    pub fn finish(self) -> io::Result<()> {
        self.0.finish()?;
        Ok(())
    }
}

impl<W: Write> Write for Container<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Fails once, and takes whatever comes after that: a ZIP that was broken off tries to end itself, and would complain.
struct UntilBroken<W> {
    out: W,
    is_broken: bool,
}

impl<W: Write> Write for UntilBroken<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_broken {
            return Ok(bytes.len());
        }
        let written = self.out.write(bytes);
        self.is_broken = written.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::Interrupted);
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.is_broken { Ok(()) } else { self.out.flush() }
    }
}

/// Takes bytes as long as they are those that a reader has.
pub(super) struct Same<R> {
    reader: R,
    at: u64,
}

impl<R: Read> Same<R> {
    pub(super) const fn new(reader: R) -> Self {
        Self { reader, at: 0 }
    }
}

impl<R: Read> Write for Same<R> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut other = vec![0; bytes.len()];
        self.reader.read_exact(&mut other)?;
        match bytes.iter().zip(&other).position(|(one, other)| one != other) {
            Some(place) => Err(io::Error::other(format!("byte {} is another", self.at + place as u64))),
            None => {
                self.at += bytes.len() as u64;
                Ok(bytes.len())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
