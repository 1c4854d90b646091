//! The services, running: all four in one process, or one of them.
//!
//! - `plot`, `opening`: what a service stands on, and opening it there;
//! - `room`, `machine`: a running service, whichever it is;
//! - `meeting`, `answers`: how they reach each other, and what they ask each other;
//! - `furnishing`, `demo`: what a new installation needs;
//! - [`House`]: all four together; [`Outpost`]: one, with the others at a distance.

mod answers;
mod asking;
mod broker_watch;
mod clerk;
mod demo;
mod doorkeeper;
mod firsts;
mod following;
mod furnishing;
mod kept;
mod keyring;
mod line;
mod machine;
mod masthead;
mod meeting;
mod narrator;
mod opening;
mod outpost;
mod people;
mod plot;
mod readiness;
pub(crate) mod roll;
mod room;
mod rooms;
mod settings;
mod shoes;
mod site;
mod waiting;
mod witnesses;

pub(crate) use asking::Asking;
pub use demo::{DEMO_PEOPLE, DemoPerson, Part, Tokens};
pub use line::BrokerSettings;
pub use meeting::HouseBroker;
pub use narrator::Narrator;
pub use outpost::{Outpost, OutpostSettings, Standing};
pub(crate) use people::lost_words as people_lost;
pub use plot::fingerprint;
pub use rooms::House;
pub use settings::HouseSettings;
pub use site::{outpost_router, router};
pub(crate) use witnesses::what_others_know;
