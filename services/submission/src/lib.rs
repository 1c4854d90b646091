//! Drafts and submission.
