//! `GET /entries/{id}/duplicates`: what seems to say the same already, before it is submitted.

use std::collections::BTreeSet;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_proto::EntryId;
use dossier_registry::{Language, RecordType};
use dossier_web::{
    Answer, Cache, ProblemDocument,
    extract::{Bearer, StrictPath},
};
use serde::Serialize;

use super::{callers, contents, off_thread};
use crate::{
    domain::{Entry, Revision, WorkState},
    likeness::{KEPT_MAX, Likeness, Traits},
    office::Office,
    words,
};

/// Entries of the caller's own body that are looked at, the newest. Each is opened anew: 500 × about 0.1 ms.
const OWN_MAX: usize = 500;
/// Public entries of the type that are looked at, the newest. Each is opened once and its traits are kept.
const PUBLIC_MAX: usize = KEPT_MAX;
/// How many are shown, the likest first.
const SHOWN_MAX: usize = 10;

/// What seems to be the same.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DuplicatesDocument {
    /// The likest first, at most 10.
    pub items: Vec<DuplicateDocument>,
    /// How many entries were looked at.
    pub looked_at: usize,
}

/// An entry that seems to be the same.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DuplicateDocument {
    /// Its id, of an entry of the caller's own body.
    pub id: Option<String>,
    /// Its body.
    pub body: String,
    /// Its title.
    pub title: Option<String>,
    /// Where it stands; of another body's always published.
    pub state: String,
    /// Its public number.
    pub number: Option<String>,
    /// The address of the public page.
    pub public_address: Option<String>,
    /// How alike, from 0 to 100.
    pub likeness: u8,
    /// What is alike: title, dates, place.
    pub alike: Vec<String>,
}

/// Looks for entries that seem to say the same: by the words of the title, the days and the place.
///
/// Among the entries of the caller's own body, and what is public of all others; nobody's draft but one's own is looked at.
/// It offers and decides nothing: whoever finds their own published entry here revises that one.
#[utoipa::path(
    get, path = "/entries/{id}/duplicates", tag = "entries", operation_id = "getDuplicates",
    params(("id" = String, Path, description = "The entry.")),
    responses(
        (status = 200, description = "What was found.", body = DuplicatesDocument),
        (status = 404, description = "Nothing that the caller can see.", body = ProblemDocument),
    ),
)]
pub(super) async fn duplicates(
    State(office): State<Office>,
    caller: Bearer,
    StrictPath(id): StrictPath<EntryId>,
) -> Answer<Response> {
    callers::visible(&office.engine().view(), &caller, id, office.now())?;
    let found = off_thread(move || find(&office, &caller, id)).await?;
    Ok((Cache::Private, Json(found)).into_response())
}

/// What is compared with: an entry, which of its contents, and whether it is the caller's own.
struct Candidate {
    id: EntryId,
    entry: Entry,
    revision: Revision,
    is_own: bool,
}

fn find(office: &Office, caller: &Bearer, id: EntryId) -> Answer<DuplicatesDocument> {
    let nothing = DuplicatesDocument { items: Vec::new(), looked_at: 0 };
    let registry = contents::registry(office)?;
    let Some(entry) = office.engine().view().entry(id).cloned() else { return Ok(nothing) };
    let Some(kind) = registry.record_type(&entry.facts.record_type) else { return Ok(nothing) };
    let Some(traits) = traits(office, kind, id, entry.working)? else { return Ok(nothing) };
    let candidates = candidates(office, caller, id, &entry);
    let looked_at = candidates.len();
    let mut found = Vec::new();
    for candidate in candidates {
        let of = match (candidate.is_own, candidate.entry.public.as_ref().map(|public| public.revision)) {
            // Only what everybody can read is kept, and only as long as its key is there.
            (_, Some(public)) if public == candidate.revision && candidate.entry.is_shown() => {
                kept_traits(office, kind, &candidate)?
            }
            _ => self::traits(office, kind, candidate.id, candidate.revision)?,
        };
        if let Some(likeness) = of.and_then(|of| traits.likeness(&of)) {
            found.push((likeness, candidate));
        }
    }
    found.sort_by(|(one, a), (two, b)| two.percent.cmp(&one.percent).then(b.id.cmp(&a.id)));
    found.truncate(SHOWN_MAX);
    let language = entry.facts.language.parse().unwrap_or(Language::En);
    let items: Answer<Vec<_>> =
        found.into_iter().map(|(likeness, of)| document(office, kind, language, likeness, &of)).collect();
    Ok(DuplicatesDocument { items: items?, looked_at })
}

/// The entries of the body that the caller sees, by what they say now; those of others, by what is public of them.
fn candidates(office: &Office, caller: &Bearer, id: EntryId, entry: &Entry) -> Vec<Candidate> {
    let (now, facts) = (office.now(), &entry.facts);
    let entries = office.engine().view();
    let is_over = |state| matches!(state, WorkState::Withdrawn | WorkState::Retracted | WorkState::Refused);
    let states: Vec<WorkState> = WorkState::ALL.into_iter().filter(|state| !is_over(*state)).collect();
    let own = entries.of_bodies([&facts.body], &states, None, OWN_MAX);
    let own: BTreeSet<EntryId> = own.into_iter().filter(|other| *other != id).collect();
    let mut candidates = Vec::new();
    for (other, entry) in own.iter().filter_map(|other| Some((*other, entries.entry(*other)?))) {
        if entry.facts.record_type == facts.record_type && callers::sees(entries.state(), caller, entry, now) {
            candidates.push(Candidate { id: other, entry: entry.clone(), revision: entry.working, is_own: true });
        }
    }
    let seen: BTreeSet<EntryId> = candidates.iter().map(|candidate| candidate.id).collect();
    for other in
        entries.shown(&facts.record_type).take(PUBLIC_MAX).filter(|other| *other != id && !seen.contains(other))
    {
        let Some(entry) = entries.entry(other) else { continue };
        let Some(public) = &entry.public else { continue };
        candidates.push(Candidate { id: other, entry: entry.clone(), revision: public.revision, is_own: false });
    }
    candidates
}

fn traits(office: &Office, kind: &RecordType, id: EntryId, revision: Revision) -> Answer<Option<Traits>> {
    let sealed = contents::sealed(office, id, revision)?;
    Ok(contents::opened(office, id, &sealed)?.map(|opened| Traits::of(kind, &opened.content)))
}

fn kept_traits(office: &Office, kind: &RecordType, candidate: &Candidate) -> Answer<Option<Traits>> {
    let (id, digest) = (candidate.id, candidate.revision.digest);
    if let Some(kept) = office.traits().get(id, digest, |key| office.words().holds(key)) {
        return Ok(Some(kept));
    }
    let sealed = contents::sealed(office, id, candidate.revision)?;
    let Some(opened) = contents::opened(office, id, &sealed)? else { return Ok(None) };
    let found = Traits::of(kind, &opened.content);
    if let Some(key) = words::key_of(&sealed) {
        office.traits().keep(id, digest, key, found.clone());
    }
    Ok(Some(found))
}

fn document(
    office: &Office,
    kind: &RecordType,
    language: Language,
    likeness: Likeness,
    of: &Candidate,
) -> Answer<DuplicateDocument> {
    let sealed = contents::sealed(office, of.id, of.revision)?;
    let opened = contents::opened(office, of.id, &sealed)?;
    let title = opened.and_then(|opened| dossier_registry::title(kind, &opened.content, language));
    let (number, _, public_address) = super::assembling::public(&of.entry);
    let state = if of.is_own { of.entry.state() } else { WorkState::Published };
    Ok(DuplicateDocument {
        id: of.is_own.then(|| of.id.to_string()),
        body: of.entry.facts.body.to_string(),
        title: title.map(|shown| shown.text),
        state: state.key().to_owned(),
        number,
        public_address,
        likeness: likeness.percent,
        alike: likeness.alike.into_iter().map(str::to_owned).collect(),
    })
}
