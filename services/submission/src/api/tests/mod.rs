//! The interface over a real engine, vault and accounts; the other services are played by the test.

mod authority;
mod clearance;
mod decided;
mod drafts;
mod duplicates;
mod epochs;
mod erasures;
mod files;
mod hostile;
mod house;
mod inbox;
mod keys;
mod listing;
mod lost_keys;
mod pages;
mod past;
mod past_entries;
mod privacy;
mod repeating;
mod restarting;
mod reviewed;
mod revising;
