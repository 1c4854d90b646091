//! The moderation service: reviews and decisions, designations, the registry in force.
//!
//! From the moment a revision is submitted until its review ends, this service alone decides that revision's fate.
//!
//! - [`domain`]: what is decided, as pure functions;
//! - [`policy`]: what a received event makes the service do.

pub mod domain;
pub mod policy;
pub mod views;
