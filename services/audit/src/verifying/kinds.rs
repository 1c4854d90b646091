//! The kinds of what does not hold, as `dossier verify` tells them (`services/dossier/VERIFY.md`).

use crate::{domain::FindingKind, verify::FaultKind};

/// A kind of finding with an exit code of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitKind {
    Altered,
    RolledBack,
    Forked,
    Unsigned,
    Broken,
    NotDecidable,
    Unreadable,
    OutOfOrder,
}

impl ExitKind {
    /// The exit code of `dossier verify`.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Altered => 20,
            Self::RolledBack => 26,
            Self::Forked => 27,
            Self::Unsigned => 29,
            Self::Broken => 30,
            Self::NotDecidable => 31,
            Self::Unreadable => 32,
            Self::OutOfOrder => 34,
        }
    }

    /// The key of its words.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Altered => "altered",
            Self::RolledBack => "rolled_back",
            Self::Forked => "forked",
            Self::Unsigned => "unsigned",
            Self::Broken => "broken",
            Self::NotDecidable => "not_decidable",
            Self::Unreadable => "unreadable",
            Self::OutOfOrder => "out_of_order",
        }
    }

    /// What happened to a history counts before what others miss in it.
    pub(crate) const fn rank(self) -> u8 {
        match self {
            Self::Broken => 101,
            Self::NotDecidable => 102,
            other => other.code(),
        }
    }
}

impl From<FaultKind> for ExitKind {
    fn from(kind: FaultKind) -> Self {
        match kind {
            FaultKind::Unreadable | FaultKind::NotAnEvent => Self::Unreadable,
            FaultKind::WrongPlace | FaultKind::RootDiffers => Self::Altered,
            FaultKind::NotAfterPrevious | FaultKind::BeforeCause | FaultKind::EpochBroken => Self::OutOfOrder,
            FaultKind::CauseMissing | FaultKind::BesideDiffers => Self::Broken,
            FaultKind::Shorter => Self::RolledBack,
            FaultKind::NotSoDecided => Self::NotDecidable,
        }
    }
}

impl From<FindingKind> for ExitKind {
    fn from(kind: FindingKind) -> Self {
        match kind {
            FindingKind::NotDecidable | FindingKind::StateDiffers => Self::NotDecidable,
            FindingKind::RootDiffers => Self::Altered,
            FindingKind::SignatureBad => Self::Unsigned,
            FindingKind::Shorter => Self::RolledBack,
            FindingKind::Forked => Self::Forked,
            FindingKind::NotAnEvent => Self::Unreadable,
            FindingKind::NotApproved
            | FindingKind::NotSubmitted
            | FindingKind::NeverSent
            | FindingKind::HeadsApart
            | FindingKind::ErasureUnconfirmed => Self::Broken,
        }
    }
}
