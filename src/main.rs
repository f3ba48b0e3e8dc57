//! sockembot, the binary: parse the command line, run, exit.

use clap::Parser as _;
use sockembot::cli::{Cli, run};
use sockembot::exit::Exit;

fn main() -> Exit {
    run(Cli::parse())
}
