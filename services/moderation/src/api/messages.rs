//! What was said in the reviews of an entry: to the contributor, and among moderators.

use std::collections::BTreeMap;

use dossier_identity::Thing;
use dossier_proto::{Digest, EntryId, Event, Micros, Payload, Place, v1};
use dossier_vault::Purpose;
use dossier_web::PlaceShown;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Desk,
    carried_over::Contents,
    eyes::Eyes,
    history::{Roles, role_of},
    moment,
    shown::Somebody,
};
use crate::{
    domain::{ChangeState, Entry},
    reading::Read,
    words::WordsError,
};

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
    /// Whether the body has answered it: item by item, or by what it submitted as a whole.
    pub(crate) answered: bool,
    /// `open`, `answered`, `accepted` or `reopened`; what is answered when the content is approved is `accepted`.
    #[schema(example = "answered")]
    pub(crate) state: String,
    /// Why it was reopened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reopened: Option<String>,
    /// Whether the words it is about have changed since; null when that cannot be told.
    pub(crate) text_changed: Option<bool>,
    /// When it was asked.
    pub(crate) at: String,
    /// Who asked.
    pub(crate) by: Somebody,
}

/// Something said among moderators and reviewers, or to the contributor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CommentShown {
    /// The digest of the content it is about.
    pub(crate) digest: String,
    /// Whether that is still the content under review.
    pub(crate) current: bool,
    /// Whether the words it is about have changed since; null when that cannot be told.
    pub(crate) text_changed: Option<bool>,
    /// `moderation`, or `contributor`.
    #[schema(example = "moderation")]
    pub(crate) audience: String,
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
    /// `approved`, `refused` or `duplicate`.
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
    /// Not to be published before this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) publish_at: Option<String>,
    /// The number of the published entry that says the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) duplicate_of: Option<String>,
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
        let mut contents = Contents::new(self);
        let mut round = 0;
        let mut digest = None;
        for read in read {
            let event = read.told();
            match &event.payload {
                Some(Payload::Submitted(submitted)) => {
                    round = submitted.round;
                    digest = submitted.content.as_ref().and_then(|one| Digest::try_from(one.digest.as_slice()).ok());
                    self.answer(&mut said.requested, submitted)?;
                }
                Some(Payload::CommentMade(made)) => {
                    said.comments.extend(self.comments(event, made.command.as_slice(), &mut contents)?);
                }
                Some(Payload::ReviewFinished(finished)) => {
                    let held = finished.command.as_ref().map(|command| command.comments.as_slice());
                    said.comments.extend(self.comments(event, held.unwrap_or_default(), &mut contents)?);
                }
                Some(Payload::ChangesRequested(requested)) => {
                    let held = requested.command.as_ref().map(|command| command.comments.as_slice());
                    said.comments.extend(self.comments(event, held.unwrap_or_default(), &mut contents)?);
                    if self.eyes.sees(Thing::MessageToContributor) {
                        let changed =
                            |item: &v1::RequestedChange| contents.changed_since(digest?, &item.field, &item.language);
                        said.requested.extend(self.items(event, requested, round, changed)?);
                    }
                }
                Some(Payload::ChangeSettled(settled)) => self.settled(&mut said.requested, settled)?,
                Some(Payload::Approved(approved)) => said.decisions.push(self.approved(event, approved, round)?),
                Some(Payload::EntryRefused(refused)) => said.decisions.push(self.refused(event, refused, round)?),
                Some(Payload::MarkedDuplicate(marked)) => said.decisions.push(self.duplicate(event, marked, round)?),
                _ => {}
            }
        }
        for item in &mut said.requested {
            self.standing_of(item);
        }
        Ok(said)
    }

    /// Where a requested change stands now. Once the content is approved, everything that was asked is settled.
    fn standing_of(&self, item: &mut RequestedChangeShown) {
        let state = match self.entry.changes.get(&(item.round, item.item)) {
            Some(change) => change.state,
            None => ChangeState::Accepted,
        };
        item.state = state.key().to_owned();
        item.answered = state != ChangeState::Open;
    }

    fn settled(&self, requested: &mut [RequestedChangeShown], settled: &v1::ChangeSettled) -> Result<(), WordsError> {
        let Some(settle) = &settled.command else { return Ok(()) };
        let is_it = |item: &&mut RequestedChangeShown| (item.round, item.item) == (settle.round, settle.item);
        if let Some(item) = requested.iter_mut().find(is_it) {
            item.reopened = self.desk.words.text(self.id, Purpose::RequestedChange, settle.text.as_ref())?;
        }
        Ok(())
    }

    /// The newest request may be answered item by item.
    fn answer(&self, requested: &mut [RequestedChangeShown], submitted: &v1::Submitted) -> Result<(), WordsError> {
        let newest = requested.last().map_or(0, |item| item.round);
        let round_of = |answer: &v1::Answer| if answer.round == 0 { newest } else { answer.round };
        let answers: BTreeMap<(u32, u32), &v1::Answer> = (submitted.command.iter())
            .flat_map(|command| &command.answers)
            .map(|answer| ((round_of(answer), answer.item), answer))
            .collect();
        for item in requested {
            // What was opened again is answered again.
            if let Some(answer) = answers.get(&(item.round, item.item)) {
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
        mut changed: impl FnMut(&v1::RequestedChange) -> Option<bool>,
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
                state: String::new(),
                reopened: None,
                text_changed: changed(item),
                at: moment::written(event.head.recorded_at),
                by: self.by(event),
            })
        });
        shown.collect()
    }

    /// The comments that the caller may read: what is said to the contributor is for those who read messages, the rest stays
    /// inside.
    fn comments(
        &self,
        event: &Event,
        comments: &[v1::Comment],
        contents: &mut Contents<'_>,
    ) -> Result<Vec<CommentShown>, WordsError> {
        let is_told = |comment: &v1::Comment| comment.audience() == v1::Audience::Contributor;
        let thing = |comment| if is_told(comment) { Thing::MessageToContributor } else { Thing::InternalNote };
        let seen = comments.iter().filter(|comment| self.eyes.sees(thing(comment)));
        let shown = seen.map(|comment| {
            let digest = Digest::try_from(comment.digest.as_slice()).ok();
            Ok(CommentShown {
                digest: digest.map(|digest| digest.to_string()).unwrap_or_default(),
                current: self.entry.review().map(|review| review.digest) == digest,
                text_changed: digest
                    .and_then(|digest| contents.changed_since(digest, &comment.field, &comment.language)),
                audience: if is_told(comment) { "contributor" } else { "moderation" }.to_owned(),
                field: comment.field.clone(),
                language: comment.language.clone(),
                text: self.desk.words.text(self.id, Purpose::Comment, comment.text.as_ref())?,
                at: moment::written(event.head.recorded_at),
                place: event.head.place.into(),
                by: self.by(event),
            })
        });
        shown.collect()
    }

    fn duplicate(&self, event: &Event, marked: &v1::MarkedDuplicate, round: u32) -> Result<DecisionShown, WordsError> {
        let command = marked.command.as_ref().filter(|_| self.eyes.sees(Thing::MessageToContributor));
        let reason = command.and_then(|command| command.reason.as_ref());
        Ok(DecisionShown {
            reason: self.desk.words.text(self.id, Purpose::Reason, reason)?,
            duplicate_of: Some(marked.number.clone()),
            ..self.decision(event, "duplicate", round)
        })
    }

    fn decision(&self, event: &Event, outcome: &str, round: u32) -> DecisionShown {
        DecisionShown {
            round,
            outcome: outcome.to_owned(),
            code: None,
            reason: None,
            note: None,
            notices: Vec::new(),
            publish_at: None,
            duplicate_of: None,
            at: moment::written(event.head.recorded_at),
            by: self.by(event),
        }
    }

    fn approved(&self, event: &Event, approved: &v1::Approved, round: u32) -> Result<DecisionShown, WordsError> {
        let command = approved.command.as_ref();
        let note = command.and_then(|command| command.note.as_ref()).filter(|_| self.eyes.sees(Thing::InternalNote));
        Ok(DecisionShown {
            note: self.desk.words.text(self.id, Purpose::Note, note)?,
            notices: command.map(|command| command.notices.clone()).unwrap_or_default(),
            publish_at: approved.publish_at.map(|at| moment::written(Micros(at))),
            ..self.decision(event, "approved", round)
        })
    }

    fn refused(&self, event: &Event, refused: &v1::EntryRefused, round: u32) -> Result<DecisionShown, WordsError> {
        let command = refused.command.as_ref().filter(|_| self.eyes.sees(Thing::MessageToContributor));
        let reason = command.and_then(|command| command.reason.as_ref());
        Ok(DecisionShown {
            code: command.map(|command| command.code.clone()),
            reason: self.desk.words.text(self.id, Purpose::Reason, reason)?,
            ..self.decision(event, "refused", round)
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
