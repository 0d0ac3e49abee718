//! Koektrommel, the server. `ARCHITECTURE.md` has the map and the walkthroughs.

pub mod accounts;
pub mod app;
pub mod archive;
pub mod arrivals;
pub mod asset;
pub mod cli;
pub mod clock;
pub mod config;
pub mod control;
pub mod cookie;
pub mod demo;
pub mod download;
pub mod dpv;
pub mod environment;
pub mod folder;
pub mod history;
pub mod keys;
pub mod ledger;
pub mod notices;
pub mod offers;
pub mod pages;
pub mod retention;
pub mod script;
pub mod sessions;
pub mod statement;
pub mod store;
pub mod telemetry;
pub mod undeclared;
pub mod uses;
pub mod verify;
pub mod view;
pub mod watched;
pub mod web;

pub use koektrommel_evidence::calendar;
