//! `GET /reviews/{entry}`: everything a reviewer needs on one page.

use axum::{
    Json,
    extract::State as Extracted,
    response::{IntoResponse, Response},
};
use dossier_identity::Thing;
use dossier_proto::{EntryId, Micros, SubjectId};
use dossier_registry::{Known, Stage};
use dossier_web::{
    Answer, Cache, Part, Problem, ProblemKind, Tag,
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
}

/// One review.
#[utoipa::path(
    get, path = "/review/api/v1/reviews/{entry}", tag = "reviews", operation_id = "getReview",
    params(
        ("entry" = String, Path, description = "The entry"),
        Shown,
        MinSequence,
    ),
    responses(
        (status = 200, description = "The review; its ETag is \"r…\"", body = ReviewShown),
        (status = 404, description = "Nothing the caller may know of", body = dossier_web::ProblemDocument),
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
    app.check_token(&bearer, entry)?;
    let subject = bearer.subject;
    let (review, version) = app.off_thread(move |desk| compose(desk, entry, subject, against)).await?;
    let tag = Tag::Version(Part::Review, version);
    Ok((Cache::Private, [(header::ETAG, tag.header_value())], Json(review)).into_response())
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

fn compose(desk: &Desk, id: EntryId, subject: SubjectId, against: Against) -> Answer<(ReviewShown, u64)> {
    let now = desk.clock.now();
    let not_found = || Problem::new(ProblemKind::NotFound);
    let (entry, eyes, claim) = look(desk, id, subject, now).ok_or_else(not_found)?;
    // Read after the entry's facts: what these speak of is in there.
    let read = reading::of_entry(&desk.engine, id).map_err(|error| errors::of_record(&error))?;
    let roles = history::roles(&desk.engine.view(), &read);
    let reader = Reader { desk, id, entry: &entry, eyes: &eyes, roles: &roles };
    let Said { requested, comments, decisions } = reader.said(&read).map_err(|error| errors::of_words(&error))?;
    let told = reader.deliberation(&read).map_err(|error| errors::of_words(&error))?;
    let content = content(desk, id, &entry, &eyes, against, now)?;
    let registry = desk.registry.get(&desk.engine).map_err(|error| errors::of_registry(&error))?;
    let asks = registry.as_ref().filter(|_| eyes.sees(Thing::ModeratorName));
    let checklist = asks.map(|registry| checklist::questions(registry, &entry.record_type, now)).unwrap_or_default();
    let review = ReviewShown {
        review: Summary::of(id, &entry, claim, now).ok_or_else(not_found)?,
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
    };
    Ok((review, entry.version))
}

fn look(desk: &Desk, id: EntryId, subject: SubjectId, now: Micros) -> Option<(Entry, Eyes, Option<ClaimShown>)> {
    let view = desk.engine.view();
    let entry = view.state.entries.get(&id)?;
    let eyes = Eyes::of(&view.state, entry, subject, now)?;
    let claim = ClaimShown::of(&view.state, entry, subject, &eyes, &desk.accounts, now);
    Some((entry.clone(), eyes, claim))
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

fn content(desk: &Desk, id: EntryId, entry: &Entry, eyes: &Eyes, against: Against, now: Micros) -> Answer<Content> {
    let nothing =
        || Content { faults: Value::Array(Vec::new()), notices: Value::Array(Vec::new()), ..Content::default() };
    let Some(review) = entry.review().filter(|_| eyes.sees(Thing::Content)) else { return Ok(nothing()) };
    let Some((readable, attached)) = compared::content_with_files(desk, id, review)? else { return Ok(nothing()) };
    let registry = desk.registry.get(&desk.engine).map_err(|error| errors::of_registry(&error))?;
    let kind = registry.as_ref().and_then(|registry| registry.record_type(&entry.record_type));
    let files = files::shown(&desk.files, id, &attached, kind, &readable.content);
    let mut shown = Content { withheld: readable.withheld, files, ..nothing() };
    if let Some(registry) = registry {
        let json = |value: Result<Value, serde_json::Error>| value.map_err(|error| Problem::internal(&error));
        let (record_type, content) = (entry.record_type.as_str(), &readable.content);
        // What was right when it was submitted is not wrong because the registry has changed since.
        let known = Known::NOTHING.after(content);
        let faults = registry.validate_knowing(record_type, content, now, Stage::Submission, known);
        shown.faults = json(serde_json::to_value(faults))?;
        shown.notices = json(serde_json::to_value(registry.notices_for(record_type, content, now)))?;
        if let Some(base) = compared::base(entry, eyes, against) {
            shown.difference = compared::compare(desk, id, entry, &registry, &base, content)?;
        }
    }
    shown.content = Some(readable.content);
    Ok(shown)
}
