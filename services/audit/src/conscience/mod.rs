//! The conscience of the house: every event is judged once it is copied, in a task of its own, behind the copying.
//!
//! Four journals are followed, the three copies and our own (`Following`). Of each event it is asked
//!
//! - whether it agrees with those it rests on (`judging`: an approval, a submission, a designation, what was received, the seal);
//! - whether it could have been decided so ([`Rehearsal`]: the service's own decider, under the state, rules and rights of that moment,
//!   P10). The foreign event that a `Received` stands for is taken from the copies, which hold nothing beside;
//! - whether it orders or confirms an erasure (`erasures`).
//!
//! Then, by the clock: whether services read what others write (`heads`), whether each works with the state that its journal amounts to
//! (`states`, P2), and now and then everything anew from the first event (`thorough`).
//!
//! What it costs. Memory: the deciders' states of four services, once more than the services have them (no views, no contents); with the
//! thorough look one service's state and view more. Time: an event is decoded and folded, a command decided again; half of one core at
//! most while it catches up (`pace`), and nothing of it stands between a submission and its publication. A start goes on where the last
//! one was (`saved`): a throw-away file that is checked against the roots of the copies.

mod anew;
mod deciders;
mod erasures;
mod following;
mod heads;
mod judging;
mod library;
mod pace;
mod questions;
mod rehearsal;
mod saved;
mod states;
#[cfg(test)]
mod tests;
mod thorough;
mod working;

pub use deciders::{Deciders, Depth, OwnDecider};
pub use erasures::Orders;
pub use pace::Patience;
pub use questions::{AskService, HeadRead, StateAsked, StateTold};
pub use rehearsal::{Rehearsal, Rehearsed};

pub(crate) use anew::judge_anew;
pub(crate) use heads::Heads;
pub(crate) use library::Library;
pub(crate) use working::{Conscience, Judged};
