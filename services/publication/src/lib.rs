//! The public record: numbers, editions, the catalogue, tombstones.

pub mod domain;
mod policy;
mod richtext;

pub use domain::{Command, Entry, NotANumber, PublicNumber, Publication, PublicationRefusal, State};
