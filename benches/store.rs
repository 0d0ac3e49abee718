//! How the store behaves as it grows, beside a bare file and a log in memory, in one run.
//!
//! ```text
//! cargo bench --bench store                        one million records, 256 to a batch
//! cargo bench --bench store -- 10000000 256        ten million
//! cargo bench --bench store -- 1000000 256 131072  with larger volumes
//! ```
//!
//! Only the time inside the store counts, not that of making records. Compare ratios: the machine is not ours alone.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program that prints, for developers")]

use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::MetadataExt,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use koektrommel::store::{
    Batch, Head, Item, Opening, Store,
    memory::MemoryStore,
    sled::{SledStore, VolumeSize},
};
use koektrommel_core::{
    entry::{Entry, Salt},
    hash::Hash,
    instant::Day,
    merkle::{self, Frontier, NodeId, leaf_hash},
    record::Tag,
};

const DAY: u64 = 20_000;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, word, path] = &arguments[..]
        && word == "start"
    {
        return start(Path::new(path));
    }
    let numbers: Vec<u64> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let items = numbers.first().copied().unwrap_or(1_000_000);
    let batch = numbers.get(1).copied().unwrap_or(256);
    let size = numbers.get(2).and_then(|items| VolumeSize::of(*items)).unwrap_or(VolumeSize::DEFAULT);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-store");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    println!("{items} records, {batch} to a batch, {} to a volume", size.items());

    let bare = bare_file(&folder.join("bare"), items.min(1_000_000), batch);
    fs::remove_file(folder.join("bare")).unwrap();
    println!("bare preallocated file, fdatasync for each batch: {bare:.0}/s");

    let path = folder.join("store");
    let first = grow(&path, items, batch, size);
    println!("against the bare file: {:.2}", first / bare);
    let items = reopen(&path);
    erase(&path, items);
    fs::remove_dir_all(&folder).unwrap();

    let memory = MemoryStore::new();
    let mut log = Log::default();
    let spent: Duration = (0..100_000_u64.div_ceil(batch)).map(|_| log.append(&memory, batch)).sum();
    println!("in memory, without any disk: {:.0}/s", log.size() as f64 / spent.as_secs_f64());
}

/// The same bytes into a file that has its size already.
fn bare_file(path: &Path, items: u64, batch: u64) -> f64 {
    let mut file = File::create(path).unwrap();
    let block = vec![0; 1 << 20];
    for _ in 0..(items * 600) >> 20 {
        file.write_all(&block).unwrap();
    }
    file.sync_all().unwrap();
    io::Seek::rewind(&mut file).unwrap();
    let (mut log, mut spent) = (Log::default(), Duration::ZERO);
    for _ in 0..items / batch {
        let batch = log.next(batch);
        let mut bytes = Vec::new();
        for item in &batch.items {
            let opening = item.opening.as_ref().unwrap();
            bytes.extend_from_slice(&item.entry.encode());
            bytes.extend_from_slice(opening.salt.as_bytes());
            bytes.extend_from_slice(&opening.record);
        }
        log.head = batch.after;
        let start = Instant::now();
        file.write_all(&bytes).unwrap();
        file.sync_data().unwrap();
        spent += start.elapsed();
    }
    log.size() as f64 / spent.as_secs_f64()
}

/// Fills a store, and prints a line for each tenth. Returns the rate of the first tenth.
fn grow(path: &Path, items: u64, batch: u64, size: VolumeSize) -> f64 {
    let store = SledStore::open_with(path, size).unwrap();
    let mut log = Log::default();
    let mut first = 0.0;
    println!("{:>12} {:>10} {:>11} {:>12} {:>10}", "records", "rate /s", "p99.9 ms", "disk/data", "resident");
    for tenth in 1..=10 {
        let from = log.size();
        let mut times = Vec::new();
        while log.size() < items * tenth / 10 {
            times.push(log.append(&store, batch.min(items * tenth / 10 - log.size())));
        }
        let rate = (log.size() - from) as f64 / times.iter().sum::<Duration>().as_secs_f64();
        if tenth == 1 {
            first = rate;
        }
        times.sort_unstable();
        println!(
            "{:>12} {rate:>10.0} {:>11.1} {:>12.2} {:>7} MB",
            log.size(),
            times[times.len() - 1 - times.len() / 1_000].as_secs_f64() * 1e3,
            disk(path) as f64 / log.data as f64,
            resident(),
        );
    }
    // Turn by turn, so that whatever else the machine does weighs on both alike.
    let young = SledStore::open_with(&path.with_extension("young"), size).unwrap();
    let (mut other, mut times) = (Log::default(), [Duration::ZERO; 2]);
    for _ in 0..(60_000 / batch).clamp(1, 500) {
        times[0] += log.append(&store, batch);
        times[1] += other.append(&young, batch);
    }
    println!("against an empty store, turn by turn: {:.2}", times[1].as_secs_f64() / times[0].as_secs_f64());
    store.seal().unwrap();
    println!("all full volumes sealed: disk/data {:.2}", disk(path) as f64 / log.data as f64);
    first
}

/// A program that does nothing but start.
fn start(path: &Path) {
    let start = Instant::now();
    let store = SledStore::open(path).unwrap();
    let (head, spent) = (store.head().unwrap(), start.elapsed());
    println!(
        "ready in {:.0} ms, {} MB resident, {} items",
        spent.as_secs_f64() * 1e3,
        resident(),
        head.frontier.size()
    );
}

/// Starting, reading all, looking up.
fn reopen(path: &Path) -> u64 {
    if fs::write("/proc/sys/vm/drop_caches", "3").is_ok() {
        print!("a start, nothing in the system's memory: ");
        io::stdout().flush().unwrap();
        Command::new(std::env::current_exe().unwrap()).arg("start").arg(path).status().unwrap();
    }
    print!("a start right after it: ");
    io::stdout().flush().unwrap();
    Command::new(std::env::current_exe().unwrap()).arg("start").arg(path).status().unwrap();
    let store = SledStore::open(path).unwrap();
    let head = store.head().unwrap();
    let items = head.frontier.size();

    let start = Instant::now();
    let mut tree = Frontier::new();
    for from in (0..items).step_by(4_096) {
        store
            .items(from..from + 4_096)
            .unwrap()
            .iter()
            .for_each(|item| tree.push(leaf_hash(&item.entry.encode())));
    }
    assert!(tree == head.frontier);
    let rate = items as f64 / start.elapsed().as_secs_f64();
    println!("read and rehash everything: {rate:.0} items/s, {} MB resident", resident());
    let start = Instant::now();
    (0..items).step_by(4_096).for_each(|from| drop(store.items(from..from + 4_096).unwrap()));
    println!("read everything: {:.0} items/s", items as f64 / start.elapsed().as_secs_f64());
    each("find a tag that is not there", 20_000, |n| assert_eq!(store.find(Tag(n << 32 | 1)).unwrap(), None));
    each("find a tag of long ago", 200, |n| assert_eq!(store.find(tag(n * 7)).unwrap(), Some(n * 7)));
    each("one item", 2_000, |n| assert_eq!(store.items(n * 13..n * 13 + 1).unwrap().len(), 1));
    each("an inclusion proof", 1_000, |n| {
        let (index, root) = ((n * 7_919) % items, head.frontier.root());
        let leaf = store.node(NodeId::leaf(index)).unwrap();
        let proof = merkle::inclusion_proof(index, items, &Proofs(&store)).unwrap();
        merkle::verify_inclusion(index, items, leaf, &proof, root).unwrap();
    });
    each("the first entry of a day", 1_000, |n| {
        store.first_on(Day::from_unix_days(u32::try_from(DAY + n % 100).unwrap())).unwrap();
    });
    items
}

fn erase(path: &Path, items: u64) {
    let store = SledStore::open(path).unwrap();
    for (name, index) in [("an old volume", 5), ("the newest volume", items - 1)] {
        let start = Instant::now();
        assert_eq!(store.erase(&[index]).unwrap(), 1);
        println!("erase in {name}: {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
    }
}

fn each(name: &str, times: u64, mut work: impl FnMut(u64)) {
    let start = Instant::now();
    (0..times).for_each(&mut work);
    println!("{name}: {:.1} µs", start.elapsed().as_secs_f64() * 1e6 / times as f64);
}

/// Makes batches, and remembers the head.
struct Log {
    head: Head,
    data: u64,
}

impl Default for Log {
    fn default() -> Self {
        Self { head: Head { frontier: Frontier::new(), checkpoint: String::new(), time: None }, data: 0 }
    }
}

impl Log {
    fn size(&self) -> u64 {
        self.head.frontier.size()
    }

    fn next(&mut self, count: u64) -> Batch {
        let items: Vec<Item> = (self.size()..self.size() + count).map(item).collect();
        let mut frontier = self.head.frontier.clone();
        for item in &items {
            frontier.push(leaf_hash(&item.entry.encode()));
            self.data +=
                (Entry::LENGTH + 40 + item.opening.as_ref().map_or(0, |opening| opening.record.len())) as u64;
        }
        let checkpoint =
            format!("wsn.nl/log\n{}\n{}\n\n— wsn.nl {}\n", self.size(), frontier.root(), "x".repeat(92));
        Batch { before: self.head.frontier.clone(), items, after: Head { frontier, checkpoint, time: None } }
    }

    fn append(&mut self, store: &dyn Store, count: u64) -> Duration {
        let batch = self.next(count);
        let start = Instant::now();
        store.append(&batch).unwrap();
        let spent = start.elapsed();
        self.head = batch.after;
        spent
    }
}

fn tag(index: u64) -> Tag {
    let bytes = *Hash::of(&[&index.to_be_bytes()]).as_bytes();
    Tag(u64::from_be_bytes(bytes[..8].try_into().unwrap()))
}

/// Some 500 bytes, with a salt and a record of which no byte repeats another item's.
fn item(index: u64) -> Item {
    let hash = Hash::of(&[b"salt", &index.to_be_bytes()]);
    let record = format!(
        "{{\"actor\":\"person\",\"choices\":{{\"display\":false,\"preferences\":true}},\"control\":\"save\",\
         \"event\":\"given\",\"kind\":\"consent\",\"language\":\"nl\",\"layer\":\"banner\",\"notice\":\"{hash}\",\
         \"record\":\"0192f0c4-7b1e-8cc3-98c4-{index:012x}\",\"site\":\"wsn\",\"subject\":\"{:032x}\",\
         \"time\":\"2026-11-22T10:15:00Z\",\"until\":\"2027-05-22T10:15:00Z\",\"v\":1}}",
        index.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    );
    let salt = Salt::from_bytes(*hash.as_bytes());
    let day = Day::from_unix_days(u32::try_from(DAY + index / 10_000).unwrap());
    let entry = Entry::new(day, &salt, record.as_bytes());
    Item { entry, opening: Some(Opening { tag: Some(tag(index)), salt, record: record.into_bytes().into() }) }
}

/// A store as a source of nodes.
struct Proofs<'a>(&'a dyn Store);

impl merkle::Nodes for Proofs<'_> {
    type Error = koektrommel::store::StoreError;

    fn node(&self, id: NodeId) -> Result<Hash, Self::Error> {
        self.0.node(id)
    }
}

/// Bytes on disk under a folder. Files may come and go meanwhile.
fn disk(path: &Path) -> u64 {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(about) if about.is_dir() => disk(&entry.path()),
        Ok(about) => about.blocks() * 512,
        Err(_) => 0,
    });
    sizes.sum()
}

/// Memory of this program, in MB.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1_024
}
