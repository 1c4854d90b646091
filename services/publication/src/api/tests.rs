//! The JSON of a running service.

mod entries;
mod epochs;
mod export;
mod files;
mod hostile;
mod lists;
mod past;
mod retracting;
mod scheduling;
mod standing;
