//! What the body said: with its submission, when it cleared that, and against a correction.

use dossier_identity::Thing;
use dossier_proto::{Actor, Event, Origin, Payload, SubjectId, v1};
use dossier_vault::Purpose;
use dossier_web::PlaceShown;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    messages::{self, Reader},
    moment,
    shown::Somebody,
};
use crate::{reading::Read, words::WordsError};

/// A submission as its body made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct SubmissionShown {
    /// The event.
    pub(crate) place: PlaceShown,
    /// Who submitted.
    pub(crate) by: Somebody,
    /// That the publishing authority of the state cleared it, where the type asks for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cleared: Option<ClearedShown>,
    /// The public edition it revises.
    pub(crate) base_edition: Option<u32>,
    /// What the body says it changed; null when it said nothing, or the key was erased.
    pub(crate) what_changed: Option<String>,
    /// Whether the body certified it.
    pub(crate) certified: bool,
}

/// A clearance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ClearedShown {
    /// When.
    pub(crate) at: String,
    /// Who cleared it.
    pub(crate) by: Somebody,
    /// A word to the moderators; null when nothing was said, or the key was erased.
    pub(crate) note: Option<String>,
}

/// An objection of the body to a correction that is public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ObjectionShown {
    /// The edition that is the correction.
    pub(crate) edition: u32,
    /// When.
    pub(crate) at: String,
    /// Who objected.
    pub(crate) by: Somebody,
    /// Why; null when the key was erased.
    pub(crate) reason: Option<String>,
    /// The event.
    pub(crate) place: PlaceShown,
}

/// Who submitted, where the actor of the event is who cleared it.
pub(super) fn submitter(submitted: &v1::Submitted) -> Option<SubjectId> {
    submitted.clearance_asked.as_ref()?;
    SubjectId::try_from(submitted.submitter.as_slice()).ok()
}

impl Reader<'_> {
    /// The submission under review.
    pub(super) fn submission(&self, read: &[Read]) -> Result<Option<SubmissionShown>, WordsError> {
        let found = self.entry.review().and_then(|review| messages::submission(read, review.submitted.place));
        let Some((event, submitted)) = found else { return Ok(None) };
        let command = submitted.command.as_ref();
        let said = command.and_then(|command| command.what_changed.as_ref());
        let said = said.filter(|_| self.eyes.sees(Thing::Content));
        Ok(Some(SubmissionShown {
            place: event.head.place.into(),
            by: self.submitted_by(event, submitted),
            cleared: self.cleared(read, submitted)?,
            base_edition: submitted.base_edition,
            what_changed: self.desk.words.text(self.id, Purpose::WhatChanged, said)?,
            certified: command.is_some_and(|command| command.certified),
        }))
    }

    /// Who submitted: the actor, where nobody had to clear it.
    pub(super) fn submitted_by(&self, event: &Event, submitted: &v1::Submitted) -> Somebody {
        let Some(submitter) = submitter(submitted) else { return self.by(event) };
        let actor = Actor::Person(submitter);
        Somebody::of(actor, Origin::Submission, "contributor", &self.desk.accounts, self.entry, self.eyes)
    }

    fn cleared(&self, read: &[Read], submitted: &v1::Submitted) -> Result<Option<ClearedShown>, WordsError> {
        let Some(asked) = &submitted.clearance_asked else { return Ok(None) };
        let clears = |payload: &Payload| matches!(payload, Payload::Cleared(one) if one.asked.as_ref() == Some(asked));
        let told = read.iter().map(Read::told).find(|event| event.payload.as_ref().is_some_and(clears));
        let Some(event) = told else { return Ok(None) };
        let note = match &event.payload {
            Some(Payload::Cleared(v1::Cleared { command: Some(clear), .. })) => clear.note.as_ref(),
            _ => None,
        };
        let note = note.filter(|_| self.eyes.sees(Thing::Content));
        Ok(Some(ClearedShown {
            at: moment::written(event.head.recorded_at),
            by: self.by(event),
            note: self.desk.words.text(self.id, Purpose::Note, note)?,
        }))
    }

    /// The body's objection, as long as the correction is what is public.
    pub(super) fn objection(&self, read: &[Read]) -> Result<Option<ObjectionShown>, WordsError> {
        let current = self.entry.edition.as_ref().map(|edition| edition.edition);
        let found = read.iter().rev().map(Read::told).find_map(|event| match &event.payload {
            Some(Payload::CorrectionObjected(objected)) => Some((event, objected)),
            _ => None,
        });
        let is_current = |edition| Some(edition) == current && self.eyes.sees(Thing::MessageToContributor);
        let Some((event, objected)) = found.filter(|(_, objected)| is_current(objected.edition)) else {
            return Ok(None);
        };
        let reason = objected.command.as_ref().and_then(|command| command.reason.as_ref());
        Ok(Some(ObjectionShown {
            edition: objected.edition,
            at: moment::written(event.head.recorded_at),
            by: self.by(event),
            reason: self.desk.words.text(self.id, Purpose::Reason, reason)?,
            place: event.head.place.into(),
        }))
    }
}
