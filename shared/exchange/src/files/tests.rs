//! A fetcher, and holders of every kind.

mod asking;
mod fetching;
mod room;
