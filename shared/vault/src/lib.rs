//! Keys, sealing, commitments, erasure.
