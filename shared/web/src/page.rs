//! What HTML pages share: the frame around each, its words in six languages, its icons and its stylesheet.
//!
//! A service renders what stands inside `<main>` from a template of its own (askama escapes every value) and gives it to
//! [`Paper::page`], which knows the language, the address, who looks and which rooms they reach. What people typed stands in an element with its own `lang` and `dir`, or in `<bdi>`.

mod dates;
mod frame;
mod icons;
mod paper;
mod plural;
mod problem;
pub mod richtext;
mod roll;
mod room;
mod script;
mod style;
mod tab_icon;
#[cfg(test)]
mod tests;
mod words;

pub use dates::date_in_utc;
pub use frame::{Demonstration, Frame, Html, Link, Purpose, Visitor};
pub use icons::icon;
pub use paper::{Paper, Sheet};
pub use problem::problem_page;
pub use roll::{Guest, Roll};
pub use room::Room;
pub use script::{OwnScript, script_address, script_routes};
pub use style::{style_address, style_routes};
pub use words::Words;
