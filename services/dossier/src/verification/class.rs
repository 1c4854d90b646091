//! Kinds of findings, as exit codes tell them apart.

use dossier_journal::{DamageKind, OpenErrorKind};

/// What has happened to a history, as far as it can be told. Keys and exit codes are stable.
///
/// Some cannot be told apart, and then say so: a root alone does not tell an edited event from one that was taken out or put in
/// ([`Class::Altered`]); that a key has signed two histories does not tell whether the second was made afterwards or shown to
/// somebody else at the same time ([`Class::Forked`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Class {
    /// Other events than were signed; which of the next four it was, a root does not tell.
    Altered = 20,
    /// The event is there, and says something else.
    Edited = 21,
    /// An event is missing between two others.
    Deleted = 22,
    /// An event is there that was not.
    Inserted = 23,
    /// Events stand in another order.
    Swapped = 24,
    /// The end is missing, and the journal's own anchor or manifest knows it.
    Truncated = 25,
    /// The end is missing, and others know it: an older state of everything that is here.
    RolledBack = 26,
    /// The journal's key has signed two histories.
    Forked = 27,
    /// It is another installation's or another service's.
    Foreign = 28,
    /// No key that is trusted has signed it, or not as it should.
    Unsigned = 29,
    /// It names something that is not there, or is not so.
    Broken = 30,
    /// It could not have been decided so.
    NotDecidable = 31,
    /// It cannot be read.
    Unreadable = 32,
    /// A whole journal, file or tile is not there.
    Missing = 33,
    /// Times or epochs do not follow on each other.
    OutOfOrder = 34,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Altered,
        Self::Edited,
        Self::Deleted,
        Self::Inserted,
        Self::Swapped,
        Self::Truncated,
        Self::RolledBack,
        Self::Forked,
        Self::Foreign,
        Self::Unsigned,
        Self::Broken,
        Self::NotDecidable,
        Self::Unreadable,
        Self::Missing,
        Self::OutOfOrder,
    ];

    /// The exit code of `dossier verify`.
    pub const fn exit_code(self) -> u8 {
        self as u8
    }

    /// The key used in JSON and in the help.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Altered => "altered",
            Self::Edited => "edited",
            Self::Deleted => "deleted",
            Self::Inserted => "inserted",
            Self::Swapped => "swapped",
            Self::Truncated => "truncated",
            Self::RolledBack => "rolled-back",
            Self::Forked => "forked",
            Self::Foreign => "foreign",
            Self::Unsigned => "unsigned",
            Self::Broken => "reference-broken",
            Self::NotDecidable => "not-decidable",
            Self::Unreadable => "unreadable",
            Self::Missing => "missing",
            Self::OutOfOrder => "out-of-order",
        }
    }

    /// What it means, in one sentence.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Altered => {
                "The events are not those that were signed: one was edited, taken out, put in or moved, and a root alone does not tell which."
            }
            Self::Edited => "An event stands in its place and says something else than was recorded.",
            Self::Deleted => "An event that was recorded is gone, and those after it have moved up.",
            Self::Inserted => "An event stands here that was not recorded here.",
            Self::Swapped => "Events stand in another order than they were recorded in.",
            Self::Truncated => "Events are missing at the end: the journal's own anchor or manifest knows of more.",
            Self::RolledBack => {
                "An older state was put in place of a newer one: by itself it holds, and others know of events that are not in it."
            }
            Self::Forked => {
                "The journal's own key has signed two histories: one was made anew afterwards, or two were kept side by side; signatures do not tell which."
            }
            Self::Foreign => "This is the journal of another installation or another service.",
            Self::Unsigned => "No key that is trusted here has signed it, so nobody knows whose it is.",
            Self::Broken => "It rests on something in another journal that is not there, or is not what it says.",
            Self::NotDecidable => {
                "Under the rules, rights and state of its moment this could not have been decided, whoever wrote it."
            }
            Self::Unreadable => {
                "The bytes cannot be read as what they should be: a disk, a copy or a hand has damaged them."
            }
            Self::Missing => "Something that should be here is not.",
            Self::OutOfOrder => "Times or epochs do not follow on each other as they are recorded.",
        }
    }

    /// What to do next.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Truncated | Self::RolledBack | Self::Missing => {
                "Keep everything as it is and start nothing. Put the newest journal/ and anchors/ of one backup back together, or restore from the audit service's \
                 copy; then verify again."
            }
            Self::Unreadable => {
                "Keep everything as it is and look at the disk. Put journal/ and anchors/ of one backup back together, or take another copy of the export; `dossier doctor` says more."
            }
            Self::Foreign => "Check which directory, export or server was named; then take the right one.",
            Self::Unsigned => {
                "Ask the installation for its keys, by another way than the one this came by, and name them with --keys."
            }
            Self::NotDecidable => "Look at who acted there, and whether another program than this wrote it.",
            Self::Altered | Self::Edited | Self::Deleted | Self::Inserted | Self::Swapped | Self::Forked => {
                "Keep everything as it is: it is evidence. From that event on compare this journal, the audit service's copy, older exports and checkpoints that others \
                 kept; whoever holds a checkpoint that agrees with one of them tells which is right."
            }
            Self::Broken | Self::OutOfOrder => {
                "Keep everything as it is; read that event and the one it names in both journals, and in the audit service's copies."
            }
        }
    }

    /// Which is told first: what happened to a history explains what others find missing in it.
    pub(super) const fn rank(self) -> u8 {
        match self {
            Self::OutOfOrder => 1,
            Self::Broken => 2,
            Self::NotDecidable => 3,
            _ => 0,
        }
    }

    /// Of several that are told of one event the most precise comes first.
    pub(super) const fn vagueness(self) -> u8 {
        match self {
            Self::Edited | Self::Deleted | Self::Inserted | Self::Swapped | Self::Foreign | Self::Missing => 0,
            Self::Truncated => 1,
            Self::RolledBack => 2,
            Self::Unreadable => 3,
            Self::Forked => 4,
            Self::Altered => 5,
            Self::Unsigned => 6,
            Self::OutOfOrder | Self::Broken | Self::NotDecidable => 7,
        }
    }

    /// Of damage that a journal found in itself.
    pub const fn of_damage(kind: DamageKind) -> Self {
        match kind {
            DamageKind::Unreadable => Self::Unreadable,
            DamageKind::Altered | DamageKind::Misplaced => Self::Altered,
        }
    }

    /// Of a journal that its service would not open.
    pub fn of_refusal(kind: OpenErrorKind) -> Self {
        match kind {
            OpenErrorKind::Truncated => Self::Truncated,
            OpenErrorKind::RolledBack => Self::RolledBack,
            OpenErrorKind::Forked | OpenErrorKind::SnapshotDiffers => Self::Altered,
            OpenErrorKind::Foreign => Self::Foreign,
            OpenErrorKind::AnchorLost => Self::Unsigned,
            OpenErrorKind::Damaged
            | OpenErrorKind::StoreRefused
            | OpenErrorKind::Busy
            | OpenErrorKind::Io
            | OpenErrorKind::Options => Self::Unreadable,
        }
    }
}
