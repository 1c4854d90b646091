//! The command `dossier`, built with these tests: the same library, the same command line, the same exit codes.

use std::process::ExitCode;

use clap::Parser;
use dossier::{cli::Cli, commands, output};

fn main() -> ExitCode {
    match commands::run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::aside(&format!("dossier: {failure}"));
            ExitCode::from(failure.exit_code())
        }
    }
}
