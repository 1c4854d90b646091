//! Given what happened, when this is asked, then that follows. Every step goes through the test kit, which decides each
//! recorded command again (P10).

mod asking;
mod cast;
mod expiring;
mod orders;
mod random;
mod reviewed;
mod revising;
mod rights;
mod submitting;
mod writing;
