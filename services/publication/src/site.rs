//! The installation, as its pages name it.

use dossier_web::page::Demonstration;

/// What pages say about the installation they stand on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Its name, for citations.
    pub name: String,
    /// Its address without a slash at the end: `https://dossier.example`. Citations begin with it.
    pub base_url: String,
    /// Whether everything here is invented; every page then says so.
    pub demonstration: Demonstration,
}
