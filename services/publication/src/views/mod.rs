//! Read models: facts and positions. Words are read from the journal and unsealed when they are shown.

mod catalogue;

#[cfg(test)]
mod tests;

pub use catalogue::{Catalogue, EditionFacts, Published, RequestFacts, RetractionFacts};
