//! An entry at a moment, from the journals of all services: where it stood, what was known of it and by whom, and what changed between two
//! moments. But for `cut`, which reads journals, it is pure; `dossier replay --entry` uses the same on data directories.

mod cut;
mod difference;
mod known;
mod stand;
#[cfg(test)]
mod tests;

pub(crate) use cut::{Cut, cut};
pub use difference::{Axis, axes};
pub use known::{Happened, OnTheWay};
pub use stand::{EditionThen, Public, Since, Stand, Version, Work};
