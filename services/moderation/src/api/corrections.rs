//! Editorial corrections of the public edition: proposed, confirmed, rejected.

use axum::{extract::State as Extracted, response::Response};
use dossier_proto::{Digest, EntryId, Payload, Place, v1};
use dossier_registry::{Known, Stage, has_errors};
use dossier_vault::Purpose;
use dossier_web::{
    Answer, Problem, ProblemDocument, ProblemKind,
    extract::{FieldError, IdempotencyKey, IfMatch, StrictPath},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{
    App, Desk,
    asked::{Asked, Asker},
    errors,
    execute::Written,
    limits::{TEXT_BYTES_MAX, check_length, check_text},
    locks::{Context, Under, Whose},
    sealing::{refuse_if_any, words},
};
use crate::{
    domain::{Command, Confirmation, CorrectedWords, Edition, Entry},
    reading,
    views::Whereabouts,
    words::{Readable, WordsError},
};

/// An editorial correction of an edition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct CorrectionBody {
    /// The public edition that is corrected.
    pub(crate) edition: u32,
    /// The digest of its content.
    #[schema(value_type = String)]
    pub(crate) digest: Digest,
    /// The corrected fields with their whole new values; null takes a field away.
    #[schema(value_type = Object)]
    pub(crate) fields: Map<String, Value>,
    /// Why, as the body reads it.
    pub(crate) reason: String,
}

/// What is thought of a proposed correction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ConfirmBody {
    /// The digest of the corrected content that was read.
    #[schema(value_type = String)]
    pub(crate) digest: Digest,
    /// For moderators, reviewers and auditors only.
    #[serde(default)]
    pub(crate) note: Option<String>,
}

/// Why a proposed correction is not made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct RejectBody {
    /// The digest of the corrected content that was read.
    #[schema(value_type = String)]
    pub(crate) digest: Digest,
    /// Why, for moderators, reviewers and auditors.
    pub(crate) reason: String,
}

/// Proposes an editorial correction of the public edition. Another moderator has to confirm it; the body is told and may object.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/propose-correction", tag = "reviews", operation_id = "proposeCorrection", request_body = CorrectionBody,
    params(
        ("entry" = String, Path, description = "The entry"),
        IfMatch,
        IdempotencyKey,
    ),
    responses(
        (status = 200, body = Written), (status = 403, body = ProblemDocument),
        (status = 409, description = "Another edition or digest is current, or a correction waits already", body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn propose(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(entry): StrictPath<EntryId>,
    asked: Asked<CorrectionBody>,
) -> Answer<Response> {
    app.act_in_words(&asker, entry, asked, seal_proposal, |proposal| Command::ProposeCorrection(Box::new(proposal)))
        .await
}

/// Confirms a correction that another moderator proposed. Publication makes the next edition of it.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/confirm-correction", tag = "reviews", operation_id = "confirmCorrection", request_body = ConfirmBody,
    params(
        ("entry" = String, Path, description = "The entry"),
        IfMatch,
        IdempotencyKey,
    ),
    responses(
        (status = 200, body = Written), (status = 403, body = ProblemDocument),
        (status = 409, description = "Another digest was proposed, or none", body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn confirm(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(entry): StrictPath<EntryId>,
    asked: Asked<ConfirmBody>,
) -> Answer<Response> {
    app.act_in_words(&asker, entry, asked, seal_confirmation, |confirmation| {
        Command::ConfirmCorrection(Box::new(confirmation))
    })
    .await
}

/// Does away with a proposed correction.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/reject-correction", tag = "reviews", operation_id = "rejectCorrection", request_body = RejectBody,
    params(
        ("entry" = String, Path, description = "The entry"),
        IfMatch,
        IdempotencyKey,
    ),
    responses(
        (status = 200, body = Written), (status = 403, body = ProblemDocument),
        (status = 409, description = "Another digest was proposed, or none", body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn reject(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(entry): StrictPath<EntryId>,
    asked: Asked<RejectBody>,
) -> Answer<Response> {
    app.act_in_words(&asker, entry, asked, seal_rejection, Command::RejectCorrection).await
}

pub(super) fn seal_proposal(desk: &Desk, context: &Context, body: &CorrectionBody) -> Answer<v1::ProposeCorrection> {
    let mut errors = Vec::new();
    check_text(&mut errors, "/reason", &body.reason, TEXT_BYTES_MAX);
    // Names stand in the clear in the journal (P11).
    let kind = context.registry.as_ref().zip(context.record_type.as_deref());
    let kind = kind.and_then(|(registry, record_type)| registry.record_type(record_type));
    for field in body.fields.keys() {
        if !kind.and_then(|kind| kind.field(field)).is_some_and(|field| field.editorial) {
            let detail = "the registry in force does not call this field editorial".to_owned();
            let pointer = format!("/fields/{}", field.chars().take(64).collect::<String>());
            errors.push(FieldError { pointer, detail });
        }
    }
    refuse_if_any(&errors)?;
    let mut proposal = v1::ProposeCorrection {
        edition: body.edition,
        base_digest: body.digest.to_vec(),
        fields: body.fields.keys().cloned().collect(),
        ..v1::ProposeCorrection::default()
    };
    if !context.takes_part {
        return Ok(proposal);
    }
    proposal.content = corrected(desk, context, body)?;
    proposal.reason = context.lock(desk, Whose::Message)?.seal(desk, context.entry, Purpose::Reason, &body.reason)?;
    Ok(proposal)
}

/// The corrected content: that of the edition with the fields replaced, without a fault. `None` where the decision says why
/// there is none: another edition is current.
fn corrected(desk: &Desk, context: &Context, body: &CorrectionBody) -> Answer<Option<v1::Content>> {
    let Some(before) = edition_now(desk, context.entry)? else { return Ok(None) };
    if before.digest != body.digest.to_vec() {
        return Ok(None);
    }
    let mut value = words(desk.words.without_personal(context.entry, &before))?;
    let base = value.clone();
    if let Some(members) = value.as_object_mut() {
        for (field, new) in &body.fields {
            match new {
                Value::Null => members.remove(field),
                new => members.insert(field.clone(), new.clone()),
            };
        }
    }
    if let (Some(registry), Some(record_type)) = (&context.registry, &context.record_type) {
        let known = Known::NOTHING.after(&base);
        let check = |value| registry.validate_knowing(record_type, value, desk.clock.now(), Stage::Submission, known);
        // What the edition has already is not the correction's: the registry may ask for more than it did.
        let before = check(&base);
        let faults: Vec<_> = check(&value).into_iter().filter(|fault| !before.contains(fault)).collect();
        if has_errors(&faults) {
            let faults = serde_json::to_value(faults).map_err(|error| Problem::internal(&error))?;
            return Err(Problem::new(ProblemKind::InvalidRequest)
                .detail("The corrected content has faults.")
                .with("code", "invalid")
                .with("faults", faults));
        }
    }
    match context.under {
        Under::Placeholders if value == base => Ok(Some(before)),
        // Which digest it will have is not known yet; only that it is another one.
        Under::Placeholders => Ok(Some(v1::Content { digest: vec![0; 32], ..before })),
        Under::Keys => words(desk.words.seal_content(context.entry, &value, &before)).map(Some),
    }
}

/// The sealed content of the public edition: what was submitted, or what its last correction made of it.
pub(super) fn edition(desk: &Desk, id: EntryId, known: &Entry) -> Answer<Option<v1::Content>> {
    let Some(edition) = &known.edition else { return Ok(None) };
    let at = match edition.corrected {
        Some(confirmed) => Some(whereabouts(confirmed)),
        None => submitted_for(known, edition)
            .and_then(|place| desk.engine.view().contents.submitted(id, place))
            .map(|kept| kept.at),
    };
    let Some(at) = at else { return Ok(None) };
    let read = reading::at(&desk.engine, at).map_err(|error| errors::of_record(&error))?;
    Ok(match read.beside.and_then(|foreign| foreign.payload).or(read.event.payload) {
        Some(Payload::Submitted(submitted)) => submitted.content,
        Some(Payload::CorrectionConfirmed(confirmed)) => confirmed.content,
        _ => None,
    })
}

/// The same of the entry as it stands.
fn edition_now(desk: &Desk, id: EntryId) -> Answer<Option<v1::Content>> {
    let known = desk.engine.view().state.entries.get(&id).cloned();
    known.map_or(Ok(None), |known| edition(desk, id, &known))
}

/// The content of the public edition in the clear; `None` when it was erased.
pub(super) fn edition_content(desk: &Desk, id: EntryId, known: &Entry) -> Answer<Option<Readable>> {
    let Some(content) = edition(desk, id, known)? else { return Ok(None) };
    match desk.words.content(id, &content) {
        Ok(readable) => Ok(Some(readable)),
        Err(WordsError::Erased(_)) => Ok(None),
        Err(error) => Err(errors::of_words(&error)),
    }
}

fn submitted_for(entry: &Entry, edition: &Edition) -> Option<Place> {
    let approved =
        |review: &&crate::domain::Review| review.ended.is_some_and(|ended| ended.moment.place == edition.approved);
    entry.reviews.iter().rev().find(approved).map(|review| review.submitted.place)
}

pub(super) const fn whereabouts(place: Place) -> Whereabouts {
    Whereabouts { epoch: place.epoch, sequence: place.sequence }
}

/// The correction that waits.
pub(super) fn proposed(desk: &Desk, known: &Entry) -> Answer<Option<v1::ProposeCorrection>> {
    let waits = known.correction.as_ref().filter(|correction| correction.confirmed.is_none());
    let Some(at) = waits.map(|correction| correction.proposed.place) else { return Ok(None) };
    let read = reading::at(&desk.engine, whereabouts(at)).map_err(|error| errors::of_record(&error))?;
    match read.event.payload {
        Some(Payload::CorrectionProposed(proposed)) => Ok(proposed.command),
        _ => Ok(None),
    }
}

pub(super) fn seal_confirmation(desk: &Desk, context: &Context, body: &ConfirmBody) -> Answer<Confirmation> {
    let mut errors = Vec::new();
    let note = body.note.as_deref().filter(|note| dossier_registry::says_something(note));
    check_length(&mut errors, "/note", note.unwrap_or_default(), TEXT_BYTES_MAX);
    refuse_if_any(&errors)?;
    let note = match note {
        Some(note) => context.lock(desk, Whose::Internal)?.seal(desk, context.entry, Purpose::Note, note)?,
        None => None,
    };
    let confirm = v1::ConfirmCorrection { digest: body.digest.to_vec(), note };
    let reads = context.takes_part && context.under == Under::Keys;
    let words = if reads { corrected_words(desk, context)? } else { None };
    Ok(Confirmation { confirm, words })
}

/// What was proposed, and the notices that apply to it: what needs the words is computed here.
fn corrected_words(desk: &Desk, context: &Context) -> Answer<Option<CorrectedWords>> {
    let known = desk.engine.view().state.entries.get(&context.entry).cloned();
    let proposed = known.map(|known| proposed(desk, &known)).transpose()?.flatten();
    let Some(proposed) = proposed else { return Ok(None) };
    let Some(content) = &proposed.content else { return Ok(None) };
    let readable = words(desk.words.content(context.entry, content))?;
    let notices = match (&context.registry, &context.record_type) {
        (Some(registry), Some(kind)) => registry.notices_for(kind, &readable.content, desk.clock.now()),
        _ => Vec::new(),
    };
    Ok(CorrectedWords::of(&proposed, notices.into_iter().map(|notice| notice.key).collect()))
}

pub(super) fn seal_rejection(desk: &Desk, context: &Context, body: &RejectBody) -> Answer<v1::RejectCorrection> {
    let mut errors = Vec::new();
    check_text(&mut errors, "/reason", &body.reason, TEXT_BYTES_MAX);
    refuse_if_any(&errors)?;
    let reason = context.lock(desk, Whose::Internal)?.seal(desk, context.entry, Purpose::Reason, &body.reason)?;
    Ok(v1::RejectCorrection { digest: body.digest.to_vec(), reason })
}
