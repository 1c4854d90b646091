//! `GET /checkpoints`: what each service has signed. For everybody.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_proof::SignedCheckpoint;
use dossier_proto::{Micros, Origin};
use dossier_web::{
    Answer, Cache, Problem, ProblemDocument, ProblemKind, Tag, conditional,
    extract::{StrictPath, StrictQuery},
};
use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};

use crate::{office::Office, seen::SeenCheckpoint, watching::Watched};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FormatQuery {
    /// `note` (the signed note alone, as text; so when nothing is said) or `json`.
    #[param(inline)]
    format: Option<Format>,
}

#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
enum Format {
    Note,
    Json,
}

/// What a service signed.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CheckpointDocument {
    /// The service.
    #[schema(value_type = String)]
    pub origin: Origin,
    /// The epoch of its journal.
    pub epoch: u32,
    /// How many events.
    pub size: u64,
    /// Their Merkle root (RFC 6962), in base64.
    pub root: String,
    /// When it was seen, in microseconds.
    #[schema(value_type = i64)]
    pub seen_at: Micros,
    /// The signed note (C2SP tlog-checkpoint), verbatim.
    pub note: String,
}

/// A service's log.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LogDocument {
    /// The service.
    #[schema(value_type = String)]
    pub origin: Origin,
    /// The name of its log; the origin line of its checkpoints is this, a slash and the epoch.
    pub log: String,
    /// What it signs with (C2SP signed-note verifier key).
    pub verifier: String,
    /// What the audit service signs it with too, when it agrees with the copy (C2SP tlog-cosignature verifier key); absent for its own log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cosigner: Option<String>,
    /// Where the log is served as tiles, for whoever mirrors it (C2SP tlog-tiles).
    pub tiles: String,
    /// The epochs of its journal of which a checkpoint is served, ascending: each is a log of its own.
    pub epochs: Vec<u32>,
    /// The newest checkpoint that was checked.
    pub checkpoint: Option<CheckpointDocument>,
}

/// All logs
///
/// Each service's log, what it signs with and its newest checkpoint that the audit service has checked.
#[utoipa::path(
    get,
    path = "/checkpoints",
    tag = "checkpoints", operation_id = "listLogs",
    security(()),
    responses((status = 200, description = "The logs", body = Vec<LogDocument>))
)]
pub(super) async fn all(State(office): State<Office>) -> Answer<(Cache, Json<Vec<LogDocument>>)> {
    Ok((Cache::PublicJson, Json(logs(&office)?)))
}

/// All logs, with the newest checkpoint of each.
pub(crate) fn logs(office: &Office) -> Answer<Vec<LogDocument>> {
    office.watched().iter().map(|watched| log(office, watched)).collect()
}

/// A checkpoint
///
/// The newest checkpoint of a service that the audit service has checked: signed, of the right log, and in agreement with
/// the events that were copied.
#[utoipa::path(
    get,
    path = "/checkpoints/{origin}",
    tag = "checkpoints", operation_id = "getCheckpoint",
    security(()),
    params(("origin" = String, Path, description = "submission, moderation, publication or audit"), FormatQuery),
    responses(
        (status = 200, description = "The signed note", content(
            (String = "text/plain"),
            (CheckpointDocument = "application/json"),
        )),
        (status = 404, description = "There is no such service, or nothing of it was seen yet", body = ProblemDocument),
    )
)]
pub(super) async fn one(
    State(office): State<Office>,
    StrictPath(origin): StrictPath<String>,
    StrictQuery(query): StrictQuery<FormatQuery>,
    headers: HeaderMap,
) -> Answer<Response> {
    let none = || Problem::new(ProblemKind::NotFound);
    let origin: Origin = origin.parse().map_err(|_| none())?;
    let found = newest(&office, origin)?.ok_or_else(none)?;
    let tag = Tag::of_bytes(found.note.as_bytes());
    Ok(conditional::answer(&headers, &tag, Cache::PublicJson, || match query.format {
        Some(Format::Json) => Json(found).into_response(),
        Some(Format::Note) | None => {
            ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], found.note).into_response()
        }
    }))
}

fn log(office: &Office, watched: &Watched) -> Answer<LogDocument> {
    let (origin, checkpoint) = (watched.origin, newest(office, watched.origin)?);
    let epoch = checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.epoch);
    Ok(LogDocument {
        origin,
        log: watched.log.clone(),
        verifier: office.keys(origin).map_or_else(String::new, |keys| keys.current().to_string()),
        cosigner: (origin != Origin::Audit).then(|| office.cosigner().verifier().to_string()),
        tiles: format!("/audit/log/{origin}/{epoch}/"),
        epochs: epochs(office, origin),
        checkpoint,
    })
}

/// Of our own journal all that have events, and the newest.
fn epochs(office: &Office, origin: Origin) -> Vec<u32> {
    if origin == Origin::Audit {
        let journal = office.engine().journal();
        let newest = journal.head().epoch;
        let shown = journal.epochs().into_iter().filter(|(epoch, size)| *size > 0 || *epoch == newest);
        return shown.map(|(epoch, _)| epoch).collect();
    }
    let copied = office.copies().journal(origin).map(dossier_journal::Journal::epochs).unwrap_or_default();
    let seen = office.copies().seen();
    copied.into_iter().map(|(epoch, _)| epoch).filter(|epoch| seen.of_epoch(origin, *epoch).is_some()).collect()
}

/// Of the others what was seen, of ourselves what is.
fn newest(office: &Office, origin: Origin) -> Answer<Option<CheckpointDocument>> {
    if origin != Origin::Audit {
        let seen = office.copies().seen().newest(origin).map(|seen| witnessed(office, origin, seen));
        return Ok(seen.map(|seen| seen_document(origin, &seen)));
    }
    let journal = office.engine().journal();
    let signed = journal.checkpoint().map_err(|error| Problem::internal(&error))?;
    let epoch = journal.head().epoch;
    let signed = office.witnessed().with_cosignatures(origin, epoch, signed);
    Ok(Some(document(origin, epoch, office.now(), &signed)))
}

/// With what foreign witnesses have cosigned.
fn witnessed(office: &Office, origin: Origin, seen: SeenCheckpoint) -> SeenCheckpoint {
    let signed = office.witnessed().with_cosignatures(origin, seen.epoch, seen.signed);
    SeenCheckpoint { signed, ..seen }
}

fn seen_document(origin: Origin, seen: &SeenCheckpoint) -> CheckpointDocument {
    document(origin, seen.epoch, seen.at, &seen.signed)
}

fn document(origin: Origin, epoch: u32, seen_at: Micros, signed: &SignedCheckpoint) -> CheckpointDocument {
    let said = signed.unverified();
    CheckpointDocument {
        origin,
        epoch,
        size: said.size,
        root: said.root.to_string(),
        seen_at,
        note: signed.text().to_owned(),
    }
}
