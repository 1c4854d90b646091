//! All four services in one process.

mod demo;
mod engines;
mod following;
mod keyring;
mod narrator;
mod readiness;
mod rooms;
mod site;

pub use demo::{DEMO_PEOPLE, DemoPerson, Tokens};
pub use narrator::Narrator;
pub use rooms::{House, HouseSettings, fingerprint};
pub use site::router;
