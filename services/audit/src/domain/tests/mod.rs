//! Who may read, and which findings are new.

mod findings;
mod readings;
mod sequences;
pub(crate) mod world;
