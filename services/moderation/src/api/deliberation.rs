//! How far a review is: its stages, the opinions given so far, who is out, for whom it waits. For those who deliberate; the
//! contributor sees the stages, and whom the review waits for.

use dossier_identity::Thing;
use dossier_proto::{Actor, Digest, Event, Micros, Origin, Payload, v1};
use dossier_vault::Purpose;
use dossier_web::PlaceShown;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    checklist::{self, ChecklistAnswerBody},
    messages::Reader,
    moment,
    shown::Somebody,
};
use crate::{
    domain::{Chair, Need, Passing, Stage},
    reading::Read,
    words::WordsError,
};

/// So many opinions of people on a chair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct NeedShown {
    /// `moderator`, `internal-reviewer`, `external-reviewer` or `publisher`.
    #[schema(example = "external-reviewer")]
    pub(crate) who: &'static str,
    /// How many opinions it takes.
    pub(crate) count: u32,
    /// How many there are that count.
    pub(crate) given: u32,
}

/// A stage of the review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct StageShown {
    /// Its key; empty where the type of record has no path.
    #[schema(example = "peer")]
    pub(crate) key: String,
    /// `passed`, `current`, `later`; of a review that has ended, `ended`.
    #[schema(example = "current")]
    pub(crate) state: &'static str,
    /// Of the current one: `waiting` for opinions, `split` and waiting for a further one, or `objected`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) standing: Option<&'static str>,
    /// Whose opinions it takes.
    pub(crate) needs: Vec<NeedShown>,
    /// Who is asked besides when opinions are split.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) on_split: Option<NeedShown>,
}

/// An opinion, kept for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct OpinionShown {
    /// The submission it was about.
    pub(crate) round: u32,
    /// The stage.
    pub(crate) stage: String,
    /// As what it was given.
    #[schema(example = "external-reviewer")]
    pub(crate) chair: Option<&'static str>,
    /// `approves` or `objects`.
    #[schema(example = "approves")]
    pub(crate) opinion: &'static str,
    /// Whether it counts in the review as it stands.
    pub(crate) counts: bool,
    /// Whether it is about another content than the one that was submitted last.
    pub(crate) outdated: bool,
    /// The digest it judged.
    pub(crate) digest: String,
    /// The note or the reason, for those who may see it; null when there is none, or its key was erased.
    pub(crate) text: Option<String>,
    /// What was answered to the checklist.
    pub(crate) checklist: Vec<ChecklistAnswerBody>,
    /// When.
    pub(crate) at: String,
    /// Where it was recorded.
    pub(crate) place: PlaceShown,
    /// Whose.
    pub(crate) by: Somebody,
}

/// Somebody who has no part in the entry any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ConflictShown {
    /// Who.
    pub(crate) by: Somebody,
    /// Since when.
    pub(crate) at: String,
    /// Where it was recorded.
    pub(crate) place: PlaceShown,
    /// Why, for those who may see it.
    pub(crate) reason: Option<String>,
}

/// A review that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct HoldShown {
    /// For whom or what: a code.
    #[schema(example = "contributor")]
    pub(crate) awaited: String,
    /// Since when.
    pub(crate) since: String,
    /// When it goes on by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<String>,
    /// Why; null when its key was erased.
    pub(crate) reason: Option<String>,
    /// Who held it.
    pub(crate) by: Somebody,
}

/// The body does not accept a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct AppealShown {
    /// When it appealed.
    pub(crate) at: String,
    /// Where it was recorded.
    pub(crate) place: PlaceShown,
    /// Why; null when its key was erased.
    pub(crate) reason: Option<String>,
    /// Who appealed.
    pub(crate) by: Somebody,
}

/// What a review is made of, as far as the caller may see it.
#[derive(Debug, Default)]
pub(super) struct Deliberation {
    pub(super) stages: Vec<StageShown>,
    pub(super) opinions: Vec<OpinionShown>,
    pub(super) conflicts: Vec<ConflictShown>,
    pub(super) hold: Option<HoldShown>,
    pub(super) appeal: Option<AppealShown>,
}

impl Reader<'_> {
    /// Reads how far the review is.
    pub(super) fn deliberation(&self, read: &[Read]) -> Result<Deliberation, WordsError> {
        let mut told = Deliberation { stages: self.stages(read), ..Deliberation::default() };
        let deliberates = self.eyes.sees(Thing::ModeratorName);
        let mut round = 0;
        for read in read {
            let event = read.told();
            match &event.payload {
                Some(Payload::Submitted(submitted)) => round = submitted.round,
                Some(Payload::AppealAsked(asked)) => told.appeal = self.appeal(event, asked)?.or(told.appeal),
                Some(Payload::ReviewHeld(held)) => told.hold = self.hold(event, held)?.or(told.hold),
                Some(Payload::ConflictDeclared(declared)) if deliberates => {
                    told.conflicts.extend(self.conflict(event, declared)?);
                }
                Some(payload) if deliberates => told.opinions.extend(self.opinion(event, payload, round)?),
                _ => {}
            }
        }
        Ok(told)
    }

    fn stages(&self, read: &[Read]) -> Vec<StageShown> {
        let Some(review) = self.entry.review() else { return Vec::new() };
        if review.is_open() {
            let current = review.stage().map(|stage| stage.key.as_str());
            let given = |chair: Chair, stage: &Stage| {
                let of = review.opinions.iter().filter(|one| one.stage == stage.key && one.chair == chair);
                u32::try_from(of.count()).unwrap_or(u32::MAX)
            };
            return review
                .stages
                .iter()
                .map(|stage| {
                    let passing = stage.passing(&review.opinions);
                    let is_current = current == Some(stage.key.as_str());
                    let state = if is_current {
                        "current"
                    } else if passing == Passing::Passed {
                        "passed"
                    } else {
                        "later"
                    };
                    let standing = standing(passing).filter(|_| is_current);
                    shown(stage, state, standing, |chair| given(chair, stage))
                })
                .collect();
        }
        // What it was, from the event that opened it.
        let opened = read.iter().rev().find_map(|read| match &read.event.payload {
            Some(Payload::ReviewOpened(opened)) => Some(opened),
            _ => None,
        });
        let stages = opened.map(|opened| opened.stages.as_slice()).unwrap_or_default();
        stages.iter().filter_map(Stage::from_wire).map(|stage| shown(&stage, "ended", None, |_| 0)).collect()
    }

    fn hold(&self, event: &Event, held: &v1::ReviewHeld) -> Result<Option<HoldShown>, WordsError> {
        let current = self.entry.review().and_then(|review| review.held.as_ref());
        let Some(current) = current.filter(|current| current.since.place == event.head.place) else { return Ok(None) };
        let reason = held.command.as_ref().and_then(|command| command.reason.as_ref());
        let reason = reason.filter(|_| self.eyes.sees(Thing::MessageToContributor));
        Ok(Some(HoldShown {
            awaited: current.awaited.clone(),
            since: moment::written(current.since.at),
            until: current.until.map(moment::written),
            reason: self.desk.words.text(self.id, Purpose::Reason, reason)?,
            by: self.by(event),
        }))
    }

    /// The appeal that the newest review is about.
    fn appeal(&self, event: &Event, asked: &v1::AppealAsked) -> Result<Option<AppealShown>, WordsError> {
        let current = self.entry.review().and_then(|review| review.appeal);
        if current.is_none_or(|current| current.place != event.head.place) {
            return Ok(None);
        }
        let reason = asked.command.as_ref().and_then(|command| command.reason.as_ref());
        let reason = reason.filter(|_| self.eyes.sees(Thing::Content));
        Ok(Some(AppealShown {
            at: moment::written(event.head.recorded_at),
            place: event.head.place.into(),
            reason: self.desk.words.text(self.id, Purpose::Reason, reason)?,
            by: self.by(event),
        }))
    }

    fn conflict(&self, event: &Event, declared: &v1::ConflictDeclared) -> Result<Option<ConflictShown>, WordsError> {
        let reason = declared.command.as_ref().and_then(|command| command.reason.as_ref());
        let reason = reason.filter(|_| self.eyes.sees(Thing::InternalNote));
        Ok(Some(ConflictShown {
            by: self.by(event),
            at: moment::written(event.head.recorded_at),
            place: event.head.place.into(),
            reason: self.desk.words.text(self.id, Purpose::Reason, reason)?,
        }))
    }

    fn opinion(&self, event: &Event, payload: &Payload, round: u32) -> Result<Option<OpinionShown>, WordsError> {
        let (command, stage, chair) = match payload {
            Payload::ApprovalCounted(one) => {
                let chair = Chair::from_numbers(one.role, one.reviewer_kind);
                (one.command.as_ref().map(Said::approves), one.stage.clone(), chair)
            }
            Payload::Approved(one) => (one.command.as_ref().map(Said::approves), one.stage.clone(), None),
            Payload::ObjectionMade(one) => {
                let chair = Chair::from_numbers(one.role, one.reviewer_kind);
                (one.command.as_ref().map(Said::objects), one.stage.clone(), chair)
            }
            _ => return Ok(None),
        };
        let Some(said) = command else { return Ok(None) };
        let review = self.entry.review();
        let is_decision =
            review.and_then(|review| review.ended).is_some_and(|ended| ended.moment.place == event.head.place);
        let counts =
            is_decision || review.is_some_and(|review| review.opinions.iter().any(|one| one.place == event.head.place));
        let digest = Digest::try_from(said.digest).ok();
        let text = said.text.filter(|_| self.eyes.sees(Thing::InternalNote));
        Ok(Some(OpinionShown {
            round,
            stage,
            chair: chair.map(Chair::key),
            opinion: said.opinion,
            counts,
            outdated: !counts && review.map(|review| review.digest) != digest,
            digest: digest.map(|digest| digest.to_string()).unwrap_or_default(),
            text: self.desk.words.text(self.id, said.purpose, text)?,
            checklist: checklist::shown(said.checklist),
            at: moment::written(event.head.recorded_at),
            place: event.head.place.into(),
            by: self.by(event),
        }))
    }

    /// Somebody known by their subject id alone: who is out of the entry, who holds a claim.
    pub(super) fn moderator(&self, subject: dossier_proto::SubjectId) -> Somebody {
        let actor = Actor::Person(subject);
        Somebody::of(actor, Origin::Moderation, "moderator", &self.desk.accounts, self.entry, self.eyes)
    }
}

/// What an opinion says.
struct Said<'a> {
    opinion: &'static str,
    digest: &'a [u8],
    text: Option<&'a v1::Sealed>,
    purpose: Purpose,
    checklist: &'a [v1::ChecklistAnswer],
}

impl<'a> Said<'a> {
    fn approves(approve: &'a v1::Approve) -> Self {
        let (digest, text) = (approve.digest.as_slice(), approve.note.as_ref());
        Self { opinion: "approves", digest, text, purpose: Purpose::Note, checklist: &approve.checklist }
    }

    fn objects(object: &'a v1::Object) -> Self {
        let (digest, text) = (object.digest.as_slice(), object.reason.as_ref());
        Self { opinion: "objects", digest, text, purpose: Purpose::Reason, checklist: &object.checklist }
    }
}

const fn standing(passing: Passing) -> Option<&'static str> {
    match passing {
        Passing::Passed => None,
        Passing::Waiting => Some("waiting"),
        Passing::Split => Some("split"),
        Passing::Objected => Some("objected"),
    }
}

fn shown(
    stage: &Stage,
    state: &'static str,
    standing: Option<&'static str>,
    given: impl Fn(Chair) -> u32,
) -> StageShown {
    let need = |need: &Need| NeedShown { who: need.chair.key(), count: need.count, given: given(need.chair) };
    StageShown {
        key: stage.key.clone(),
        state,
        standing,
        needs: stage.needs.iter().map(need).collect(),
        on_split: stage.on_split.as_ref().map(|further| further_need(stage, further, given(further.chair))),
    }
}

/// What was given besides what the stage takes anyway from the same chair.
fn further_need(stage: &Stage, further: &Need, given: u32) -> NeedShown {
    let anyway: u32 = stage.needs.iter().filter(|need| need.chair == further.chair).map(|need| need.count).sum();
    NeedShown { who: further.chair.key(), count: further.count, given: given.saturating_sub(anyway) }
}

/// Whole seconds of a span in microseconds; none of it is negative.
pub(super) fn seconds(micros: i64) -> u64 {
    u64::try_from(micros / Micros::SECOND).unwrap_or_default()
}
