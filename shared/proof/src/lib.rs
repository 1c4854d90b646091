//! A log that proves itself: Merkle trees, signed notes, checkpoints and cosignatures, in open formats.
//!
//! Pure: no file, no network, no clock, no randomness. Everything that comes from outside is read within written limits
//! and never panics; every error says what is wrong, and all of them are final except where a [`HashSource`]'s own error is
//! inside.
//!
//! | module | specification | what it is for |
//! |---|---|---|
//! | [`hash`] | RFC 6962 §2.1 | [`struct@Hash`], leaves and nodes, the leaf of an event |
//! | [`tree`] | RFC 6962 §2, RFC 9162 §2 | [`Frontier`] to append and know the root; [`inclusion`] and [`consistency`] proofs |
//! | [`tiles`] | C2SP tlog-tiles | where nodes lie in tiles of 256 hashes, and which tiles became full |
//! | [`keys`] | C2SP signed-note | [`SigningKey`], [`VerifierKey`] |
//! | [`note`] | C2SP signed-note | [`Note`], [`SignedNote`]: text with signatures |
//! | [`checkpoint`] | C2SP tlog-checkpoint | [`Checkpoint`], [`SignedCheckpoint`]: a log's size and root, signed |
//! | [`cosignature`] | C2SP tlog-cosignature | [`CosigningKey`], [`CosignerKey`]: signatures of those who watch |
//! | [`history`] | | [`KeyHistory`]: the keys of a log, one after another, and which signs what |
//! | [`keyfile`] | C2SP signed-note | [`KeyFile`]: the file of keys that an installation publishes |
//! | [`logged`] | C2SP tlog-proof | [`LogProof`]: that a log holds something, verified without the log |
//!
//! A log appends events and signs where it stands; who holds an event, a proof and the log's key checks it alone:
//!
//! ```
//! use dossier_proof::{Checkpoint, MemoryTree, SignedCheckpoint, SigningKey, inclusion, leaf_of_event};
//!
//! // The log.
//! let events = ["drafted", "submitted", "approved", "published", "corrected"];
//! let tree: MemoryTree = events.iter().map(|event| leaf_of_event(event.as_bytes())).collect();
//! let key = SigningKey::from_seed("example.org/dossier/publication", &[7; 32])?;
//! let checkpoint = Checkpoint::new("example.org/dossier/publication", tree.head());
//! let signed = SignedCheckpoint::sign(&checkpoint, &key)?;
//! let proof = inclusion::prove(3, tree.size(), &tree)?;
//!
//! // The verifier: an event, its place, the proof, the checkpoint's text and the log's public key.
//! let believed = SignedCheckpoint::parse(signed.text())?.verify(&key.verifier())?;
//! inclusion::verify(leaf_of_event(b"published"), 3, believed.head(), &proof)?;
//! assert!(inclusion::verify(leaf_of_event(b"retracted"), 3, believed.head(), &proof).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod checkpoint;
pub mod cosignature;
mod decimal;
pub mod hash;
pub mod history;
pub mod keyfile;
pub mod keys;
pub mod logged;
pub mod note;
pub mod tiles;
pub mod tree;

pub use checkpoint::{Checkpoint, SignedCheckpoint};
pub use cosignature::{CosignerKey, CosigningKey};
pub use hash::{Hash, entry_hash, leaf_hash, leaf_of_entry, leaf_of_event, node_hash};
pub use history::{HistoryError, KeyHistory, Stand, Turn, TurnError};
pub use keyfile::{CosignerReign, KeyFile, KeyFileError, Witness};
pub use keys::{SigningKey, VerifierKey};
pub use logged::LogProof;
pub use note::{Note, SignedNote};
pub use tree::{Frontier, HashSource, MemoryTree, NodeId, ProveError, TreeHead, consistency, inclusion, root_at};
