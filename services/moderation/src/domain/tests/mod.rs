//! The domain's tests. [`world`] is a story with the people and the entries that all of them need; the test kit behind
//! it decides every recorded command again.

mod appeals;
mod changes;
mod claims;
mod comments;
mod conflicts;
mod corrections;
mod decisions;
mod digests;
pub(crate) mod erasures;
mod own_words;
mod registry;
mod requests;
mod retraction;
mod rights;
mod sequences;
mod stages;
mod standings;
mod waiting;
pub(crate) mod world;
