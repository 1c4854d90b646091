//! What findings say to people: what each kind means, what it says of one place, and what to do.

use dossier_proto::Origin;

use super::{Finding, FindingKind};

impl FindingKind {
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
            Self::NotDecidable => {
                "What is recorded as decided could not have been decided so, by the rules and rights of its moment."
            }
            Self::HeadsApart => {
                "A service wrote more than others can read of it, or a service does not read what others wrote."
            }
            Self::ErasureUnconfirmed => "A service has not confirmed in time that it destroyed what it was ordered to.",
            Self::StateDiffers => "The state that a service works with is not what its journal amounts to.",
            Self::Forked => "The service signed two histories that cannot both be its own.",
        }
    }

    /// What whoever reads of it does next.
    pub const fn what_to_do(self) -> &'static str {
        match self {
            Self::RootDiffers | Self::Shorter | Self::Forked => {
                "Stop that service and keep its data directory as it is. Let `dossier verify --against` compare it with the auditors' checkpoints, \
                 then put the right journal back."
            }
            Self::SignatureBad => {
                "Compare the verifier keys with the published ones; if they are right, somebody else speaks in the service's name."
            }
            Self::NotApproved | Self::NotSubmitted | Self::NotDecidable => {
                "Read the entry's trail and the event named here; suspend the public edition if it rests on it, and find out who could write to \
                 that journal by other means than the program."
            }
            Self::NeverSent | Self::NotAnEvent => {
                "Let `dossier verify` compare the two journals: one of them, or what carried the event, was altered."
            }
            Self::HeadsApart => {
                "Look at the readiness of both services and at the broker. It is settled by itself when what was written is read."
            }
            Self::ErasureUnconfirmed => {
                "Start that service, or look at why it does not read moderation's journal: what was ordered to be destroyed is still there. It is \
                 settled by itself when it is confirmed."
            }
            Self::StateDiffers => {
                "Stop that service, delete its `snapshots/`, and start it: it folds its journal anew. What it decided in between is judged by \
                 itself."
            }
        }
    }
}

impl Finding {
    /// What was found, in a sentence or two, with all that is known of it.
    pub fn sentence(&self) -> String {
        match self.kind {
            FindingKind::NotDecidable => {
                let because = self.because.map(|place| format!(" (see {place})")).unwrap_or_default();
                format!("The decision {} could not have been taken: {}{because}.", self.at, why(&self.code))
            }
            FindingKind::HeadsApart => self.apart(),
            FindingKind::ErasureUnconfirmed => format!(
                "{} has not confirmed that it destroyed what was ordered by {}.",
                self.service.map_or("A service", capital),
                self.at
            ),
            FindingKind::StateDiffers => format!(
                "{} that {} works with is not what its journal amounts to, up to {}.",
                part(&self.code),
                self.service.unwrap_or(self.at.origin),
                self.at
            ),
            _ if self.code == CONTENT_DIFFERS => {
                format!("The edition {} was published with a content that is not the one its digest names.", self.at)
            }
            kind => kind.meaning().to_owned(),
        }
    }

    fn apart(&self) -> String {
        let reader = self.service.map_or("A service", capital);
        let origin = self.at.origin;
        match self.code.as_str() {
            ANOTHER_HISTORY => {
                format!("{reader} has read another history of {origin} than the one copied here, up to {}.", self.at)
            }
            NOT_READABLE => format!(
                "The {origin} service signed {}, and only {} can be read of it.",
                size(&self.expected),
                size(&self.found)
            ),
            _ => format!(
                "{reader} has read {} of the {origin} service, which has written {}; this has not changed for a while.",
                size(&self.found),
                size(&self.expected)
            ),
        }
    }
}

/// The content under seal is not the one whose digest was judged.
pub(crate) const CONTENT_DIFFERS: &str = "content-differs";
/// A designation is named that was never granted so.
pub(crate) const NO_SUCH_DESIGNATION: &str = "no-such-designation";
/// A reader has read something else than what was copied.
pub(crate) const ANOTHER_HISTORY: &str = "another-history";
/// A reader is behind.
pub(crate) const BEHIND: &str = "behind";
/// What was signed cannot be read.
pub(crate) const NOT_READABLE: &str = "not-readable";

/// Why a decision could not be taken. Codes of refusals are for ever, so those that this version does not know are shown as they are.
fn why(code: &str) -> String {
    let known = match code {
        "own-words" => "whoever decided had written or submitted part of that content",
        "own-submission" => "whoever cleared it had asked for the clearance themselves",
        "conflict-declared" => "whoever decided had declared a conflict of interest",
        "refused-before" => "whoever decided had refused the same content, which was appealed against",
        "no-designation" => "whoever decided held no designation for it",
        "designated-for-another-body" => "whoever decided was designated for another body",
        "designated-for-another-record-type" => "whoever decided was designated for another type of record",
        "designation-revoked" => "the designation of whoever decided had been revoked",
        "designation-ended" => "the designation of whoever decided had ended",
        "designation-not-yet-valid" => "the designation of whoever decided was not valid yet",
        NO_SUCH_DESIGNATION => "it names a designation that was never granted",
        "change-open" => "a change that the body was asked for was still open",
        "counted-in-another-stage" => "the same person's opinion counts already",
        "enough-opinions" => "no more opinions of that kind were asked for",
        "not-asked-in-this-stage" => "the stage of the review did not ask for that opinion",
        "digest-mismatch" => "the content was another one than the one that was judged",
        "review-ended" => "the review had ended",
        "not-found" => "there was nothing of that kind to decide on",
        "wrong-state" => "it was not possible in the state of that moment",
        "wrong-actor" | "system-only" => "it is not for that actor to decide",
        "base-outdated" => "a newer edition was public already",
        "on-hold" => "the review was on hold",
        "other-events" => "the rules of that moment lead to something else than what is recorded",
        "without-effect" => "it was so already, and by the rules of that moment nothing more comes of it",
        "other-refusal" => "it was refused, and for another reason than the recorded one",
        "not-refused" => "it is recorded as refused, and the rules of that moment allow it",
        "other-authority" => "it names another designation than the one that entitled to it",
        "other-registry" => "it names another registry than the one in force",
        "never-begun" => "it goes on with a command that was never begun",
        "not-a-command" => "no command leads to such an event",
        code => return format!("the rules of that moment refuse it ({code})"),
    };
    known.to_owned()
}

/// Which of a service's memories differs.
fn part(code: &str) -> &'static str {
    match code {
        "snapshot-state" | "snapshot-view" => "The snapshot",
        "live-view" => "The view",
        _ => "The state",
    }
}

const fn capital(origin: Origin) -> &'static str {
    match origin {
        Origin::Submission => "Submission",
        Origin::Moderation => "Moderation",
        Origin::Publication => "Publication",
        Origin::Audit => "Audit",
    }
}

/// A number of events, as evidence holds it.
fn size(evidence: &[u8]) -> String {
    match <[u8; 8]>::try_from(evidence) {
        Ok(bytes) => format!("{} events", u64::from_be_bytes(bytes)),
        Err(_) => "an unknown number of events".to_owned(),
    }
}
