//! What can be wrong.

use std::fmt;

/// In which way something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// A file is missing, or is not what was exported.
    FileDamaged,
    /// The events have another root than was signed.
    RootDiffers,
    /// A checkpoint is not signed by whom it should be.
    NotSigned,
    /// Bytes are no event of the contract.
    NotAnEvent,
    /// An event says that it stands elsewhere.
    Misplaced,
    /// Time stands still or goes back.
    TimeGoesBack,
    /// Two events have one name.
    NameTwice,
    /// A command has effects in two places.
    CommandTwice,
    /// A command's events are not numbered from 0 on.
    CommandBroken,
    /// A cause is not there, or came later.
    CauseMissing,
    /// The right that was used was not granted to whoever used it, or not before.
    RightMissing,
    /// What the house does by itself once was done twice.
    SetUpTwice,
    /// What was received was never sent.
    NeverSent,
    /// What lies beside a reception is not what was sent.
    BesideDiffers,
    /// One event was received twice by one service.
    ReceivedTwice,
    /// A service did not hear of what it must hear of.
    NotHeard,
    /// A service recorded what is none of its business.
    NoBusiness,
    /// Something was received before what its origin had recorded earlier about the same entry.
    OutOfOrder,
    /// A submission has no review.
    NotReviewed,
    /// A submission has two.
    ReviewedTwice,
    /// A review says something else than the submission.
    ReviewDiffers,
    /// A review ended twice.
    EndedTwice,
    /// An approval led to nothing.
    NotPublished,
    /// An approval led to two editions or refusals.
    PublishedTwice,
    /// An edition, approval or decision does not rest on what it names.
    RestsOnNothing,
    /// A request was not answered.
    NotAnswered,
    /// A request was answered twice.
    AnsweredTwice,
    /// Numbers are not given densely, or one was given twice.
    NumberWrong,
    /// Editions are not numbered densely, or after a retraction.
    EditionWrong,
    /// A retraction is of what is not public, or the second.
    RetractionWrong,
    /// Revisions are not numbered densely.
    RevisionWrong,
    /// The services do not say the same of an entry.
    Disagreement,
    /// A copy has other events than the original.
    CopyDiffers,
    /// What was acknowledged is not there.
    Lost,
    /// What is there is not what was acknowledged.
    AcknowledgedOtherwise,
    /// What was refused took effect.
    RefusedAndDone,
    /// Something was done that nobody asked for.
    NobodyAsked,
    /// A reading was answered and is not recorded.
    ReadingNotRecorded,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// In which way.
    pub fault: Fault,
    /// Where.
    pub at: String,
    /// What was found.
    pub found: String,
}

impl Complaint {
    /// A complaint.
    pub fn new(fault: Fault, at: impl fmt::Display, found: impl Into<String>) -> Self {
        Self { fault, at: at.to_string(), found: found.into() }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {}: {}", self.fault, self.at, self.found)
    }
}
