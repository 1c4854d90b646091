//! Disks that are lost, and what comes back: the real binary on data directories.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod backup;
#[allow(dead_code, reason = "the other tests of the tools use the rest")]
#[path = "../tools/fixture.rs"]
mod fixture;
mod restore;
mod rotated;
#[allow(dead_code, reason = "the other tests of the tools use the rest")]
#[path = "../tools/running.rs"]
mod running;
