//! What an operator looks at: `/healthz`, `/readyz`, `/metrics`, and a span and a measurement for every request.
//!
//! A panic inside a handler is not caught and not relabelled as an answer: the connection ends without one, and the
//! server logs it and counts it ([`crate::serve`]). There must be none; a tidy answer would hide it.

mod health;
mod requests;
#[cfg(test)]
mod tests;

pub use health::{Readiness, observe_routes};
pub use requests::{record_command, trace_requests};
