//! The checker is only worth what it sees. A sound history, lived through by a real house, is damaged in one way after the
//! other, by somebody careless (files) and by somebody careful, who renumbers, hashes and signs everything again; each time
//! the checker must complain, and of that.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod careful;
mod careless;
mod forging;
mod places;
mod sound;
mod witnesses;

use std::collections::BTreeSet;

use dossier_faults::checker::{Fault, Verdict};

/// What a verdict complains of.
fn faults(verdict: &Verdict) -> BTreeSet<Fault> {
    verdict.complaints.iter().map(|complaint| complaint.fault).collect()
}

/// The whole verdict as text.
fn words(verdict: &Verdict) -> String {
    verdict.complaints.iter().map(|complaint| format!("{complaint}\n")).collect()
}
