//! Runs a decider over a journal: commands in, events out, views fed.

mod decider;
#[cfg(feature = "testing")]
pub mod testing;
mod view;

pub use decider::{Context, Decided, Decider, Decision, Errand, Record, Refusal, RefusalFacts};
pub use view::View;
