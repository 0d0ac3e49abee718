//! The domain of Koektrommel, on one page.
//!
//! A visitor is shown a **notice** and makes a **decision** on it. The decision becomes a **record**; the log
//! holds an **entry**, a salted commitment to the record, as a leaf of an RFC 6962 tree. A **checkpoint** signs
//! the tree; a **receipt** carries one entry's proof. See `ARCHITECTURE.md` for how the pieces meet.
//!
//! Nothing here does input or output, asks the time, draws a random number, or knows HTTP or a database: callers
//! bring what they have. It builds for `wasm32-unknown-unknown`, where the verifier uses it.

extern crate alloc;

pub mod catalogue;
pub mod decision;
pub mod entry;
pub mod error;
pub mod hash;
pub mod identifier;
pub mod indexes;
pub mod instant;
pub mod json;
pub mod mark;
pub mod merkle;
pub mod note;
pub mod notice;
pub mod receipt;
pub mod record;
pub mod reference;
pub mod setting;
pub mod tile;
