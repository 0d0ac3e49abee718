//! The download that proves itself: one line for every index of the range (see [`line`](super::line)).

use std::{io::Write, ops::Range};

use koektrommel_core::merkle::{leaf_hash, outside};
use koektrommel_evidence::{
    line::{Body, Header, Line, Trailer},
    row::Row,
};

use super::{BrokenOff, Download, LeftOut, Sealed, Written, row_of, sink::Sink};

/// Writes it, and shows `opened` each record that is in it.
pub(super) fn write<W: Write>(
    download: &Download,
    range: Range<u64>,
    sink: &mut Sink<W>,
    opened: &mut dyn FnMut(&Row<'_>),
) -> Result<Written, BrokenOff> {
    let (left, right) = outside(range.clone(), download.checkpoint_size());
    let header = Header {
        filter: download.filter.to_map(),
        first: range.start,
        end: range.end,
        left: download.ledger.nodes(&left)?,
        right: download.ledger.nodes(&right)?,
        key: download.ledger.verifier().clone(),
        checkpoint: download.head.checkpoint.clone(),
    };
    writeln!(sink, "{}", header.to_json())?;
    let mut left_out = LeftOut::default();
    let wanted = download.wanted();
    download.each_item(range.clone(), |index, item| {
        let row = row_of(index, item)?;
        let sealed = row.as_ref().map_or(Some(Sealed::Erased), |row| wanted.seals(row));
        let body = match (sealed, &item.opening) {
            (None, Some(opening)) => {
                row.iter().for_each(&mut *opened);
                Body::Open { salt: opening.salt, record: &opening.record }
            }
            (sealed, _) => {
                let sealed = sealed.unwrap_or(Sealed::Erased);
                left_out.count(sealed);
                Body::Sealed(sealed)
            }
        };
        let leaf = leaf_hash(&item.entry.encode());
        Line { index, leaf, entry: item.entry, body }.write(sink.buffer());
        Ok(sink.turn()?)
    })?;
    let items = range.end - range.start;
    let count = items - left_out.total();
    let trailer = Trailer { count, lines: items + 2, sha256: sink.digest() };
    writeln!(sink, "{}", trailer.to_json())?;
    Ok(Written { count, lines: items + 2, left_out })
}
