//! What does not hold.

use std::fmt;

use dossier_audit::{
    domain::FindingKind,
    verify::{Fault, FaultKind},
};
use dossier_proto::{Origin, Place};
use serde_json::{Value, json};

use super::Class;

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// Whose journal it is about.
    pub origin: Origin,
    /// The first event that cannot be believed, where it is known.
    pub at: Option<Place>,
    /// In which way it does not hold.
    pub kind: DoubtKind,
    /// What that says has happened.
    pub class: Class,
    /// In which of the logs: the origin's own, or the copy that the audit service keeps of it.
    pub log: Log,
    /// What was found.
    pub found: String,
}

/// Which of the logs with an origin's events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Log {
    /// The origin's own journal.
    Journal,
    /// The audit service's copy of it.
    Copy,
}

/// In which way something does not hold. The keys are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoubtKind {
    /// Its service would not open the journal: it is damaged, cut short, rolled back, forked or not ours.
    NotOpened,
    /// It could be opened, and not be read to its end; or its own tree is of other events.
    NotRead,
    /// A journal is not there.
    NotThere,
    /// The right that an event says it was done by is none, or somebody else's.
    NoRight,
    /// An event was decided under a registry that nobody adopted.
    NoSuchRegistry,
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
            Self::NotRead => "not-read",
            Self::NotThere => "not-there",
            Self::NoRight => "no-right",
            Self::NoSuchRegistry => "no-such-registry",
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
            Self::NotOpened => "The journal would be refused by its service at a start.",
            Self::NotRead => "The journal cannot be read to its end, or its own tree is of other events.",
            Self::NotThere => "There is no journal where one should be.",
            Self::NoRight => "The right it says it was done by was never given, or to somebody else.",
            Self::NoSuchRegistry => "It was decided under a registry that was never adopted.",
            Self::ExportDamaged => "The files are not those that were exported.",
            Self::NotSigned => "No key that is trusted here has signed it.",
            Self::CopyDiffers => "The journal and the audit service's copy of it hold different events.",
            Self::CopyIsLonger => "The audit service copied events that are gone here.",
            Self::Fault(kind) => kind.meaning(),
            Self::Between(kind) => kind.meaning(),
        }
    }

    /// What it says has happened, when nothing else is known.
    pub const fn class(self) -> Class {
        match self {
            Self::NotOpened | Self::NotRead | Self::ExportDamaged => Class::Unreadable,
            Self::NotThere => Class::Missing,
            Self::NotSigned => Class::Unsigned,
            Self::CopyDiffers => Class::Altered,
            Self::CopyIsLonger => Class::RolledBack,
            // Whoever acts without a right could not have been let.
            Self::NoRight => Class::NotDecidable,
            Self::NoSuchRegistry => Class::Broken,
            Self::Fault(kind) => of_fault(kind),
            Self::Between(kind) => of_finding(kind),
        }
    }
}

const fn of_fault(kind: FaultKind) -> Class {
    match kind {
        FaultKind::Unreadable | FaultKind::NotAnEvent => Class::Unreadable,
        FaultKind::WrongPlace => Class::Altered,
        FaultKind::NotAfterPrevious | FaultKind::BeforeCause | FaultKind::EpochBroken => Class::OutOfOrder,
        FaultKind::CauseMissing | FaultKind::BesideDiffers => Class::Broken,
        // Whose checkpoint it was: a key that signed both has signed two histories.
        FaultKind::RootDiffers => Class::Forked,
        FaultKind::Shorter => Class::RolledBack,
        FaultKind::NotSoDecided => Class::NotDecidable,
    }
}

const fn of_finding(kind: FindingKind) -> Class {
    match kind {
        FindingKind::RootDiffers => Class::Forked,
        FindingKind::SignatureBad => Class::Unsigned,
        FindingKind::Shorter => Class::RolledBack,
        FindingKind::NotAnEvent => Class::Unreadable,
        _ => Class::Broken,
    }
}

impl Doubt {
    /// About an event.
    pub fn at(place: Place, kind: DoubtKind, found: impl Into<String>) -> Self {
        let (origin, class, log) = (place.origin, kind.class(), Log::Journal);
        Self { origin, at: Some(place), kind, class, log, found: found.into() }
    }

    /// About a journal as a whole.
    pub fn about(origin: Origin, kind: DoubtKind, found: impl Into<String>) -> Self {
        Self { origin, at: None, kind, class: kind.class(), log: Log::Journal, found: found.into() }
    }

    /// The same, when more is known of what has happened.
    #[must_use]
    pub fn of(self, class: Class) -> Self {
        Self { class, ..self }
    }

    /// The same of the audit service's copy.
    #[must_use]
    pub fn of_copy(self) -> Self {
        Self { log: Log::Copy, ..self }
    }

    /// The order in which doubts are told: what happened to a history before what others miss in it, the earliest event first,
    /// what has a place before what has none (a log that is missing has none at all), and of one event what is most precise.
    pub fn order(&self) -> impl Ord + use<> {
        let is_vague = self.at.is_none() && self.class != Class::Missing;
        (self.class.rank(), self.origin, self.log, is_vague, self.at, self.class.vagueness())
    }

    /// The log's name: the service, or `audit/copy/` and the service.
    pub fn log_name(&self) -> String {
        match self.log {
            Log::Journal => self.origin.to_string(),
            Log::Copy => format!("audit/copy/{}", self.origin),
        }
    }

    /// For programs.
    pub fn document(&self) -> Value {
        json!({
            "origin": self.origin, "log": self.log_name(), "epoch": self.at.map(|place| place.epoch), "sequence": self.at.map(|place| place.sequence),
            "class": self.class.key(), "exit_code": self.class.exit_code(), "kind": self.kind.key(), "found": self.found,
            "meaning": self.class.meaning(), "check": self.kind.meaning(), "advice": self.class.advice(),
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
        let copy = if self.log == Log::Copy { "the audit service's copy of " } else { "" };
        match self.at {
            Some(place) => write!(f, "{copy}{place}: ")?,
            None => write!(f, "{copy}{}: ", self.origin)?,
        }
        let Self { class, kind, found, .. } = self;
        write!(f, "{}. {}\n  {} {found}\n  {}", class.key(), class.meaning(), kind.meaning(), class.advice())
    }
}
