//! What the store's bytes mean: items, packs of items, and the head. Integers are big-endian.
//!
//! ```text
//! item   entry (37) · length (2: the record's, +0x8000 with a tag, or 0xffff: erased) · [tag (8)] · [salt (32) · record]
//! pack   number of items (2) · items · CRC-32 (4) over the key and all before it
//! head   size (8) · time (8, or all ones) · one hash (32) for each 1 in the size · checkpoint · CRC-32 (4)
//! ```
//!
//! The checksum covers the key, so a value that turns up under another key does not pass either.

use koektrommel_core::{
    entry::{Entry, Salt},
    hash::Hash,
    instant::Instant,
    merkle::Frontier,
    record::Tag,
};

use super::super::{Head, Item, Opening};

/// No value in sled is longer: above some 8 KiB sled 0.34 puts tree nodes into files of their own that it never
/// syncs.
pub(super) const MAX_VALUE: usize = 4_096;

/// Where the head is. It sorts after the packs, so that it shares a tree node with the newest ones, which are
/// rewritten anyway.
pub(super) const HEAD: &[u8] = b"z";

const PACK: u8 = b'p';
const ERASED: u16 = 0xffff;
const TAGGED: u16 = 0x8000;
const CRC: usize = 4;
const NO_TIME: u64 = u64::MAX;

/// Where the pack is that starts with this index.
pub(super) fn pack_key(first: u64) -> [u8; 9] {
    let mut key = [PACK; 9];
    key[1..].copy_from_slice(&first.to_be_bytes());
    key
}

/// The index of the first item in the pack at this key; `None` for another kind of key.
pub(super) fn first_of(key: &[u8]) -> Option<u64> {
    key.strip_prefix(&[PACK]).and_then(|index| index.try_into().ok()).map(u64::from_be_bytes)
}

/// One pack of consecutive items.
pub(super) struct Pack {
    pub(super) first: u64,
    pub(super) bytes: Vec<u8>,
}

/// Packs items, as many to a pack as fit in [`MAX_VALUE`].
pub(super) fn packs(first: u64, items: &[Item]) -> Vec<Pack> {
    let mut packs = Vec::new();
    let mut rest = items;
    let mut first = first;
    while !rest.is_empty() {
        let mut room = MAX_VALUE - 2 - CRC;
        let fits = |item: &&Item| room.checked_sub(length(item)).map(|left| room = left).is_some();
        // At least one, so that this ends; whoever writes the value refuses what is too long.
        let count = rest.iter().take_while(fits).count().max(1);
        let (now, later) = rest.split_at(count);
        packs.push(Pack { first, bytes: pack(first, now) });
        (first, rest) = (first + count as u64, later);
    }
    packs
}

/// One pack with exactly these items.
pub(super) fn pack(first: u64, items: &[Item]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(2 + CRC + items.iter().map(length).sum::<usize>());
    bytes.extend_from_slice(&u16::try_from(items.len()).unwrap_or(u16::MAX).to_be_bytes());
    for item in items {
        put_item(&mut bytes, item);
    }
    close(&pack_key(first), bytes)
}

/// The items of the pack that starts with this index; `None` if the bytes are not what was written.
pub(super) fn unpack(first: u64, value: &[u8]) -> Option<Vec<Item>> {
    let mut bytes = Bytes(checked(&pack_key(first), value)?);
    let count = bytes.u16()?;
    let items = (0..count).map(|_| take_item(&mut bytes)).collect::<Option<Vec<_>>>()?;
    bytes.0.is_empty().then_some(items)
}

/// The head as a value.
pub(super) fn put_head(head: &Head) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1_024);
    bytes.extend_from_slice(&head.frontier.size().to_be_bytes());
    let time = head.time.and_then(|time| u64::try_from(time.unix()).ok()).unwrap_or(NO_TIME);
    bytes.extend_from_slice(&time.to_be_bytes());
    for hash in head.frontier.edge() {
        bytes.extend_from_slice(hash.as_bytes());
    }
    bytes.extend_from_slice(head.checkpoint.as_bytes());
    close(HEAD, bytes)
}

/// The head of a value; `None` if the bytes are not what was written.
pub(super) fn take_head(value: &[u8]) -> Option<Head> {
    let mut bytes = Bytes(checked(HEAD, value)?);
    let (size, time) = (bytes.u64()?, bytes.u64()?);
    let edge = (0..size.count_ones()).map(|_| bytes.hash()).collect::<Option<Vec<_>>>()?;
    let time = match time {
        NO_TIME => None,
        seconds => Some(Instant::from_unix(i64::try_from(seconds).ok()?).ok()?),
    };
    Some(Head {
        frontier: Frontier::from_parts(size, edge).ok()?,
        checkpoint: String::from_utf8(bytes.0.to_vec()).ok()?,
        time,
    })
}

fn length(item: &Item) -> usize {
    let opening = |opening: &Opening| opening.tag.map_or(0, |_| 8) + 32 + opening.record.len();
    Entry::LENGTH + 2 + item.opening.as_ref().map_or(0, opening)
}

fn put_item(bytes: &mut Vec<u8>, item: &Item) {
    bytes.extend_from_slice(&item.entry.encode());
    let Some(opening) = &item.opening else { return bytes.extend_from_slice(&ERASED.to_be_bytes()) };
    let length = u16::try_from(opening.record.len()).unwrap_or(ERASED);
    let tagged = if opening.tag.is_some() { TAGGED } else { 0 };
    bytes.extend_from_slice(&(length | tagged).to_be_bytes());
    if let Some(Tag(tag)) = opening.tag {
        bytes.extend_from_slice(&tag.to_be_bytes());
    }
    bytes.extend_from_slice(opening.salt.as_bytes());
    bytes.extend_from_slice(&opening.record);
}

fn take_item(bytes: &mut Bytes<'_>) -> Option<Item> {
    let entry = Entry::decode(bytes.take(Entry::LENGTH)?).ok()?;
    let length = bytes.u16()?;
    if length == ERASED {
        return Some(Item { entry, opening: None });
    }
    let tag = if length & TAGGED == 0 { None } else { Some(Tag(bytes.u64()?)) };
    let salt = Salt::from_bytes(*bytes.array::<32>()?);
    let record = bytes.take(usize::from(length & !TAGGED))?.into();
    Some(Item { entry, opening: Some(Opening { tag, salt, record }) })
}

/// Appends the checksum.
pub(super) fn close(key: &[u8], mut bytes: Vec<u8>) -> Vec<u8> {
    let sum = checksum(key, &bytes);
    bytes.extend_from_slice(&sum.to_be_bytes());
    bytes
}

/// What was closed, if it is still the same.
pub(super) fn checked<'a>(key: &[u8], value: &'a [u8]) -> Option<&'a [u8]> {
    let (bytes, sum) = value.split_last_chunk::<CRC>()?;
    (checksum(key, bytes).to_be_bytes() == *sum).then_some(bytes)
}

/// CRC-32 over both parts.
pub(super) fn checksum(key: &[u8], bytes: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(key);
    sum.update(bytes);
    sum.finalize()
}

/// Reads from the front of some bytes; everything is `None` once they run out.
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(|bytes| u16::from_be_bytes(*bytes))
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(|bytes| u32::from_be_bytes(*bytes))
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(|bytes| u64::from_be_bytes(*bytes))
    }

    pub(super) fn hash(&mut self) -> Option<Hash> {
        self.array().map(|bytes| Hash::from_bytes(*bytes))
    }
}

#[cfg(test)]
mod tests {
    use koektrommel_core::instant::Instant;

    use super::{MAX_VALUE, pack, packs, put_head, take_head, unpack};
    use crate::store::{Head, Item, MAX_CHECKPOINT, MAX_RECORD, contract};

    #[test]
    fn packs_hold_what_was_put_in_and_are_never_too_long() {
        let mut items: Vec<Item> = (0..500).map(contract::item).collect();
        items[7].opening = None;
        items[8].opening.as_mut().unwrap().tag = None;
        items[9].opening.as_mut().unwrap().record = vec![b'x'; MAX_RECORD].into();
        let packs = packs(1_000, &items);
        assert!(packs.iter().all(|pack| pack.bytes.len() <= MAX_VALUE));
        let mut found = Vec::new();
        for pack in packs {
            assert_eq!(pack.first, 1_000 + found.len() as u64);
            found.extend(unpack(pack.first, &pack.bytes).unwrap());
        }
        assert!(found == items);
    }

    #[test]
    fn a_flipped_bit_and_another_key_are_noticed() {
        let bytes = pack(5, &[contract::item(5), contract::item(6)]);
        assert!(unpack(6, &bytes).is_none());
        assert!(unpack(5, &[]).is_none());
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x10;
            assert!(unpack(5, &flipped).is_none(), "{at}");
        }
    }

    #[test]
    fn the_widest_head_fits() {
        let mut head = contract::batch(&empty(), 255).after;
        head.checkpoint = "c".repeat(MAX_CHECKPOINT);
        assert_eq!(take_head(&put_head(&head)), Some(head.clone()));
        assert!(put_head(&head).len() + (62 - 8) * 32 <= MAX_VALUE);
        assert_eq!(take_head(&put_head(&empty())), Some(empty()));
        head.time = Instant::from_unix(0).ok();
        assert_eq!(take_head(&put_head(&head)), Some(head));
    }

    fn empty() -> Head {
        Head { frontier: koektrommel_core::merkle::Frontier::new(), checkpoint: String::new(), time: None }
    }
}
