//! Koektrommel, the server. `ARCHITECTURE.md` has the map and the walkthroughs.

pub mod clock;
pub mod cookie;
pub mod folder;
pub mod keys;
pub mod ledger;
pub mod store;
pub mod watched;
