//! The public pages of a running service.

mod editions;
mod facts;
mod form;
mod hostile;
mod publish;
mod standing;
mod tombstones;
