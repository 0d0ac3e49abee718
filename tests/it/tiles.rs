//! The log in public, read by others: `signed_note` and `tlog_tiles`, which know nothing of this program, walk all of it
//! over HTTP, and `ct-merkle` builds the tree once more from the entries alone.

use std::{cell::RefCell, collections::HashMap, slice};

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use koektrommel::{
    folder::Folder,
    keys::LogKey,
    store::{Batch, Head, Item, Opening, Store, sled::SledStore},
};
use koektrommel_core::{
    entry::{Entry, Salt},
    instant::Day,
    merkle::leaf_hash,
};
use sha2::Sha256;
use signed_note::{Note, StandardVerifier, Verifier, VerifierList};
use tlog_tiles::{
    Checkpoint, Error, Hash, HashReader, Tile, TileHashReader, TileReader, check_record, check_tree,
    prove_record, prove_tree, record_hash, stored_hash_index, tree_hash,
};

use crate::support::{Decision, Server, get, http::Connection, http::Request};

const PREFIX: &str = "/privacy/log";
/// How it may be kept: for ever.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// The height of a tile in the specification.
const HEIGHT: u8 = 8;
/// Items in one batch of a log that is made for a test.
const BATCH: u64 = 8192;

/// A stranger with nothing but the log's address.
struct Reader {
    connection: RefCell<Connection>,
    /// What was read, and checked by the library.
    read: RefCell<HashMap<String, Vec<u8>>>,
}

impl Reader {
    fn of(server: &Server) -> Self {
        let connection = RefCell::new(Connection::open(server.address).unwrap());
        Self { connection, read: RefCell::default() }
    }

    /// A file of the log that must be there, with the headers that the specification asks for.
    #[track_caller]
    fn file(&self, path: &str) -> Vec<u8> {
        if let Some(bytes) = self.read.borrow().get(path) {
            return bytes.clone();
        }
        let answer = self.connection.borrow_mut().send(&get(&format!("{PREFIX}/{path}"))).unwrap();
        assert_eq!(answer.status, 200, "{path}");
        if path.starts_with("tile/") {
            assert_eq!(answer.header("content-type"), Some("application/octet-stream"), "{path}");
            assert_eq!(answer.header("cache-control"), Some(IMMUTABLE), "{path}");
            self.read.borrow_mut().insert(path.to_owned(), answer.body.clone());
        }
        answer.body
    }

    /// The newest checkpoint, if the published key signed it.
    fn checkpoint(&self) -> Checkpoint {
        let key = StandardVerifier::new(String::from_utf8(self.file("key")).unwrap().trim_end()).unwrap();
        let name = key.name().to_owned();
        let note = Note::from_bytes(&self.file("checkpoint")).unwrap();
        note.verify(&VerifierList::new(vec![Box::new(key)])).unwrap();
        let checkpoint = Checkpoint::from_bytes(note.text()).unwrap();
        assert_eq!(checkpoint.origin(), name);
        assert_eq!(checkpoint.extension(), "");
        checkpoint
    }

    /// The entries of a tile of leaves, taken out of their bundle.
    fn entries(&self, tile: &Tile) -> Vec<Vec<u8>> {
        let mut bundle = &self.file(&address(tile).replacen("tile/0/", "tile/entries/", 1))[..];
        let mut entries = Vec::new();
        while let Some((length, rest)) = bundle.split_first_chunk() {
            let (entry, rest) = rest.split_at(u16::from_be_bytes(*length).into());
            entries.push(entry.to_vec());
            bundle = rest;
        }
        entries
    }
}

/// Where the specification has a tile: the library still writes the height, as the Go checksum database does.
fn address(tile: &Tile) -> String {
    tile.path().replacen(&format!("tile/{HEIGHT}/"), "tile/", 1)
}

impl TileReader for Reader {
    fn height(&self) -> u8 {
        HEIGHT
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, Error> {
        Ok(tiles.iter().map(|tile| self.file(&address(tile))).collect())
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

/// Appends to the log of a server that is not running, under its own key, until it has this size. Two of three items
/// have been erased.
fn grow(server: &Server, size: u64) {
    let folder = Folder::open(&server.data()).unwrap();
    let key = LogKey::open(&folder).unwrap();
    let store = SledStore::open(&folder.path("store")).unwrap();
    let mut head = store.head().unwrap();
    while head.frontier.size() < size {
        let before = head.frontier.clone();
        let range = before.size()..size.min(before.size() + BATCH);
        let mut frontier = before.clone();
        let items = range.map(|index| {
            let record: Box<[u8]> = format!("record {index}").into_bytes().into();
            let salt = Salt::from_bytes([u8::try_from(index % 251).unwrap(); 32]);
            let entry = Entry::new(
                Day::from_unix_days(20_000 + u32::try_from(index / 1000).unwrap()),
                &salt,
                &record,
            );
            frontier.push(leaf_hash(&entry.encode()));
            let is_kept = index % 3 == 0;
            Item { entry, opening: is_kept.then_some(Opening { tag: None, salt, record }) }
        });
        let items = items.collect();
        let checkpoint = key.checkpoint(frontier.size(), frontier.root()).unwrap();
        head = Head { frontier, checkpoint, time: head.time };
        store.append(&Batch { before, items, after: head.clone() }).unwrap();
    }
}

/// Reads every file of the log that its checkpoint promises and rebuilds the tree, twice.
fn walk(server: &Server, size: u64) {
    let reader = Reader::of(server);
    let checkpoint = reader.checkpoint();
    assert_eq!(checkpoint.size(), size);
    let mut tree = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    let tiles = Tile::new_tiles(HEIGHT, 0, size);
    for tile in &tiles {
        assert_eq!(reader.file(&address(tile)).len(), tile.width() as usize * 32);
        if tile.level() == 0 {
            let entries = reader.entries(tile);
            assert_eq!(entries.len(), tile.width() as usize);
            let hashes = reader.file(&address(tile));
            for (entry, hash) in entries.into_iter().zip(hashes.chunks_exact(32)) {
                assert_eq!(entry.len(), Entry::LENGTH, "a commitment and nothing else");
                assert_eq!(record_hash(&entry).0[..], *hash);
                tree.push(entry);
            }
        }
    }
    assert_eq!(tree.root().as_bytes()[..], checkpoint.hash().0);
    // The library holds every tile that it reads against the root.
    let hashes = TileHashReader::new(size, *checkpoint.hash(), &reader);
    assert_eq!(tree_hash(size, &hashes).unwrap(), *checkpoint.hash());
    for first in (0..size).step_by(256) {
        let wanted: Vec<_> =
            (first..size.min(first + 256)).map(|index| stored_hash_index(0, index)).collect();
        assert_eq!(hashes.read_hashes(&wanted).unwrap().len(), wanted.len());
    }
    for index in [0, size / 2, size - 1] {
        let proof = prove_record(size, index, &hashes).unwrap();
        let leaf = hashes.read_hashes(slice::from_ref(&stored_hash_index(0, index))).unwrap()[0];
        check_record(&proof, size, *checkpoint.hash(), index, leaf).unwrap();
    }
    // There is nothing beyond the end.
    for level in 0..=3 {
        let complete = size >> (u32::from(HEIGHT) * level);
        let next = Tile::new(
            HEIGHT,
            u8::try_from(level).unwrap(),
            complete / 256,
            u32::try_from(complete % 256).unwrap() + 1,
            false,
        );
        assert_eq!(server.get(&format!("{PREFIX}/{}", address(&next))).status, 404, "{}", address(&next));
    }
}

#[test]
fn others_read_the_whole_log_and_agree_at_every_size() {
    let mut server = Server::start();
    assert_eq!(server.get(&format!("{PREFIX}/checkpoint")).status, 404);
    for nothing in ["0/000", "0/000.p/1", "entries/000", "entries/000.p/1"] {
        assert_eq!(server.get(&format!("{PREFIX}/tile/{nothing}")).status, 404, "{nothing}");
    }
    for size in [1, 255, 256, 257, 65_536, 70_000] {
        server.kill();
        grow(&server, size);
        server.restart();
        walk(&server, size);
    }
}

#[test]
fn every_checkpoint_of_a_run_is_a_beginning_of_every_later_one() {
    let mut server = Server::start();
    server.kill();
    // So that a tile fills up and another level begins on the way.
    grow(&server, 250);
    server.restart();
    let mut seen: Vec<(u64, Hash, Reader)> = Vec::new();
    for round in 0..8_u8 {
        let [count] = koektrommel::keys::random::<1>().unwrap();
        for _ in 0..=count % 5 {
            Decision::refuse(&server).send(&server).expect(201);
        }
        if round == 4 {
            server.restart();
        }
        let reader = Reader::of(&server);
        let checkpoint = reader.checkpoint();
        let (size, root) = (checkpoint.size(), *checkpoint.hash());
        // Whoever reads at this size still finds what an older checkpoint asks for.
        for (old_size, old_root, _) in &seen {
            let hashes = TileHashReader::new(size, root, &reader);
            let proof = prove_tree(size, *old_size, &hashes).unwrap();
            check_tree(&proof, size, root, *old_size, *old_root).unwrap();
            let then = Reader::of(&server);
            let hashes = TileHashReader::new(*old_size, *old_root, &then);
            assert_eq!(tree_hash(*old_size, &hashes).unwrap(), *old_root);
        }
        seen.push((size, root, reader));
    }
}

#[test]
fn a_tile_has_one_address_and_nothing_else_is_one() {
    let mut server = Server::start();
    server.kill();
    grow(&server, 300);
    server.restart();
    let tile = |path: &str| server.get(&format!("{PREFIX}/tile/{path}"));
    for path in
        ["0/000", "0/001.p/44", "0/001.p/1", "0/000.p/7", "1/000.p/1", "entries/000", "entries/001.p/44"]
    {
        let answer = tile(path).expect(200);
        let head = server.send(&Request::new("HEAD", &format!("{PREFIX}/tile/{path}")));
        assert_eq!(
            (head.status, head.header("content-type")),
            (200, answer.header("content-type")),
            "{path}"
        );
    }
    assert!(tile("0/000").body.starts_with(&tile("0/000.p/7").body));
    // The most that one answer holds.
    assert_eq!((tile("0/000").body.len(), tile("entries/000").body.len()), (8192, 256 * (2 + Entry::LENGTH)));
    let not_there =
        ["0/001", "0/002", "0/001.p/45", "1/000", "1/000.p/2", "2/000.p/1", "entries/001", "63/000"];
    let no_tiles = [
        "",
        "0",
        "0/",
        "0/0",
        "0/1",
        "00/000",
        "0/x000/000",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/044",
        "64/000",
        "entries",
        "entries/",
        "entries/000.p/",
        "8/0/000",
        "data/000",
        "x",
        "0/000/",
        "0//000",
        "0/%30%30%30",
        "0/000%2ep/7",
        "0/..%2f000",
        "../tile/0/000",
        "../checkpoint/tile",
        "0/x999/x999/x999/x999/x999/x999/x999/999",
        "0/-01",
        "%00",
    ];
    for path in not_there.iter().chain(&no_tiles) {
        let answer = tile(path);
        assert_eq!(answer.status, 404, "{path}");
        // It may come to be.
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    }
    let posted = server.send(&Request::post(&format!("{PREFIX}/tile/0/000"), "text/plain", "x")).expect(405);
    assert_eq!(posted.header("allow"), Some("GET, HEAD"));
    server.assert_well();
}

#[test]
fn the_keys_are_published_as_lines_and_as_a_jwk_set_and_stay_so_once_retired() {
    let mut server = Server::start();
    let key = server.get("/privacy/log/key").expect(200).text();
    // Of a key that is no longer used only the public half is kept.
    let name = key.split('+').next().unwrap();
    let retired = koektrommel_core::note::VerifierKey::new(name, [7; 32]).unwrap();
    server.kill();
    std::fs::write(server.data().join("keys/log.retired"), format!("{retired}\n")).unwrap();
    server.restart();
    let keys = server.get("/privacy/log/key").expect(200).text();
    assert_eq!(keys, format!("{key}{retired}\n"));
    let set = server.get("/.well-known/jwks.json").expect(200);
    assert_eq!(set.header("content-type"), Some("application/jwk-set+json"));
    assert_eq!(set.body, server.get("/privacy/log/jwks.json").expect(200).body);
    let set = set.json();
    assert_eq!(set["keys"].as_array().unwrap().len(), 2);
    for (jwk, line) in set["keys"].as_array().unwrap().iter().zip(keys.lines()) {
        let public = data_encoding::BASE64.decode(line.splitn(3, '+').nth(2).unwrap().as_bytes()).unwrap();
        let x = data_encoding::BASE64URL_NOPAD.encode(&public[1..]);
        let members = [("kty", "OKP"), ("crv", "Ed25519"), ("alg", "Ed25519"), ("use", "sig"), ("x", &x)];
        assert!(members.iter().all(|(name, value)| jwk[name] == *value), "{jwk}");
        assert_eq!(jwk.as_object().unwrap().len(), 6, "and `kid`, and no secret");
    }
    for other in ["nonsense\n".to_owned(), retired.to_string().replace(name, "another.example/log")] {
        server.kill();
        std::fs::write(server.data().join("keys/log.retired"), other).unwrap();
        let args = crate::support::program::serve_args(server.data().as_os_str(), None);
        assert!(crate::support::koektrommel(args).refused(1).contains("log.retired"));
    }
}
