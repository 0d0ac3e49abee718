//! Koektrommel from outside: every test starts the real program on a folder of its own and speaks HTTP to it.
//!
//! One binary, so that it links once. No test waits for luck, for another test, or for the clock.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, its helpers too"
)]

/// The server, the client and right decisions that all tests share.
mod support;

/// Backups, exports, and folders made of them.
mod archive;
/// Everything that can be wrong with a request. It is refused clearly, and nothing is stored.
mod bad_input;
/// Clients that act at the same time: one record for one click, no gap, no double.
mod concurrency;
/// Every answer of the address that records decisions, and what can be done with a record afterwards.
mod consents;
/// The choice cookie in every broken form, and the keys that sign it.
mod cookies;
/// SIGKILL under load: what was acknowledged is there, once, in a tree that verifies.
mod crash;
/// Bytes that change on disk.
mod damage;
/// The system calls of one decision: the disk has it before the visitor hears so.
mod durability;
/// Proofs that are erased: by visitors, by commands, at the end of their term.
mod erasure;
/// System calls that fail under the real program.
mod faults;
/// A data folder that lost a part, or that is not there.
mod folder;
/// Global Privacy Control: what the site says of it, and what it does.
mod gpc;
/// The server beside the pages, on a sibling host, and on another site.
mod hosts;
/// What staff do: accounts, signing in, downloads that are recorded, and `koektrommel verify`.
mod officer;
/// The system calls of a whole session: the server opens no connection of its own.
mod outgoing;
/// What visitors see without a script: statement, cookie table, settings; headers and caching of every route.
mod pages;
/// Nothing that identifies a visitor reaches the disk, the output or a download.
mod privacy;
/// What a visitor carries away, as a proof, for machines, and on paper.
mod receipts;
/// When a choice stands, when it has ended, and what is still recorded after the catalogue has changed.
mod rules;
/// What a start refuses, and how: broken configuration, broken folder, two programs on one folder.
mod start;
/// The house rules, held on the sources themselves.
mod tidy;
/// The log in public, read and checked by libraries that know nothing of this program.
mod tiles;
/// Names that pages report, and what ends with a no.
mod undeclared;
/// The four functional uses of cookies.
mod uses;
