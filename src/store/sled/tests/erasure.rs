//! What was erased is in no byte of any file, and everything else still is.

use std::{fs, path::Path};

use super::{files, filled, open};
use crate::store::{Opening, Store, contract};

#[test]
fn what_was_erased_is_in_no_byte_of_any_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path(), 900);
    store.seal().unwrap();
    // Two in one sealed volume, one in another, the newest one, and the one before it.
    let gone = [3, 200, 300, 898, 899];
    let kept = [4, 301, 897];
    for index in gone.into_iter().chain(kept) {
        assert_eq!(traces(folder.path(), index), [true; 3], "{index} before");
    }
    assert_eq!(store.erase(&gone).unwrap(), 5);
    for index in gone {
        assert_eq!(traces(folder.path(), index), [false; 3], "{index} while the program runs");
    }
    store.append(&contract::batch(&store.head().unwrap(), 200)).unwrap();
    store.seal().unwrap();
    drop(store);
    let store = open(folder.path());
    drop(store);
    for index in gone {
        assert_eq!(traces(folder.path(), index), [false; 3], "{index} after a start");
    }
    for index in kept {
        assert_eq!(traces(folder.path(), index), [true; 3], "{index} after");
    }
}

#[test]
fn a_volume_that_waits_to_be_sealed_can_be_erased_from() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path(), 200);
    // Sealing has to wait for this.
    let one_at_a_time = store.shared.rewriting.lock().unwrap();
    store.append(&contract::batch(&store.head().unwrap(), 400)).unwrap();
    drop(one_at_a_time);
    assert_eq!(store.erase(&[7, 270, 599]).unwrap(), 3);
    for index in [7, 270, 599] {
        assert_eq!(traces(folder.path(), index), [false; 3], "{index}");
    }
    store.seal().unwrap();
    assert_eq!(store.items(0..600).unwrap().iter().filter(|item| item.opening.is_none()).count(), 3);
}

/// Whether the record, the salt and the tag of this item can be found in the files of the store.
fn traces(folder: &Path, index: u64) -> [bool; 3] {
    let Opening { tag, salt, record } = contract::item(index).opening.unwrap();
    let tag = tag.unwrap().0.to_be_bytes();
    let files: Vec<Vec<u8>> = files(folder).into_iter().map(|path| fs::read(path).unwrap()).collect();
    // The record's own beginning; its end is padding like that of many others.
    let record = &record[..record.iter().position(|byte| *byte == b',').unwrap() + 1];
    let holds =
        |needle: &[u8]| files.iter().any(|file| file.windows(needle.len()).any(|bytes| bytes == needle));
    [holds(record), holds(salt.as_bytes()), holds(&tag)]
}
