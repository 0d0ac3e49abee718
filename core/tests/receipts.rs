//! Notes, checkpoints and receipts: golden files, what is refused, and that reading undoes writing.
//!
//! The golden files in `testdata` are read by other tests too. `KOEK_GOLDEN=write cargo test -p koektrommel-core`
//! makes them anew.

#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use std::{collections::HashMap, env, fs, path::Path, slice};

use koektrommel_core::{
    entry::{Entry, Salt},
    error::Malformed,
    hash::Hash,
    instant::Day,
    merkle::{self, Frontier, NodeId, Nodes},
    note::{self, Checkpoint, VerifierKey},
    receipt::Receipt,
    record::Record,
};
use proptest::prelude::*;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

const LOG: &str = "koektrommel.example/privacy/log";
const SIZE: u64 = 70;
const INDEX: u64 = 41;

/// A consent as the log keeps it, canonical, its id naming the index.
const RECORD: &str = concat!(
    r#"{"actor":"person","choices":{"display":false,"preferences":true},"control":"save","event":"given","#,
    r#""kind":"consent","language":"nl","layer":"banner","#,
    r#""notice":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","#,
    r#""record":"00000000-0029-8cc3-98c4-dc0c0c07398f","site":"wsn","#,
    r#""subject":"01234567-89ab-4def-8123-456789abcdef","time":"2026-11-22T10:15:00Z","#,
    r#""until":"2027-05-22T10:15:00Z","v":1}"#,
);

/// A key that everybody knows: good for tests only.
fn pair(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

fn key(name: &str, seed: u8) -> VerifierKey {
    VerifierKey::new(name, pair(seed).public_key().as_ref().try_into().unwrap()).unwrap()
}

fn signer(seed: u8) -> impl FnOnce(&[u8]) -> [u8; 64] {
    move |text| pair(seed).sign(text).as_ref().try_into().unwrap()
}

fn verify(public: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, public).verify(message, signature).is_ok()
}

struct Map(HashMap<NodeId, Hash>);

impl Nodes for Map {
    type Error = Malformed;

    fn node(&self, id: NodeId) -> Result<Hash, Malformed> {
        self.0.get(&id).copied().ok_or(Malformed::new("node", "must have been completed"))
    }
}

/// The receipt of one record in a log of seventy.
fn receipt() -> Receipt {
    let (mut tree, mut nodes) = (Frontier::new(), Map(HashMap::new()));
    let record = |index| if index == INDEX { RECORD.to_string() } else { format!("record {index}") };
    let salt = |index| Salt::from_bytes([u8::try_from(index).unwrap(); 32]);
    let entry = |index| Entry::new("2026-11-22".parse().unwrap(), &salt(index), record(index).as_bytes());
    for index in 0..SIZE {
        let leaf = merkle::leaf_hash(&entry(index).encode());
        tree.push_with(leaf, &mut |id, hash| _ = nodes.0.insert(id, hash));
    }
    let checkpoint = Checkpoint { origin: LOG.to_string(), size: SIZE, root: tree.root() };
    Receipt::new(
        INDEX,
        &entry(INDEX),
        &salt(INDEX),
        RECORD.as_bytes(),
        merkle::inclusion_proof(INDEX, SIZE, &nodes).unwrap(),
        checkpoint.sign(&key(LOG, 1), signer(1)).unwrap(),
    )
}

/// Compares with a file in `testdata`.
fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name);
    if env::var_os("KOEK_GOLDEN").is_some() {
        fs::write(&path, text).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), text, "{name}");
}

#[test]
fn golden_files_are_what_is_written_today() {
    let receipt = receipt();
    golden("log.vkey", &format!("{}\n", key(LOG, 1)));
    golden("log.checkpoint", &receipt.checkpoint);
    golden("consent.tlog-proof", &receipt.to_string());
}

#[test]
fn a_receipt_proves_its_record() {
    let receipt: Receipt = receipt().to_string().parse().unwrap();
    let verified = receipt.verify(&[key("other.example", 2), key(LOG, 1)], &verify).unwrap();
    assert_eq!(verified.record, RECORD.as_bytes());
    assert_eq!((&*verified.checkpoint.origin, verified.checkpoint.size), (LOG, SIZE));
    let Record::Consent(consent) = Record::from_json(verified.record).unwrap() else { panic!("no consent") };
    assert_eq!((consent.id.index(), consent.time.day()), (receipt.index, verified.entry.day));
    // What is written where anybody might read it does not tell what was chosen.
    assert!(!format!("{receipt:?} {verified:?}").contains("preferences"));
}

#[test]
fn every_flipped_bit_of_a_receipt_is_refused() {
    let text = receipt().to_string();
    let keys = [key(LOG, 1)];
    assert!(text.parse::<Receipt>().unwrap().verify(&keys, &verify).is_ok());
    for bit in 0..text.len() * 8 {
        let mut bytes = text.clone().into_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let Ok(receipt) = text.parse::<Receipt>() else { continue };
        assert!(receipt.verify(&keys, &verify).is_err(), "bit {bit}: {text}");
    }
    // Nor does it verify when cut short, at whatever character.
    for (end, _) in text.char_indices() {
        let Ok(receipt) = text[..end].parse::<Receipt>() else { continue };
        assert!(receipt.verify(&keys, &verify).is_err(), "cut at {end}");
    }
}

#[test]
fn a_receipt_says_what_is_wrong() {
    let (good, keys) = (receipt(), [key(LOG, 1)]);
    let what = |receipt: &Receipt, keys: &[VerifierKey]| receipt.verify(keys, &verify).unwrap_err().what;
    let with_extra = |extra: Option<Vec<u8>>| Receipt { extra, ..good.clone() };
    assert_eq!(what(&with_extra(None), &keys), "extra");
    assert_eq!(what(&with_extra(Some(vec![1; 68])), &keys), "extra");
    let (entry, salt, _) = good.opening().unwrap();
    let (proof, checkpoint) = (good.proof.clone(), good.checkpoint.clone());
    let forged = Receipt::new(INDEX, &entry, &salt, b"{}", proof.clone(), checkpoint.clone());
    assert_eq!(what(&forged, &keys), "record");
    let other_day = Entry { day: Day::from_unix_days(1), ..entry };
    let forged = Receipt::new(INDEX, &other_day, &salt, RECORD.as_bytes(), proof, checkpoint);
    assert_eq!(what(&forged, &keys), "proof");
    assert_eq!(what(&Receipt { index: SIZE, ..good.clone() }, &keys), "index");
    assert_eq!(what(&good, &[]), "note");
    assert_eq!(what(&good, &[key(LOG, 2)]), "note");
    assert_eq!(what(&good, &[key("other.example", 1)]), "note");
}

#[test]
fn a_receipt_has_one_spelling() {
    let text = receipt().to_string();
    let hash = text.lines().nth(3).unwrap();
    for (from, to) in [
        ("tlog-proof@v1", "tlog-proof@v2"),
        ("tlog-proof@v1\n", "tlog-proof@v1\r\n"),
        ("index 41", "index 041"),
        ("index 41", "index +41"),
        ("index 41", "index"),
        ("index 41", "index 18446744073709551616"),
        ("index 41\n", ""),
        ("extra ", "extra"),
        ("extra ", "Extra "),
        ("extra AQ", "extra A"),
        (hash, &hash[..40]),
        (hash, &format!("{hash}{hash}")),
        (hash, &format!("{hash} ")),
        (hash, &format!("{}=", hash.trim_end_matches('='))[..43]),
        (hash, &[hash; 61].join("\n")),
    ] {
        let wrong = text.replacen(from, to, 1);
        assert_ne!(wrong, text, "{from}");
        assert!(wrong.parse::<Receipt>().is_err(), "{wrong}");
    }
    let (head, _) = text.split_once("\n\n").unwrap();
    for wrong in [head.to_string(), format!("{head}\n"), format!("{head}\n\n"), String::new()] {
        assert!(wrong.parse::<Receipt>().is_err(), "{wrong}");
    }
}

#[test]
fn every_flipped_bit_of_a_checkpoint_is_refused() {
    let (note, keys) = (receipt().checkpoint, [key(LOG, 1)]);
    assert!(Checkpoint::open(&note, &keys, &verify).is_ok());
    for bit in 0..note.len() * 8 {
        let mut bytes = note.clone().into_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let Ok(text) = String::from_utf8(bytes) else { continue };
        assert!(Checkpoint::open(&text, &keys, &verify).is_err(), "bit {bit}: {text}");
    }
}

#[test]
fn other_signatures_are_passed_over_but_a_wrong_one_is_not() {
    let (log, witness) = (key(LOG, 1), key("witness.example", 2));
    let ours = slice::from_ref(&log);
    let text = "Text\n\nwith an empty line\n";
    let note = note::sign(text, &log, signer(1)).unwrap();
    let cosigned = note::sign(text, &witness, signer(2)).unwrap();
    let line = cosigned.lines().last().unwrap();
    let both = format!("{note}{line}\n");
    for keys in [vec![log.clone()], vec![witness.clone()], vec![witness.clone(), log.clone()]] {
        assert_eq!(note::open(&both, &keys, &verify), Ok(text));
    }
    // The same name with another key, or the same id with another name, is another key.
    assert!(note::open(&both, &[key(LOG, 2), key("witness.example", 1)], &verify).is_err());
    let forged = both.replace("with an", "without an");
    assert_eq!(note::open(&forged, ours, &verify).unwrap_err().what, "signature");
    // A known key that signed something else refuses the note, though another one signed this.
    let stray = note::sign("Other\n", &witness, signer(2)).unwrap();
    let mixed = format!("{note}{}\n", stray.lines().last().unwrap());
    assert_eq!(note::open(&mixed, ours, &verify), Ok(text));
    assert_eq!(note::open(&mixed, &[log.clone(), witness], &verify).unwrap_err().what, "signature");
    // At least sixteen signatures have to be accepted; somewhere it must end.
    let many = |count| format!("{note}{}", format!("{line}\n").repeat(count));
    assert!(note::open(&many(note::MAX_SIGNATURES - 1), ours, &verify).is_ok());
    assert!(note::open(&many(note::MAX_SIGNATURES), ours, &verify).is_err());
}

#[test]
fn a_note_keeps_to_its_form() {
    let (key, all) = (key(LOG, 1), &|_: &[u8; 32], _: &[u8], _: &[u8]| true);
    let note = note::sign("Text\n", &key, signer(1)).unwrap();
    let keys = [key.clone()];
    assert_eq!(note::open(&note, &keys, all), Ok("Text\n"));
    for (from, to) in [
        ("Text", "Te\txt"),
        ("Text", "Te\rxt"),
        ("\n\n", "\n"),
        ("— ", "- "),
        ("— ", "—"),
        ("— ", "—  "),
        (LOG, ""),
        (LOG, "a+b"),
        ("=\n", "="),
        ("=\n", "=\n\n"),
        ("=\n", "=\nmore\n"),
        ("=\n", "\n"),
    ] {
        assert!(note.contains(from), "{from}");
        assert!(note::open(&note.replacen(from, to, 1), &keys, all).is_err(), "{from:?} as {to:?}");
    }
    for wrong in ["", "Text", "Te\rxt\n", "Text\n\0\n"] {
        assert!(note::sign(wrong, &key, signer(1)).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_key_keeps_to_its_form() {
    let good = key(LOG, 1).to_string();
    assert_eq!(good.parse(), Ok(key(LOG, 1)));
    for (from, to) in [("/log", "/log2"), ("+A", "+B"), ("+", " "), ("koek", "ko ek")] {
        let wrong = good.replacen(from, to, 1);
        assert!(good.contains(from) && wrong.parse::<VerifierKey>().is_err(), "{wrong}");
    }
    assert!(format!("{good}\n").parse::<VerifierKey>().is_err());
    for name in ["", "a b", "a+b", "a\nb", "a\u{2003}b", "a\0"] {
        assert!(VerifierKey::new(name, [0; 32]).is_err(), "{name:?}");
    }
}

#[test]
fn a_checkpoint_keeps_to_its_form() {
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    let read = |text: &str| text.parse::<Checkpoint>();
    let good = read(&format!("a log\n20852163\n{root}\n")).unwrap();
    assert_eq!((&*good.origin, good.size), ("a log", 20_852_163));
    assert_eq!(read(&format!("a log\n20852163\n{root}\nextension\nmore\n")), Ok(good.clone()));
    for wrong in [
        format!("\n1\n{root}\n"),
        format!("log\n01\n{root}\n"),
        format!("log\n+1\n{root}\n"),
        format!("log\n-1\n{root}\n"),
        format!("log\n\n{root}\n"),
        format!("log\n1\n{root}"),
        format!("log\n1\n{root}\n\n"),
        format!("log\n1\n{root}\n\nx\n"),
        format!("log\n1\n{}\n", &root[..43]),
        format!("log\n1\n{}J=\n", &root[..42]),
        "log\n1\n".to_string(),
        "log\n1\nAA==\n".to_string(),
        String::new(),
    ] {
        assert!(read(&wrong).is_err(), "{wrong:?}");
    }
    // The name of the log is the name of the key, in writing and in reading.
    assert!(good.sign(&key(LOG, 1), signer(1)).is_err());
    let stranger = note::sign(&good.to_string(), &key(LOG, 1), signer(1)).unwrap();
    assert_eq!(Checkpoint::open(&stranger, &[key(LOG, 1)], &verify).unwrap_err().what, "origin");
}

/// Text that looks like what the parsers expect, in the wrong order.
fn scraps() -> impl Strategy<Value = String> {
    let scrap = prop_oneof![
        Just("c2sp.org/tlog-proof@v1\n".to_string()),
        Just("extra AAAA\n".to_string()),
        Just("index 1\n".to_string()),
        Just("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n".to_string()),
        Just("\n".to_string()),
        Just("— log AAAAAAA=\n".to_string()),
        Just("— log ".to_string()),
        Just("+".to_string()),
        any::<String>(),
    ];
    prop::collection::vec(scrap, 0..8).prop_map(|scraps| scraps.concat())
}

proptest! {
    #[test]
    fn no_text_makes_a_parser_panic(text in scraps()) {
        let keys = [key(LOG, 1)];
        if let Ok(receipt) = text.parse::<Receipt>() {
            prop_assert_eq!(receipt.to_string(), &*text);
            prop_assert!(receipt.verify(&keys, &|_, _, _| true).is_err());
        }
        if let Ok(checkpoint) = text.parse::<Checkpoint>() {
            prop_assert!(text.starts_with(&checkpoint.to_string()));
        }
        if let Ok(key) = text.parse::<VerifierKey>() {
            prop_assert_eq!(key.to_string(), &*text);
        }
        prop_assert!(note::open(&text, &keys, &|_, _, _| true).is_err());
    }

    #[test]
    fn reading_undoes_writing(
        extra in any::<Option<Vec<u8>>>(),
        index: u64,
        proof in prop::collection::vec(any::<[u8; 32]>().prop_map(Hash::from_bytes), 0..=64),
        checkpoint in "(?s).+",
    ) {
        let receipt = Receipt { extra, index, proof, checkpoint };
        prop_assert_eq!(receipt.to_string().parse(), Ok(receipt));
    }

    #[test]
    fn signed_text_comes_back(lines in "[^\x00-\x09\x0b-\x1f]*\n", origin in "[a-z/.]{1,20}", size: u64, root: [u8; 32]) {
        let note = note::sign(&lines, &key(LOG, 1), signer(1)).unwrap();
        prop_assert_eq!(note::open(&note, &[key(LOG, 1)], &verify), Ok(&*lines));
        let checkpoint = Checkpoint { origin: origin.clone(), size, root: Hash::from_bytes(root) };
        prop_assert_eq!(checkpoint.to_string().parse(), Ok(checkpoint.clone()));
        let signed = checkpoint.sign(&key(&origin, 3), signer(3)).unwrap();
        prop_assert_eq!(Checkpoint::open(&signed, &[key(&origin, 3)], &verify), Ok(checkpoint));
    }
}
