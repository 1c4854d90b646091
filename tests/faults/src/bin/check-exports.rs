//! Judges exports against a file of notes: `check-exports EXPORTS NOTES`. Prints every complaint; 1 when there is one.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a command")]

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use dossier_faults::checker::check;

#[derive(Parser)]
struct Asked {
    /// The directory with the exports and `verifier-keys.txt`.
    exports: PathBuf,
    /// The file of notes.
    notes: PathBuf,
}

fn main() -> ExitCode {
    let asked = Asked::parse();
    match check(&asked.exports, &asked.notes) {
        Ok(verdict) => {
            verdict.complaints.iter().for_each(|complaint| println!("{complaint}"));
            println!(
                "{} events, {} commands acknowledged, {} complaints",
                verdict.events,
                verdict.acknowledged,
                verdict.complaints.len()
            );
            ExitCode::from(u8::from(!verdict.complaints.is_empty()))
        }
        Err(error) => {
            eprintln!("check-exports: {error}");
            ExitCode::from(2)
        }
    }
}
