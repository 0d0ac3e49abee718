//! To come.

/// What a store indexes to find a repeated click: 64 bits of the digest of the click's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(pub u64);
