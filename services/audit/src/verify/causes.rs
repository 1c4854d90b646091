//! When events of other journals were recorded.

use dossier_proto::{Micros, Place};

/// Knows when events of other journals were recorded.
pub trait Causes {
    /// When the event at this place was recorded.
    fn recorded(&self, place: Place) -> When;
}

/// What is known of an event of another journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// It was recorded then.
    At(Micros),
    /// There is no such event in that journal.
    Never,
    /// That journal is not at hand.
    Unknown,
}

/// No other journal is at hand.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoCauses;

impl Causes for NoCauses {
    fn recorded(&self, _place: Place) -> When {
        When::Unknown
    }
}
