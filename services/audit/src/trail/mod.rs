//! The trail of an entry: what happened to it, in every service, in the order in which one thing led to another.
//!
//! Pure: events in, steps out. Nothing here knows a name or opens a seal; whoever may adds names and words to the
//! [`Step`]s. The same types are what `dossier trail` reads and prints ([`plain`]).

mod build;
mod order;
pub mod plain;
mod step;
#[cfg(test)]
mod tests;
mod wording;

pub use build::steps;
pub use order::{Ordered, in_causal_order};
pub use step::{By, Filed, Mark, Said, Step, Trail, Who};
pub use wording::{kind, sentence};
