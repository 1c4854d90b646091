//! The files of `deploy/` as those who run a deployment use them: keys made by `deploy/make-keys`, a real nats-server with
//! `deploy/nats.conf` over TLS, and clients with the credentials of one service.
//!
//! Nothing here shares code with what it tests. Every wait is for a condition and has a deadline.

pub mod client;
pub mod deployment;
pub mod services;
pub mod subjects;
pub mod waiting;

pub use client::Client;
pub use deployment::Deployment;
pub use services::{Running, SERVICES};
pub use waiting::{PATIENCE, until};
