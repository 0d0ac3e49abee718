//! A byte changes on disk: the answer is an error or the truth, never something else.

use std::{
    collections::BTreeMap,
    fs, panic,
    path::{Path, PathBuf},
};

use super::{agrees, copy, files, filled, open};
use crate::store::{
    Item, Store, StoreError, contract,
    sled::{SledStore, VolumeSize, durable::Db, layout::close, live},
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
fn look(folder: &Path) -> Result<Vec<Item>, StoreError> {
    let store = SledStore::open_with(folder, VolumeSize::of(256).unwrap())?;
    let items = store.items(0..u64::MAX)?;
    assert!(items.iter().zip(0..).all(|(item, index)| *item == contract::item(index)));
    for (item, index) in items.iter().zip(0..) {
        let tag = item.opening.as_ref().and_then(|opening| opening.tag).unwrap();
        assert_eq!(store.find(tag)?, Some(index));
    }
    Ok(items)
}

#[test]
fn a_damaged_end_is_refused_before_anything_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let store = filled(path, 250);
    let batch = contract::batch(&store.head().unwrap(), 50);
    drop(store);
    // A batch over two volumes, and the first of them not sealed yet: it still has its older head.
    let write = |db: Result<Db, StoreError>, write| db.unwrap().commit(write).unwrap();
    write(Db::open(&path.join("000000-0")), live::write(250, &batch.items[..6], None));
    write(Db::create(&path.join("000001-0")), live::write(256, &batch.items[6..], Some(&batch.after)));
    fs::write(path.join("acknowledged"), close(b"acknowledged", 300_u64.to_be_bytes().to_vec())).unwrap();
    fs::write(path.join("000000.tmp"), b"half").unwrap();
    // From its head on, the newest volume cannot be read; sled takes that for the end of its log.
    let db = path.join("000001-0/db");
    let mut bytes = fs::read(&db).unwrap();
    let early = bytes.len() / 8;
    bytes[early] ^= 0x40;
    fs::write(&db, bytes).unwrap();
    let before = content(path);
    for _ in 0..2 {
        let Err(StoreError::Corrupt(sentence)) = SledStore::open(path) else { panic!("it was opened") };
        assert!(sentence.contains("of 300 acknowledged items the last are lost"), "{sentence}");
        let after = content(path);
        // Except what sled writes by itself when it opens a sound database.
        let counts = |path: &&PathBuf| !path.to_string_lossy().contains("/snap.");
        assert!(before.keys().filter(counts).eq(after.keys().filter(counts)));
        assert!(before.keys().filter(counts).all(|path| before[path] == after[path]));
    }
    // Mended by hand, all of it is still there.
    let mut bytes = fs::read(&db).unwrap();
    bytes[early] ^= 0x40;
    fs::write(&db, bytes).unwrap();
    agrees(&open(path), 300);
}

/// Every file and what is in it.
fn content(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    files(folder).into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}
