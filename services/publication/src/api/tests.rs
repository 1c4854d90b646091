//! The JSON of a running service.

mod entries;
mod epochs;
mod hostile;
mod lists;
mod retracting;
