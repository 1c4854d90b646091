//! An entry at a moment, from the journals of all services.

mod cut;

pub(crate) use cut::{Cut, cut};
