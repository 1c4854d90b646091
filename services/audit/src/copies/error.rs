//! What can go wrong with copies.

use dossier_journal::{OpenError, ReadError, WriteError};
use dossier_proto::{ContractError, Origin, Place};

/// Why a copy was not opened.
#[derive(Debug, thiserror::Error)]
pub enum CopiesError {
    /// The journal says why.
    #[error("the copy of {origin}'s journal: {source}")]
    Open {
        /// Whose copy.
        origin: Origin,
        /// Why.
        source: OpenError,
    },
    /// It cannot be read.
    #[error("the copy of {origin}'s journal: {source}")]
    Read {
        /// Whose copy.
        origin: Origin,
        /// Why.
        source: ReadError,
    },
    /// The checkpoints that were seen cannot be read.
    #[error(transparent)]
    Seen(#[from] crate::seen::SeenError),
}

/// Why a delivery was not copied. Final for this process: nothing more is taken of this origin.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// No copy is kept of it.
    #[error("no copy is kept of {0}")]
    NotCopied(Origin),
    /// Something is missing in between.
    #[error("the copy's next event is {wanted}, but {found} was delivered")]
    Gap {
        /// The next place.
        wanted: Place,
        /// What came.
        found: Place,
    },
    /// It could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Why a copied event could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CopyReadError {
    /// The journal says why.
    #[error(transparent)]
    Journal(#[from] ReadError),
    /// What stands there is no event.
    #[error("{place}: {source}")]
    Contract {
        /// Where.
        place: Place,
        /// Why not.
        source: ContractError,
    },
}
