//! What every test needs: a server of its own, a client that says exactly what it is told, and right decisions.

pub(crate) mod decision;
pub(crate) mod http;
pub(crate) mod log;
pub(crate) mod program;
pub(crate) mod server;
pub(crate) mod site;

pub(crate) use self::{
    decision::Decision,
    http::{Request, Response, get},
    log::Log,
    program::{Finished, koektrommel},
    server::Server,
};
