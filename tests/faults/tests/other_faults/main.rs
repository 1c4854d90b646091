//! What else can happen to a house: an older copy of a journal is put back, files are cut or altered, the disk is full, keys are
//! lost, a clock is wrong, what may be deleted is deleted. What cannot be gone on from is refused, by the command as its users
//! run it, with a code and with what to do; what can be mended mends itself.
//!
//! Codes: 7 damaged, 10 clock, 80 truncated, 81 rolled back, 82 damaged, 87 busy, 88 refused by the store.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod altered;
mod clocks;
mod forgotten;
mod full_disk;
mod keys;
mod lived;
mod rebuilt;
mod rolled_back;
