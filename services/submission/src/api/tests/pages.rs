//! The pages of contributors and publishing authorities, as browsers without a script use them.

mod browser;
mod clearing;
mod forms;
mod hostile;
mod typing;
mod ways;

pub(super) use browser::Browser;
