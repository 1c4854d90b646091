//! Drafts and submission.

pub mod domain;
pub mod policy;
