//! The binary `dossier` as its users run it: a process of its own on a directory and a port of its own, over HTTP and as a
//! command line.
//!
//! Nothing here shares code with what it tests. Every wait is for a condition and has a deadline.

pub mod acts;
pub mod answer;
pub mod binary;
pub mod caller;
pub mod chance;
pub mod command_line;
pub mod described;
pub mod disk;
pub mod house;
pub mod people;
pub mod practice;
pub mod raw;
pub mod records;
pub mod stranger;
pub mod waiting;
pub mod watch;
pub mod witness;

pub use acts::Entry;
pub use answer::Answer;
pub use caller::Caller;
pub use house::{House, Start};
pub use waiting::until;
pub use watch::Watch;
