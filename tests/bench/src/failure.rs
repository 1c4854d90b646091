//! Why a measurement could not be taken.

use std::{error::Error, io, path::PathBuf};

/// Nothing here is worth another try by the program itself.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The disk.
    #[error("{}: {source}", place.display())]
    Disk {
        /// Where.
        place: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The journal was not opened.
    #[error(transparent)]
    Open(#[from] dossier_journal::OpenError),
    /// The journal was not written.
    #[error(transparent)]
    Write(#[from] dossier_journal::WriteError),
    /// The journal was not read.
    #[error(transparent)]
    Read(#[from] dossier_journal::ReadError),
    /// The engine did not start, or could not fold.
    #[error(transparent)]
    Engine(#[from] dossier_engine::EngineError),
    /// What was measured did not do what it should; a figure would be worth nothing.
    #[error("{0}")]
    Wrong(Box<dyn Error + Send + Sync>),
}

impl Failure {
    /// A disk error with its place.
    pub(crate) fn disk(place: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let place = place.into();
        move |source| Self::Disk { place, source }
    }

    /// Something that should not be.
    pub(crate) fn wrong(what: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Wrong(what.into())
    }
}
