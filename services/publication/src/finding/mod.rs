//! Finding entries: by words and by the terms they hold.
//!
//! The index lives in memory alone. What it holds is read from unsealed contents, so it is on no disk and in no snapshot; it
//! is built again at start, which takes about 60 µs an entry.

mod facets;
mod index;
mod query;
mod tokens;

#[cfg(test)]
mod tests;

pub(crate) use facets::{Facet, Terms, terms_of};
pub(crate) use index::{Document, Found, Index};
pub(crate) use query::{Choice, Query};
