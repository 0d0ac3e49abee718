//! The tree that makes the log tamper-evident: RFC 6962 section 2.1, unchanged in RFC 9162, over SHA-256.
//!
//! What is proved from stored nodes asks for them through [`Nodes`]; what is verified takes untrusted input and
//! never panics. Section numbers are those of RFC 9162, whose algorithms are written out step by step.
//!
//! Every shape of tree comes from one observation: a perfect subtree of level `l` covers `2^l` leaves and starts
//! at a multiple of `2^l`, so the binary digits of a size name the perfect subtrees that make up its tree.

use alloc::vec::Vec;
use core::{iter, ops::Range};

use crate::{error::Malformed, hash::Hash};

/// More leaves than any log gets by pushing them; a frontier that claims more is refused.
pub const MAX_SIZE: u64 = 1 << 62;

/// Keeps leaves apart from inner nodes, so that neither can be passed off as the other (section 2.1.1).
const LEAF: &[u8] = &[0];
const NODE: &[u8] = &[1];

/// The hash of a leaf (section 2.1.1): SHA-256 over a zero byte and the entry.
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Hash::of(&[LEAF, entry])
}

/// The hash of an inner node (section 2.1.1): SHA-256 over a one byte and both children.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash::of(&[NODE, left.as_bytes(), right.as_bytes()])
}

/// The root of the tree without leaves (section 2.1.1): SHA-256 of nothing.
#[must_use]
pub fn empty_root() -> Hash {
    Hash::of(&[])
}

/// A perfect subtree: the leaves from `index · 2^level` up to `(index + 1) · 2^level`. Level 0 is the leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId {
    /// Height above the leaves.
    pub level: u8,
    /// Which one of its level, counted from the left.
    pub index: u64,
}

impl NodeId {
    /// One leaf.
    #[must_use]
    pub const fn leaf(index: u64) -> Self {
        Self { level: 0, index }
    }

    /// The node of which this one is a child.
    #[must_use]
    pub const fn parent(self) -> Self {
        Self { level: self.level.saturating_add(1), index: self.index >> 1 }
    }

    /// The other child of the same parent.
    #[must_use]
    pub const fn sibling(self) -> Self {
        Self { level: self.level, index: self.index ^ 1 }
    }

    /// Both children, left and right; none for a leaf, nor for a node that no tree has.
    #[must_use]
    pub fn children(self) -> Option<[Self; 2]> {
        let (level, index) = (self.level.checked_sub(1)?, self.index.checked_mul(2)?);
        Some([Self { level, index }, Self { level, index: index | 1 }])
    }

    /// Whether a tree of this size has all its leaves. Only such a node has a hash that never changes.
    #[must_use]
    pub const fn is_complete(self, size: u64) -> bool {
        self.level < 64 && size >> self.level > self.index
    }

    /// The leaves it covers; `None` for a node that no tree has.
    #[must_use]
    pub fn leaves(self) -> Option<Range<u64>> {
        let width = 1_u64.checked_shl(self.level.into())?;
        let first = self.index.checked_mul(width)?;
        Some(first..first.checked_add(width)?)
    }
}

/// Where the hashes of complete perfect subtrees come from: a store, or a map in a test.
pub trait Nodes {
    /// Why a hash could not be had. Takes [`Malformed`] too, for a proof that does not exist.
    type Error: From<Malformed>;

    /// The hash of a node that is complete in the tree being asked about.
    fn node(&self, id: NodeId) -> Result<Hash, Self::Error>;
}

impl<T: Nodes + ?Sized> Nodes for &T {
    type Error = T::Error;

    fn node(&self, id: NodeId) -> Result<Hash, T::Error> {
        (**self).node(id)
    }
}

/// The right edge of a tree: the roots of the perfect subtrees it consists of, widest first. All that is needed
/// to add leaves and to know the root (section 2.1.2); at most 62 hashes, whatever the size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    edge: Vec<Hash>,
}

impl Frontier {
    /// The edge of the tree without leaves.
    #[must_use]
    pub const fn new() -> Self {
        Self { size: 0, edge: Vec::new() }
    }

    /// Puts an edge back together: one hash for every 1 among the binary digits of the size, widest first.
    pub fn from_parts(size: u64, edge: Vec<Hash>) -> Result<Self, Malformed> {
        if size > MAX_SIZE {
            return Err(Malformed::new("size", "must be at most 2^62 leaves"));
        }
        if edge.len() != size.count_ones() as usize {
            return Err(Malformed::new("edge", "must hold one hash for each 1 in the binary size"));
        }
        Ok(Self { size, edge })
    }

    /// The number of leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the perfect subtrees, widest first: the nodes of [`cover`]`(0..size)`.
    #[must_use]
    pub fn edge(&self) -> &[Hash] {
        &self.edge
    }

    /// The root of the tree (section 2.1.1).
    #[must_use]
    pub fn root(&self) -> Hash {
        fold(self.edge.iter().copied()).unwrap_or_else(empty_root)
    }

    /// Adds a leaf, given its [`leaf_hash`]. One hash per leaf on average, one per level at most.
    pub fn push(&mut self, leaf: Hash) {
        self.push_with(leaf, &mut |_, _| ());
    }

    /// Adds a leaf and reports every node that it completed: the leaf itself, then its ancestors upwards.
    pub fn push_with(&mut self, leaf: Hash, completed: &mut impl FnMut(NodeId, Hash)) {
        self.add(0, leaf, completed);
    }

    /// Adds all leaves of a perfect subtree at once, given its root. Refused where no such subtree can start.
    pub fn push_subtree(&mut self, level: u8, hash: Hash) -> Result<(), Malformed> {
        let width = 1_u64.checked_shl(level.into()).filter(|width| *width <= MAX_SIZE);
        let fits = |width: &u64| self.size.is_multiple_of(*width) && self.size <= MAX_SIZE - width;
        width.filter(fits).ok_or(Malformed::new("subtree", "must start at a multiple of its width"))?;
        self.add(level, hash, &mut |_, _| ());
        Ok(())
    }

    /// Section 2.1.2: a right child and its left sibling, which ends the edge, become their parent. Sizes stay
    /// far below overflow: [`MAX_SIZE`] holds wherever a size comes from outside.
    fn add(&mut self, level: u8, mut hash: Hash, completed: &mut impl FnMut(NodeId, Hash)) {
        let mut node = NodeId { level, index: self.size >> level };
        completed(node, hash);
        while node.index & 1 == 1 {
            let Some(left) = self.edge.pop() else { break };
            hash = node_hash(&left, &hash);
            node = node.parent();
            completed(node, hash);
        }
        self.edge.push(hash);
        self.size = self.size.wrapping_add(1 << level);
    }
}

/// The widest perfect subtrees that together are exactly these leaves, from left to right.
pub fn cover(leaves: Range<u64>) -> impl Iterator<Item = NodeId> {
    let Range { mut start, end } = leaves;
    iter::from_fn(move || {
        let room = end.checked_sub(start)?.checked_ilog2()?;
        let level = room.min(start.trailing_zeros());
        let node = NodeId { level: u8::try_from(level).ok()?, index: start >> level };
        start += 1 << level;
        Some(node)
    })
}

/// The perfect subtrees left and right of a range of leaves, for whoever holds only the range.
///
/// The range verifies against the root of the whole tree by [`Frontier::from_parts`] with the left hashes,
/// [`Frontier::push`] of every leaf, and [`Frontier::push_subtree`] of the right ones. A range that sticks out of
/// the tree is cut off at its end.
#[must_use]
pub fn outside(range: Range<u64>, size: u64) -> (Vec<NodeId>, Vec<NodeId>) {
    let end = range.end.min(size);
    let first = range.start.min(end);
    (cover(0..first).collect(), cover(end..size).collect())
}

/// The root of the tree of this size (section 2.1.1).
///
/// # Errors
/// Those of `nodes`.
pub fn root<N: Nodes>(size: u64, nodes: &N) -> Result<Hash, N::Error> {
    hash_of(0..size, nodes)
}

/// Proves that a leaf is in the tree of this size (section 2.1.3.1): its siblings on the way up.
///
/// # Errors
/// An index that is not in the tree; those of `nodes`.
pub fn inclusion_proof<N: Nodes>(index: u64, size: u64, nodes: &N) -> Result<Vec<Hash>, N::Error> {
    if index >= size {
        return Err(Malformed::new("index", "must lie inside the tree").into());
    }
    path(NodeId::leaf(index), size).map(|leaves| hash_of(leaves, nodes)).collect()
}

/// Proves that the tree of the old size is how the tree of the new size began (section 2.1.4.1). Empty for equal
/// sizes and for an old tree without leaves, where there is nothing to prove.
///
/// # Errors
/// An old size above the new one; those of `nodes`.
pub fn consistency_proof<N: Nodes>(old: u64, new: u64, nodes: &N) -> Result<Vec<Hash>, N::Error> {
    if old > new {
        return Err(Malformed::new("size", "of the old tree must not exceed that of the new").into());
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    // The last perfect subtree of the old tree exists in both. Its path rebuilds the new root, and those of its
    // siblings that are on the left rebuild the old one. An old tree that is perfect needs no first hash: the
    // verifier holds its root.
    let level = old.trailing_zeros();
    let last = NodeId { level: u8::try_from(level).unwrap_or(u8::MAX), index: (old - 1) >> level };
    let first = if old.is_power_of_two() { None } else { last.leaves() };
    first.into_iter().chain(path(last, new)).map(|leaves| hash_of(leaves, nodes)).collect()
}

/// Checks that a leaf is in the tree with this root (section 2.1.3.2).
///
/// # Errors
/// Names the part that does not fit: `index` or `proof`.
pub fn verify_inclusion(
    index: u64,
    size: u64,
    leaf: Hash,
    proof: &[Hash],
    root: Hash,
) -> Result<(), Malformed> {
    if index >= size {
        return Err(Malformed::new("index", "must lie inside the tree"));
    }
    let (mut node, mut last, mut hash) = (index, size - 1, leaf);
    for sibling in proof {
        if last == 0 {
            return Err(WRONG_LENGTH);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            climb(&mut node, &mut last);
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    match (last, hash == root) {
        (0, true) => Ok(()),
        (0, false) => Err(Malformed::new("proof", "must lead to the root of the tree")),
        _ => Err(WRONG_LENGTH),
    }
}

/// Checks that the old tree is how the new tree began (section 2.1.4.2). The RFC leaves out an old tree without
/// leaves; it is how every tree began, and takes the empty proof and the empty root.
///
/// # Errors
/// Names the part that does not fit: `size`, `root` or `proof`.
pub fn verify_consistency(
    old: u64,
    new: u64,
    old_root: Hash,
    new_root: Hash,
    proof: &[Hash],
) -> Result<(), Malformed> {
    if old > new {
        return Err(Malformed::new("size", "of the old tree must not exceed that of the new"));
    }
    if old == 0 && old_root != empty_root() || old == new && old_root != new_root {
        return Err(Malformed::new("root", "must be the same for the same tree"));
    }
    if old == 0 || old == new {
        return if proof.is_empty() { Ok(()) } else { Err(WRONG_LENGTH) };
    }
    let known = if old.is_power_of_two() { Some(&old_root) } else { None };
    let mut hashes = known.into_iter().chain(proof);
    let first = *hashes.next().ok_or(WRONG_LENGTH)?;
    let skip = old.trailing_zeros();
    let (mut node, mut last) = ((old - 1) >> skip, (new - 1) >> skip);
    let (mut old_hash, mut new_hash) = (first, first);
    for sibling in hashes {
        if last == 0 {
            return Err(WRONG_LENGTH);
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            climb(&mut node, &mut last);
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    match (last, old_hash == old_root && new_hash == new_root) {
        (0, true) => Ok(()),
        (0, false) => Err(Malformed::new("proof", "must lead to the roots of both trees")),
        _ => Err(WRONG_LENGTH),
    }
}

const WRONG_LENGTH: Malformed = Malformed::new("proof", "must have one hash for each step to the root");

/// Sections 2.1.3.2 and 2.1.4.2: the last node of a level without a sibling goes up unchanged, until it has one.
fn climb(node: &mut u64, last: &mut u64) {
    while *node & 1 == 0 && *node != 0 {
        *node >>= 1;
        *last >>= 1;
    }
}

/// The siblings of a node on its way to the root of a tree of this size, from the bottom up, as the leaves they
/// cover (section 2.1.3.1).
fn path(node: NodeId, size: u64) -> impl Iterator<Item = Range<u64>> {
    let (mut node, last) = (node, size.saturating_sub(1));
    iter::from_fn(move || {
        // A level of one node is the root.
        while let Some(end) = last.checked_shr(node.level.into()).filter(|end| *end > 0) {
            let NodeId { level, index } = node.sibling();
            node = node.parent();
            // The sibling on the right may end with the tree, or not be there: then the node goes up unchanged.
            if index <= end {
                let first = index << level;
                return Some(first..size.min(first.saturating_add(1 << level)));
            }
        }
        None
    })
}

/// The hash of leaves that begin with a perfect subtree and end with the tree, or are one (section 2.1.1).
fn hash_of<N: Nodes>(leaves: Range<u64>, nodes: &N) -> Result<Hash, N::Error> {
    let hashes = cover(leaves).map(|id| nodes.node(id)).collect::<Result<Vec<_>, _>>()?;
    Ok(fold(hashes.into_iter()).unwrap_or_else(empty_root))
}

/// Joins perfect subtrees, widest first, into the root of the tree they make up (section 2.1.1).
fn fold(hashes: impl DoubleEndedIterator<Item = Hash>) -> Option<Hash> {
    hashes.rev().reduce(|right, left| node_hash(&left, &right))
}
