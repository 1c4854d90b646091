//! For each service, every command it knows, with arguments that fit where the entry stands, as far as anything fits.

pub mod moderation;
pub mod publication;
pub mod submission;

use std::fmt::Debug;

/// The name of a command: that of its variant.
#[must_use]
pub fn name(command: &impl Debug) -> String {
    let shown = format!("{command:?}");
    shown.split(['(', ' ', '{']).next().unwrap_or_default().to_owned()
}
