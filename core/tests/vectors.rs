//! Answers that others gave: the roots of RFC 6962, the note of C2SP, and the crate `ct-merkle`.

#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use std::collections::HashMap;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use koektrommel_core::{
    error::Malformed,
    hash::Hash,
    merkle::{self, Frontier, NodeId, Nodes},
    note::{self, VerifierKey},
};
use ring::signature::{ED25519, UnparsedPublicKey};
use sha2::Sha256;

/// The eight leaves that implementations of RFC 6962 have shared since Certificate Transparency began.
const LEAVES: [&[u8]; 8] =
    [b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"@ABC", b"PQRSTUVW", b"`abcdefghijklmno"];

/// The roots of the first none to eight of them.
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

#[test]
fn roots_of_rfc_6962() {
    let mut tree = Frontier::new();
    for (size, root) in ROOTS.iter().enumerate() {
        assert_eq!(tree.root(), format!("sha256:{root}").parse().unwrap(), "{size}");
        LEAVES.get(size).into_iter().for_each(|leaf| tree.push(merkle::leaf_hash(leaf)));
    }
}

const C2SP_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const C2SP_NOTE: &str = "This is an example message.\n\n— example.com/foo \
    Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

fn verify(public: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, public).verify(message, signature).is_ok()
}

#[test]
fn note_of_c2sp() {
    let key: VerifierKey = C2SP_KEY.parse().unwrap();
    assert_eq!(key.to_string(), C2SP_KEY);
    assert_eq!((key.name(), key.id()), ("example.com/foo", [0x53, 0x0d, 0x90, 0x3a]));
    assert_eq!(VerifierKey::new(key.name(), *key.public()).as_ref(), Ok(&key));
    let keys = [key];
    assert_eq!(note::open(C2SP_NOTE, &keys, &verify), Ok("This is an example message.\n"));
    assert!(note::open(&C2SP_NOTE.replace("an example", "no example"), &keys, &verify).is_err());
}

struct Map(HashMap<NodeId, Hash>);

impl Nodes for Map {
    type Error = Malformed;

    fn node(&self, id: NodeId) -> Result<Hash, Malformed> {
        self.0.get(&id).copied().ok_or(Malformed::new("node", "must have been completed"))
    }
}

/// A proof as the other crate writes it: the hashes one after another.
fn bytes(proof: &[Hash]) -> Vec<u8> {
    proof.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

#[test]
fn roots_and_proofs_of_ct_merkle() {
    let mut theirs = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    let (mut ours, mut nodes) = (Frontier::new(), Map(HashMap::new()));
    for size in 1..=70_u64 {
        let leaf = size.to_be_bytes().to_vec();
        ours.push_with(merkle::leaf_hash(&leaf), &mut |id, hash| _ = nodes.0.insert(id, hash));
        theirs.push(leaf);
        assert_eq!(ours.root().as_bytes()[..], theirs.root().as_bytes()[..], "{size}");
        if !size.is_power_of_two() && size % 9 != 0 && size != 69 {
            continue;
        }
        for index in 0..size {
            let proof = merkle::inclusion_proof(index, size, &nodes).unwrap();
            let expected = theirs.prove_inclusion(usize::try_from(index).unwrap());
            assert_eq!(bytes(&proof), expected.as_bytes(), "{index} of {size}");
        }
        for old in 1..size {
            let proof = merkle::consistency_proof(old, size, &nodes).unwrap();
            let expected = theirs.prove_consistency(usize::try_from(size - old).unwrap());
            assert_eq!(bytes(&proof), expected.as_bytes(), "{old} to {size}");
        }
    }
}
