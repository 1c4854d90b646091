//! The publication service: numbers, editions, the public catalogue, tombstones.
//!
//! What moderation approves is published at once or at its time, by the system; nobody can ask for it. Publishers suspend entries, give
//! them back, point on from them and take them back.
//!
//! - [`domain`]: what is decided, as pure functions;
//! - `policy`: what a received event makes the service do;
//! - [`views`]: the catalogue; `finding`: words and facets, in memory alone;
//! - `words`: the only place that touches what people wrote; `richtext`: how it becomes HTML;
//! - `api`, `pages`: JSON and HTML; `export`: the catalogue as a table;
//! - [`start`]: all of it together.

mod api;
mod asked;
pub mod domain;
mod erasing;
mod export;
mod finding;
mod keys;
mod pages;
mod policy;
mod reading;
mod receipt;
mod registries;
mod richtext;
mod service;
mod shelf;
mod site;
#[cfg(test)]
mod tests;
mod texts;
pub mod views;
mod words;

pub use api::openapi;
pub use keys::keys_needed;
pub use service::{Config, Service, start, start_on};
pub use site::Site;

pub(crate) use dossier_web::{moment, off_thread};
pub(crate) use service::{edition_number, wait_for};
