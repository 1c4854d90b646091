//! Reviews and decisions.
