//! The domain's tests. [`world`] is a story with the people and the entries that all of them need; the test kit behind
//! it decides every recorded command again.

mod claims;
mod comments;
mod decisions;
mod digests;
mod own_words;
mod registry;
mod requests;
mod retraction;
mod rights;
mod sequences;
mod standings;
pub(crate) mod world;
