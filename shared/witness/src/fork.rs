//! Two histories of one log, both signed: what a log cannot take back, and anybody can check.
//!
//! Two checkpoints of one size with two roots contradict each other by themselves. Of two sizes it takes a proof of what the larger tree was at the
//! smaller size: a consistency proof ([RFC 6962, section 2.1.2](https://www.rfc-editor.org/rfc/rfc6962.html#section-2.1.2)) from *another* root than the one that was signed.
//!
//! ```text
//! {"at":17,"first":{"note":"…","proof":[…],"root":"…"},"format":"dossier-fork/1","second":{"note":"…","proof":[…],"root":"…"}}
//! ```
//!
//! `root` is what each tree was when it had `at` entries, and `proof` leads from there to the root in `note`. It is JSON in one form only: members in the
//! order of their names, no space, one newline at the end.

use dossier_proof::{
    Hash, SignedCheckpoint,
    checkpoint::CheckpointError,
    tree::{
        MAX_PROOF_HASHES, TreeHead,
        consistency::{self, ConsistencyError},
    },
};
use serde::{Deserialize, Serialize};

const FORMAT: &str = "dossier-fork/1";
/// The longest evidence: two notes of at most 64 KiB each with every newline escaped, and 63 hashes of 47 bytes in each proof.
pub const FORK_BYTES_MAX: usize = 256 * 1024;

/// Evidence that a log has signed two histories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fork {
    /// The size at which the two were not the same.
    pub at: u64,
    /// What was cosigned.
    pub first: ForkSide,
    format: String,
    /// What was shown after it.
    pub second: ForkSide,
}

/// One of the two histories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForkSide {
    /// The signed checkpoint, verbatim.
    pub note: String,
    /// The consistency proof from the size that is compared to that of the note: hashes in base64.
    pub proof: Vec<String>,
    /// The root at the size that is compared, in base64.
    pub root: String,
}

/// What evidence proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenFork {
    /// The log's origin line.
    pub origin: String,
    /// The size at which the two were not the same.
    pub at: u64,
    /// The root of the first at that size.
    pub first: Hash,
    /// That of the second.
    pub second: Hash,
}

/// Why something proves nothing. Final, for these keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ForkError {
    /// It is not such a file, or not in its one form.
    #[error("this is no evidence of a fork: {0}")]
    Form(String),
    /// A note is none.
    #[error("a checkpoint in it: {0}")]
    Note(#[from] CheckpointError),
    /// The notes are of different logs.
    #[error("its two checkpoints are of different logs")]
    TwoLogs,
    /// A note is not signed by the log.
    #[error("a checkpoint in it is not signed by its log: {0}")]
    NotSigned(String),
    /// A proof does not lead to the signed root.
    #[error("what is said of a tree does not lead to the root that was signed: {0}")]
    NotProven(#[from] ConsistencyError),
    /// The two agree.
    #[error("the two agree: there is no fork")]
    Agree,
}

impl ForkSide {
    /// A signed tree that had this root at the size that is compared.
    fn new(signed: &SignedCheckpoint, root: Hash, proof: &[Hash]) -> Self {
        let proof = proof.iter().map(|hash| hash.to_base64()).collect();
        Self { note: signed.text().to_owned(), proof, root: root.to_base64() }
    }

    fn read(&self) -> Result<(SignedCheckpoint, Hash, Vec<Hash>), ForkError> {
        let hash = |text: &String| {
            Hash::from_base64(text).map_err(|_| ForkError::Form(format!("{text:?} is not a hash in base64")))
        };
        if self.proof.len() > MAX_PROOF_HASHES {
            return Err(ForkError::Form(format!("a proof has at most {MAX_PROOF_HASHES} hashes")));
        }
        let proof = self.proof.iter().map(hash).collect::<Result<_, _>>()?;
        Ok((SignedCheckpoint::parse(&self.note)?, hash(&self.root)?, proof))
    }
}

impl Fork {
    /// Evidence from the smaller of two signed trees, and the larger one with what it was at the smaller's size. Whether it proves anything is for
    /// [`Fork::verify`] to say.
    pub fn between(smaller: &SignedCheckpoint, larger: &SignedCheckpoint, was: TreeHead, proof: &[Hash]) -> Self {
        let root = smaller.unverified().root;
        let (first, second) = (ForkSide::new(smaller, root, &[]), ForkSide::new(larger, was.root, proof));
        Self { at: was.size, first, format: FORMAT.to_owned(), second }
    }

    /// Evidence from two signed trees of one size.
    pub fn of_one_size(first: &SignedCheckpoint, second: &SignedCheckpoint) -> Self {
        Self::between(first, second, second.unverified().head(), &[])
    }

    /// The evidence as it is kept and sent.
    pub fn to_text(&self) -> String {
        let mut text = serde_json::to_string(self).expect("strings, a number and lists always serialise as JSON");
        text.push('\n');
        text
    }

    /// Reads evidence. Nothing in it is believed yet.
    ///
    /// # Errors
    /// [`ForkError::Form`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ForkError> {
        if bytes.len() > FORK_BYTES_MAX {
            return Err(ForkError::Form(format!("it has {} bytes; at most {FORK_BYTES_MAX} are read", bytes.len())));
        }
        let fork: Self = serde_json::from_slice(bytes).map_err(|error| ForkError::Form(error.to_string()))?;
        if fork.format != FORMAT {
            return Err(ForkError::Form(format!("it is of the form {:?}; this program reads {FORMAT:?}", fork.format)));
        }
        if fork.to_text().as_bytes() != bytes {
            return Err(ForkError::Form("it is not written in its one form".to_owned()));
        }
        Ok(fork)
    }

    /// The origin line of the log that it is said to be of.
    ///
    /// # Errors
    /// [`ForkError`]: there is no checkpoint in it.
    pub fn origin(&self) -> Result<String, ForkError> {
        Ok(SignedCheckpoint::parse(&self.first.note)?.unverified().origin.clone())
    }

    /// What it proves, if the log has signed both histories: `is_signed` says so of a checkpoint, or why not.
    ///
    /// # Errors
    /// [`ForkError`]: what does not hold.
    pub fn verify(&self, is_signed: impl Fn(&SignedCheckpoint) -> Result<(), String>) -> Result<ProvenFork, ForkError> {
        let (first, first_root, first_proof) = self.first.read()?;
        let (second, second_root, second_proof) = self.second.read()?;
        let origin = first.unverified().origin.clone();
        if second.unverified().origin != origin {
            return Err(ForkError::TwoLogs);
        }
        [&first, &second].into_iter().try_for_each(is_signed).map_err(ForkError::NotSigned)?;
        let (first, second) = (first.unverified(), second.unverified());
        // Every tree continues the empty one: of size 0 nothing is proven.
        if self.at == 0 {
            return Err(ForkError::Agree);
        }
        let was = |root| TreeHead { size: self.at, root };
        consistency::verify(was(first_root), first.head(), &first_proof)?;
        consistency::verify(was(second_root), second.head(), &second_proof)?;
        if first_root == second_root {
            return Err(ForkError::Agree);
        }
        Ok(ProvenFork { origin, at: self.at, first: first_root, second: second_root })
    }
}
