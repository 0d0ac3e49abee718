//! The log as a stranger checks it: from the folder of a server that is not running, with the library's own tree
//! and the public key, and without the ledger that wrote it.

use std::path::Path;

use koektrommel::{
    folder::Folder,
    keys::log::verify,
    store::{Item, Store, sled::SledStore},
};
use koektrommel_core::{
    merkle::{Frontier, leaf_hash},
    note::{Checkpoint, VerifierKey},
    record::{Consent, Record},
};

/// All items of a log whose root and signature were right.
pub(crate) struct Log {
    pub(crate) items: Vec<Item>,
}

impl Log {
    /// Reads the log of a folder, rehashes every entry and every record, and compares with the signed checkpoint.
    #[track_caller]
    pub(crate) fn open(data: &Path) -> Self {
        let folder = Folder::open(data).unwrap();
        let key = std::fs::read_to_string(folder.path("keys/log.vkey")).unwrap();
        let key: VerifierKey = key.trim_end().parse().unwrap();
        let store = SledStore::open(&folder.path("store")).unwrap();
        let head = store.head().unwrap();
        let items = store.items(0..u64::MAX).unwrap();
        let mut tree = Frontier::new();
        for item in &items {
            tree.push(leaf_hash(&item.entry.encode()));
            let opening = item.opening.as_ref().expect("nothing was erased");
            assert_eq!(item.entry.commitment, opening.salt.commit(&opening.record));
        }
        let checkpoint = Checkpoint::open(&head.checkpoint, &[key], &verify).unwrap();
        assert_eq!(checkpoint.size, items.len() as u64);
        assert_eq!(checkpoint.root, tree.root());
        assert_eq!(head.frontier, tree);
        Self { items }
    }

    /// The record at an index.
    pub(crate) fn record(&self, index: usize) -> Record {
        Record::from_json(&self.items[index].opening.as_ref().unwrap().record).unwrap()
    }

    /// The record at an index, which must be a decision.
    pub(crate) fn consent(&self, index: usize) -> Consent {
        match self.record(index) {
            Record::Consent(consent) => consent,
            _ => panic!("the record at {index} is not a decision"),
        }
    }

    /// Everything that is kept of the records, as text.
    pub(crate) fn records(&self) -> Vec<String> {
        let records = self.items.iter().map(|item| &item.opening.as_ref().unwrap().record);
        records.map(|record| String::from_utf8(record.to_vec()).unwrap()).collect()
    }
}
