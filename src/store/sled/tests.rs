//! The store on disk: the contract, and what two programs, other versions and full volumes do to it.

mod crash;
mod damage;
mod erasure;
mod syscalls;

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{SledStore, VolumeSize};
use crate::store::{Head, Store, StoreError, contract};

#[test]
fn keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    contract::all(&|name| Box::new(open(&folder.path().join(name))));
}

#[test]
fn a_second_program_is_told_so_and_harms_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path(), 300);
    let Err(StoreError::Unavailable(sentence)) = SledStore::open(folder.path()) else {
        panic!("it was let in")
    };
    assert!(sentence.contains("in use by another program"), "{sentence}");
    store.append(&contract::batch(&store.head().unwrap(), 3)).unwrap();
    drop(store);
    assert_eq!(size(&open(folder.path())), 303);
}

#[test]
fn another_layout_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path(), 3));
    for text in ["koektrommel store 2\nvolume 256\n", "koektrommel store 1\nvolume 300\n", ""] {
        fs::write(folder.path().join("format"), text).unwrap();
        let Err(StoreError::Corrupt(sentence)) = SledStore::open(folder.path()) else { panic!("{text:?}") };
        assert!(sentence.contains("restore a backup"), "{sentence}");
    }
}

#[test]
fn a_store_keeps_its_own_volume_size() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path(), 600));
    let store = SledStore::open(folder.path()).unwrap();
    assert_eq!(store.items(0..1_000).unwrap().len(), 600);
    assert!([255, 300, 128, 1 << 21, 0].into_iter().all(|items| VolumeSize::of(items).is_none()));
}

#[test]
fn full_volumes_become_files_and_only_the_newest_is_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path(), 1_000);
    store.seal().unwrap();
    let expected = [
        "000000-1.sealed",
        "000001-1.sealed",
        "000002-1.sealed",
        "000003-0",
        "acknowledged",
        "format",
        "lock",
    ]
    .map(str::to_owned);
    assert_eq!(names(folder.path()), expected);
    drop(store);
    agrees(&open(folder.path()), 1_000);
    assert_eq!(names(folder.path()), expected);
}

/// A store with volumes of 256 items.
fn open(folder: &Path) -> SledStore {
    SledStore::open_with(folder, VolumeSize::of(256).unwrap()).unwrap()
}

/// So many items, in batches of 100 and less.
fn filled(folder: &Path, items: u64) -> SledStore {
    let store = open(folder);
    while size(&store) < items {
        let head = store.head().unwrap();
        store.append(&contract::batch(&head, (items - head.frontier.size()).min(100))).unwrap();
    }
    store
}

fn size(store: &dyn Store) -> u64 {
    store.head().unwrap().frontier.size()
}

/// The store holds the first so many items, all of them, and can go on.
fn agrees(store: &dyn Store, items: u64) {
    let head = store.head().unwrap();
    assert_eq!(head.frontier.size(), items);
    let found = store.items(0..u64::MAX).unwrap();
    assert!(found.iter().zip(0..).all(|(found, index)| *found == contract::item(index)));
    assert_eq!(found.len() as u64, items);
    let empty = Head { frontier: Default::default(), checkpoint: String::new(), time: None };
    let all = contract::batch(&empty, items).after;
    assert!(items == 0 || head == all, "the head is that of its items");
    for index in (0..items).step_by(11) {
        let tag = contract::item(index).opening.unwrap().tag.unwrap();
        assert_eq!(store.find(tag).unwrap(), Some(index));
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Every file under a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
