//! What does not agree.

use dossier_proto::{EntryId, Origin, Place, v1};
use serde::{Deserialize, Serialize};

use v1::report_finding::Kind;

/// In which way something does not agree. The numbers of the contract and these keys are for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// An origin's checkpoint does not match the events it sent.
    RootDiffers,
    /// A checkpoint is not signed by its origin.
    SignatureBad,
    /// An origin shows less than it showed before.
    Shorter,
    /// An edition without an approval of that digest.
    NotApproved,
    /// An approval of a digest that was never submitted for that entry; a correction that was never proposed so, by another
    /// person; a submission that was not cleared as it says.
    NotSubmitted,
    /// An event received that its origin does not have.
    NeverSent,
    /// What came as an event is none, or says that it stands elsewhere.
    NotAnEvent,
    /// A decision that the rules and the authority of its moment do not allow.
    NotDecidable,
    /// An origin says that it wrote more than can be read of it, or a service does not read what there is, and that lasts.
    HeadsApart,
    /// A service has not confirmed an erasure in time.
    ErasureUnconfirmed,
    /// The state a service works with is not what its journal amounts to.
    StateDiffers,
    /// Two checkpoints, both signed by the origin, that cannot be of one history.
    Forked,
}

impl FindingKind {
    /// All kinds.
    pub const ALL: [Self; 12] = [
        Self::RootDiffers,
        Self::SignatureBad,
        Self::Shorter,
        Self::NotApproved,
        Self::NotSubmitted,
        Self::NeverSent,
        Self::NotAnEvent,
        Self::NotDecidable,
        Self::HeadsApart,
        Self::ErasureUnconfirmed,
        Self::StateDiffers,
        Self::Forked,
    ];

    /// The key used in JSON, metrics and commands.
    pub const fn key(self) -> &'static str {
        match self {
            Self::RootDiffers => "root-differs",
            Self::SignatureBad => "signature-bad",
            Self::Shorter => "shorter",
            Self::NotApproved => "not-approved",
            Self::NotSubmitted => "not-submitted",
            Self::NeverSent => "never-sent",
            Self::NotAnEvent => "not-an-event",
            Self::NotDecidable => "not-decidable",
            Self::HeadsApart => "heads-apart",
            Self::ErasureUnconfirmed => "erasure-unconfirmed",
            Self::StateDiffers => "state-differs",
            Self::Forked => "forked",
        }
    }

    /// As the contract writes it.
    pub const fn wire(self) -> Kind {
        match self {
            Self::RootDiffers => Kind::RootDiffers,
            Self::SignatureBad => Kind::SignatureBad,
            Self::Shorter => Kind::Shorter,
            Self::NotApproved => Kind::NotApproved,
            Self::NotSubmitted => Kind::NotSubmitted,
            Self::NeverSent => Kind::NeverSent,
            Self::NotAnEvent => Kind::NotAnEvent,
            Self::NotDecidable => Kind::NotDecidable,
            Self::HeadsApart => Kind::HeadsApart,
            Self::ErasureUnconfirmed => Kind::ErasureUnconfirmed,
            Self::StateDiffers => Kind::StateDiffers,
            Self::Forked => Kind::Forked,
        }
    }

    /// Whether what it says can pass: then it is settled, and stays on record. Everything else was so once, and is for ever.
    pub const fn passes(self) -> bool {
        matches!(self, Self::HeadsApart | Self::ErasureUnconfirmed | Self::StateDiffers)
    }

    /// The kind with this key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// From the contract's number; `None` for one that this version does not know.
    pub fn from_number(number: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.wire() as i32 == number)
    }
}

/// One thing that does not agree, on its way to be reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// In which way.
    pub kind: FindingKind,
    /// The event, or where a checkpoint ends.
    pub at: Place,
    /// The entry concerned, where it is one.
    pub entry: Option<EntryId>,
    /// What should be there: a root, a digest or a hash of 32 bytes; a size of 8 bytes (big-endian); or empty.
    pub expected: Vec<u8>,
    /// What is there.
    pub found: Vec<u8>,
    /// Why: of [`FindingKind::NotDecidable`] the code of the refusal that was due, or of the other way in which it differs; else empty.
    pub code: String,
    /// The event that stands against it.
    pub because: Option<Place>,
    /// Who is behind, has not confirmed, or works with another state.
    pub service: Option<Origin>,
}

impl Finding {
    /// One with nothing but its kind and place.
    pub const fn of(kind: FindingKind, at: Place) -> Self {
        Self {
            kind,
            at,
            entry: None,
            expected: Vec::new(),
            found: Vec::new(),
            code: String::new(),
            because: None,
            service: None,
        }
    }

    /// The command that reports it.
    pub fn command(&self) -> v1::ReportFinding {
        v1::ReportFinding {
            kind: self.kind.wire().into(),
            at: Some(self.at.into()),
            expected: self.expected.clone(),
            found: self.found.clone(),
            code: self.code.clone(),
            because: self.because.map(Into::into),
            service: self.service.map_or(0, |service| i32::from(service.number())),
        }
    }
}
