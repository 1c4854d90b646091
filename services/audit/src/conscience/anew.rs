//! A whole journal judged once more because somebody asks: nothing is reported, everything is told.

use dossier_journal::ReadError;
use dossier_proto::Origin;
use dossier_vault::Vault;

use super::{
    Deciders, Depth, Library, Orders,
    following::{Bench, Following},
    judging::Granted,
};
use crate::domain::Finding;

/// Findings that are told; of more than that the first say where to look.
const FINDINGS_MAX: usize = 1_000;

/// What judging anew came to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct JudgedAnew {
    /// How many events.
    pub(crate) events: u64,
    /// What does not agree, in the order of the journal.
    pub(crate) findings: Vec<Finding>,
    /// Whether every command could be decided again: its decider is at hand, and everything that was received too.
    pub(crate) is_decided: bool,
}

/// Judges everything from the first event: what each rests on, and whether it could have been decided so. Takes as long as it takes: off
/// the async threads. `progress` is told how many events each step has judged.
///
/// # Errors
/// [`ReadError`] where the journal cannot be read any further.
pub(crate) fn judge_anew(
    origin: Origin,
    (library, vault, deciders): (&Library, &Vault, &dyn Deciders),
    mut progress: impl FnMut(u64),
) -> Result<JudgedAnew, ReadError> {
    let mut following = Following::begin(origin, Depth::State, deciders, library);
    let (mut granted, mut orders) = (Granted::default(), Orders::default());
    let mut anew = JudgedAnew { events: 0, findings: Vec::new(), is_decided: false };
    loop {
        let mut bench = Bench { library, granted: &mut granted, orders: &mut orders, vault, deciders };
        let stepped = following.step(None, &mut bench)?;
        // Who has not confirmed is followed elsewhere.
        orders = Orders::default();
        let room = FINDINGS_MAX.saturating_sub(anew.findings.len());
        anew.findings.extend(stepped.findings.into_iter().take(room));
        if stepped.events == 0 {
            anew.is_decided = following.rehearsal.is_some() && following.complete;
            return Ok(anew);
        }
        anew.events += stepped.events as u64;
        progress(stepped.events as u64);
    }
}
