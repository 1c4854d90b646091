//! The JSON of a running service.

mod entries;
mod hostile;
mod lists;
mod retracting;
