//! The domain's tests: tables in `publishing`, `retracting` and `numbers`, properties in `sequences`.

mod numbers;
mod publishing;
mod retracting;
mod sequences;
pub(crate) mod world;
