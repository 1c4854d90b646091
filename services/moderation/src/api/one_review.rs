//! `GET /reviews/{entry}`: everything a reviewer needs on one page.

use axum::{
    Json,
    extract::State as Extracted,
    response::{IntoResponse, Response},
};
use dossier_identity::Thing;
use dossier_proto::{EntryId, Micros, SubjectId};
use dossier_registry::{Known, Registry, Stage};
use dossier_web::{
    Answer, Cache, Part, Problem, ProblemKind, Tag,
    as_of::{AsOfShown, Moment, not_there_yet},
    extract::{Bearer, MinSequence, StrictPath, StrictQuery},
    file::AttachedShown,
};
use http::header;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::{
    App, Desk,
    checklist::{self, QuestionShown},
    compared::{self, Against, DifferenceShown},
    correction_shown::CorrectionShown,
    deliberation::{AppealShown, ConflictShown, HoldShown, OpinionShown, StageShown},
    errors,
    eyes::Eyes,
    files,
    history::{self, Happened},
    messages::{CommentShown, DecisionShown, Reader, RequestedChangeShown, Said},
    scene::{Of, Scene},
    shown::{ClaimShown, Summary},
    submitted::{ObjectionShown, SubmissionShown},
};
use crate::{domain::Entry, reading};

/// How the review is to be shown.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Shown {
    /// What the content is compared with: `edition`, `submission`, `nothing`, or a digest that was submitted for this
    /// entry. When nothing is said: the public edition, or what was submitted last when there is none.
    against: Option<String>,
    /// The review as it stood: an instant (2026-03-09T09:00:00Z), or the place of an event of this service (moderation/17, or
    /// moderation/1/17 in a later epoch), each included. Rights are those of now.
    as_of: Option<String>,
}

/// One review, as far as the caller may see it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct ReviewShown {
    /// Where it stands.
    #[serde(flatten)]
    pub(crate) review: Summary,
    /// The submission.
    pub(crate) submission: SubmissionShown,
    /// The content; absent when the caller may not read it, or its key was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub(crate) content: Option<Value>,
    /// Where a personal value is withheld, as JSON pointers.
    pub(crate) withheld: Vec<String>,
    /// The files that the content names; approving waits until all of them have arrived.
    pub(crate) files: Vec<AttachedShown>,
    /// What changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) difference: Option<DifferenceShown>,
    /// The stages of the review, and what each still waits for.
    pub(crate) stages: Vec<StageShown>,
    /// The opinions given so far, for those who deliberate; outdated ones are kept and do not count.
    pub(crate) opinions: Vec<OpinionShown>,
    /// Who declared a conflict of interest, for those who deliberate.
    pub(crate) conflicts: Vec<ConflictShown>,
    /// For whom or what the review waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hold: Option<HoldShown>,
    /// The appeal that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) appeal: Option<AppealShown>,
    /// What the checklist asks about such a record.
    pub(crate) checklist: Vec<QuestionShown>,
    /// The editorial correction that waits for a second moderator, or for publication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) correction: Option<CorrectionShown>,
    /// What the body objects to in the correction that is public.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) objection: Option<ObjectionShown>,
    /// All changes requested so far.
    pub(crate) requested_changes: Vec<RequestedChangeShown>,
    /// What moderators and reviewers said to each other, and to the contributor.
    pub(crate) comments: Vec<CommentShown>,
    /// How earlier rounds, or this one, were decided.
    pub(crate) decisions: Vec<DecisionShown>,
    /// What the automatic checks found: graded info, warning, error.
    #[schema(value_type = Vec<Object>)]
    pub(crate) faults: Value,
    /// The notices that an edition of this content will carry, and why.
    #[schema(value_type = Vec<Object>)]
    pub(crate) notices: Value,
    /// What happened, oldest first.
    pub(crate) history: Vec<Happened>,
    /// The moment that was asked for; absent of a review as it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) as_of: Option<AsOfShown>,
}

/// One review.
///
/// With `as_of` it is as this service knew it then: what moderators did counts from when it was recorded, what the body and publishers did
/// from when it was received here, a moment after they did it. It is judged by the registry of then and compared with the edition of then.
/// Who may see what is judged by what is designated and reached today, and words that were erased since stay erased. There is no ETag:
/// of a moment nothing can be changed.
#[utoipa::path(
    get, path = "/review/api/v1/reviews/{entry}", tag = "reviews", operation_id = "getReview",
    params(
        ("entry" = String, Path, description = "The entry"),
        Shown,
        MinSequence,
    ),
    responses(
        (status = 200, description = "The review; its ETag is \"r…\"", body = ReviewShown),
        (status = 404, description = "Nothing the caller may know of, or it was not there yet at that moment", body = dossier_web::ProblemDocument),
        (status = 409, description = "The moment asked for is not settled", body = dossier_web::ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn read(
    Extracted(app): Extracted<App>,
    bearer: Bearer,
    MinSequence(from): MinSequence,
    StrictPath(entry): StrictPath<EntryId>,
    StrictQuery(shown): StrictQuery<Shown>,
) -> Answer<Response> {
    app.wait_for(from).await?;
    let against = against(shown.against.as_deref())?;
    let (review, version) = app.review(&bearer, entry, against, shown.as_of).await?;
    if review.as_of.is_some() {
        return Ok((Cache::Private, Json(review)).into_response());
    }
    let tag = Tag::Version(Part::Review, version);
    Ok((Cache::Private, [(header::ETAG, tag.header_value())], Json(review)).into_response())
}

impl App {
    /// One review, as it stands or stood, and its version.
    pub(crate) async fn review(
        &self,
        bearer: &Bearer,
        entry: EntryId,
        against: Against,
        as_of: Option<String>,
    ) -> Answer<(ReviewShown, u64)> {
        self.check_token(bearer, entry)?;
        let subject = bearer.subject;
        // Nothing is folded for somebody who may not know of it.
        if !self.knows(subject, entry) {
            return Err(Problem::new(ProblemKind::NotFound));
        }
        let scene = Scene::at(self, Of::Entry(entry), as_of.clone().map(Moment::as_of).as_ref()).await?;
        let (review, version) = self.off_thread(move |desk| compose(desk, entry, subject, against, &scene)).await?;
        match review {
            Some(review) => Ok((review, version)),
            None => Err(as_of.map_or_else(|| Problem::new(ProblemKind::NotFound), |text| not_there_yet(&text))),
        }
    }

    /// Whether somebody may know of an entry today.
    fn knows(&self, subject: SubjectId, entry: EntryId) -> bool {
        let view = self.engine.view();
        let known = view.state.entries.get(&entry);
        known.is_some_and(|known| Eyes::of(&view.state, known, subject, self.clock.now()).is_some())
    }
}

fn against(text: Option<&str>) -> Answer<Against> {
    Ok(match text {
        None => Against::Usual,
        Some("edition") => Against::Edition,
        Some("submission") => Against::Submission,
        Some("nothing") => Against::Nothing,
        Some(digest) => Against::Digest(digest.parse().map_err(|_| {
            Problem::new(ProblemKind::MalformedQuery)
                .detail("against is edition, submission, nothing, or a digest of 64 hexadecimal digits.")
        })?),
    })
}

/// The review, and its version; none when it was not there at the moment that is looked at.
fn compose(
    desk: &Desk,
    id: EntryId,
    subject: SubjectId,
    against: Against,
    scene: &Scene,
) -> Answer<(Option<ReviewShown>, u64)> {
    let instant = scene.instant();
    let not_found = || Problem::new(ProblemKind::NotFound);
    let Some((entry, eyes, claim)) = look(desk, id, subject, scene).filter(|(entry, ..)| entry.review().is_some())
    else {
        return Ok((None, 0));
    };
    // Read after the entry's facts: what these speak of is in there.
    let mut read = reading::of_entry(&desk.engine, id).map_err(|error| errors::of_record(&error))?;
    read.retain(|read| scene.has(read.event.head.place));
    let roles = history::roles(&desk.engine.view(), &read);
    let reader = Reader { desk, id, entry: &entry, eyes: &eyes, roles: &roles };
    let Said { requested, comments, decisions } = reader.said(&read).map_err(|error| errors::of_words(&error))?;
    let told = reader.deliberation(&read).map_err(|error| errors::of_words(&error))?;
    let registry = scene.registry(desk)?;
    let content = content(desk, id, &entry, (&eyes, against), (registry.as_ref(), instant))?;
    let asks = registry.as_ref().filter(|_| eyes.sees(Thing::ModeratorName));
    let checklist =
        asks.map(|registry| checklist::questions(registry, &entry.record_type, instant)).unwrap_or_default();
    let review = ReviewShown {
        review: Summary::of(id, &entry, claim, instant).ok_or_else(not_found)?,
        stages: told.stages,
        opinions: told.opinions,
        conflicts: told.conflicts,
        hold: told.hold,
        appeal: told.appeal,
        checklist,
        correction: reader.correction(registry.as_ref())?,
        submission: reader.submission(&read).map_err(|error| errors::of_words(&error))?.ok_or_else(not_found)?,
        objection: reader.objection(&read).map_err(|error| errors::of_words(&error))?,
        content: content.content,
        withheld: content.withheld,
        files: content.files,
        difference: content.difference,
        requested_changes: requested,
        comments,
        decisions,
        faults: content.faults,
        notices: content.notices,
        history: history::history(desk, &entry, &read, &roles, &eyes),
        as_of: scene.shown(),
    };
    Ok((Some(review), entry.version))
}

/// The entry as it stands or stood, with the eyes of today.
fn look(desk: &Desk, id: EntryId, subject: SubjectId, scene: &Scene) -> Option<(Entry, Eyes, Option<ClaimShown>)> {
    scene.look(desk, |look| {
        let eyes = Eyes::of(&look.rights.state, look.rights.state.entries.get(&id)?, subject, look.now)?;
        let entry = look.facts.state.entries.get(&id)?;
        let claim = ClaimShown::of(&look.facts.state, entry, subject, &eyes, &desk.accounts, look.instant);
        Some((entry.clone(), eyes, claim))
    })
}

/// The content and what follows from it.
#[derive(Default)]
struct Content {
    content: Option<Value>,
    withheld: Vec<String>,
    files: Vec<AttachedShown>,
    difference: Option<DifferenceShown>,
    faults: Value,
    notices: Value,
}

fn content(
    desk: &Desk,
    id: EntryId,
    entry: &Entry,
    (eyes, against): (&Eyes, Against),
    (registry, instant): (Option<&Registry>, Micros),
) -> Answer<Content> {
    let nothing =
        || Content { faults: Value::Array(Vec::new()), notices: Value::Array(Vec::new()), ..Content::default() };
    let Some(review) = entry.review().filter(|_| eyes.sees(Thing::Content)) else { return Ok(nothing()) };
    let Some((readable, attached)) = compared::content_with_files(desk, id, review)? else { return Ok(nothing()) };
    let kind = registry.and_then(|registry| registry.record_type(&entry.record_type));
    let files = files::shown(&desk.files, id, &attached, kind, &readable.content);
    let mut shown = Content { withheld: readable.withheld, files, ..nothing() };
    if let Some(registry) = registry {
        let json = |value: Result<Value, serde_json::Error>| value.map_err(|error| Problem::internal(&error));
        let (record_type, content) = (entry.record_type.as_str(), &readable.content);
        // What was right when it was submitted is not wrong because the registry has changed since.
        let known = Known::NOTHING.after(content);
        let faults = registry.validate_knowing(record_type, content, instant, Stage::Submission, known);
        shown.faults = json(serde_json::to_value(faults))?;
        shown.notices = json(serde_json::to_value(registry.notices_for(record_type, content, instant)))?;
        if let Some(base) = compared::base(entry, eyes, against) {
            shown.difference = compared::compare(desk, id, entry, registry, &base, content)?;
        }
    }
    shown.content = Some(readable.content);
    Ok(shown)
}
