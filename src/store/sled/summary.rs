//! The footer of a sealed volume: what is kept in memory of it.
//!
//! ```text
//! number (8) · level (1) · last day (4)
//! for each 256 items: node of level 8 (32) · day of the first entry (4)
//! for each block, and for the end of the last one: where it is (4)
//! unless no item has a tag: the filter's seed (8) · its three lengths (4 each) · fingerprints (2 each)
//! ```

use koektrommel_core::{hash::Hash, instant::Day};
use xorf::{BinaryFuse16, Descriptor};

use super::{TILE, VolumeSize, layout::Bytes, sealed::BLOCK};

/// See the module.
pub(super) struct Summary {
    /// The nodes of [`TILE_LEVEL`](super::TILE_LEVEL).
    pub(super) tiles: Vec<Hash>,
    /// The day of the first entry of each tile.
    pub(super) days: Vec<Day>,
    /// The day of the last entry.
    pub(super) last: Day,
    /// Where each block starts, and where the last one ends.
    pub(super) blocks: Vec<u32>,
    /// Which tags there are; `None` if there are none.
    pub(super) filter: Option<BinaryFuse16>,
}

impl Default for Summary {
    fn default() -> Self {
        let last = Day::from_unix_days(0);
        Self { tiles: Vec::new(), days: Vec::new(), last, blocks: Vec::new(), filter: None }
    }
}

impl Summary {
    pub(super) fn encode(&self, number: u64, size: VolumeSize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(1 << 18);
        bytes.extend_from_slice(&number.to_be_bytes());
        bytes.push(size.level());
        bytes.extend_from_slice(&self.last.unix_days().to_be_bytes());
        for (tile, day) in self.tiles.iter().zip(&self.days) {
            bytes.extend_from_slice(tile.as_bytes());
            bytes.extend_from_slice(&day.unix_days().to_be_bytes());
        }
        for block in &self.blocks {
            bytes.extend_from_slice(&block.to_be_bytes());
        }
        if let Some(BinaryFuse16 { descriptor, fingerprints }) = &self.filter {
            bytes.extend_from_slice(&descriptor.seed.to_be_bytes());
            bytes.extend_from_slice(&descriptor.segment_length.to_be_bytes());
            bytes.extend_from_slice(&descriptor.segment_length_mask.to_be_bytes());
            bytes.extend_from_slice(&descriptor.segment_count_length.to_be_bytes());
            for fingerprint in fingerprints {
                bytes.extend_from_slice(&fingerprint.to_be_bytes());
            }
        }
        bytes
    }

    /// Reads the footer of this volume; `None` if it is another's, or not one at all.
    pub(super) fn decode(bytes: &[u8], number: u64, size: VolumeSize) -> Option<Self> {
        let mut bytes = Bytes(bytes);
        if bytes.u64()? != number || *bytes.array::<1>()? != [size.level()] {
            return None;
        }
        let last = Day::from_unix_days(bytes.u32()?);
        let tiles = (0..size.items() / TILE as u64)
            .map(|_| Some((bytes.hash()?, Day::from_unix_days(bytes.u32()?))))
            .collect::<Option<Vec<_>>>()?;
        let (tiles, days) = tiles.into_iter().unzip();
        let blocks = (0..=size.items() / BLOCK).map(|_| bytes.u32()).collect::<Option<Vec<_>>>()?;
        let filter = if bytes.0.is_empty() { None } else { Some(filter(&mut bytes)?) };
        blocks.is_sorted().then_some(Self { tiles, days, last, blocks, filter })
    }
}

/// A filter is only asked where its numbers point into its own fingerprints.
fn filter(bytes: &mut Bytes<'_>) -> Option<BinaryFuse16> {
    let descriptor = Descriptor {
        seed: bytes.u64()?,
        segment_length: bytes.u32()?,
        segment_length_mask: bytes.u32()?,
        segment_count_length: bytes.u32()?,
    };
    let (pairs, rest) = bytes.0.as_chunks::<2>();
    let fingerprints: Box<[u16]> = pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
    let reach = u64::from(descriptor.segment_count_length) + 2 * u64::from(descriptor.segment_length);
    let sound = rest.is_empty()
        && descriptor.segment_length.is_power_of_two()
        && descriptor.segment_length_mask == descriptor.segment_length - 1
        && reach <= fingerprints.len() as u64;
    sound.then_some(BinaryFuse16 { descriptor, fingerprints })
}
