//! The program dies, or the disk refuses: what was acknowledged is there, what was not is there whole or not at all.

use std::fs;

use super::{agrees, copy, files, filled, names, open, size};
use crate::store::{
    Store, StoreError, contract,
    sled::{SledStore, durable::Db, live},
};

#[test]
fn a_write_that_fails_leaves_all_or_nothing_and_the_head_tells() {
    // Before sled has the batch; and after it has, but before our fsync.
    for (step, kept) in [(1, 300), (2, 307)] {
        let folder = tempfile::tempdir().unwrap();
        let store = filled(folder.path(), 300);
        let batch = contract::batch(&store.head().unwrap(), 7);
        store.break_at(step);
        assert!(matches!(store.append(&batch), Err(StoreError::Unavailable(_))));
        store.break_at(0);
        assert!(matches!(store.append(&batch), Err(StoreError::Unavailable(_))), "not before it is known");
        assert!(matches!(store.erase(&[299]), Err(StoreError::Unavailable(_))), "nor this");
        assert_eq!(store.items(0..1).unwrap().len(), 1, "reading goes on");
        agrees(&store, kept);
        store.append(&contract::batch(&store.head().unwrap(), 5)).unwrap();
        agrees(&store, kept + 5);
        drop(store);
        agrees(&open(folder.path()), kept + 5);
    }
}

#[test]
fn a_disk_that_stays_broken_stays_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path(), 300);
    store.break_at(2);
    store.append(&contract::batch(&store.head().unwrap(), 7)).unwrap_err();
    let away = folder.path().join("away");
    fs::rename(folder.path().join("000001-0"), &away).unwrap();
    for _ in 0..2 {
        assert!(store.head().is_err());
        assert!(matches!(store.items(0..1), Err(StoreError::Unavailable(_))));
    }
    fs::rename(away, folder.path().join("000001-0")).unwrap();
    agrees(&store, 307);
}

#[test]
fn a_batch_that_did_not_reach_the_next_volume_never_was() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path(), 250);
    let batch = contract::batch(&store.head().unwrap(), 300);
    drop(store);
    // The first six items are in the old volume, without a head.
    let db = Db::open(&folder.path().join("000000-0")).unwrap();
    db.commit(live::write(250, &batch.items[..6], None)).unwrap();
    drop(db);
    let before = tempfile::tempdir().unwrap();
    copy(folder.path(), before.path());
    agrees(&open(before.path()), 250);
    assert_eq!(
        names(before.path()),
        ["000000-1", "acknowledged", "format", "lock"],
        "they were never acknowledged: gone"
    );

    // The next volume is there as well, and full, but without a head either.
    let db = Db::create(&folder.path().join("000001-0")).unwrap();
    db.commit(live::write(256, &batch.items[6..262], None)).unwrap();
    drop(db);
    let store = open(folder.path());
    agrees(&store, 250);
    store.append(&batch).unwrap();
    agrees(&store, 550);
    drop(store);
    agrees(&open(folder.path()), 550);
}

#[test]
fn a_batch_over_two_volumes_counts_before_the_first_of_them_is_sealed() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path(), 250);
    let batch = contract::batch(&store.head().unwrap(), 50);
    drop(store);
    // As it died right after the batch: the old volume still holds the head from before it.
    let write = |db: Result<Db, StoreError>, write| db.unwrap().commit(write).unwrap();
    write(Db::open(&folder.path().join("000000-0")), live::write(250, &batch.items[..6], None));
    let next = folder.path().join("000001-0");
    write(Db::create(&next), live::write(256, &batch.items[6..], Some(&batch.after)));
    agrees(&open(folder.path()), 300);
}

#[test]
fn a_copy_that_an_unfinished_start_left_is_put_back() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path(), 200));
    let volume = folder.path().join("000000-0");
    copy(&volume, &volume.with_extension("spare"));
    fs::write(volume.join("db"), b"").unwrap();
    agrees(&open(folder.path()), 200);
    assert_eq!(names(folder.path()), ["000000-0", "acknowledged", "format", "lock"]);
}

#[test]
fn whatever_a_rewrite_left_behind_is_put_away() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path(), 600);
    store.seal().unwrap();
    drop(store);
    let old = tempfile::tempdir().unwrap();
    copy(folder.path(), old.path());
    let store = open(folder.path());
    assert_eq!(store.erase(&[3, 599]).unwrap(), 2);
    drop(store);
    assert_eq!(
        names(folder.path()),
        ["000000-2.sealed", "000001-1.sealed", "000002-1", "acknowledged", "format", "lock"]
    );
    // It died after the new generation got its name, in the middle of the next one, and in a small file.
    copy(old.path(), folder.path());
    fs::write(folder.path().join("000001.tmp"), b"half").unwrap();
    fs::create_dir_all(folder.path().join("000002.tmp/blobs")).unwrap();
    fs::write(folder.path().join("format.tmp"), b"").unwrap();
    let store = open(folder.path());
    assert_eq!(
        names(folder.path()),
        ["000000-2.sealed", "000001-1.sealed", "000002-1", "acknowledged", "format", "lock"]
    );
    assert_eq!(store.erase(&[3, 599]).unwrap(), 0);
    assert_eq!(size(&store), 600);
}

#[test]
fn a_torn_write_takes_back_whole_batches() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let store = open(&path);
    let mut sizes = vec![0];
    for count in [3, 1, 20, 7, 1, 1, 60] {
        store.append(&contract::batch(&store.head().unwrap(), count)).unwrap();
        sizes.push(size(&store));
    }
    drop(store);
    let db = path.join("000000-0/db");
    let length = fs::metadata(&db).unwrap().len();
    for cut in (1..30).map(|part| length * part / 400).chain([1, 10]) {
        let torn = folder.path().join(format!("torn{cut}"));
        copy(&path, &torn);
        // What is torn was never synced, so it was not acknowledged either.
        fs::remove_file(torn.join("acknowledged")).unwrap();
        fs::File::options()
            .write(true)
            .open(torn.join("000000-0/db"))
            .unwrap()
            .set_len(length - cut)
            .unwrap();
        let store = open(&torn);
        let left = size(&store);
        assert!(sizes.contains(&left), "cut {cut}: {left}");
        agrees(&store, left);
    }
}

#[test]
fn a_start_that_was_cut_off_in_the_snapshot_of_sled_harms_nothing() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path(), 300));
    // sled writes one when it opens what was there.
    drop(open(folder.path()));
    let volume = folder.path().join("000001-0");
    let snapshot = files(&volume).into_iter().find(|path| path.to_string_lossy().contains("snap.")).unwrap();
    let whole = fs::read(&snapshot).unwrap();
    // Nothing of it, some of it, all of it: with the one before it beside it, and without.
    for length in [0, 5, whole.len() / 2, whole.len()] {
        for keeps_old in [true, false] {
            let left = volume.join("snap.FFFFFFFFFFFFFFFF.generating");
            fs::write(&left, &whole[..length]).unwrap();
            if !keeps_old {
                for old in files(&volume).iter().filter(|path| path.to_string_lossy().contains("snap.0")) {
                    fs::remove_file(old).unwrap();
                }
            }
            agrees(&open(folder.path()), 300);
            assert!(!left.exists());
        }
    }
}

#[test]
fn a_volume_that_is_missing_is_noticed() {
    for gone in ["000000-1.sealed", "000001-1.sealed", "000002-0"] {
        let folder = tempfile::tempdir().unwrap();
        let store = filled(folder.path(), 600);
        store.seal().unwrap();
        drop(store);
        let path = folder.path().join(gone);
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
        assert!(matches!(SledStore::open(folder.path()), Err(StoreError::Corrupt(_))), "{gone}");
    }
}

#[test]
fn nothing_is_left_in_a_scratch_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path(), 600);
    store.erase(&[1, 300, 599]).unwrap();
    assert!(
        files(folder.path()).iter().all(|path| path.extension().is_none_or(|extension| extension != "tmp"))
    );
}
