//! How fast Dossier is, beside a raw file on the same disk in the same minute.
//!
//! `cargo run --release -p dossier-bench -- [append|command|replay|verify|pipeline|queue|as-of|nats|all]` prints a table; `--json` prints one
//! document. Every measurement runs in a process of its own, so that its peak memory is its own. Where a figure is a
//! ratio to a raw append followed by `fdatasync`, both sides take turns, so that other work on the machine hits both.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool that prints")]

mod append;
mod arguments;
mod as_of;
mod command;
mod decider;
mod events;
mod failure;
mod log;
mod machine;
mod memory;
mod nats;
mod pipeline;
mod processor;
mod quantiles;
mod queue;
mod raw;
mod replay;
mod report;
mod run;
mod table;
mod trail;
mod verify;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match run::run(&arguments::Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("dossier-bench: {failure}");
            ExitCode::FAILURE
        }
    }
}
