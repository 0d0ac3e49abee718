//! The ZIP around a pack. Its files are stored as they are and its headers say nothing that could differ, so that the
//! same files in the same order are the same bytes: a verifier makes it again and compares.

use std::{
    cell::RefCell,
    io::{self, Read, Seek, Write},
};

use rawzip::{
    CompressionMethod, Error, RECOMMENDED_BUFFER_SIZE, ReaderAt, ZipArchive, ZipArchiveEntryWayfinder,
    ZipArchiveWriter,
};

/// A ZIP on its way out.
pub struct Container<W>(ZipArchiveWriter<W>);

impl<W: Write> Container<W> {
    /// Begins one.
    pub fn new(out: W) -> Self {
        Self(ZipArchiveWriter::new(out))
    }

    /// Adds a file of any length, with what `write` writes.
    ///
    /// # Errors
    /// Those of `write` and of the output.
    pub fn file<T, E: From<io::Error>>(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> Result<T, E>,
    ) -> Result<T, E> {
        let (mut entry, config) = self.0.new_file(name).start().map_err(io::Error::other)?;
        let mut content = config.wrap(&mut entry);
        let written = write(&mut content)?;
        let (_, descriptor) = content.finish().map_err(io::Error::other)?;
        entry.finish(descriptor).map_err(io::Error::other)?;
        Ok(written)
    }

    /// Ends it.
    ///
    /// # Errors
    /// Those of the output.
    pub fn finish(self) -> io::Result<()> {
        self.0.finish().map(|_| ()).map_err(io::Error::other)
    }
}

/// The files of a pack, in the order of its list.
pub(super) struct Files<R> {
    archive: ZipArchive<R>,
    /// The names of files that are compressed, as none of a pack is.
    pub(super) compressed: Vec<String>,
    files: Vec<(String, ZipArchiveEntryWayfinder)>,
}

/// Reads the list of a pack.
pub(super) fn open(reader: impl Read + Seek) -> Result<Files<impl ReaderAt>, Error> {
    let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
    let archive = ZipArchive::from_seekable(reader, &mut buffer)?;
    let (mut compressed, mut files) = (Vec::new(), Vec::new());
    let mut entries = archive.entries(&mut buffer);
    while let Some(entry) = entries.next_entry()? {
        let name = String::from_utf8_lossy(entry.file_path().as_ref()).into_owned();
        if entry.compression_method() == CompressionMethod::STORE {
            files.push((name, entry.wayfinder()));
        } else {
            compressed.push(name);
        }
    }
    Ok(Files { archive, compressed, files })
}

impl<R: ReaderAt> Files<R> {
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|(name, _)| name.as_str())
    }

    /// The content of the file of a name, if there is one.
    pub(super) fn content<'f>(&'f self, name: &str) -> io::Result<Option<impl Read + use<'f, R>>> {
        let Some((_, place)) = self.files.iter().find(|(known, _)| known == name) else { return Ok(None) };
        let entry = self.archive.get_entry(*place).map_err(io::Error::other)?;
        Ok(Some(entry.verifying_reader(entry.reader())))
    }

    /// Whether this is, byte for byte, the ZIP that these files make.
    pub(super) fn are_all_of(&self, again: impl Read) -> io::Result<()> {
        let same = RefCell::new(Same { reader: again, at: 0 });
        let mut made = Container::new(Shared(&same));
        for name in self.names() {
            made.file(name, |out| match self.content(name)? {
                Some(mut content) => io::copy(&mut content, out),
                None => Err(io::ErrorKind::NotFound.into()),
            })?;
        }
        made.finish()?;
        match same.into_inner().reader.read(&mut [0])? {
            0 => Ok(()),
            _ => Err(io::Error::other("there is something after its end")),
        }
    }
}

/// Takes bytes as long as they are those that a reader has.
struct Same<R> {
    reader: R,
    at: u64,
}

struct Shared<'a, R>(&'a RefCell<Same<R>>);

impl<R: Read> Write for Shared<'_, R> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut same = self.0.borrow_mut();
        let mut other = vec![0; bytes.len()];
        same.reader.read_exact(&mut other)?;
        match bytes.iter().zip(&other).position(|(one, other)| one != other) {
            Some(place) => Err(io::Error::other(format!("byte {} is another", same.at + place as u64))),
            None => {
                same.at += bytes.len() as u64;
                Ok(bytes.len())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
