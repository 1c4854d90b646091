//! What does not hold.

use std::fmt;

use dossier_audit::{
    domain::FindingKind,
    verify::{Fault, FaultKind},
};
use dossier_proto::{Origin, Place};
use serde_json::{Value, json};

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// Whose journal it is about.
    pub origin: Origin,
    /// The first event that cannot be believed, where it is known.
    pub at: Option<Place>,
    /// In which way it does not hold.
    pub kind: DoubtKind,
    /// What was found.
    pub found: String,
}

/// In which way something does not hold. The keys are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoubtKind {
    /// The journal was not opened: it is damaged, cut short, rolled back, forked or not ours.
    NotOpened,
    /// A file of an export is not what was exported.
    ExportDamaged,
    /// No key that is trusted here has signed it.
    NotSigned,
    /// A copy has other events than the original.
    CopyDiffers,
    /// A copy has events that the original has lost.
    CopyIsLonger,
    /// An event does not hold by itself, or its journal does not.
    Fault(FaultKind),
    /// The journals do not agree with each other.
    Between(FindingKind),
}

impl DoubtKind {
    /// The key used in JSON.
    pub fn key(self) -> String {
        let own = match self {
            Self::NotOpened => "not-opened",
            Self::ExportDamaged => "export-damaged",
            Self::NotSigned => "not-signed",
            Self::CopyDiffers => "copy-differs",
            Self::CopyIsLonger => "copy-is-longer",
            Self::Between(kind) => kind.key(),
            Self::Fault(kind) => return json!(kind).as_str().unwrap_or_default().to_owned(),
        };
        own.to_owned()
    }

    /// What it means.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::NotOpened => "The journal was refused, as its service would refuse it at a start.",
            Self::ExportDamaged => "The files are not those that were exported.",
            Self::NotSigned => "No key that is trusted here has signed it, so nobody knows whose it is.",
            Self::CopyDiffers => {
                "The audit service copied other events than stand there now: one of the two was altered."
            }
            Self::CopyIsLonger => {
                "The audit service copied events that are gone here: the journal was cut, or an older one put in its place."
            }
            Self::Fault(kind) => kind.meaning(),
            Self::Between(kind) => kind.meaning(),
        }
    }

    /// What to do.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::NotOpened | Self::Fault(FaultKind::Unreadable) => {
                "Keep the directory as it is, and put journal/ and anchors/ of one backup back together; `dossier doctor` says more."
            }
            Self::ExportDamaged => "Take another copy of the export.",
            Self::NotSigned => {
                "Ask the installation for its keys, by another way than the one this came by, and name them with --keys."
            }
            Self::Fault(FaultKind::NotSoDecided) => {
                "Look at who acted there, and whether another program than this wrote it."
            }
            Self::Fault(FaultKind::NotAnEvent) => {
                "A newer version may know it; otherwise compare with the audit service's copy."
            }
            Self::CopyDiffers | Self::CopyIsLonger | Self::Fault(_) | Self::Between(_) => {
                "Keep everything as it is; compare this journal, the audit service's copy and older exports from that event on."
            }
        }
    }
}

impl Doubt {
    /// About an event.
    pub fn at(place: Place, kind: DoubtKind, found: impl Into<String>) -> Self {
        Self { origin: place.origin, at: Some(place), kind, found: found.into() }
    }

    /// About a journal as a whole.
    pub fn about(origin: Origin, kind: DoubtKind, found: impl Into<String>) -> Self {
        Self { origin, at: None, kind, found: found.into() }
    }

    /// For programs.
    pub fn document(&self) -> Value {
        json!({
            "origin": self.origin, "epoch": self.at.map(|place| place.epoch), "sequence": self.at.map(|place| place.sequence),
            "kind": self.kind.key(), "found": self.found, "meaning": self.kind.meaning(), "advice": self.kind.advice(),
        })
    }
}

impl From<Fault> for Doubt {
    fn from(fault: Fault) -> Self {
        Self::at(fault.at, DoubtKind::Fault(fault.kind), fault.found)
    }
}

impl fmt::Display for Doubt {
    /// Place, what it means, what was found, what to do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(place) => write!(f, "{place}: ")?,
            None => write!(f, "{}: ", self.origin)?,
        }
        write!(f, "{}\n  {}\n  {}", self.kind.meaning(), self.found, self.kind.advice())
    }
}
