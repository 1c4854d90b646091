//! The `dossier` command.

use std::process::ExitCode;

use clap::Parser;
use dossier::{cli::Cli, commands, output};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match commands::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::aside(&format!("dossier: {failure}"));
            ExitCode::from(failure.exit_code())
        }
    }
}
