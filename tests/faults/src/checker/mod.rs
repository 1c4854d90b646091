//! Judges what is left of a history by exports and notes alone.
//!
//! Nothing of the services is used: the files of an export are read here, from the description of their form; events are
//! decoded by the contract (`dossier-proto`), roots and signatures by `dossier-proof`. What is a rule of the house is said here
//! again in other words, so that a mistake in the one is seen by the other.
//!
//! - [`reading`]: files to [`History`], with what is wrong with the files;
//! - [`chain`]: places, times, names, commands, causes, rights;
//! - [`receptions`]: what was received, by whom, once, as it was sent, and all that had to be;
//! - [`workflow`]: each submission and each appeal reviewed once, each request answered once;
//! - [`publications`]: each approval and each correction published or declined once;
//! - [`editions`]: numbers, editions, tombstones;
//! - [`drafts`]: the revisions of drafts;
//! - [`agreement`]: each entry as each service tells it;
//! - [`copies`]: audit's copies;
//! - [`witness`]: what callers were told.

pub mod agreement;
pub mod chain;
pub mod complaint;
pub mod copies;
pub mod drafts;
pub mod editions;
pub mod history;
mod manifest;
pub mod publications;
pub mod reading;
pub mod receptions;
pub mod witness;
pub mod workflow;

use std::{fs, path::Path};

use dossier_proof::{KeyFile, VerifierKey};

pub use complaint::{Complaint, Fault};
pub use history::{History, Journal, Kept};

use crate::notes::Note;

/// What was found.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What is wrong.
    pub complaints: Vec<Complaint>,
    /// Events looked at, copies not counted.
    pub events: usize,
    /// Commands that callers were told had taken effect.
    pub acknowledged: usize,
}

/// Checks exports (in the form of [`crate::exporting::export_all`]) against a file of notes.
///
/// # Errors
/// What keeps the checker from beginning: no keys, no notes.
pub fn check(exports: &Path, notes: &Path) -> Result<Verdict, String> {
    let keys = read_keys(exports)?;
    let notes = read_notes(notes)?;
    let mut complaints = Vec::new();
    let history = reading::history(exports, &keys, &mut complaints);
    // With files that are not what was exported there is no history to speak of.
    if !complaints.is_empty() {
        return Ok(Verdict { complaints, ..Verdict::default() });
    }
    Ok(judge(&history, &notes))
}

/// Judges a history that was read.
pub fn judge(history: &History, notes: &[Note]) -> Verdict {
    let mut complaints = Vec::new();
    chain::judge(history, &mut complaints);
    receptions::judge(history, &mut complaints);
    workflow::judge(history, &mut complaints);
    publications::judge(history, &mut complaints);
    editions::judge(history, &mut complaints);
    drafts::judge(history, &mut complaints);
    agreement::judge(history, &mut complaints);
    copies::judge(history, &mut complaints);
    let acknowledged = witness::judge(history, notes, &mut complaints);
    Verdict { complaints, events: history.events().count(), acknowledged }
}

/// The keys that came with exports.
///
/// # Errors
/// There are none, or a line is none.
pub fn read_keys(exports: &Path) -> Result<Vec<VerifierKey>, String> {
    let path = &exports.join("verifier-keys.txt");
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let file: KeyFile = text.parse().map_err(|error| format!("{}: {error}", path.display()))?;
    // Former ones too: which of them signs what is looked at by the program itself, and not shown to this checker.
    Ok(file.logs.iter().flat_map(|history| history.reigns().map(|reign| reign.key.clone())).collect())
}

/// Reads a file of notes.
///
/// # Errors
/// A line that is no note.
pub fn read_notes(path: &Path) -> Result<Vec<Note>, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let read = |(number, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| format!("{} line {}: {error}", path.display(), number + 1))
    };
    text.lines().enumerate().map(read).collect()
}
