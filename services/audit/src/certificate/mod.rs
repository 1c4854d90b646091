//! The certificate of registration of an edition: one page to be printed.
//!
//! There are two. The public one tells what the edition's receipt proves anyway (number, body, digest, dates, places in signed journals) and names
//! authorities, never persons; it stands at the audit service's public door, because only there all three journals and their checkpoints are
//! at hand. The auditor's also names who acted under which designation, and is on record as a reading.
//!
//! An edition that the public does not read has its certificate all the same: it was registered, and nothing vanishes (P7). It says in large letters that the
//! entry is suspended, retracted or superseded, or that the text was erased; and it shows no word that the public does not read: the title of what is
//! withheld is not on it.

mod facts;
mod page;
#[cfg(test)]
mod tests;
mod texts;

pub(crate) use facts::{Reader, gather};
pub(crate) use page::draw;

/// What the pages of this service say about the installation they stand on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Its address without a slash at the end: `https://dossier.example`.
    pub base_url: String,
    /// Whether everything here is invented; every page then says so.
    pub demonstration: dossier_web::page::Demonstration,
}
