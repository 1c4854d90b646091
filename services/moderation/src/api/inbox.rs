//! `GET /inbox` and `POST /inbox/read`: what the caller was told.

use axum::{
    Json,
    extract::State as Extracted,
    response::{IntoResponse, Response},
};
use dossier_post::letters::{InboxQuery, InboxShown, ReadBody};
use dossier_web::{
    Answer, Cache, Language, ProblemDocument,
    extract::{Bearer, MinSequence, StrictQuery},
};
use serde_json::json;

use super::{
    App, Desk,
    asked::{Asked, Asker},
    execute::Errand,
};
use crate::{domain::Command, letters};

/// What the caller was told, the newest letter first; at most 500. What they may not read of any more is left out.
#[utoipa::path(
    get, path = "/review/api/v1/inbox", tag = "inbox", operation_id = "getReviewInbox", params(InboxQuery),
    responses(
        (status = 200, description = "A page of it, and how much is unread", body = InboxShown),
        (status = 422, description = "A parameter does not fit", body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn inbox(
    Extracted(app): Extracted<App>,
    caller: Bearer,
    language: Language,
    min_sequence: MinSequence,
    StrictQuery(query): StrictQuery<InboxQuery>,
) -> Answer<Response> {
    app.wait_for(min_sequence.0).await?;
    let page = app.off_thread(move |desk| page(desk, &caller, language, &query)).await?;
    Ok((Cache::Private, Json(page)).into_response())
}

/// Says how far the caller has read: up to the letter with this `place`. Nothing is unread again.
#[utoipa::path(
    post, path = "/review/api/v1/inbox/read", tag = "inbox", operation_id = "readReviewInbox", request_body = ReadBody,
    responses(
        (status = 200, description = "The inbox as it is now", body = InboxShown),
        (status = 422, description = "It is the place of no event of this service", body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn read(
    Extracted(app): Extracted<App>,
    asker: Asker,
    language: Language,
    asked: Asked<ReadBody>,
) -> Answer<Response> {
    let sent = json!({ "through": asked.body.through });
    let command = Command::ReadInbox(asked.body.command());
    let errand = Errand { entry: None, command, digest: asked.digest, sent };
    app.execute(&asker, errand).await.map_err(|failed| failed.problem)?;
    let page = app.off_thread(move |desk| page(desk, &asker.bearer, language, &InboxQuery::default())).await?;
    Ok((Cache::Private, Json(page)).into_response())
}

fn page(desk: &Desk, caller: &Bearer, language: Language, query: &InboxQuery) -> Answer<InboxShown> {
    let (subject, now) = (caller.subject, desk.clock.now());
    let chosen = {
        let view = desk.engine.view();
        view.inboxes.choose(subject, query, |letter| {
            let entry = view.state.entries.get(&letter.entry);
            let is_of_token = entry.is_some_and(|entry| caller.body.as_ref().is_none_or(|bound| *bound == entry.body));
            is_of_token && view.may_hear(subject, letter.entry, letter.news, now)
        })?
    };
    chosen.shown(language, |letter| letters::seen(desk, letter))
}
