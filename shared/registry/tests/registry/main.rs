//! Tests of the registry, one topic a file.

#![allow(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test, which is the point")]

mod ageing;
mod check;
mod difference;
mod facts;
mod imports;
mod notices;
mod registry;
mod samples;
mod types;
mod validation;
