//! Trees, notes, checkpoints and proofs.
