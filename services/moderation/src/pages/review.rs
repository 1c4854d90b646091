//! `/review/entries/ID`: a review, and everything that is done there. The decision stands on the same page as the difference, with the
//! digest that it judges (P5).
//!
//! - `typed`: the form and the acts it asks for;
//! - `sending`: what comes of a form, and what stays held;
//! - `blocks`, `values`: the content field by field;
//! - `shown`, `deliberated`, `standing`: the rest of the page in words;
//! - `watching`: who else looks.

mod blocks;
mod deliberated;
mod sending;
mod shown;
mod standing;
mod typed;
mod values;
mod watching;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_proto::{Digest, EntryId, Micros};
use dossier_web::{
    Answer, Cache, Problem, ProblemKind,
    extract::{StrictPath, StrictQuery},
    page::{Paper, Room},
    visit::Visit,
};
use http::HeaderMap;
use serde::Deserialize;

pub(super) use sending::{keep, send};
use shown::{Around, Page};
use typed::{Fault, Typed};
pub(crate) use watching::Watching;

use super::{LIVE, moment_typed, queue::DESK_JS, registry_language};
use crate::{
    api::{App, at_hand::Against, offers::Asking},
    held::Held,
};

/// To whom a review can be handed: so many are offered. An installation has some dozens of moderators.
const ASSIGNEES_MAX: usize = 100;

/// How the review is to be shown.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct ReviewQuery {
    /// `edition`, `submission`, `look`, `nothing`, or a digest.
    against: Option<String>,
    as_of: Option<String>,
}

/// What a page is drawn again with after something was sent.
#[derive(Debug, Default)]
struct Again {
    typed: Option<Typed>,
    told: Option<String>,
    faults: Vec<Fault>,
}

/// Who reads what is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// Somebody opened the page.
    Person,
    /// The script of a page that stands open looks again: nobody has read it yet.
    Script,
}

impl Reader {
    /// Browsers say what they fetch for (<https://www.w3.org/TR/fetch-metadata/>); one that does not is taken for a person's.
    fn of(headers: &HeaderMap) -> Self {
        let is_script = headers.get("sec-fetch-dest").is_some_and(|value| value == "empty");
        if is_script { Self::Script } else { Self::Person }
    }
}

/// One look at a review.
struct Looking<'a> {
    app: &'a App,
    visit: &'a Visit,
    paper: &'a Paper,
    entry: EntryId,
    query: &'a ReviewQuery,
    reader: Reader,
}

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    visit: Visit,
    paper: Paper,
    StrictPath(entry): StrictPath<EntryId>,
    StrictQuery(query): StrictQuery<ReviewQuery>,
    headers: HeaderMap,
) -> Answer<Response> {
    let looking =
        Looking { app: &app, visit: &visit, paper: &paper, entry, query: &query, reader: Reader::of(&headers) };
    looking.draw(Again::default()).await
}

/// An attached file, to be saved.
pub(super) async fn file(
    State(app): State<App>,
    visit: Visit,
    StrictPath((entry, digest)): StrictPath<(EntryId, Digest)>,
    headers: HeaderMap,
) -> Answer<Response> {
    app.file(&visit.bearer, entry, digest, &headers).await
}

impl Looking<'_> {
    async fn draw(&self, again: Again) -> Answer<Response> {
        let Self { app, visit, paper, entry, query, reader } = *self;
        let subject = visit.bearer.subject;
        let held = app
            .off_thread(move |desk| desk.held.read(entry, subject).map_err(|error| Problem::internal(&error)))
            .await?;
        let current = current_digest(app, entry);
        let is_sent = again.typed.is_some();
        let typed = again.typed.unwrap_or_else(|| Typed::of_held(held.fields.clone()));
        // Something newer came in since this was typed: then that difference comes first. After a form was sent it does without a word
        // in it too: the page that comes back carries the new digest, and nobody may decide on it unseen.
        let since = typed.digest().filter(|digest| Some(*digest) != current && (is_sent || typed.has_words()));
        let typed = if typed.digest() == current { typed } else { typed.about_another_content() };
        let asked = query.against.as_deref().filter(|_| !is_sent || since.is_none());
        let as_of = query.as_of.as_deref().map(moment_typed);
        let against = Self::against(asked, &held, current, since.filter(|_| as_of.is_none()))?;
        let (review, version) = app.review(&visit.bearer, entry, against, as_of.clone()).await?;
        if as_of.is_none() && reader == Reader::Person {
            self.note_look(&held, &review.review.digest, review.stages.is_empty()).await?;
        }
        let registry = app.registry.get(&app.engine).map_err(|error| Problem::internal(&error))?;
        let asking = Asking::new(app, &visit.bearer, entry);
        let offers = asking.all().filter(|_| as_of.is_none()).ok_or(());
        let assignees = match &offers {
            Ok(offers) if offers.assign.is_ok() => asking.assignees(ASSIGNEES_MAX),
            _ => Vec::new(),
        };
        let now = app.clock.now();
        let around = Around {
            words: paper.words,
            language: registry_language(paper.language),
            registry: registry.as_ref(),
            now,
            token: visit.form.as_str(),
            version,
            offers: offers.ok(),
            typed: &typed,
            told: again.told,
            faults: again.faults,
            since,
            against: asked,
            as_of: query.as_of.as_deref(),
            last_look: last_look(&held, current),
            assignees: assignees.into_iter().map(|subject| (subject, app.accounts.name_of(subject))).collect(),
            watching: self.others(now),
        };
        let page = Page::of(&review, &around);
        let title = page.tab_title();
        let sheet = paper.sheet(Room::Queue, &title).script(&DESK_JS);
        let sheet = if as_of.is_some() { sheet } else { sheet.live(LIVE) };
        Ok((Cache::Private, sheet.page(&page)?).into_response())
    }

    fn against(asked: Option<&str>, held: &Held, current: Option<Digest>, since: Option<Digest>) -> Answer<Against> {
        Ok(match asked.filter(|against| !against.is_empty()) {
            None => since.map_or(Against::Usual, Against::Digest),
            Some("edition") => Against::Edition,
            Some("submission") => Against::Submission,
            Some("nothing") => Against::Nothing,
            Some("look") => last_look(held, current).map_or(Against::Usual, Against::Digest),
            Some(digest) => {
                let malformed = |_| Problem::new(ProblemKind::MalformedQuery).with("parameter", "against");
                Against::Digest(digest.parse().map_err(malformed)?)
            }
        })
    }

    /// Remembers which content was looked at, of those who take part: only when it is another one than the last time.
    async fn note_look(&self, held: &Held, digest: &str, is_over: bool) -> Answer<()> {
        let Ok(digest) = digest.parse::<Digest>() else { return Ok(()) };
        if is_over || held.seen.last() == Some(&digest) || !self.takes_part() {
            return Ok(());
        }
        let (entry, subject) = (self.entry, self.visit.bearer.subject);
        let noted = move |desk: &crate::api::Desk| {
            desk.held.change(entry, subject, |held| {
                held.look_at(digest);
            })
        };
        self.app.off_thread(move |desk| noted(desk).map_err(|error| Problem::internal(&error))).await
    }

    fn takes_part(&self) -> bool {
        Asking::new(self.app, &self.visit.bearer, self.entry).takes_part()
    }

    /// Who else looks, for those who may see names: who deliberates.
    fn others(&self, now: Micros) -> Vec<(Option<String>, Micros)> {
        if self.query.as_of.is_some() || !self.takes_part() {
            return Vec::new();
        }
        let subject = self.visit.bearer.subject;
        let has_come = self.app.watching.look(self.entry, subject, now);
        if has_come {
            self.app.tell_live(self.entry);
        }
        let others = self.app.watching.others(self.entry, subject, now);
        others.into_iter().map(|(subject, since)| (self.app.accounts.name_of(subject), since)).collect()
    }
}

/// The content under review now.
fn current_digest(app: &App, entry: EntryId) -> Option<Digest> {
    let view = app.engine.view();
    view.state.entries.get(&entry).and_then(|entry| entry.review()).map(|review| review.digest)
}

/// The last other content that was looked at.
fn last_look(held: &Held, current: Option<Digest>) -> Option<Digest> {
    held.seen.iter().rev().copied().find(|digest| Some(*digest) != current)
}
