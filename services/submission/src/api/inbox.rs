//! `GET /inbox` and `POST /inbox/read`: what the caller was told.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_post::letters::{InboxQuery, InboxShown, Letter, News, ReadBody};
use dossier_proto::{Origin, Place};
use dossier_registry::Language as RecordLanguage;
use dossier_web::{
    Answer, Cache, Language, Problem, ProblemDocument,
    extract::{Bearer, IdempotencyKey, MinSequence, StrictJson, StrictQuery},
};

use super::{
    contents,
    errands::{Asking, Errand},
    off_thread, reading, refusals, texts,
};
use crate::{
    domain::{Command, Entry, EntryFacts},
    letters,
    office::Office,
    views::{Happened, Moment},
};

/// What the caller was told of the entries of their bodies, the newest letter first; at most 500. What they may not read of any more is
/// left out.
#[utoipa::path(
    get, path = "/inbox", tag = "inbox", operation_id = "getInbox", params(InboxQuery),
    responses(
        (status = 200, description = "A page of it, and how much is unread.", body = InboxShown),
        (status = 422, description = "A parameter does not fit.", body = ProblemDocument),
    ),
)]
pub(super) async fn inbox(
    State(office): State<Office>,
    caller: Bearer,
    language: Language,
    min_sequence: MinSequence,
    StrictQuery(query): StrictQuery<InboxQuery>,
) -> Answer<Response> {
    reading::reach(&office, min_sequence).await?;
    let page = off_thread(move || page(&office, &caller, language, &query)).await?;
    Ok((Cache::Private, Json(page)).into_response())
}

/// Says how far the caller has read: up to the letter with this `place`. Nothing is unread again.
#[utoipa::path(
    post, path = "/inbox/read", tag = "inbox", operation_id = "readInbox", request_body = ReadBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat.")),
    responses(
        (status = 200, description = "The inbox as it is now.", body = InboxShown),
        (status = 422, description = "It is the place of no event of this service.", body = ProblemDocument),
    ),
)]
pub(super) async fn read(
    State(office): State<Office>,
    caller: Bearer,
    language: Language,
    key: IdempotencyKey,
    StrictJson(body): StrictJson<ReadBody>,
) -> Answer<Response> {
    let asking = Asking::new(caller.clone(), key, "POST", "/inbox/read", &body);
    let command = body.command();
    let head = office.engine().journal().head();
    let here = Place { origin: Origin::Submission, epoch: head.epoch, sequence: head.size };
    let fits = office.engine().view().state().read.moves(caller.subject, &command, here);
    fits.map_err(|what| texts::unfit("/through", what))?;
    let errand = Errand::of_nobody(Command::ReadInbox(command));
    asking.execute(&office, errand).await.map_err(|error| refusals::failed(&error))?;
    let page = off_thread(move || page(&office, &caller, language, &InboxQuery::default())).await?;
    Ok((Cache::Private, Json(page)).into_response())
}

fn page(office: &Office, caller: &Bearer, language: Language, query: &InboxQuery) -> Answer<InboxShown> {
    let (subject, now) = (caller.subject, office.now());
    let chosen = {
        let entries = office.engine().view();
        let is_of_token = |entry: &Entry| caller.body.as_ref().is_none_or(|bound| *bound == entry.facts.body);
        entries.inboxes().choose(subject, query, |letter| {
            entries.entry(letter.entry).is_some_and(is_of_token) && entries.may_hear(subject, letter.entry, now)
        })?
    };
    chosen.shown(language, |letter| letters::seen(office, letter))
}

/// The title in the content that a letter is about, in the language it was written in; none when it has none, or nobody can read it any
/// more.
pub(crate) fn title_of(office: &Office, letter: &Letter, facts: &EntryFacts) -> Answer<Option<String>> {
    let Some(place) = meant(office.engine().view().timeline(letter.entry), letter) else { return Ok(None) };
    let recorded = office.engine().recorded_at(place).map_err(|error| Problem::internal(&error))?;
    let Some(sealed) = contents::carried(recorded.beside.as_ref().unwrap_or(&recorded.event)) else { return Ok(None) };
    let opened = contents::opened(office, letter.entry, sealed)?;
    let registry = contents::registry(office)?;
    let kind = registry.record_type(&facts.record_type);
    let (Some(opened), Some(kind), Ok(language)) = (opened, kind, facts.language.parse::<RecordLanguage>()) else {
        return Ok(None);
    };
    Ok(dossier_registry::title(kind, &opened.content, language).map(|shown| shown.text))
}

/// Where the content stands that a letter is about: what was public at its time, where it is about that, else what had been submitted last.
/// Never a draft: what is being written is nobody's news.
fn meant(timeline: &[Moment], letter: &Letter) -> Option<Place> {
    let is_of_edition = is_of_edition(letter.news);
    let is_meant = |moment: &&Moment| match moment.what {
        Happened::Published { .. } => is_of_edition,
        Happened::Submitted { .. } | Happened::ClearanceAsked { .. } => !is_of_edition,
        _ => false,
    };
    timeline.iter().rev().filter(|moment| moment.place <= letter.place).find(is_meant).map(|moment| moment.place)
}

/// Whether it is about the public edition, and not about what is in review.
const fn is_of_edition(news: News) -> bool {
    matches!(
        news,
        News::Published { .. }
            | News::Corrected { .. }
            | News::CorrectionObjected
            | News::RetractionProposed
            | News::RetractionAsked
            | News::RetractionReturned
            | News::RetractionDeclined
            | News::Suspended
            | News::Reinstated
            | News::Superseded
            | News::Retracted
    )
}
