//! What was said in the reviews of an entry: to the contributor, and among moderators.

use std::collections::BTreeMap;

use dossier_identity::Thing;
use dossier_proto::{Digest, EntryId, Event, Payload, Place, v1};
use dossier_vault::Purpose;
use dossier_web::PlaceShown;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Desk,
    eyes::Eyes,
    history::{Roles, role_of},
    moment,
    shown::Somebody,
};
use crate::{domain::Entry, reading::Read, words::WordsError};

/// One requested change. A text is null when its key was erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct RequestedChangeShown {
    /// The submission it was asked of.
    pub(crate) round: u32,
    /// The revision.
    pub(crate) revision: u32,
    /// Its number within the request, from 1.
    pub(crate) item: u32,
    /// The field; empty for the whole.
    pub(crate) field: String,
    /// The language, of a text per language.
    pub(crate) language: String,
    /// The words it is about.
    pub(crate) quote: Option<String>,
    /// What is asked.
    pub(crate) text: Option<String>,
    /// What the body answered; a submission that followed counts as an answer without words.
    pub(crate) answer: Option<String>,
    /// Whether something was submitted since.
    pub(crate) answered: bool,
    /// When it was asked.
    pub(crate) at: String,
    /// Who asked.
    pub(crate) by: Somebody,
}

/// Something said among moderators and reviewers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CommentShown {
    /// The digest of the content it is about.
    pub(crate) digest: String,
    /// Whether that is still the content under review.
    pub(crate) current: bool,
    /// The field; empty for the whole.
    pub(crate) field: String,
    /// The language, of a text per language.
    pub(crate) language: String,
    /// What was said; null when its key was erased.
    pub(crate) text: Option<String>,
    /// When.
    pub(crate) at: String,
    /// Where it was recorded.
    pub(crate) place: PlaceShown,
    /// Who said it.
    pub(crate) by: Somebody,
}

/// How a review ended, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct DecisionShown {
    /// The submission it was about.
    pub(crate) round: u32,
    /// `approved` or `refused`.
    pub(crate) outcome: String,
    /// The code of a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    /// The reason of a refusal, as the contributor reads it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// The note of an approval, for those who may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
    /// The notices applied by an approval.
    pub(crate) notices: Vec<String>,
    /// When.
    pub(crate) at: String,
    /// Who decided.
    pub(crate) by: Somebody,
}

/// Everything that was said, as far as the caller may read it.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) requested: Vec<RequestedChangeShown>,
    pub(super) comments: Vec<CommentShown>,
    pub(super) decisions: Vec<DecisionShown>,
}

/// Where all this is read for.
pub(super) struct Reader<'a> {
    pub(super) desk: &'a Desk,
    pub(super) id: EntryId,
    pub(super) entry: &'a Entry,
    pub(super) eyes: &'a Eyes,
    pub(super) roles: &'a Roles,
}

impl Reader<'_> {
    /// Reads what was said.
    pub(super) fn said(&self, read: &[Read]) -> Result<Said, WordsError> {
        let mut said = Said::default();
        let mut round = 0;
        for read in read {
            let event = read.told();
            match &event.payload {
                Some(Payload::Submitted(submitted)) => {
                    round = submitted.round;
                    self.answer(&mut said.requested, submitted)?;
                }
                Some(Payload::CommentMade(made)) if self.eyes.sees(Thing::InternalNote) => {
                    said.comments.extend(self.comment(event, made)?);
                }
                Some(Payload::ChangesRequested(requested)) if self.eyes.sees(Thing::MessageToContributor) => {
                    said.requested.extend(self.items(event, requested, round)?);
                }
                Some(Payload::Approved(approved)) => said.decisions.push(self.approved(event, approved, round)?),
                Some(Payload::EntryRefused(refused)) => said.decisions.push(self.refused(event, refused, round)?),
                _ => {}
            }
        }
        Ok(said)
    }

    /// Everything asked so far is answered by a new submission; the newest request may be answered item by item.
    fn answer(&self, requested: &mut [RequestedChangeShown], submitted: &v1::Submitted) -> Result<(), WordsError> {
        let newest = requested.last().map(|item| item.round);
        let answers: BTreeMap<u32, &v1::Answer> =
            submitted.command.iter().flat_map(|command| &command.answers).map(|answer| (answer.item, answer)).collect();
        for item in requested {
            item.answered = true;
            let answer = answers.get(&item.item).filter(|_| Some(item.round) == newest && item.answer.is_none());
            if let Some(answer) = answer {
                item.answer = self.desk.words.text(self.id, Purpose::Answer, answer.text.as_ref())?;
            }
        }
        Ok(())
    }

    fn items(
        &self,
        event: &Event,
        requested: &v1::ChangesRequested,
        round: u32,
    ) -> Result<Vec<RequestedChangeShown>, WordsError> {
        let items = requested.command.iter().flat_map(|command| &command.items);
        let shown = items.map(|item| {
            Ok(RequestedChangeShown {
                round,
                revision: requested.revision,
                item: item.item,
                field: item.field.clone(),
                language: item.language.clone(),
                quote: self.desk.words.text(self.id, Purpose::Quote, item.quote.as_ref())?,
                text: self.desk.words.text(self.id, Purpose::RequestedChange, item.text.as_ref())?,
                answer: None,
                answered: false,
                at: moment::written(event.head.recorded_at),
                by: self.by(event),
            })
        });
        shown.collect()
    }

    fn comment(&self, event: &Event, made: &v1::CommentMade) -> Result<Option<CommentShown>, WordsError> {
        let Some(comment) = &made.command else { return Ok(None) };
        let digest = Digest::try_from(comment.digest.as_slice()).ok();
        Ok(Some(CommentShown {
            digest: digest.map(|digest| digest.to_string()).unwrap_or_default(),
            current: self.entry.review().map(|review| review.digest) == digest,
            field: comment.field.clone(),
            language: comment.language.clone(),
            text: self.desk.words.text(self.id, Purpose::Comment, comment.text.as_ref())?,
            at: moment::written(event.head.recorded_at),
            place: event.head.place.into(),
            by: self.by(event),
        }))
    }

    fn approved(&self, event: &Event, approved: &v1::Approved, round: u32) -> Result<DecisionShown, WordsError> {
        let command = approved.command.as_ref();
        let note = command.and_then(|command| command.note.as_ref()).filter(|_| self.eyes.sees(Thing::InternalNote));
        Ok(DecisionShown {
            round,
            outcome: "approved".to_owned(),
            code: None,
            reason: None,
            note: self.desk.words.text(self.id, Purpose::Note, note)?,
            notices: command.map(|command| command.notices.clone()).unwrap_or_default(),
            at: moment::written(event.head.recorded_at),
            by: self.by(event),
        })
    }

    fn refused(&self, event: &Event, refused: &v1::EntryRefused, round: u32) -> Result<DecisionShown, WordsError> {
        let command = refused.command.as_ref().filter(|_| self.eyes.sees(Thing::MessageToContributor));
        let reason = command.and_then(|command| command.reason.as_ref());
        Ok(DecisionShown {
            round,
            outcome: "refused".to_owned(),
            code: command.map(|command| command.code.clone()),
            reason: self.desk.words.text(self.id, Purpose::Reason, reason)?,
            note: None,
            notices: Vec::new(),
            at: moment::written(event.head.recorded_at),
            by: self.by(event),
        })
    }

    pub(super) fn by(&self, event: &Event) -> Somebody {
        let role = role_of(event, self.roles);
        Somebody::of(event.head.actor, event.head.place.origin, role, &self.desk.accounts, self.entry, self.eyes)
    }
}

/// The submission that was recorded at this place.
pub(super) fn submission(read: &[Read], submitted: Place) -> Option<(&Event, &v1::Submitted)> {
    read.iter().rev().find_map(|read| {
        let foreign = read.beside.as_ref().filter(|foreign| foreign.head.place == submitted)?;
        match &foreign.payload {
            Some(Payload::Submitted(submission)) => Some((foreign, submission)),
            _ => None,
        }
    })
}
