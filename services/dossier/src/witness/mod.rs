//! A foreign audit node: it watches an installation from outside, cosigns what continues, and keeps the proof of what does not.
//!
//! - `identity`: its own key;
//! - `shelf`: what it has cosigned, and evidence, on disk; durable before anybody is given a signature;
//! - [`Node`]: the one place where something is cosigned;
//! - `looking`: follows an installation over HTTP ([C2SP tlog-tiles](https://c2sp.org/tlog-tiles));
//! - `keys`, `turning`: what the logs sign with, followed from the key that was given to the one in force by proofs alone;
//! - `doors`: what it shows, and `add-checkpoint` for logs that push ([C2SP tlog-witness](https://c2sp.org/tlog-witness));
//! - `pushing`: the other side of that: the audit service asks foreign witnesses.
//!
//! What may be cosigned is for `dossier-witness` to say.

mod doors;
mod identity;
mod keys;
mod looking;
mod node;
mod pushing;
mod shelf;
#[cfg(test)]
pub(crate) mod tests;
mod trouble;
mod turning;

pub use doors::router;
pub use identity::Identity;
pub use looking::{Looked, Looking, Taken};
pub use node::{Node, NotCosigned};
pub use pushing::push;
pub use shelf::Shelf;
pub use trouble::{Trouble, Troubles};

/// Seconds after 1970.
pub(crate) fn now_seconds() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |passed| passed.as_secs())
}
