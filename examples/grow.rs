//! scratch
use koektrommel::{
    folder::Folder,
    keys::LogKey,
    store::{Batch, Head, Item, Opening, Store, sled::SledStore},
};
use koektrommel_core::{
    entry::{Entry, Salt},
    hash::Hash,
    instant::Day,
    merkle::leaf_hash,
    record::RecordId,
};
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let (data, size, notice) = (&args[1], args[2].parse::<u64>().unwrap(), &args[3]);
    let folder = Folder::open(std::path::Path::new(data)).unwrap();
    let key = LogKey::open(&folder).unwrap();
    let store = SledStore::open(&folder.path("store")).unwrap();
    let mut head = store.head().unwrap();
    while head.frontier.size() < size {
        let before = head.frontier.clone();
        let range = before.size()..size.min(before.size() + 1024);
        let mut frontier = before.clone();
        let items = range.map(|index| {
            let id = RecordId::new(index, &Hash::of(&[&index.to_be_bytes()]));
            let hash = Hash::of(&[b"salt", &index.to_be_bytes()]);
            let record = format!("{{\"actor\":\"person\",\"choices\":{{\"display\":false,\"preferences\":true}},\"control\":\"save\",\"event\":\"given\",\"kind\":\"consent\",\"language\":\"nl\",\"layer\":\"banner\",\"notice\":\"{notice}\",\"record\":\"{id}\",\"site\":\"wsn\",\"subject\":\"01234567-89ab-4def-8123-456789abcdef\",\"time\":\"2026-11-22T10:15:00Z\",\"until\":\"2027-05-22T10:15:00Z\",\"v\":1}}");
            let salt = Salt::from_bytes(*hash.as_bytes());
            let entry = Entry::new(Day::from_unix_days(20779), &salt, record.as_bytes());
            frontier.push(leaf_hash(&entry.encode()));
            Item { entry, opening: Some(Opening { tag: None, salt, record: record.into_bytes().into() }) }
        }).collect();
        let checkpoint = key.checkpoint(frontier.size(), frontier.root()).unwrap();
        head = Head { frontier, checkpoint, time: Some("2026-11-22T10:15:00Z".parse().unwrap()) };
        store.append(&Batch { before, items, after: head.clone() }).unwrap();
    }
}
