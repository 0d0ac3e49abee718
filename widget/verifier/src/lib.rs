//! The verifier in the browser: a WebAssembly module that imports nothing and so can reach nothing, over the very code
//! that the server verifies with.
//!
//! A page asks for room, writes a file, a key and a checkpoint there, and has them verified; the verdict is JSON. See
//! `assets/verify.js` for how it is called.

use std::cell::RefCell;

use ed25519_dalek::{Signature, VerifyingKey};
use koektrommel_evidence::verdict;

/// What the page hands in, by place: the file, the log's public key, a checkpoint. The last two may be empty.
const PLACES: usize = 3;

thread_local! {
    static GIVEN: RefCell<[Vec<u8>; PLACES]> = const { RefCell::new([Vec::new(), Vec::new(), Vec::new()]) };
    static VERDICT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Makes room for `length` bytes of the file (0), the key (1) or the checkpoint (2), and says where in memory it
/// is; 0 for any other place. What was there is gone.
#[allow(unsafe_code, reason = "the page calls it by this name")]
#[unsafe(no_mangle)]
pub extern "C" fn room(place: usize, length: usize) -> usize {
    GIVEN.with_borrow_mut(|given| {
        given.get_mut(place).map_or(0, |room| {
            *room = vec![0; length];
            room.as_ptr() as usize
        })
    })
}

/// Verifies what was handed in, and says where in memory the verdict is: JSON in UTF-8, of [`length`] bytes.
#[allow(unsafe_code, reason = "the page calls it by this name")]
#[unsafe(no_mangle)]
pub extern "C" fn verify() -> usize {
    let verdict = GIVEN.with_borrow(|[file, key, checkpoint]| {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        let (key, checkpoint) = (text(key), String::from_utf8_lossy(checkpoint));
        let given = |text: &str| if text.is_empty() { None } else { Some(text.to_owned()) };
        verdict::of(file, given(&key).as_deref(), given(&checkpoint).as_deref(), &ed25519)
    });
    VERDICT.with_borrow_mut(|place| {
        *place = verdict.to_json().into_bytes();
        place.as_ptr() as usize
    })
}

/// How many bytes the verdict has.
#[allow(unsafe_code, reason = "the page calls it by this name")]
#[unsafe(no_mangle)]
pub extern "C" fn length() -> usize {
    VERDICT.with_borrow(Vec::len)
}

/// Checks an Ed25519 signature (RFC 8032, 5.1.7).
fn ed25519(public: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (VerifyingKey::from_bytes(public), Signature::from_slice(signature))
    else {
        return false;
    };
    key.verify_strict(message, &signature).is_ok()
}
