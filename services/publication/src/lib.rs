//! The public record: numbers, editions, the catalogue, tombstones.

pub mod domain;
mod policy;
mod richtext;
mod views;

pub use domain::{Command, Entry, NotANumber, PublicNumber, Publication, PublicationRefusal, State};
pub use views::{Catalogue, EditionFacts, Published, RequestFacts, RetractionFacts};
