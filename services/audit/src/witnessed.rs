//! What others have cosigned of our logs: foreign witnesses, whose keys the installation was given by hand.
//!
//! - [`Witnesses`]: whose cosignatures count;
//! - [`Witnessed`]: the checkpoints that carry some, on disk and in memory;
//! - `taking`: whether a cosignature that was brought is taken;
//! - `forks`: evidence of two histories, kept.

mod configured;
pub(crate) mod forks;
mod outward;
mod rate;
mod shelf;
pub(crate) mod taking;
#[cfg(test)]
mod tests;

pub use configured::{Witness, Witnesses, WitnessesError};
pub(crate) use rate::Rate;
pub use shelf::{Witnessed, WitnessedError};
