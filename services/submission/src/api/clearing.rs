//! What a publishing authority does: clear or return what awaits clearance, clear a proposed retraction.

use axum::{extract::State, response::Response};
use dossier_identity::Role;
use dossier_proto::{Digest, EntryId, Origin, Payload, Place, v1};
use dossier_vault::Purpose;
use dossier_web::{
    Answer, Problem, ProblemDocument,
    extract::{Bearer, IdempotencyKey, IfMatch, StrictJson, StrictPath},
};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::{
    EntryDocument, asking, callers, contents,
    errands::{self, Asking, Errand},
    off_thread, refusals, texts,
};
use crate::{
    domain::{Command, Entry, Workflow},
    office::Office,
    words::WordsError,
};

/// What is cleared.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
pub(crate) struct ClearBody {
    /// The digest of the content that was read.
    #[schema(value_type = String)]
    pub(crate) digest: Digest,
    /// A word to the moderators, at most 2 000 characters.
    pub(crate) note: Option<String>,
}

/// What is returned, and why.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
pub(crate) struct ReturnBody {
    /// The digest of the content that was read.
    #[schema(value_type = String)]
    pub(crate) digest: Digest,
    /// What those who wrote it are to know, at most 2 000 characters. Nobody outside the body reads it.
    pub(crate) reason: String,
}

/// Which retraction is cleared.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
pub(crate) struct ClearRetractionBody {
    /// The event that proposes it, as `retraction.place` of the entry says it.
    pub(crate) proposed: ProposedAt,
}

/// Which proposal is not passed on, and why.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
pub(crate) struct ReturnRetractionBody {
    /// The event that proposes it, as `retraction.place` of the entry says it.
    pub(crate) proposed: ProposedAt,
    /// What the body is to know, at most 2 000 characters. Nobody outside the body reads it.
    pub(crate) reason: String,
}

/// Where an event of this service stands.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, utoipa::ToSchema)]
pub(crate) struct ProposedAt {
    /// The epoch of the journal.
    pub(crate) epoch: u32,
    /// The position there.
    pub(crate) sequence: u64,
    /// Always `submission`; may be left out.
    pub(crate) origin: Option<OwnOrigin>,
}

/// The service that recorded it.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OwnOrigin {
    Submission,
}

/// Clears what awaits it: it goes to moderation in the same moment.
///
/// By a publishing authority of the state that did not submit it.
#[utoipa::path(
    post, path = "/entries/{id}/clear", tag = "clearance", operation_id = "clearEntry", request_body = ClearBody,
    params(
        ("id" = String, Path, description = "The entry."),
        IfMatch,
        IdempotencyKey,
    ),
    responses(
        (status = 200, description = "Cleared and submitted.", body = EntryDocument),
        (status = 403, description = "No designation covers it, or it is the caller's own submission (recorded).", body = ProblemDocument),
        (status = 404, description = "Nothing that the caller can see.", body = ProblemDocument),
        (status = 409, description = "It awaits no clearance, or the content is another one by now.", body = ProblemDocument),
        (status = 422, description = "Something does not fit.", body = ProblemDocument),
    ),
)]
pub(crate) async fn clear(
    State(office): State<Office>,
    caller: Bearer,
    StrictPath(id): StrictPath<EntryId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    StrictJson(body): StrictJson<ClearBody>,
) -> Answer<Response> {
    let request = Asking::new(caller.clone(), key, "POST", &format!("/entries/{id}/clear"), &body);
    let errand = {
        let office = office.clone();
        off_thread(move || {
            let act = Act::of(&office, &caller, id, &if_match)?;
            let note = texts::optional("/note", body.note.as_deref().unwrap_or_default())?;
            let mut clear = v1::Clear { digest: body.digest.to_vec(), note: None };
            // Who may not clear, or not now, is refused by the decision, which needs no words for that.
            let (true, Some(asked)) = (act.is_authority, awaiting(&office, &act.entry)?) else {
                return Ok(act.errand(Command::Clear { clear, asked: None }));
            };
            // What nobody can read any more is not cleared, whether something is said with it or not.
            let content = asked.content.as_ref().ok_or_else(|| Problem::internal(&WordsError::NoContent))?;
            let content = contents::usable_key(&office, &act.entry, content)?;
            let seal = |text: String| office.words().seal_text(content, id, Purpose::Note, &text);
            clear.note = note.map(seal).transpose().map_err(|error| refusals::words_failed(&error))?;
            Ok(act.errand(Command::Clear { clear, asked: Some(Box::new(asked)) }))
        })
        .await?
    };
    done(&office, request, id, errand).await
}

/// Returns what awaits clearance to those who wrote it, with a reason that nobody else reads.
#[utoipa::path(
    post, path = "/entries/{id}/return", tag = "clearance", operation_id = "returnEntry", request_body = ReturnBody,
    params(
        ("id" = String, Path, description = "The entry."),
        IfMatch,
        IdempotencyKey,
    ),
    responses(
        (status = 200, description = "With its body again; moderation never heard of it.", body = EntryDocument),
        (status = 403, description = "No designation covers it, or it is the caller's own submission (recorded).", body = ProblemDocument),
        (status = 404, description = "Nothing that the caller can see.", body = ProblemDocument),
        (status = 409, description = "It awaits no clearance, or the content is another one by now.", body = ProblemDocument),
        (status = 422, description = "The reason is missing.", body = ProblemDocument),
    ),
)]
pub(crate) async fn give_back(
    State(office): State<Office>,
    caller: Bearer,
    StrictPath(id): StrictPath<EntryId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    StrictJson(body): StrictJson<ReturnBody>,
) -> Answer<Response> {
    let request = Asking::new(caller.clone(), key, "POST", &format!("/entries/{id}/return"), &body);
    let errand = {
        let office = office.clone();
        off_thread(move || {
            let act = Act::of(&office, &caller, id, &if_match)?;
            let reason = texts::required("/reason", &body.reason)?;
            let mut give_back = v1::ReturnToBody { digest: body.digest.to_vec(), reason: None };
            if act.is_authority && matches!(act.entry.workflow, Workflow::AwaitingClearance { .. }) {
                // Not under the key of the revision: that goes to moderation when the same is cleared later.
                let key = asking::fresh_key(&office)?;
                let sealed = office.words().seal_text(key, id, Purpose::Reason, &reason);
                give_back.reason = Some(sealed.map_err(|error| refusals::words_failed(&error))?);
            }
            Ok(act.errand(Command::ReturnToBody(give_back)))
        })
        .await?
    };
    done(&office, request, id, errand).await
}

/// Clears a proposed retraction: publication hears that the body asks for it.
#[utoipa::path(
    post, path = "/entries/{id}/clear-retraction", tag = "clearance", operation_id = "clearRetraction",
    request_body = ClearRetractionBody,
    params(
        ("id" = String, Path, description = "The entry."),
        IdempotencyKey,
    ),
    responses(
        (status = 202, description = "Asked; a publisher decides.", body = EntryDocument),
        (status = 403, description = "No designation covers it, or it is the caller's own proposal (recorded).", body = ProblemDocument),
        (status = 404, description = "Nothing that the caller can see.", body = ProblemDocument),
        (status = 409, description = "No such retraction waits for clearance.", body = ProblemDocument),
    ),
)]
pub(crate) async fn clear_retraction(
    State(office): State<Office>,
    caller: Bearer,
    StrictPath(id): StrictPath<EntryId>,
    key: IdempotencyKey,
    StrictJson(body): StrictJson<ClearRetractionBody>,
) -> Answer<Response> {
    let request = Asking::new(caller.clone(), key, "POST", &format!("/entries/{id}/clear-retraction"), &body);
    let errand = {
        let office = office.clone();
        off_thread(move || {
            let entry = callers::addressed(&office.engine().view(), &caller, id, office.now())?.clone();
            let place = body.proposed.place();
            let reason = reason_of(&office, &entry, place)?;
            let clear = v1::ClearRetraction { proposed: Some(place.into()) };
            Ok(Errand::on(id, Command::ClearRetraction { clear, reason }, None))
        })
        .await?
    };
    request.execute(&office, errand).await.map_err(|error| refusals::failed(&error))?;
    errands::answer(&office, id, StatusCode::ACCEPTED).await
}

/// Does not pass a proposed retraction on: the edition stays, and the body is told why.
#[utoipa::path(
    post, path = "/entries/{id}/return-retraction", tag = "clearance", operation_id = "returnRetraction",
    request_body = ReturnRetractionBody,
    params(
        ("id" = String, Path, description = "The entry."),
        IdempotencyKey,
    ),
    responses(
        (status = 200, description = "The entry; nobody outside the body heard of it.", body = EntryDocument),
        (status = 403, description = "No designation covers it (recorded).", body = ProblemDocument),
        (status = 404, description = "Nothing that the caller can see.", body = ProblemDocument),
        (status = 409, description = "No such retraction waits for clearance.", body = ProblemDocument),
        (status = 422, description = "The reason is missing.", body = ProblemDocument),
    ),
)]
pub(crate) async fn return_retraction(
    State(office): State<Office>,
    caller: Bearer,
    StrictPath(id): StrictPath<EntryId>,
    key: IdempotencyKey,
    StrictJson(body): StrictJson<ReturnRetractionBody>,
) -> Answer<Response> {
    let request = Asking::new(caller.clone(), key, "POST", &format!("/entries/{id}/return-retraction"), &body);
    let errand = {
        let office = office.clone();
        off_thread(move || {
            let act = Act::of(&office, &caller, id, &IfMatch::Absent)?;
            let reason = texts::required("/reason", &body.reason)?;
            let mut command = v1::ReturnRetraction { proposed: Some(body.proposed.place().into()), reason: None };
            let is_open = act.entry.public.as_ref().is_some_and(|public| public.retraction_proposed.is_some());
            if act.is_authority && is_open {
                let key = asking::fresh_key(&office)?;
                let sealed = office.words().seal_text(key, id, Purpose::Reason, &reason);
                command.reason = Some(sealed.map_err(|error| refusals::words_failed(&error))?);
            }
            Ok(act.errand(Command::ReturnRetraction(command)))
        })
        .await?
    };
    done(&office, request, id, errand).await
}

impl ProposedAt {
    const fn place(&self) -> Place {
        Place { origin: Origin::Submission, epoch: self.epoch, sequence: self.sequence }
    }
}

/// Somebody who wants to decide on what awaits clearance.
struct Act {
    id: EntryId,
    entry: Entry,
    expected: Option<u64>,
    is_authority: bool,
}

impl Act {
    fn of(office: &Office, caller: &Bearer, id: EntryId, if_match: &IfMatch) -> Answer<Self> {
        let now = office.now();
        let entry = callers::addressed(&office.engine().view(), caller, id, now)?.clone();
        let expected = asking::expected(if_match, &entry)?;
        let is_authority = contents::is_entitled(office, caller, Role::PublishingAuthority, &entry.facts, now);
        Ok(Self { id, entry, expected, is_authority })
    }

    fn errand(&self, command: Command) -> Errand {
        Errand::on(self.id, command, self.expected)
    }
}

async fn done(office: &Office, request: Asking, id: EntryId, errand: Errand) -> Answer<Response> {
    request.execute(office, errand).await.map_err(|error| refusals::failed(&error))?;
    errands::answer(office, id, StatusCode::OK).await
}

/// What awaits clearance, as it was asked.
fn awaiting(office: &Office, entry: &Entry) -> Answer<Option<v1::ClearanceAsked>> {
    let Workflow::AwaitingClearance { asked, .. } = entry.workflow else { return Ok(None) };
    match recorded(office, asked)? {
        Some(Payload::ClearanceAsked(asked)) => Ok(Some(asked)),
        _ => Ok(None),
    }
}

/// The reason of the retraction that waits under this name.
fn reason_of(office: &Office, entry: &Entry, place: Place) -> Answer<Option<v1::Sealed>> {
    let proposed = entry.public.as_ref().and_then(|public| public.retraction_proposed.as_ref());
    if proposed.is_none_or(|proposed| proposed.place != place) {
        return Ok(None);
    }
    match recorded(office, place)? {
        Some(Payload::RetractionProposed(proposed)) => Ok(proposed.command.and_then(|command| command.reason)),
        _ => Ok(None),
    }
}

fn recorded(office: &Office, place: Place) -> Answer<Option<Payload>> {
    let recorded = office.engine().recorded_at(place).map_err(|error| Problem::internal(&error))?;
    Ok(recorded.event.payload)
}
