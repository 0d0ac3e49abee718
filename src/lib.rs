//! Koektrommel, the server.

pub mod store;
