//! What leaves the house and proves itself elsewhere: receipts and downloads of the log, how they are written, and
//! how anybody verifies them.
//!
//! The server and the verifier in the browser share this code, so that both give the same verdict. It reads from
//! whatever it is handed, asks no time and no network, and leaves Ed25519 to the caller.

pub mod calendar;
pub mod download;
pub mod dutch;
pub mod filter;
pub mod line;
pub mod pack;
pub mod receipt;
pub mod row;
pub mod verdict;
