//! The pure parts. The whole is tested with the service (`crate::tests::conscience`).

mod apart;
mod orders;
mod words;
