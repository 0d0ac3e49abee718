//! A full volume as one file that is written once and never changed.
//!
//! ```text
//! "koektrommel sealed volume 1\n"
//! blocks    packs of 16 items, one after another
//! tags      (tag (8) · index in the volume (4)) in this order · CRC-32 (4)
//! footer    see `Summary::encode`; read when the volume is opened
//! trailer   where the footer starts (8) · its CRC-32 (4) · "koek-end" (8)
//! ```
//!
//! In memory stays what keeps a question from touching files that cannot answer it: a filter over the tags (18 bits
//! for each), the nodes from level 8 up, the first day of every 256 items, and where the blocks are. That is some
//! 190 KB for 65,536 items.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{BufWriter, Write},
    ops::Range,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use koektrommel_core::{
    hash::Hash,
    instant::Day,
    merkle::{Frontier, NodeId, leaf_hash, node_hash},
    record::Tag,
};
use xorf::{BinaryFuse16, Filter};

use super::{
    super::{Item, StoreError},
    TILE, TILE_LEVEL, VolumeSize,
    durable::{damaged, refused},
    layout::{self, checksum, unpack},
    live::forget,
    summary::Summary,
};

const MAGIC: &[u8] = b"koektrommel sealed volume 1\n";
const END: &[u8; 8] = b"koek-end";
const TRAILER: usize = 20;

/// Items in a block: one is read in a few microseconds, and a whole one is little more.
pub(super) const BLOCK: u64 = 16;

/// How many blocks are read at once.
const STRIDE: usize = 64;

/// A sealed volume. The file is opened for each reading, so that thousands of them need no open files.
pub(super) struct Sealed {
    path: PathBuf,
    size: VolumeSize,
    number: u64,
    summary: Summary,
    /// The nodes from [`TILE_LEVEL`] up to the root of the volume.
    nodes: Vec<Vec<Hash>>,
}

/// Writes a volume under a temporary name, without the openings of some items. Items come from `read`. Returns how
/// many openings that were there are left out.
pub(super) fn write(
    path: &Path,
    size: VolumeSize,
    number: u64,
    erased: &BTreeSet<u64>,
    read: &dyn Fn(Range<u64>) -> Result<Vec<Item>, StoreError>,
) -> Result<u64, StoreError> {
    let io = |error| refused(path, &error);
    let mut out = BufWriter::with_capacity(1 << 18, File::create(path).map_err(io)?);
    out.write_all(MAGIC).map_err(io)?;
    let range = size.range(number);
    let mut summary = Summary { blocks: vec![offset(MAGIC.len(), path)?], ..Summary::default() };
    let mut at = MAGIC.len();
    let mut tags = Vec::new();
    let mut count = 0;
    for first in range.clone().step_by(TILE) {
        let mut items = read(first..first + TILE as u64)?;
        count += forget(&mut items, first, erased);
        let mut tile = Frontier::new();
        for (index, item) in (first - range.start..).zip(&items) {
            tile.push(leaf_hash(&item.entry.encode()));
            if let Some(Tag(tag)) = item.opening.as_ref().and_then(|opening| opening.tag) {
                tags.push((tag, u32::try_from(index).unwrap_or(u32::MAX)));
            }
        }
        summary.tiles.push(tile.root());
        summary.days.extend(items.first().map(|item| item.entry.day));
        summary.last = items.last().map_or(summary.last, |item| item.entry.day);
        for (block, items) in (first..).step_by(BLOCK as usize).zip(items.chunks(BLOCK as usize)) {
            let bytes = layout::pack(block, items);
            at += bytes.len();
            out.write_all(&bytes).map_err(io)?;
            summary.blocks.push(offset(at, path)?);
        }
    }
    tags.sort_unstable();
    let table = table(&tags);
    out.write_all(&table).map_err(io)?;
    tags.dedup_by_key(|(tag, _)| *tag);
    let tags: Vec<u64> = tags.into_iter().map(|(tag, _)| tag).collect();
    if !tags.is_empty() {
        let filter = BinaryFuse16::try_from(&tags);
        summary.filter =
            Some(filter.map_err(|why| StoreError::Unavailable(format!("{}: {why}", path.display())))?);
    }
    let footer = summary.encode(number, size);
    out.write_all(&footer).map_err(io)?;
    out.write_all(&((at + table.len()) as u64).to_be_bytes()).map_err(io)?;
    out.write_all(&checksum(END, &footer).to_be_bytes()).map_err(io)?;
    out.write_all(END).map_err(io)?;
    out.flush().map_err(io)?;
    Ok(count)
}

fn offset(at: usize, path: &Path) -> Result<u32, StoreError> {
    u32::try_from(at).map_err(|_| StoreError::Unavailable(format!("{}: more than 4 GiB", path.display())))
}

fn table(tags: &[(u64, u32)]) -> Vec<u8> {
    let rows = tags.iter().map(|(tag, index)| [&tag.to_be_bytes()[..], &index.to_be_bytes()].concat());
    let mut bytes = rows.collect::<Vec<_>>().concat();
    let sum = checksum(b"tags", &bytes);
    bytes.extend_from_slice(&sum.to_be_bytes());
    bytes
}

impl Sealed {
    /// Reads what is kept in memory.
    pub(super) fn open(path: &Path, size: VolumeSize, number: u64) -> Result<Self, StoreError> {
        let io = |error| refused(path, &error);
        let wrong = |what| damaged(path, what);
        let file = File::open(path).map_err(io)?;
        let length = file.metadata().map_err(io)?.len();
        let trailer_at = length.checked_sub(TRAILER as u64).ok_or_else(|| wrong("it is too short"))?;
        let mut trailer = [0; TRAILER];
        file.read_exact_at(&mut trailer, trailer_at).map_err(io)?;
        let mut magic = [0; MAGIC.len()];
        file.read_exact_at(&mut magic, 0).map_err(io)?;
        let mut bytes = layout::Bytes(&trailer);
        let (Some(at), Some(sum), true, true) = (bytes.u64(), bytes.u32(), bytes.0 == END, magic == MAGIC)
        else {
            return Err(wrong("it is not a sealed volume that this program reads"));
        };
        let footer_length = trailer_at.checked_sub(at).and_then(|length| usize::try_from(length).ok());
        let mut footer = vec![0; footer_length.ok_or_else(|| wrong("its trailer does not check"))?];
        file.read_exact_at(&mut footer, at).map_err(io)?;
        if checksum(END, &footer) != sum {
            return Err(wrong("its footer does not check"));
        }
        let summary =
            Summary::decode(&footer, number, size).ok_or_else(|| wrong("its footer is another volume's"))?;
        let mut nodes = vec![summary.tiles.clone()];
        while let Some(level) = nodes.last().filter(|level| level.len() > 1) {
            nodes.push(level.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect());
        }
        Ok(Self { path: path.to_owned(), size, number, summary, nodes })
    }

    /// The file, for [`read`](Self::read) and [`find`](Self::find). It can be read even after it was replaced.
    pub(super) fn file(&self) -> Result<File, StoreError> {
        File::open(&self.path).map_err(|error| refused(&self.path, &error))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A node from [`TILE_LEVEL`] up to the root of the volume.
    pub(super) fn node(&self, id: NodeId) -> Option<Hash> {
        let above = id.level.checked_sub(TILE_LEVEL)?;
        let before = self.size.first(self.number).checked_shr(id.level.into())?;
        let index = usize::try_from(id.index.checked_sub(before)?).ok()?;
        self.nodes.get(usize::from(above))?.get(index).copied()
    }

    pub(super) fn root(&self) -> Option<Hash> {
        self.nodes.last().and_then(|level| level.first()).copied()
    }

    pub(super) fn last_day(&self) -> Day {
        self.summary.last
    }

    /// The 256 items among which, or right after which, the first one on this day or later is.
    pub(super) fn around(&self, day: Day) -> Range<u64> {
        let tile = self.summary.days.partition_point(|first| *first < day).saturating_sub(1);
        let first = self.size.first(self.number) + (tile * TILE) as u64;
        first..first + TILE as u64
    }

    /// Whether it may hold this tag; wrong once in 65,536 times.
    pub(super) fn may_hold(&self, tag: Tag) -> bool {
        self.summary.filter.as_ref().is_some_and(|filter| filter.contains(&tag.0))
    }

    /// The newest item with this tag.
    pub(super) fn find(&self, file: &File, tag: Tag) -> Result<Option<u64>, StoreError> {
        let at = self.summary.blocks.last().copied().unwrap_or(0);
        let mut length = [0; TRAILER];
        let io = |error| refused(&self.path, &error);
        let end = file.metadata().map_err(io)?.len().saturating_sub(TRAILER as u64);
        file.read_exact_at(&mut length, end).map_err(io)?;
        let footer = layout::Bytes(&length).u64().unwrap_or(0);
        let rows = footer.checked_sub(at.into()).and_then(|rows| usize::try_from(rows).ok());
        let mut table = vec![0; rows.ok_or_else(|| damaged(&self.path, "its trailer does not check"))?];
        file.read_exact_at(&mut table, at.into()).map_err(io)?;
        let sound = table
            .split_last_chunk::<4>()
            .filter(|(rows, sum)| checksum(b"tags", rows).to_be_bytes() == **sum);
        let (rows, _) = sound.ok_or_else(|| damaged(&self.path, "its tags do not check"))?;
        let row = |row: &[u8]| {
            let mut row = layout::Bytes(row);
            row.u64().zip(row.u32())
        };
        let (rows, _) = rows.as_chunks::<12>();
        let after = rows.partition_point(|bytes| row(bytes).is_some_and(|(other, _)| other <= tag.0));
        let newest = after.checked_sub(1).and_then(|at| row(&rows[at]));
        let found = newest.filter(|(other, _)| *other == tag.0);
        Ok(found.map(|(_, index)| self.size.first(self.number) + u64::from(index)))
    }

    /// The items of a range that lies in this volume.
    pub(super) fn read(&self, file: &File, range: Range<u64>) -> Result<Vec<Item>, StoreError> {
        let mut found =
            Vec::with_capacity(usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(0));
        let start = self.size.first(self.number);
        let (Some(from), Some(to)) = (range.start.checked_sub(start), range.end.checked_sub(start)) else {
            return Ok(found);
        };
        let blocks =
            (from / BLOCK) as usize..(to.div_ceil(BLOCK) as usize).min(self.summary.blocks.len() - 1);
        let mut bytes = Vec::new();
        for block in blocks.clone().step_by(STRIDE) {
            let offsets = &self.summary.blocks[block..=(block + STRIDE).min(blocks.end)];
            let (Some(first), Some(last)) = (offsets.first(), offsets.last()) else { continue };
            bytes.resize((last - first) as usize, 0);
            file.read_exact_at(&mut bytes, u64::from(*first)).map_err(|error| refused(&self.path, &error))?;
            for (at, edges) in (block as u64..).zip(offsets.windows(2)) {
                let index = start + at * BLOCK;
                let block = &bytes[(edges[0] - first) as usize..(edges[1] - first) as usize];
                let items = unpack(index, block)
                    .ok_or_else(|| damaged(&self.path, &format!("item {index} does not check")))?;
                let wanted = (index..).zip(items).filter(|(index, _)| range.contains(index));
                found.extend(wanted.map(|(_, item)| item));
            }
        }
        Ok(found)
    }
}
