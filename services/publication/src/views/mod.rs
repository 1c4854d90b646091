//! Read models: facts and positions. Words are read from the journal and unsealed when they are shown.

mod catalogue;
mod published;
mod turns;

#[cfg(test)]
mod tests;

pub use catalogue::Catalogue;
pub use published::{EditionFacts, EditionKind, Published, RequestFacts};
pub use turns::{Turn, TurnKind};
