//! The files that the log is published as: C2SP tlog-tiles, <https://c2sp.org/tlog-tiles>.
//!
//! ```text
//! 0/x001/x234/067        256 leaf hashes, from entry 1,234,067 · 256 on
//! 1/000.p/17             the first 17 hashes of the first tile one level up
//! entries/x001/x234/067  the entries of that first tile
//! ```
//!
//! Whoever reads them needs nothing else from the log to rebuild the tree and every proof. A file never changes:
//! a partial one is how a full one began.

use alloc::vec::Vec;
use core::{fmt, ops::Range, str::FromStr};

use crate::{entry::Entry, error::Malformed, merkle::NodeId, note::decimal};

/// Hashes or entries in a full tile.
pub const WIDTH: u64 = 256;

/// Levels of the tree that one tile spans.
const HEIGHT: u8 = 8;

/// The highest level in an address; no tree has it.
const MAX_LEVEL: u64 = 63;

/// What a tile holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Hashes of this level of tiles: 0 is leaves, 1 their 256s, and so on (section "Merkle Tree").
    Hashes(u8),
    /// The entries themselves (section "Log entries").
    Entries,
}

/// The address of one tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    content: Content,
    index: u64,
    width: u64,
}

impl Tile {
    /// The full tile with this index.
    #[must_use]
    pub const fn full(content: Content, index: u64) -> Self {
        Self { content, index, width: WIDTH }
    }

    /// What it holds.
    #[must_use]
    pub const fn content(&self) -> Content {
        self.content
    }

    /// Whether a log of this size has it. A log has each beginning of a full tile that was once its end, and may
    /// have been between two checkpoints.
    #[must_use]
    pub fn is_in(&self, size: u64) -> bool {
        let level = match self.content {
            Content::Hashes(level) => level,
            Content::Entries => 0,
        };
        let shift = u32::from(level) * u32::from(HEIGHT);
        let complete = size.checked_shr(shift).unwrap_or(0);
        self.range().is_some_and(|range| range.end <= complete)
    }

    /// The entries it holds, or whose hashes it holds at level 0: their indexes. Empty for a tile that no log has.
    #[must_use]
    pub fn entries(&self) -> Range<u64> {
        self.range().unwrap_or(0..0)
    }

    /// The nodes whose hashes a tile of hashes consists of, in order.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> + use<> {
        let level = match self.content {
            Content::Hashes(level) => level.saturating_mul(HEIGHT),
            Content::Entries => 0,
        };
        self.entries().map(move |index| NodeId { level, index })
    }

    /// Its places, counted in its own level; `None` where the numbers run out.
    fn range(&self) -> Option<Range<u64>> {
        let first = self.index.checked_mul(WIDTH)?;
        Some(first..first.checked_add(self.width)?)
    }
}

/// Appends an entry to a bundle (section "Log entries"): its length as a big-endian `u16`, and its bytes.
pub fn append(bundle: &mut Vec<u8>, entry: &Entry) {
    const LENGTH: [u8; 2] = (Entry::LENGTH as u16).to_be_bytes();
    bundle.extend_from_slice(&LENGTH);
    bundle.extend_from_slice(&entry.encode());
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.content {
            Content::Hashes(level) => write!(f, "{level}/")?,
            Content::Entries => f.write_str("entries/")?,
        }
        // Seven groups hold any index; the first that is not nought begins it.
        for place in (1..7).rev() {
            let above = self.index / 1000_u64.pow(place);
            if above > 0 {
                write!(f, "x{:03}/", above % 1000)?;
            }
        }
        write!(f, "{:03}", self.index % 1000)?;
        if self.width < WIDTH { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}

impl FromStr for Tile {
    type Err = Malformed;

    /// Reads what follows `tile/` in an address, in its only spelling.
    fn from_str(path: &str) -> Result<Self, Malformed> {
        let wrong =
            Malformed::new("tile", "must be a level or `entries`, an index such as `x001/067`, and a width");
        let (content, rest) = path.split_once('/').ok_or(wrong)?;
        let content = match content {
            "entries" => Content::Entries,
            level => {
                let level = decimal(level).filter(|level| *level <= MAX_LEVEL).ok_or(wrong)?;
                Content::Hashes(u8::try_from(level).map_err(|_| wrong)?)
            }
        };
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => {
                (index, decimal(width).filter(|width| (1..WIDTH).contains(width)).ok_or(wrong)?)
            }
            None => (rest, WIDTH),
        };
        let index = read_index(index).ok_or(wrong)?;
        Ok(Self { content, index, width })
    }
}

/// Reads groups of three digits, all but the last after an `x`.
fn read_index(text: &str) -> Option<u64> {
    let mut index = 0_u64;
    let mut groups = text.split('/').peekable();
    let mut is_first = true;
    while let Some(group) = groups.next() {
        let is_last = groups.peek().is_none();
        let digits = if is_last { group } else { group.strip_prefix('x')? };
        let is_number = digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number: u64 = digits.parse().ok().filter(|_| is_number)?;
        // One spelling: a first group of noughts is left out.
        if is_first && !is_last && number == 0 {
            return None;
        }
        index = index.checked_mul(1000)?.checked_add(number)?;
        is_first = false;
    }
    Some(index)
}

#[cfg(test)]
mod tests {
    use alloc::{string::ToString, vec::Vec};

    use super::{Content, Tile};
    use crate::merkle::NodeId;

    fn tile(path: &str) -> Tile {
        path.parse().unwrap()
    }

    #[test]
    fn reads_the_addresses_that_it_writes() {
        for path in [
            "0/000",
            "0/999",
            "0/x001/000",
            "0/x001/x234/067",
            "1/x001/067.p/17",
            "63/000.p/255",
            "entries/x999/x999/x999/999.p/1",
            "entries/x018/x446/x744/x073/x709/x551/615",
        ] {
            assert_eq!(tile(path).to_string(), path);
        }
        assert_eq!(tile("0/x001/x234/067"), Tile::full(Content::Hashes(0), 1_234_067));
    }

    #[test]
    fn every_other_spelling_is_refused() {
        for path in [
            "",
            "0",
            "0/",
            "/000",
            "0/0",
            "0/00",
            "0/0000",
            "0/1000",
            "0/x000",
            "0/x001",
            "0/x001/",
            "0/001/000",
            "0/x000/001",
            "0/x1/001",
            "00/000",
            "01/000",
            "64/000",
            "-1/000",
            "+1/000",
            "x/000",
            "entry/000",
            "Entries/000",
            "0/000.p",
            "0/000.p/",
            "0/000.p/0",
            "0/000.p/01",
            "0/000.p/256",
            "0/000.p/1/",
            "0/000.p/1.p/1",
            "0/000/",
            "0/../000",
            "0//000",
            "0/ 00",
            "0/+00",
            "0/x+01/000",
            "0/٠٠٠",
            "0/x018/x446/x744/x073/x709/x551/616",
        ] {
            assert!(path.parse::<Tile>().is_err(), "{path}");
        }
    }

    /// The example of the specification, section "Partial Tiles".
    #[test]
    fn a_log_of_70_000_has_the_tiles_of_the_specification() {
        let has = |path: &str| tile(path).is_in(70_000);
        for path in [
            "0/272",
            "0/273.p/112",
            "1/000",
            "1/001.p/17",
            "2/000.p/1",
            "entries/273.p/112",
            "0/273.p/1",
            "0/000.p/9",
        ] {
            assert!(has(path), "{path}");
        }
        for path in [
            "0/273",
            "0/273.p/113",
            "0/274.p/1",
            "1/001.p/18",
            "1/001",
            "2/000",
            "2/000.p/2",
            "3/000.p/1",
            "8/000.p/1",
            "63/000",
            "entries/273",
        ] {
            assert!(!has(path), "{path}");
        }
        let last = tile("0/x018/x446/x744/x073/x709/x551/615");
        assert!(!last.is_in(u64::MAX) && last.entries().is_empty());
        assert!(!tile("0/000.p/1").is_in(0));
    }

    #[test]
    fn a_tile_is_made_of_the_nodes_that_its_level_says() {
        let nodes: Vec<_> = tile("1/001.p/17").nodes().collect();
        assert_eq!(nodes.len(), 17);
        assert_eq!(nodes[0], NodeId { level: 8, index: 256 });
        assert_eq!(nodes[16], NodeId { level: 8, index: 272 });
        assert!(nodes.iter().all(|node| node.is_complete(70_000)));
    }
}
