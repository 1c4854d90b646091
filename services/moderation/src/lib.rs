//! The moderation service: reviews and decisions, designations, the registry in force.
//!
//! From the moment a revision is submitted until its review ends, this service alone decides that revision's fate.
//!
//! - [`domain`]: what is decided, as pure functions;
//! - [`policy`]: what a received event makes the service do;
//! - [`views`]: the queue, where contents stand, who may have which key;
//! - `welcoming`: mail by which people come in;
//! - `letters`: what people are told, in inboxes and by mail;
//! - [`words`]: the only place that seals and unseals;
//! - [`api`]: JSON under `/review/api/v1`;
//! - `pages`: HTML under `/review`: the door of the house;
//! - [`start`]: the service, running; [`Service::adopt_registry_if_none`] and its neighbours: what a new installation
//!   needs before anybody can do anything.

pub mod api;
pub mod domain;
mod erasing;
mod gists;
mod held;
mod keys;
mod letters;
mod news;
mod pages;
pub mod policy;
mod reading;
mod registry_in_force;
mod service;
pub mod views;
mod welcoming;
pub mod words;

pub use keys::{ModerationDesk, keys_needed};
pub use reading::{Read, of_entry};
pub use registry_in_force::{RegistryError, RegistryInForce};
pub use service::{BootstrapError, Config, Service, start};
