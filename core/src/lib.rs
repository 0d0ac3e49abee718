//! The domain of Koektrommel, on one page.
//!
//! A visitor is shown a **notice** and makes a **decision** on it. The decision becomes a **record**; the log
//! holds an **entry**, a salted commitment to the record, as a leaf of an RFC 6962 tree. A **checkpoint** signs
//! the tree; a **receipt** carries one entry's proof. See `ARCHITECTURE.md` for how the pieces meet.
//!
//! Nothing here does input or output, asks the time, draws a random number, or knows HTTP, JSON libraries or a
//! database: callers bring what they have. It builds for `wasm32-unknown-unknown`, where the verifier uses it.

extern crate alloc;

pub mod entry;
pub mod error;
pub mod hash;
pub mod instant;
pub mod merkle;
pub mod note;
pub mod receipt;
pub mod record;
