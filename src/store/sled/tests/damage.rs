//! A byte changes on disk: the answer is an error or the truth, never something else.

use std::{fs, panic};

use super::{copy, filled, open};
use crate::store::{
    Item, Store, StoreError, contract,
    sled::{SledStore, VolumeSize},
};

#[test]
fn a_flipped_byte_in_a_sealed_volume_is_named_or_harmless() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path(), 300);
    store.seal().unwrap();
    drop(store);
    let path = folder.path().join("000000-1.sealed");
    let sound = fs::read(&path).unwrap();
    let step = sound.len() / 400;
    for at in (0..sound.len()).step_by(step).chain(sound.len() - 30..sound.len()).chain(0..30) {
        let mut bytes = sound.clone();
        bytes[at] ^= 0x40;
        fs::write(&path, bytes).unwrap();
        match look(folder.path()) {
            Err(StoreError::Corrupt(sentence)) => assert!(sentence.contains("000000-1.sealed"), "{sentence}"),
            other => panic!("byte {at} of {}: {other:?}", sound.len()),
        }
    }
    fs::write(&path, &sound[..sound.len() - 1]).unwrap();
    assert!(matches!(look(folder.path()), Err(StoreError::Corrupt(_))));
    fs::write(&path, b"").unwrap();
    assert!(matches!(look(folder.path()), Err(StoreError::Corrupt(_))));
}

#[test]
fn a_flipped_byte_in_sled_is_an_error_or_harmless() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    drop(filled(&path, 250));
    let sound = fs::read(path.join("000000-0/db")).unwrap();
    let used = sound.iter().rposition(|byte| *byte != 0).unwrap();
    for at in (0..used).step_by(used / 60) {
        let flipped = folder.path().join(format!("flipped{at}"));
        copy(&path, &flipped);
        let mut bytes = sound.clone();
        bytes[at] ^= 0x40;
        fs::write(flipped.join("000000-0/db"), bytes).unwrap();
        let looked = panic::catch_unwind(|| look(&flipped)).unwrap_or_else(|_| panic!("byte {at}: a panic"));
        if let Ok(items) = looked {
            assert_eq!(items.len(), 250, "byte {at}");
        }
    }
}

#[test]
fn a_volume_of_another_store_or_place_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path(), 600);
    store.seal().unwrap();
    drop(store);
    fs::copy(folder.path().join("000000-1.sealed"), folder.path().join("000001-2.sealed")).unwrap();
    assert!(matches!(look(folder.path()), Err(StoreError::Corrupt(_))));
    drop(open(tempfile::tempdir().unwrap().path()));
}

/// Everything there is to see, which must be what was put in.
fn look(folder: &std::path::Path) -> Result<Vec<Item>, StoreError> {
    let store = SledStore::open_with(folder, VolumeSize::of(256).unwrap())?;
    let items = store.items(0..u64::MAX)?;
    assert!(items.iter().zip(0..).all(|(item, index)| *item == contract::item(index)));
    for (item, index) in items.iter().zip(0..) {
        let tag = item.opening.as_ref().and_then(|opening| opening.tag).unwrap();
        assert_eq!(store.find(tag)?, Some(index));
    }
    Ok(items)
}
