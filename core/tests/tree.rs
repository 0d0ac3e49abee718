//! The tree against the definition in RFC 6962 section 2.1, for every size up to 300.

#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use std::collections::HashMap;

use koektrommel_core::{
    error::Malformed,
    hash::Hash,
    merkle::{self, Frontier, MAX_SIZE, NodeId, Nodes},
};
use proptest::prelude::*;

const SIZES: u64 = 300;

/// Up to this size also what must be refused: every shape that a larger tree has is in a smaller one.
const REFUSED: u64 = 40;

/// A store in its simplest form: every node that was ever completed.
#[derive(Default)]
struct Map(HashMap<NodeId, Hash>);

impl Nodes for Map {
    type Error = Malformed;

    fn node(&self, id: NodeId) -> Result<Hash, Malformed> {
        self.0.get(&id).copied().ok_or(Malformed::new("node", "must have been completed"))
    }
}

/// Every tree up to a size, grown leaf by leaf.
struct Trees {
    leaves: Vec<Hash>,
    nodes: Map,
    /// The edge at each size, from none on.
    edges: Vec<Frontier>,
}

impl Trees {
    fn grow(size: u64) -> Self {
        let leaves: Vec<_> = (0..size).map(|i| merkle::leaf_hash(&i.to_be_bytes())).collect();
        let (mut nodes, mut edge) = (Map::default(), Frontier::new());
        let mut edges = vec![edge.clone()];
        for leaf in &leaves {
            edge.push_with(*leaf, &mut |id, hash| {
                assert!(nodes.0.insert(id, hash).is_none(), "{id:?} completed twice");
            });
            edges.push(edge.clone());
        }
        Self { leaves, nodes, edges }
    }

    fn root(&self, size: u64) -> Hash {
        self.edges[size as usize].root()
    }
}

/// MTH(D[n]), word for word: `k` is the largest power of two smaller than `n`.
fn mth(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => merkle::empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            merkle::node_hash(&mth(left), &mth(right))
        }
    }
}

/// PATH(m, D[n]), word for word.
fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut path, sibling) = match index.checked_sub(left.len()) {
        None => (path(index, left), right),
        Some(index) => (path(index, right), left),
    };
    path.push(mth(sibling));
    path
}

/// SUBPROOF(m, D[n], b), word for word.
fn subproof(old: usize, leaves: &[Hash], known: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if known { Vec::new() } else { vec![mth(leaves)] };
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut proof, sibling) = match old.checked_sub(left.len()) {
        None | Some(0) => (subproof(old, left, known), right),
        Some(old) => (subproof(old, right, false), left),
    };
    proof.push(mth(sibling));
    proof
}

fn flipped(hash: Hash, bit: usize) -> Hash {
    let mut bytes = *hash.as_bytes();
    bytes[bit / 8 % 32] ^= 1 << (bit % 8);
    Hash::from_bytes(bytes)
}

#[test]
fn roots_are_those_of_the_definition() {
    let trees = Trees::grow(SIZES);
    for size in 0..=SIZES {
        let expected = mth(&trees.leaves[..size as usize]);
        assert_eq!(trees.root(size), expected, "{size}");
        assert_eq!(merkle::root(size, &trees.nodes), Ok(expected), "{size}");
        let edge = &trees.edges[size as usize];
        assert_eq!(edge.size(), size);
        let ids: Vec<_> = merkle::cover(0..size).map(|id| trees.nodes.node(id).unwrap()).collect();
        assert_eq!(edge.edge(), ids);
        assert_eq!(Frontier::from_parts(size, ids).as_ref(), Ok(edge));
    }
}

#[test]
fn every_leaf_is_proved_in_every_tree() {
    let trees = Trees::grow(SIZES);
    for size in 1..=SIZES {
        let root = trees.root(size);
        for index in 0..size {
            let leaf = trees.leaves[index as usize];
            let proof = merkle::inclusion_proof(index, size, &trees.nodes).unwrap();
            assert_eq!(
                merkle::verify_inclusion(index, size, leaf, &proof, root),
                Ok(()),
                "{index} of {size}"
            );
            if size > REFUSED {
                continue;
            }
            // Any other place, leaf, root or length.
            let refused = |index, size, leaf, proof: &[Hash], root| {
                assert!(
                    merkle::verify_inclusion(index, size, leaf, proof, root).is_err(),
                    "{index} of {size}"
                );
            };
            refused(index ^ 1, size, leaf, &proof, root);
            refused(index, size, flipped(leaf, index as usize), &proof, root);
            refused(index, size, leaf, &proof, flipped(root, index as usize));
            refused(index, size, leaf, &[&proof[..], &[leaf]].concat(), root);
            if let Some((_, shorter)) = proof.split_last() {
                refused(index, size, leaf, shorter, root);
            }
        }
        assert!(merkle::inclusion_proof(size, size, &trees.nodes).is_err());
        assert!(merkle::verify_inclusion(size, size, root, &[], root).is_err());
    }
}

#[test]
fn every_tree_is_proved_to_begin_every_later_one() {
    let trees = Trees::grow(SIZES);
    let roots: Vec<_> = trees.edges.iter().map(Frontier::root).collect();
    for new in 0..=SIZES {
        for old in 0..=new {
            let proof = merkle::consistency_proof(old, new, &trees.nodes).unwrap();
            let (before, after) = (roots[old as usize], roots[new as usize]);
            assert_eq!(merkle::verify_consistency(old, new, before, after, &proof), Ok(()), "{old} to {new}");
            if new > REFUSED {
                continue;
            }
            let refused = |old, new, before, after, proof: &[Hash]| {
                assert!(
                    merkle::verify_consistency(old, new, before, after, proof).is_err(),
                    "{old} to {new}"
                );
            };
            refused(old, new, flipped(before, new as usize), after, &proof);
            refused(old, new, before, after, &[&proof[..], &[after]].concat());
            refused(new + 1, new, before, after, &proof);
            if old > 0 {
                refused(old, new, before, flipped(after, old as usize), &proof);
            }
            if let Some((_, shorter)) = proof.split_last() {
                refused(old, new, before, after, shorter);
            }
        }
        assert!(merkle::consistency_proof(new + 1, new, &trees.nodes).is_err());
    }
}

#[test]
fn proofs_are_those_of_the_definition() {
    let trees = Trees::grow(70);
    for size in 1..=70 {
        let leaves = &trees.leaves[..size as usize];
        for index in 0..size {
            let expected = path(index as usize, leaves);
            assert_eq!(merkle::inclusion_proof(index, size, &trees.nodes), Ok(expected), "{index} of {size}");
        }
        for old in 1..=size {
            let expected = subproof(old as usize, leaves, true);
            assert_eq!(merkle::consistency_proof(old, size, &trees.nodes), Ok(expected), "{old} to {size}");
        }
    }
}

#[test]
fn every_flipped_bit_of_a_proof_is_refused() {
    let trees = Trees::grow(41);
    for (index, size) in [(0, 2), (40, 41), (17, 37), (31, 41)] {
        let (leaf, root) = (trees.leaves[index as usize], trees.root(size));
        let proof = merkle::inclusion_proof(index, size, &trees.nodes).unwrap();
        for bit in 0..proof.len() * 256 {
            let mut wrong = proof.clone();
            wrong[bit / 256] = flipped(wrong[bit / 256], bit % 256);
            assert!(merkle::verify_inclusion(index, size, leaf, &wrong, root).is_err());
        }
    }
    for (old, new) in [(1, 2), (8, 41), (17, 37), (31, 41)] {
        let proof = merkle::consistency_proof(old, new, &trees.nodes).unwrap();
        for bit in 0..proof.len() * 256 {
            let mut wrong = proof.clone();
            wrong[bit / 256] = flipped(wrong[bit / 256], bit % 256);
            let (before, after) = (trees.root(old), trees.root(new));
            assert!(merkle::verify_consistency(old, new, before, after, &wrong).is_err());
        }
    }
}

#[test]
fn a_range_and_what_is_outside_make_the_whole_tree() {
    let trees = Trees::grow(40);
    let hashes = |ids: &[NodeId]| ids.iter().map(|id| trees.nodes.node(*id).unwrap()).collect::<Vec<_>>();
    for size in 0..=40 {
        for first in 0..=size {
            for end in first..=size {
                let (left, right) = merkle::outside(first..end, size);
                assert!(left.len() < 6 && right.len() < 12);
                let mut tree = Frontier::from_parts(first, hashes(&left)).unwrap();
                trees.leaves[first as usize..end as usize].iter().for_each(|leaf| tree.push(*leaf));
                for (id, hash) in right.iter().zip(hashes(&right)) {
                    assert_eq!(id.leaves().unwrap().start, tree.size());
                    tree.push_subtree(id.level, hash).unwrap();
                }
                assert_eq!(tree, trees.edges[size as usize], "{first}..{end} of {size}");
            }
        }
    }
}

#[test]
fn an_edge_holds_one_hash_for_each_binary_one() {
    let hash = merkle::empty_root();
    for (size, length, good) in [(0, 0, true), (0, 1, false), (5, 1, false), (5, 2, true), (5, 3, false)] {
        assert_eq!(Frontier::from_parts(size, vec![hash; length]).is_ok(), good, "{length} for {size}");
    }
    assert!(Frontier::from_parts(MAX_SIZE, vec![hash]).is_ok());
    assert!(Frontier::from_parts(MAX_SIZE + 1, vec![hash; 2]).is_err());
}

#[test]
fn a_subtree_starts_at_a_multiple_of_its_width() {
    let hash = merkle::empty_root();
    let mut tree = Frontier::from_parts(6, vec![hash; 2]).unwrap();
    for level in [2, 3, 62, 63, 64, 255] {
        assert!(tree.push_subtree(level, hash).is_err(), "{level}");
    }
    assert_eq!(tree.push_subtree(1, hash), Ok(()));
    assert_eq!(tree.size(), 8);
    let mut full = Frontier::from_parts(MAX_SIZE, vec![hash]).unwrap();
    assert!(full.push_subtree(0, hash).is_err());
}

#[test]
fn nodes_know_their_place() {
    let trees = Trees::grow(70);
    for id in trees.nodes.0.keys() {
        assert!(id.sibling().sibling() == *id && id.sibling().parent() == id.parent());
        let leaves = id.leaves().unwrap();
        assert!(id.is_complete(leaves.end) && !id.is_complete(leaves.end - 1));
        assert_eq!(merkle::cover(leaves.clone()).collect::<Vec<_>>(), [*id]);
        if let Some([left, right]) = id.children() {
            assert!(left.parent() == *id && right == left.sibling());
            assert_eq!(left.leaves().unwrap().start..right.leaves().unwrap().end, leaves);
        }
    }
    // 70,000 leaves make 70000, 273 and 1 hashes at the levels of tiles: the example of C2SP tlog-tiles.
    for (level, count) in [(0, 70_000), (8, 273), (16, 1)] {
        assert!(NodeId { level, index: count - 1 }.is_complete(70_000));
        assert!(!NodeId { level, index: count }.is_complete(70_000));
    }
}

/// Numbers near the places where arithmetic goes wrong.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![
        any::<u64>(),
        0..20_u64,
        (0..64_u32, 0..5_u64).prop_map(|(b, d)| (1_u64 << b).wrapping_sub(2).wrapping_add(d))
    ]
}

/// Answers anything that is asked of it, as a store would that holds as much.
struct Endless;

impl Nodes for Endless {
    type Error = Malformed;

    fn node(&self, id: NodeId) -> Result<Hash, Malformed> {
        Ok(Hash::of(&[&[id.level], &id.index.to_be_bytes()]))
    }
}

proptest! {
    #[test]
    fn nothing_panics(a in number(), b in number(), c in number(), level: u8, length in 0..70_usize) {
        let hash = merkle::empty_root();
        let proof = vec![hash; length];
        let _ = merkle::verify_inclusion(a, b, hash, &proof, hash);
        let _ = merkle::verify_consistency(a, b, hash, hash, &proof);
        let _ = merkle::inclusion_proof(a, b, &Endless);
        let _ = merkle::consistency_proof(a, b, &Endless);
        let _ = merkle::root(a, &Endless);
        let (left, right) = merkle::outside(a..b, c);
        prop_assert!(left.len() <= 64 && right.len() <= 128);
        let id = NodeId { level, index: a };
        let _ = (id.parent(), id.sibling(), id.children(), id.leaves(), id.is_complete(b));
        if let Ok(mut tree) = Frontier::from_parts(a, vec![hash; a.count_ones() as usize]) {
            let _ = tree.push_subtree(level, hash);
            tree.push(hash);
            let _ = tree.root();
        }
    }

    /// Proofs in trees that are too large to build, where the path is all that can be checked.
    #[test]
    fn huge_trees_take_their_own_proofs(size in 1..=MAX_SIZE, at in any::<u64>()) {
        let index = at % size;
        let proof = merkle::inclusion_proof(index, size, &Endless).unwrap();
        prop_assert!(proof.len() <= 62);
        let leaf = merkle::leaf_hash(b"");
        let wrong = merkle::verify_inclusion(index, size, leaf, &proof, leaf).unwrap_err();
        // It climbs all the way and only then misses the root.
        prop_assert_eq!(wrong.why, "must lead to the root of the tree");
    }
}
