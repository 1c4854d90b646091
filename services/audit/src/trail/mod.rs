//! The trail of an entry: what happened to it, in every service, in the order in which one thing led to another.
//!
//! Pure: events in, steps out. Nothing here knows a name or opens a seal; whoever may adds names and words to the
//! [`Step`]s. The same types are what `dossier trail` reads and prints ([`plain`]).
//!
//! An [`Outline`] is what is kept of an entry: a [`Row`] for each event, in causal order. A [`Sight`] is what somebody sees of
//! it: up to a moment, numbered; from it come the steps of a page, whatever page that is.

mod build;
mod changes;
mod designated;
mod filter;
mod judged;
mod moves;
mod order;
mod outline;
pub mod plain;
mod row;
mod sight;
mod step;
pub mod table;
#[cfg(test)]
mod tests;
mod wording;

pub(crate) use build::written;
pub use build::{as_the_public_sees, step, steps};
pub use changes::{Changed, FieldChanged, Piece, PieceMark, changes};
pub use designated::Designated;
pub use filter::{ByWhom, Counts, Filter, NotSomebody, Only};
pub use judged::{Judged, carried, stage};
pub use moves::{Pending, Turn, Waited, is_decision, is_public};
pub use order::{Caused, Ordered, in_causal_order};
pub use outline::{Heads, Outline, slot};
pub use row::Row;
pub use sight::{Against, Before, Sight};
pub use step::{By, Effect, Filed, Mark, Said, Step, Trail, Who};
pub use wording::{kind, sentence};
