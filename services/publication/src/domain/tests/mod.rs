//! The domain's tests: tables in `publishing`, `scheduling`, `correcting`, `standing`, `retracting` and `numbers`, properties in
//! `sequences`.

mod correcting;
mod numbers;
mod publishing;
mod retracting;
mod scheduling;
mod sequences;
mod standing;
pub(crate) mod world;
