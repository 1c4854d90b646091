//! The public pages of a running service.

mod facts;
mod form;
mod hostile;
mod standing;
mod tombstones;
