//! Whether a tree continues the one that was cosigned before. What does can be cosigned; nothing else can.

use dossier_proof::{
    CosigningKey, Hash, SignedCheckpoint,
    cosignature::CosignError,
    tree::{
        TreeHead,
        consistency::{self, ConsistencyError},
    },
};

use crate::{Believed, Kept};

/// A checkpoint of a known log that continues everything this witness has cosigned of that log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continuing {
    signed: SignedCheckpoint,
    /// When the one before it was cosigned: time does not go back.
    not_before: u64,
}

/// Why a checkpoint is not cosigned. The tree that was cosigned before stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is of another log than what is kept.
    #[error("it is of {shown:?} and was compared with {kept:?}")]
    OtherLog {
        /// What is kept.
        kept: String,
        /// What was shown.
        shown: String,
    },
    /// It says less than what was cosigned before.
    #[error("it has {shown} entries; {kept} were cosigned before")]
    Less {
        /// What was cosigned.
        kept: u64,
        /// What was shown.
        shown: u64,
    },
    /// The same size with another root: two histories, both signed.
    #[error(
        "it has another root than the tree of {size} entries that was cosigned before: the log has signed two histories"
    )]
    OtherRoot {
        /// Entries of both.
        size: u64,
    },
    /// What was to prove that it continues the other does not.
    #[error("it is not proven to continue the tree of {kept} entries that was cosigned before: {why}")]
    NotProven {
        /// What was cosigned.
        kept: u64,
        /// What does not hold.
        why: ConsistencyError,
    },
}

impl Continuing {
    /// Checks a checkpoint against what is kept of its log, by a consistency proof between the two sizes (empty where nothing is kept, or the
    /// sizes are equal).
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn check(kept: Option<&Kept>, shown: Believed, proof: &[Hash]) -> Result<Self, Refusal> {
        let old = kept.map_or(TreeHead::EMPTY, Kept::head);
        if let Some(kept) = kept
            && kept.origin() != shown.checkpoint().origin
        {
            let (kept, shown) = (kept.origin().to_owned(), shown.checkpoint().origin.clone());
            return Err(Refusal::OtherLog { kept, shown });
        }
        may_follow(old, shown.head())?;
        consistency::verify(old, shown.head(), proof).map_err(|why| Refusal::NotProven { kept: old.size, why })?;
        Ok(Self { signed: shown.into_signed(), not_before: kept.map_or(0, Kept::cosigned_at) })
    }

    /// Cosigns it. What comes of it has to be durable before anybody is given it.
    ///
    /// `now_seconds` is the time after 1970; where a clock has gone back, the last time that was signed is signed again.
    ///
    /// # Errors
    /// [`CosignError`] where the time cannot be written or the note has no room for another signature.
    pub fn cosign(mut self, key: &CosigningKey, now_seconds: u64) -> Result<Kept, CosignError> {
        self.signed.cosign(key, now_seconds.max(self.not_before))?;
        // The only signature in the name of this key is the one that was just put there.
        Ok(Kept::of(self.signed, &key.verifier()).expect("a signature that was just made with this key holds"))
    }
}

/// What two heads say by themselves. Pure.
fn may_follow(kept: TreeHead, shown: TreeHead) -> Result<(), Refusal> {
    if shown.size < kept.size {
        return Err(Refusal::Less { kept: kept.size, shown: shown.size });
    }
    if shown.size == kept.size && shown.root != kept.root {
        return Err(Refusal::OtherRoot { size: kept.size });
    }
    Ok(())
}
