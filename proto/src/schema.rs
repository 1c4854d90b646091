//! What holds for each kind of payload: its schema version, and whether a reader must know it.
//!
//! Older schema versions are lifted to the newest when an event is read; the bytes in the journal stay as they are.

use crate::{Micros, event::Payload, v1};

/// The schema version in which this payload is written today.
pub const fn schema_of(payload: &Payload) -> u32 {
    match payload {
        // 1: lease_minutes; 2: lease_until.
        // Of a finding 1: where and what; 2: also why, because of which event, and of which service.
        Payload::ReviewClaimed(_) | Payload::FindingReported(_) => 2,
        _ => 1,
    }
}

/// Whether a reader who does not know this payload has to stop at its entry. What changes nobody's next move may be
/// passed over: claims, comments, readings.
pub const fn must_understand(payload: &Payload) -> bool {
    !matches!(
        payload,
        Payload::ReviewClaimed(_)
            | Payload::ReviewReleased(_)
            | Payload::CommentMade(_)
            | Payload::ReviewAssigned(_)
            | Payload::ReviewFinished(_)
            | Payload::CorrectionObjected(_)
            | Payload::Reminded(_)
            | Payload::PersonInvited(_)
            | Payload::LettersEnded(_)
            | Payload::InboxRead(_)
            | Payload::ErasureConfirmed(_)
            | Payload::FindingSettled(_)
            | Payload::TrailRead(_)
            | Payload::SubmissionRefused(_)
            | Payload::ModerationRefused(_)
            | Payload::PublicationRefused(_)
            | Payload::AuditRefused(_)
    )
}

/// Lifts `payload`, written in `schema` and recorded at `recorded_at`, to the newest version.
pub(crate) fn lift(payload: Payload, schema: u32, recorded_at: Micros) -> Payload {
    match payload {
        Payload::ReviewClaimed(claimed) if schema < 2 => {
            Payload::ReviewClaimed(lease_from_minutes(claimed, recorded_at))
        }
        other => other,
    }
}

fn lease_from_minutes(mut claimed: v1::ReviewClaimed, recorded_at: Micros) -> v1::ReviewClaimed {
    #[allow(deprecated)] // this is the one place that still reads the old field
    let minutes = std::mem::take(&mut claimed.lease_minutes);
    claimed.lease_until = recorded_at.plus(i64::from(minutes) * 60 * Micros::SECOND).0;
    claimed
}
