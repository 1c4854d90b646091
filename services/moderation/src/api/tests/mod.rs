//! The interface over a real engine, vault and accounts, with a submission service played by the test.

mod clearing;
mod decisions;
mod designations;
mod digests;
mod hostile;
mod keys;
mod queue;
mod restart;
mod room;
mod sight;
mod stages;
mod tokens;
