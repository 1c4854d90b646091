//! Why a receipt does not hold.

use dossier_proof::{
    cosignature::CosignatureError,
    logged::{LogProofError, LogProofVerifyError},
};
use dossier_proto::ContractError;

use crate::What;

/// Why a receipt does not hold. Final: the same bytes never do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// It is no receipt, or not in its one form.
    #[error("this is no receipt: {0}")]
    Form(String),
    /// It rests on other keys than those that are trusted.
    #[error(
        "the receipt rests on another key for {of} than those that you trust: it was made by somebody else, or your file of keys is older than that key"
    )]
    OtherKeys {
        /// Whose.
        of: &'static str,
    },
    /// A proof cannot be read.
    #[error("the proof of what was {}: {error}", what.name())]
    Proof {
        /// Of which event.
        what: What,
        /// What is wrong.
        error: LogProofError,
    },
    /// An event cannot be read.
    #[error("the event that was {}: {error}", what.name())]
    Event {
        /// Which.
        what: What,
        /// What is wrong.
        error: ContractError,
    },
    /// The log does not hold it.
    #[error("what was {} is not proven to stand in its log: {error}", what.name())]
    NotProven {
        /// Which event.
        what: What,
        /// What does not hold.
        error: LogProofVerifyError,
    },
    /// The audit service has not signed it.
    #[error("what was {} was not seen by the audit service: {error}", what.name())]
    NotSeen {
        /// Which event.
        what: What,
        /// What does not hold.
        error: CosignatureError,
    },
    /// What stands there as a witness's signature is none.
    #[error("what was {} is not cosigned as it says: {error}", what.name())]
    NotWitnessed {
        /// Which event.
        what: What,
        /// What does not hold.
        error: CosignatureError,
    },
    /// The events do not fit each other, the text, or the rules.
    #[error("{0}")]
    Broken(String),
}

impl ReceiptError {
    pub(crate) fn broken(what: impl Into<String>) -> Self {
        Self::Broken(what.into())
    }
}
