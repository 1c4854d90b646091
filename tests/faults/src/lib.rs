//! Faults: the house is killed at each point where that is interesting, under writers who do not stop, and what is left is
//! judged by a checker that reads nothing but exports and acknowledgements.
//!
//! - [`point`], [`dying`], [`answers`]: where a process ends itself (the binary `under-fault`);
//! - [`process`]: starting it, waiting for its end, starting it again;
//! - [`load`]: contributors, moderators, a publisher, an auditor and an administrator, over HTTP;
//! - [`story`]: a short history with one of everything;
//! - [`notes`]: what they asked for and what they were answered, line by line in a file;
//! - [`checker`]: exports and notes in, complaints out. It shares no code with the services but the contract (`dossier-proto`) and
//!   the proofs (`dossier-proof`).
//!
//! Everything that is chosen is chosen by a seed, and the seed stands in every message of a failed test.

pub mod answers;
pub mod checker;
pub mod dying;
pub mod exporting;
pub mod load;
pub mod losses;
pub mod notes;
pub mod point;
pub mod process;
pub mod room;
pub mod seeded;
pub mod story;
