//! All four services in one process.

mod demo;
mod following;
mod narrator;
mod readiness;
mod rooms;
mod site;

pub use demo::{DEMO_PEOPLE, DemoPerson, Tokens};
pub use narrator::Narrator;
pub use rooms::{House, HouseSettings};
pub use site::router;
