//! Drafts and submission: an entry belongs to a body, is written as a draft that nobody else reads, and is given to
//! moderation when the body stands behind it.
//!
//! - [`domain`]: what is decided, pure;
//! - [`policy`]: what other services' events mean here;
//! - [`views`]: what is asked for;
//! - [`likeness`]: how much two contents say the same, pure;
//! - [`words`]: sealing and unsealing, the only room that touches contents;
//! - [`keys`]: who gets which key;
//! - `loose`: uploads that no revision came to name;
//! - `letters`: what people are told of it, in inboxes and by mail;
//! - [`api`]: JSON under `/contribute/api/v1`;
//! - `pages`: the blank forms, under `/contribute/forms`.

pub mod api;
mod attachments;
pub mod domain;
mod erasing;
pub mod keys;
mod letters;
pub mod likeness;
mod loose;
mod office;
mod pages;
pub mod policy;
mod service;
pub mod views;
pub mod words;

pub use attachments::Attachments;
pub use office::{NoRegistry, Office};
pub use service::{Config, Service, start, start_on};
