//! English.

use std::borrow::Cow;

use super::{Labels, Mover, News, Step, Tongue};

pub(super) const TONGUE: Tongue = Tongue { news, mover, step, labels: &LABELS };

const LABELS: Labels = Labels {
    whose: "Next move:",
    yours: "yours",
    any_of_you: "yours, or that of another with your task",
    next: "To do:",
    by: "By:",
    more_waiting: "Others may be waiting. You are written to again once you have read your inbox, or tomorrow.",
    why: "You get this letter because of what you are designated for.",
    wanted: "In your account you choose which letters come by mail: every one, only when the next move is yours, or none.",
};

fn news(news: News) -> Cow<'static, str> {
    Cow::Borrowed(match news {
        News::Submitted => "The entry was submitted",
        News::ClearanceAsked => "The entry waits for national clearance",
        News::Cleared => "The entry was cleared and submitted",
        News::ClearanceReturned => "The publishing authority returned the entry",
        News::ClearanceRecalled => "The entry was taken back before it was cleared",
        News::RecallAsked => "Your body asked for the entry back",
        News::Recalled => "The entry is a draft again, as its body asked",
        News::WithdrawalAsked => "Your body asked to withdraw the entry",
        News::Withdrawn => "The entry was withdrawn",
        News::RequestTooLate => "The request came too late: the entry had been decided",
        News::ChangesRequested { count } => return format!("Changes were requested ({count})").into(),
        News::Commented => "There is a new comment on the entry",
        News::ChangeReopened => "An answer to a requested change was not accepted",
        News::Held => "The review is on hold",
        News::Resumed => "The review goes on",
        News::Approved => "The entry was approved",
        News::Refused => "The entry was refused",
        News::MarkedDuplicate => "The entry was marked as a duplicate of a published one",
        News::AppealAsked => "Your body appealed against the refusal",
        News::Scheduled => "The publication has a date",
        News::Published { edition } => return format!("The entry is public (edition {edition})").into(),
        News::PublicationDeclined => "The entry could not be published",
        News::Corrected { edition } => {
            return format!("The public entry was corrected (edition {edition}); its body may object").into();
        }
        News::CorrectionObjected => "The body objects to a correction",
        News::RetractionProposed => "The retraction of the public entry waits for national clearance",
        News::RetractionAsked => "The retraction of the public entry was asked for",
        News::RetractionReturned => "The publishing authority did not clear the retraction",
        News::RetractionDeclined => "The retraction was declined",
        News::Suspended => "The public entry was suspended",
        News::Reinstated => "The public entry is shown again",
        News::Superseded => "Another entry stands in the place of the public entry",
        News::Retracted => "The public entry was retracted",
        News::Expired => "Too much time went by: the entry is a draft again",
        News::Reminded { days_left } => {
            return format!("Reminder: an answer is awaited, days left: {days_left}").into();
        }
        News::Waiting => "An entry waits",
        News::Answered => "The changes you requested were answered",
        News::Assigned => "A review was assigned to you",
        News::AppealedAgainst => "The body appealed against your decision; somebody else decides",
        News::CorrectionProposed => "A correction waits for a second person",
        News::CorrectionConfirmed => "The correction you proposed was confirmed",
        News::CorrectionRejected => "The correction you proposed was rejected",
    })
}

fn mover(mover: Mover) -> &'static str {
    match mover {
        Mover::Contributor => "the body of the entry",
        Mover::PublishingAuthority => "the publishing authority",
        Mover::Moderator => "a moderator",
        Mover::Reviewer => "a reviewer",
        Mover::Publisher => "a publisher",
        Mover::Others => "somebody outside",
        Mover::System => "nobody; it happens by itself",
        Mover::Nobody => "nobody",
    }
}

fn step(step: Step) -> &'static str {
    match step {
        Step::Submit => "complete the draft and submit it",
        Step::Answer => "answer what was asked and submit again",
        Step::Clear => "clear it, or return it",
        Step::Decide => "decide",
        Step::GiveOpinion => "give an opinion",
        Step::Resume => "do what is awaited, then the review goes on",
        Step::Publish => "publish",
        Step::DecideRetraction => "decide on the retraction",
        Step::ClearRetraction => "clear the retraction, or return it",
        Step::ConfirmCorrection => "confirm the correction, or reject it",
        Step::Reinstate => "show it again, or retract it",
        Step::Nothing => "nothing",
    }
}
