//! What does not agree.

use dossier_proto::{EntryId, Place, v1};
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
}

impl FindingKind {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::RootDiffers,
        Self::SignatureBad,
        Self::Shorter,
        Self::NotApproved,
        Self::NotSubmitted,
        Self::NeverSent,
        Self::NotAnEvent,
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
        }
    }

    /// What it means, in one sentence for an auditor.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::RootDiffers => "A checkpoint that the service signed does not match the events it sent.",
            Self::SignatureBad => "A checkpoint that came as the service's is not signed by it, or is of another log.",
            Self::Shorter => "The service shows fewer events than it showed before.",
            Self::NotApproved => "An edition was published without an approval of that content.",
            Self::NotSubmitted => {
                "A content was approved, corrected or submitted that rests on no submission, proposal or clearance of that content and entry."
            }
            Self::NeverSent => "A service acted upon an event that its origin does not have.",
            Self::NotAnEvent => "What came as an event is none, or says that it stands elsewhere.",
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
        }
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
}

impl Finding {
    /// The command that reports it.
    pub fn command(&self) -> v1::ReportFinding {
        v1::ReportFinding {
            kind: self.kind.wire().into(),
            at: Some(self.at.into()),
            expected: self.expected.clone(),
            found: self.found.clone(),
        }
    }
}
