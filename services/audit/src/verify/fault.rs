//! What an examination finds.

use dossier_proto::Place;
use serde::Serialize;

/// More faults than this are counted and not listed: the first says where to look.
pub const FAULTS_MAX: usize = 1_000;

/// What kind of fault. The keys are for ever: programs branch on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The journal cannot be read from here on: a checksum or a tile does not fit.
    Unreadable,
    /// These bytes are no event.
    NotAnEvent,
    /// The event says that it stands elsewhere: one was taken out, put in, or moved.
    WrongPlace,
    /// It was not recorded after the one before.
    NotAfterPrevious,
    /// It was not recorded after what caused it.
    BeforeCause,
    /// What it says caused it is not there.
    CauseMissing,
    /// What stands beside it is not what it names.
    BesideDiffers,
    /// A new epoch does not begin as it must.
    EpochBroken,
    /// The Merkle root is not the one that was signed.
    RootDiffers,
    /// The journal is shorter than a checkpoint of it says.
    Shorter,
    /// A recorded command could not have been decided so.
    NotSoDecided,
}

impl FaultKind {
    /// What it means, in one sentence.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Unreadable => "The journal cannot be read from here on.",
            Self::NotAnEvent => "What stands here is no event of the contract.",
            Self::WrongPlace => "The event says that it stands elsewhere: one was taken out, put in, or moved.",
            Self::NotAfterPrevious => "The event was not recorded after the one before it.",
            Self::BeforeCause => "The event was recorded before what caused it.",
            Self::CauseMissing => "What the event says caused it does not exist.",
            Self::BesideDiffers => "The foreign event beside it is not the one it names.",
            Self::EpochBroken => {
                "A new epoch does not begin with the event that says so, or that event names another past."
            }
            Self::RootDiffers => "The events are not those that were signed.",
            Self::Shorter => "The journal is shorter than a checkpoint of it says: events are missing at its end.",
            Self::NotSoDecided => {
                "Under the rules and rights of its moment the command could not have been decided so."
            }
        }
    }
}

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Which kind.
    pub kind: FaultKind,
    /// Where.
    pub at: Place,
    /// What exactly was found, for an auditor.
    pub found: String,
}
