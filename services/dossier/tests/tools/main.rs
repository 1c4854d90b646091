//! The tools on a data directory, run as people run them: the real binary, its output and its exit codes.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod accounts;
mod callers;
mod conscience;
mod doctor;
mod erased_files;
mod export;
mod fixture;
mod obstacles;
mod openapi;
mod replay;
mod running;
mod serving;
mod tamper;
mod tampering;
mod verify;
