//! The journal as a whole, in memory.
