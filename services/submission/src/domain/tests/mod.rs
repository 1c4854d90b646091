//! Given what happened, when this is asked, then that follows. Every step goes through the test kit, which decides each
//! recorded command again (P10).

mod appealing;
mod asking;
mod cast;
mod clearing;
mod expiring;
mod filing;
mod heard;
mod orders;
mod random;
mod reminding;
mod retracting;
mod reviewed;
mod revising;
mod rights;
mod submitting;
mod writing;
