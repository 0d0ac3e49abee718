//! The program.

use std::process::ExitCode;

use koektrommel::cli;

fn main() -> ExitCode {
    cli::main()
}
