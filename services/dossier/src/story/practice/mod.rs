//! A practice of Kenya on all its way, told step by step: written by several, cleared by the state, returned twice, split among its peers,
//! published after an embargo, corrected, revised, and taken back. What must not be is tried on the way, and refused.
//!
//! It works through HTTP as the people it speaks of would. An answer comes when what it says is durable, so each step is told then.
//! Each telling files a practice of its own: what was told before has ended, in a tombstone.

mod ending;
mod judging;
mod publishing;
mod troupe;
mod writing;

use serde_json::Value;

use super::text;
use crate::{Exit, Failure, house::Tokens};

use troupe::Troupe;

/// The practice, as it is filed. It takes the form that `dossier import` reads.
const PRACTICE: &str = include_str!("../../../../../tests/data/practice-kenya.json");

/// How long the embargo is that is waited for.
const EMBARGO_SECONDS: i64 = 8;

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Something else begins.
    Chapter(String),
    /// Somebody did something, and why.
    Done(String),
    /// Somebody tried what must not be: who and what, and what they were answered.
    Refused(String, String),
    /// What is seen, or waited for.
    Seen(String),
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The entry.
    pub entry: String,
    /// Its number, which stays.
    pub number: String,
    /// How many editions it had.
    pub editions: u64,
    /// How many things were done.
    pub steps: usize,
    /// How many were refused.
    pub refusals: usize,
}

/// Tells it on a running demonstration.
///
/// # Errors
/// [`Failure`]: a service refuses what it should not, or lets through what it should refuse.
pub fn tell(base: &str, tokens: &Tokens, hear: &mut dyn FnMut(Heard)) -> Result<Told, Failure> {
    let practice: Value = serde_json::from_str(PRACTICE)
        .map_err(|error| Failure::new(Exit::Failed, format!("the practice in this program is no JSON: {error}")))?;
    let mut troupe = Troupe::gather(base, tokens, hear)?;
    writing::written(&mut troupe, practice)?;
    writing::cleared(&mut troupe)?;
    judging::returned_twice(&mut troupe)?;
    judging::divided(&mut troupe)?;
    let number = publishing::after_an_embargo(&mut troupe)?;
    publishing::corrected(&mut troupe, &number)?;
    ending::revised(&mut troupe)?;
    let editions = ending::taken_back(&mut troupe, &number)?;
    let (entry, steps, refusals) = troupe.told();
    Ok(Told { entry, number, editions, steps, refusals })
}
