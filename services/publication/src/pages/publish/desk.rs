//! What every page of a publisher begins with: may they be here at all, and how moments and names are said to them.

use dossier_proto::{EntryId, Micros};
use dossier_web::{
    Answer, Cache, Problem, ProblemKind,
    page::{Paper, Room, Words},
    visit::Visit,
};

use super::Publishing;
use crate::{
    api::publishers,
    pages::frame,
    reading::{EntryName, Known},
};
use askama::Template;
use axum::response::{IntoResponse, Response};

/// A visit of a publisher, on paper.
pub(super) struct Desk {
    pub(super) publishing: Publishing,
    pub(super) visit: Visit,
    pub(super) paper: Paper,
}

impl Desk {
    /// For whoever is a publisher of anything.
    ///
    /// # Errors
    /// 403, with nothing of what there is.
    pub(super) fn open(publishing: Publishing, visit: Visit, paper: Paper) -> Answer<Self> {
        let desk = Self { publishing, visit, paper };
        publishers::admits(desk.publishing.app.engine().view().state(), &desk.visit.bearer, desk.now())?;
        Ok(desk)
    }

    pub(super) fn now(&self) -> Micros {
        self.publishing.app.clock.now()
    }

    pub(super) fn words(&self) -> &'static Words {
        self.paper.words
    }

    /// The paper of the reader's pages, in the same language.
    pub(super) fn reading(&self) -> frame::Paper<'_> {
        frame::Paper::new(&self.paper, &self.publishing.pages.site)
    }

    /// A published entry that this publisher may decide on.
    ///
    /// # Errors
    /// 404 when there is none, 403 when another publisher decides on it: that it exists is public.
    pub(super) fn entry(&self, name: &str) -> Answer<Known> {
        let not_found = || Problem::new(ProblemKind::NotFound);
        let name: EntryName = name.parse().map_err(|_| not_found())?;
        let known = self.publishing.pages.reading.known(&name).ok_or_else(not_found)?;
        let subject = (&known.entry.body, known.entry.record_type.as_str());
        let view = self.publishing.app.engine().view();
        if publishers::may_decide(view.state(), &self.visit.bearer, subject, self.now()) {
            return Ok(known);
        }
        Err(Problem::new(ProblemKind::NotEntitled).with("role", "publisher"))
    }

    /// What waits of an entry, if this publisher may decide on it.
    ///
    /// # Errors
    /// 404, also for what others decide on: nobody else knows of it yet.
    pub(super) fn waiting(&self, name: &str) -> Answer<crate::domain::Scheduled> {
        let not_found = || Problem::new(ProblemKind::NotFound);
        let id: EntryId = name.parse().map_err(|_| not_found())?;
        let view = self.publishing.app.engine().view();
        let scheduled = view.state().schedule.get(id).ok_or_else(not_found)?;
        let body = scheduled.waiting.body().ok_or_else(not_found)?;
        let subject = (&body, scheduled.waiting.edition.record_type.as_str());
        let may = publishers::may_decide(view.state(), &self.visit.bearer, subject, self.now());
        if may { Ok(scheduled.clone()) } else { Err(not_found()) }
    }

    /// How long ago, in whole days, or hours below one.
    pub(super) fn ago(&self, since: Micros) -> String {
        const HOUR: i64 = 3_600 * Micros::SECOND;
        let passed = self.now().0.saturating_sub(since.0).max(0);
        if passed < HOUR {
            return self.words().text("publisher.just_now").to_owned();
        }
        let (key, unit) =
            if passed >= Micros::DAY { ("publisher.days", Micros::DAY) } else { ("publisher.hours", HOUR) };
        self.words().count(key, u64::try_from(passed / unit).unwrap_or_default())
    }

    /// The page, with what happened just now where the address says it.
    pub(super) fn page(&self, title: &str, main: &impl Template) -> Answer<Response> {
        Ok((Cache::Private, self.paper.sheet(Room::Publishing, title).live(super::LIVE).page(main)?).into_response())
    }
}
