//! What the tests of API and pages share.

pub(crate) mod asking;
pub(crate) mod house;
pub(crate) mod sample;

pub(crate) use house::{CONTRIBUTOR, House};
pub(crate) use sample::{SAMPLE, corrected, entry, sample, sample_with};
