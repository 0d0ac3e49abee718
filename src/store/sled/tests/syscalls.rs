//! What the store asks of the system, seen from outside: sled's own `flush` does not fsync, so nobody's word is
//! taken for it.

use std::{io::ErrorKind, process::Command};

use super::{agrees, open, size};
use crate::store::{Store, contract};

const BATCHES: u64 = 6;

/// Small enough to be watched; the last batch runs into the second volume.
#[test]
fn a_few_batches() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for _ in 0..BATCHES {
        store.append(&contract::batch(&store.head().unwrap(), 50)).unwrap();
    }
    agrees(&store, size(&store));
}

#[test]
fn nothing_is_acknowledged_before_it_was_synced() {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let strace = Command::new("strace")
        .args(["-f", "-y", "-qq", "-e", "trace=pwrite64,fdatasync", "-o"])
        .arg(&trace)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "store::sled::tests::syscalls::a_few_batches"])
        .output();
    let output = match strace {
        Err(error) if error.kind() == ErrorKind::NotFound => return, // no strace on this machine
        other => other.unwrap(),
    };
    if String::from_utf8_lossy(&output.stderr).contains("Operation not permitted") {
        return; // nor may it be used in every container
    }
    assert!(output.status.success(), "{output:?}");
    let trace = std::fs::read_to_string(trace).unwrap();

    let (mut written, mut synced, mut acknowledged) = (false, false, 0);
    for line in trace.lines() {
        if line.contains("pwrite64(") && line.contains("/db>") {
            // What is larger than sled's padding is the batch. A call that another one interrupted has no length.
            let length = line.rsplit(' ').next().and_then(|length| length.parse::<u64>().ok());
            written |= length.is_none_or(|length| length > 100);
        } else if line.contains("fdatasync(") && line.contains("/db>") {
            synced = written;
        } else if line.contains("pwrite64(") && line.contains("/acknowledged>") {
            assert!(synced, "acknowledged without an fsync after the write:\n{trace}");
            (written, synced) = (false, false);
            acknowledged += 1;
        }
    }
    assert_eq!(acknowledged, BATCHES);
    assert!(trace.contains("000001"), "the last batch begins a volume");
}
