//! `GET /entries/{id}/history`: the way of an entry, as its body may know it.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_proto::{EntryId, Payload, v1};
use dossier_vault::Purpose;
use dossier_web::{
    Answer, Cache, Cursor, Page, PageSize, ProblemDocument,
    extract::{Bearer, MinSequence, StrictPath, StrictQuery},
};
use serde::Deserialize;

use super::{HistoryItem, assembling, off_thread, past, past::Scene, reading, texts};
use crate::{
    office::Office,
    views::{Happened, Moment},
};

/// The name of the list in its cursors.
const LIST: &str = "contribute/history";

/// Which part of the history.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// Where the page begins: `next` of the page before.
    cursor: Option<Cursor>,
    /// How many, from 1 to 200.
    limit: Option<PageSize>,
    /// The history as it was: an instant (2026-03-09T09:00:00Z), or the place of an event of this service (submission/17, or
    /// submission/1/17 in a later epoch), each included. Rights are those of now.
    as_of: Option<String>,
}

impl From<Option<Cursor>> for HistoryQuery {
    fn from(cursor: Option<Cursor>) -> Self {
        Self { cursor, ..Self::default() }
    }
}

/// What has happened to an entry, the oldest first. Reviewers, moderators and publishers appear by their role.
///
/// With `as_of` it ends where this service had come by then. Each item says when it happened where it happened; what others did stands in it
/// from when it was received here, so an item may have happened before the moment and not yet have been known.
#[utoipa::path(
    get, path = "/entries/{id}/history", tag = "entries", operation_id = "getHistory",
    params(("id" = String, Path, description = "The entry."), HistoryQuery),
    responses(
        (status = 200, description = "A page of it.", body = Page<HistoryItem>),
        (status = 404, description = "Nothing that the caller can see, or it was not there yet at that moment.", body = ProblemDocument),
        (status = 409, description = "The moment asked for is not settled.", body = ProblemDocument),
    ),
)]
pub(crate) async fn history(
    State(office): State<Office>,
    caller: Bearer,
    min_sequence: MinSequence,
    StrictPath(id): StrictPath<EntryId>,
    StrictQuery(query): StrictQuery<HistoryQuery>,
) -> Answer<Response> {
    reading::reach(&office, min_sequence).await?;
    let scene = past::scene(&office, &caller, id, query.as_of.as_deref()).await?;
    let page = off_thread(move || page(&office, id, &query, &scene)).await?;
    Ok((Cache::Private, Json(page)).into_response())
}

pub(crate) fn page(office: &Office, id: EntryId, query: &HistoryQuery, scene: &Scene) -> Answer<Page<HistoryItem>> {
    let from = query.cursor.as_ref().map(|cursor| cursor.number(LIST)).transpose();
    let from = from.map_err(|error| texts::unfit("/cursor", &error.to_string()))?.unwrap_or(0);
    let timeline = scene.look(office, |entries| entries.timeline(id).to_vec());
    let moments = timeline.into_iter().zip(0_u64..).filter(|(_, position)| *position >= from);
    let size = query.limit.unwrap_or_default();
    let page = Page::of(moments, size, |(_, position)| Cursor::at_number(LIST, position + 1));
    let items: Answer<Vec<HistoryItem>> = page.items.iter().map(|(moment, _)| item(office, id, moment)).collect();
    Ok(Page { items: items?, next: page.next })
}

pub(crate) fn item(office: &Office, id: EntryId, moment: &Moment) -> Answer<HistoryItem> {
    let mut item = HistoryItem {
        place: moment.source.into(),
        at: dossier_web::moment::written(moment.at),
        kind: moment.what.key().to_owned(),
        by: assembling::by(office, moment.by),
        revision: moment.what.wrote(),
        round: None,
        edition: None,
        count: None,
        text: said(office, id, moment)?,
    };
    match moment.what {
        Happened::Submitted { revision, round } | Happened::ClearanceAsked { revision, round } => {
            (item.revision, item.round) = (Some(revision), Some(round));
        }
        Happened::Published { edition }
        | Happened::RevisionOpened { edition }
        | Happened::RetractionAsked { edition }
        | Happened::RetractionProposed { edition }
        | Happened::RetractionCleared { edition }
        | Happened::RetractionReturned { edition }
        | Happened::RetractionDeclined { edition }
        | Happened::CorrectionObjected { edition } => item.edition = Some(edition),
        Happened::ChangesRequested { count } | Happened::Commented { count } => item.count = Some(count),
        _ => {}
    }
    Ok(item)
}

/// What was said with it.
fn said(office: &Office, id: EntryId, moment: &Moment) -> Answer<Option<String>> {
    if !says(moment.what) {
        return Ok(None);
    }
    let Some(payload) = assembling::payload(office, moment)? else { return Ok(None) };
    let (purpose, sealed) = match payload {
        Payload::Submitted(v1::Submitted { command: Some(submit), .. })
        | Payload::ClearanceAsked(v1::ClearanceAsked { command: Some(submit), .. }) => {
            (Purpose::WhatChanged, submit.what_changed)
        }
        Payload::Cleared(cleared) => (Purpose::Note, cleared.command.and_then(|command| command.note)),
        other => (Purpose::Reason, reason(other)),
    };
    assembling::text(office, id, purpose, sealed.as_ref())
}

/// Whether words came with it that stand by themselves.
const fn says(what: Happened) -> bool {
    use Happened as H;
    matches!(
        what,
        H::Submitted { .. }
            | H::ClearanceAsked { .. }
            | H::Cleared
            | H::ClearanceReturned
            | H::WithdrawalAsked
            | H::Withdrawn
            | H::RetractionAsked { .. }
            | H::RetractionProposed { .. }
            | H::RetractionReturned { .. }
            | H::RetractionDeclined { .. }
            | H::AppealAsked
            | H::CorrectionObjected { .. }
            | H::Corrected
            | H::Held
            | H::MarkedDuplicate
            | H::Refused
    )
}

/// The reason that an event gives.
fn reason(payload: Payload) -> Option<v1::Sealed> {
    match payload {
        Payload::WithdrawalAsked(asked) => asked.command?.reason,
        Payload::Withdrawn(withdrawn) => withdrawn.command?.reason,
        Payload::RetractionAsked(asked) => asked.command?.reason,
        Payload::RetractionProposed(proposed) => proposed.command?.reason,
        Payload::RetractionReturned(returned) => returned.command?.reason,
        Payload::RetractionDeclined(declined) => declined.command?.reason,
        Payload::ClearanceReturned(returned) => returned.command?.reason,
        Payload::AppealAsked(asked) => asked.command?.reason,
        Payload::CorrectionObjected(objected) => objected.command?.reason,
        Payload::CorrectionConfirmed(confirmed) => confirmed.reason,
        Payload::ReviewHeld(held) => held.command?.reason,
        Payload::MarkedDuplicate(marked) => marked.command?.reason,
        Payload::EntryRefused(refused) => refused.command?.reason,
        _ => None,
    }
}
