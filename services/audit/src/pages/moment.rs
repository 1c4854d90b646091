//! An entry as it was: where it stood, and the page as its text was; and what differs between two moments.

mod difference;
mod text;

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_proto::{EntryId, Micros};
use dossier_web::{
    Answer, Cache, Problem,
    extract::{StrictPath, StrictQuery},
    off_thread,
    page::{Paper, Room, Words},
    visit::Visit,
};
use serde::Deserialize;

use super::{
    Part, PartLink, parts,
    said::{self, flipped},
    trail::registry_in_force,
};
use crate::{
    api::{
        moments::{DifferenceQuery, MomentDocument, MomentQuery, at, between},
        trails::admitted,
    },
    moment::{Public, Work},
    office::Office,
    trail::PieceMark,
    words::Depth,
};
use difference::Difference;
use text::{Shown, Which};

/// Moments that are offered: the latest of those at which something was submitted, decided or published.
const OFFERED_MAX: usize = 40;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AsOfQuery {
    /// Which moment: a day, an instant, or the place of an event.
    moment: Option<String>,
    /// Up to which other one the difference is shown.
    until: Option<String>,
    /// Which text: what was public, or what was submitted.
    which: Which,
}

#[derive(Template)]
#[template(path = "audit_as_of.html")]
struct AsOfTemplate {
    words: &'static Words,
    parts: Vec<PartLink>,
    entry: String,
    name: String,
    moment: String,
    until: String,
    which: Vec<said::Choice>,
    offered: Vec<Offered>,
    stand: Option<StandShown>,
    text: Option<Shown>,
    difference: Option<Difference>,
}

/// A moment of the entry's life.
struct Offered {
    address: String,
    at: (String, String),
    what: String,
}

/// Where it stood.
struct StandShown {
    at: String,
    facts: Vec<(String, String)>,
    on_the_way: Vec<String>,
}

/// `GET /audit/entries/{id}/as-of`.
pub(super) async fn show(
    State(office): State<Office>,
    visit: Visit,
    StrictPath(named): StrictPath<String>,
    StrictQuery(query): StrictQuery<AsOfQuery>,
    paper: Paper,
) -> Answer<Response> {
    let (words, language, caller) = (paper.words, paper.language, &visit.bearer);
    let (entry, _) = admitted(&office, caller, named.clone()).await?;
    let offered = offered(&office, entry, words).await?;
    // Without a moment it is the latest that there is to see.
    let typed = query.moment.clone().or_else(|| offered.first().map(|first| first.at.0.clone()));
    let (moment, until) = (said::end_of(typed.clone()), said::end_of(query.until.clone()));
    let asked = |as_of| MomentQuery { as_of, known_to: None };
    let document = match moment.clone() {
        Some(as_of) => Some(at(&office, caller, named.clone(), asked(as_of), Depth::Contents).await?),
        None => None,
    };
    let difference = match (moment, until) {
        (Some(from), Some(to)) => {
            Some(between(&office, caller, named, DifferenceQuery { from, to, contents: Some(true) }).await?)
        }
        _ => None,
    };
    let which = query.which;
    let main = off_thread(move || {
        let registry = registry_in_force(&office);
        let text = match &document {
            Some(document) => Some(text::shown(&office, document, which, (words, language))?),
            None => None,
        };
        Ok(AsOfTemplate {
            words,
            parts: parts(words, Part::Trails),
            name: office.copies().number_of(entry).unwrap_or_else(|| entry.to_string()),
            entry: entry.to_string(),
            moment: typed.unwrap_or_default(),
            until: query.until.unwrap_or_default(),
            which: text::choices(which, words),
            offered,
            stand: document.as_ref().map(|document| stand(document, words)),
            text,
            difference: difference.map(|found| {
                let kind = document.as_ref().map_or("", |document| document.record_type.as_str());
                Difference::of(&found, words, language, &registry, kind)
            }),
        })
    })
    .await?;
    let title = words.with("auditor.as_of.title", "number", &main.name);
    Ok((Cache::Private, paper.page(Room::Audit, &title, &main)?).into_response())
}

/// The moments at which something was submitted, decided or published, the latest first: by kinds alone, which whoever may read the entry
/// sees before anything of it is opened.
async fn offered(office: &Office, entry: EntryId, words: &'static Words) -> Answer<Vec<Offered>> {
    let office = office.clone();
    off_thread(move || {
        let (outline, _) = office.outlines().of(&office, entry).map_err(|error| Problem::internal(&error))?;
        let mut seen = BTreeSet::new();
        let is_one = |kind: &str| {
            crate::trail::is_decision(kind)
                || matches!(
                    kind,
                    "draft-started" | "submitted" | "edition-published" | "entry-retracted" | "entry-suspended"
                )
        };
        let rows = outline.rows().iter().rev().filter(|row| is_one(row.kind) && seen.insert(row.at));
        let one = |row: &crate::trail::Row| {
            let at = said::minute(words, row.at);
            Offered {
                address: format!("/audit/entries/{entry}/as-of?moment={}", said::encoded(&at.0)),
                what: words.text(&format!("auditor.kind.{}", row.kind)).to_owned(),
                at,
            }
        };
        Ok(rows.take(OFFERED_MAX).map(one).collect())
    })
    .await
}

fn stand(document: &MomentDocument, words: &Words) -> StandShown {
    let stand = &document.happened_by;
    let since = |label: &str, state: String, at: Micros| {
        let told = words.fill("auditor.as_of.since", &[("state", &state), ("moment", &words.moment(at))]);
        (words.text(label).to_owned(), told)
    };
    let mut facts = Vec::new();
    facts.extend(stand.work.map(|work| since("auditor.as_of.work", work_name(words, work.state), work.at)));
    let public = stand.public.map(|public| since("auditor.as_of.public", public_name(words, public.state), public.at));
    facts.push(public.unwrap_or_else(|| {
        (words.text("auditor.as_of.public").to_owned(), words.text("auditor.as_of.never_public").to_owned())
    }));
    let version = |label: &str, version: &crate::moment::Version| {
        let number = words.with("auditor.trail.revision", "number", version.revision);
        let digest = said::beginning_of_digest(&version.digest.to_string());
        let values = [("revision", number.as_str()), ("digest", &digest), ("moment", &words.moment(version.at))];
        (words.text(label).to_owned(), words.fill("auditor.as_of.version", &values))
    };
    facts.extend(stand.submitted.as_ref().map(|one| version("auditor.as_of.submitted", one)));
    facts.extend(stand.approved.as_ref().map(|one| version("auditor.as_of.approved", one)));
    facts.extend(stand.edition.as_ref().map(|edition| {
        let (_, told) = version("", &edition.text);
        let number = words.with("record.edition", "number", edition.edition);
        (words.text("auditor.as_of.edition").to_owned(), format!("{} · {number} · {told}", edition.number))
    }));
    let on_the_way = document.on_the_way.iter().take(20).map(|one| {
        let values = [
            ("what", words.text(&format!("auditor.kind.{}", one.kind)).to_owned()),
            ("place", said::address_of(one.place)),
            ("service", said::origin(words, one.to)),
        ];
        words.fill("auditor.as_of.on_the_way", &values.each_ref().map(|(name, value)| (*name, value.as_str())))
    });
    StandShown { at: document.as_of.instant.clone(), facts, on_the_way: on_the_way.collect() }
}

/// The name of what is under way.
fn work_name(words: &Words, work: Work) -> String {
    state_name(words, &serde_json::to_value(work).unwrap_or_default())
}

/// The name of what the public sees.
fn public_name(words: &Words, public: Public) -> String {
    state_name(words, &serde_json::to_value(public).unwrap_or_default())
}

/// The name of a state by its key, as documents have it.
fn state_name(words: &Words, key: &serde_json::Value) -> String {
    words.text(&format!("auditor.state.{}", key.as_str().unwrap_or_default())).to_owned()
}
