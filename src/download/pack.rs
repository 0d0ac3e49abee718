//! The inspection pack: the records of a period and all that they point at, in one ZIP (see
//! [`koektrommel_evidence::pack`]).
//!
//! The same log at the same size gives the same bytes: names and times in the ZIP are fixed, and what it holds
//! depends on the records alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
    ops::Range,
};

use koektrommel_core::{hash::Hash, json::Value};
use koektrommel_evidence::{
    line::filter_to_json,
    pack::{CHECKPOINT, KEY, MANIFEST, RECORDS, container::Container, manifest},
    row::Row,
};

use super::{BrokenOff, Download, Written, csv, ndjson, sink::Sink};

/// The table for people.
const TABLE: &str = "toestemmingen.csv";

/// What whoever orders a pack brings to it, made from texts that never change.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    /// Files that are in every pack, by name, in this order.
    pub files: Vec<(String, Vec<u8>)>,
    /// Files that are in a pack whose records name a notice, by the notice.
    pub notices: BTreeMap<Hash, Vec<(String, Vec<u8>)>>,
}

pub(super) fn write<W: Write>(
    download: &Download,
    range: Range<u64>,
    sink: &mut Sink<W>,
) -> Result<Written, BrokenOff> {
    let mut pack = Pack { zip: Container::new(sink), files: Vec::new() };
    for (name, content) in &download.contents.files {
        pack.add(name, content)?;
    }
    pack.add(KEY, format!("{}\n", download.ledger.verifier()).as_bytes())?;
    pack.add(CHECKPOINT, download.head.checkpoint.as_bytes())?;
    // Noted as they go out: what is erased meanwhile is in the pack all the same, and so is the text that it names.
    let mut notices = BTreeSet::new();
    let mut opened = |row: &Row<'_>| notices.extend(row.notice.parse::<Hash>());
    let written = pack.stream(RECORDS, |inner| ndjson::write(download, range.clone(), inner, &mut opened))?;
    pack.stream(TABLE, |inner| csv::write(download, range, &csv::EXCEL_NL, inner))?;
    for notice in notices {
        for (name, content) in download.contents.notices.get(&notice).into_iter().flatten() {
            pack.add(name, content)?;
        }
    }
    let filter = filter_to_json(&download.filter.to_map());
    pack.finish(download, &filter)?;
    Ok(written)
}

/// A ZIP on its way out, and what is in it so far.
struct Pack<W: Write> {
    zip: Container<W>,
    files: Vec<(String, Hash)>,
}

impl<W: Write> Pack<W> {
    fn add(&mut self, name: &str, content: &[u8]) -> io::Result<()> {
        self.zip.file(name, |out| out.write_all(content))?;
        self.files.push((name.to_owned(), Hash::of(&[content])));
        Ok(())
    }

    /// Adds a file of any length.
    fn stream<T>(
        &mut self,
        name: &str,
        make: impl FnOnce(&mut Sink<&mut dyn Write>) -> Result<T, BrokenOff>,
    ) -> Result<T, BrokenOff> {
        let (made, hash) = self.zip.file(name, |out| {
            let mut inner = Sink::new(out);
            let made = make(&mut inner)?;
            inner.finish(|_| Ok(()))?;
            Ok::<_, BrokenOff>((made, inner.digest()))
        })?;
        self.files.push((name.to_owned(), hash));
        Ok(made)
    }

    /// The signed list of all files, and the end.
    fn finish(mut self, download: &Download, filter: &Value) -> Result<(), BrokenOff> {
        let origin = download.ledger.verifier().name();
        let files = self.files.iter().map(|(name, hash)| (name.as_str(), *hash));
        let text = manifest(origin, &filter.to_canonical(), files);
        let note = download.ledger.sign_manifest(&text).map_err(io::Error::other)?;
        self.zip.file(MANIFEST, |out| out.write_all(note.as_bytes()))?;
        Ok(self.zip.finish()?)
    }
}
