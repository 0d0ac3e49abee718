//! The program.

use std::process::ExitCode;

use clap::Parser;
use koektrommel::cli::{self, Cli};

fn main() -> ExitCode {
    cli::run(Cli::parse())
}
