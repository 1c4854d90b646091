//! The `dossier` command.

use std::process::ExitCode;

use clap::Parser;
use dossier::{Exit, cli::Cli, commands, output};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match commands::run(cli) {
        Ok(()) if output::something_was_lost() => {
            output::aside(
                "dossier: it was done, but not all of what it prints could be written. Is the disk full that it goes to?",
            );
            ExitCode::from(Exit::Disk as u8)
        }
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::aside(&format!("dossier: {failure}"));
            ExitCode::from(failure.exit_code())
        }
    }
}
