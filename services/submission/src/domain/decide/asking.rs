//! Recall and withdrawal. While a review is open, moderation alone decides the fate of the revision: both are requests,
//! which its journal orders against its decisions. What only awaits clearance has not left the body, which has it back at
//! once.

use dossier_engine::Decision;
use dossier_proto::{Payload, v1};

use super::Matter;
use crate::domain::{Asking, Refusal, Workflow};

pub(super) fn recall(matter: &Matter<'_>) -> Result<Decision, Refusal> {
    matter.check_version()?;
    let command = Some(v1::AskRecall {});
    if let Some(appeal) = matter.entry.under_appeal() {
        return Err(Refusal::UnderAppeal { appeal });
    }
    match &matter.entry.workflow {
        Workflow::AwaitingClearance { asked, .. } => {
            Ok(matter.asks(Payload::ClearanceRecalled(v1::ClearanceRecalled { command, asked: Some((*asked).into()) })))
        }
        Workflow::InReview { submitted, asked: None, .. } => {
            Ok(matter.asks(Payload::RecallAsked(v1::RecallAsked { command, submitted: Some((*submitted).into()) })))
        }
        Workflow::InReview { asked: Some(asked), .. } if asked.what == Asking::Recall => Ok(Decision::NOTHING),
        Workflow::InReview { asked: Some(asked), .. } => Err(Refusal::AskedAlready { asked: asked.place }),
        Workflow::Approved { approved } | Workflow::Scheduled { approved, .. } => {
            Err(Refusal::TooLate { because: *approved })
        }
        _ => Err(matter.wrong_state()),
    }
}

pub(super) fn withdraw(matter: &Matter<'_>, withdraw: &v1::Withdraw) -> Result<Decision, Refusal> {
    matter.check_version()?;
    if withdraw.reason.is_none() {
        return Err(Refusal::Malformed("there is no reason"));
    }
    let command = Some(withdraw.clone());
    match &matter.entry.workflow {
        Workflow::Draft | Workflow::ChangesRequested { .. } | Workflow::AwaitingClearance { .. } => {
            Ok(matter.asks(Payload::Withdrawn(v1::Withdrawn { command })))
        }
        Workflow::InReview { submitted, asked: None, .. } => Ok(matter
            .asks(Payload::WithdrawalAsked(v1::WithdrawalAsked { command, submitted: Some((*submitted).into()) }))),
        Workflow::InReview { asked: Some(asked), .. } => Err(Refusal::AskedAlready { asked: asked.place }),
        Workflow::Approved { approved } | Workflow::Scheduled { approved, .. } => {
            Err(Refusal::TooLate { because: *approved })
        }
        _ => Err(matter.wrong_state()),
    }
}
