//! The interface over a real engine, vault and accounts, with a submission service played by the test.

mod as_of;
mod clearing;
mod counts;
mod decisions;
mod designations;
mod desk_pages;
mod digests;
mod erasures;
mod files;
mod filters;
mod hostile;
mod inbox;
mod keys;
mod office;
mod past_reviews;
mod people;
mod queue;
mod restart;
mod room;
mod sight;
mod stages;
mod tokens;
