//! The store on disk: the contract, and what a crash, a fault, a flipped byte and an erasure leave behind.

use crate::store::{
    contract,
    sled::{SledStore, VolumeSize},
};

#[test]
fn keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let size = VolumeSize::of(256).unwrap();
    contract::all(&|name| Box::new(SledStore::open_with(&folder.path().join(name), size).unwrap()));
}
