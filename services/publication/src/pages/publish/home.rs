//! What waits for a publisher: requests of bodies first, then what is published at its time, then what is suspended.

use askama::Template;
use axum::{extract::State, response::Response};
use dossier_proto::{EntryId, Micros};
use dossier_web::{
    Answer, Problem, off_thread,
    page::{Paper, Words},
    visit::Visit,
};

use super::{
    Publishing,
    desk::Desk,
    rows::{Row, State as Standing, kind, row, title_of},
};
use crate::{
    api::{publishers, requests, scheduled},
    domain::Scheduled,
    pages::{frame, said::Said},
    reading::EntryName,
    registries::body_name,
};

/// Rows of each list on the page: what somebody looks at in one go.
const ROWS: usize = 20;

#[derive(Template)]
#[template(path = "publish_home.html")]
struct Home {
    w: &'static Words,
    requests: Vec<Asked>,
    more_requests: bool,
    days: Vec<Day>,
    more: Option<String>,
    suspended: Vec<Held>,
}

struct Asked {
    row: Row,
    number: String,
    age: String,
    at: (String, String),
    reason: Option<String>,
}

/// What is published on one day.
struct Day {
    date: (String, String),
    rows: Vec<Waits>,
}

struct Waits {
    id: String,
    row: Row,
    at: (String, String),
    embargo: Option<String>,
    revises: Option<String>,
}

struct Held {
    row: Row,
    number: String,
    age: String,
}

/// The page.
pub(super) async fn show(State(publishing): State<Publishing>, visit: Visit, paper: Paper) -> Answer<Response> {
    off_thread(move || {
        let desk = Desk::open(publishing, visit, paper)?;
        let (requests, more_requests) = asked(&desk)?;
        let after = desk.paper.address.query().and_then(after);
        let (days, more) = waiting(&desk, after)?;
        let suspended = suspended(&desk)?;
        let w = desk.words();
        let title = match requests.is_empty() {
            true => w.text("publisher.title").to_owned(),
            false => w.with("publisher.title_turn", "count", w.count("publisher.requests", requests.len() as u64)),
        };
        desk.page(&title, &Home { w, requests, more_requests, days, more, suspended })
    })
    .await
}

fn asked(desk: &Desk) -> Answer<(Vec<Asked>, bool)> {
    let (app, paper) = (&desk.publishing.app, desk.reading());
    let found = requests::may_decide(app, &desk.visit.bearer, None, ROWS + 1)?;
    let more = found.len() > ROWS;
    let rows = found.into_iter().take(ROWS).map(|(id, request)| {
        let known = known(desk, id)?;
        let reason = app.reading.reason_of_request(id, request.place).map_err(|error| Problem::internal(&error))?;
        let number = known.entry.number.to_string();
        Ok(Asked { row: row(&known, desk)?, number, age: desk.ago(request.at), at: paper.day(request.at), reason })
    });
    Ok((rows.collect::<Answer<_>>()?, more))
}

fn known(desk: &Desk, id: EntryId) -> Answer<crate::reading::Known> {
    let known = desk.publishing.pages.reading.known(&EntryName::Id(id));
    known.ok_or_else(|| Problem::new(dossier_web::ProblemKind::NotFound))
}

/// Where the list of what waits goes on: the moment and the entry of the row before, `after=1768219200000000.01…`.
fn after(query: &str) -> Option<(Micros, EntryId)> {
    let said = query.split('&').find_map(|pair| pair.strip_prefix("after="))?;
    let (at, entry) = said.split_once('.')?;
    Some((Micros(at.parse().ok()?), entry.parse().ok()?))
}

fn waiting(desk: &Desk, after: Option<(Micros, EntryId)>) -> Answer<(Vec<Day>, Option<String>)> {
    let found = scheduled::theirs(&desk.publishing.app, &desk.visit.bearer, after, ROWS + 1)?;
    let last = found.get(ROWS - 1).filter(|_| found.len() > ROWS);
    let more = last.map(|one| format!("{}?after={}.{}", super::HOME, one.at.0, one.waiting.entry));
    let mut days: Vec<Day> = Vec::new();
    for scheduled in found.iter().take(ROWS) {
        let date = desk.reading().day(scheduled.at);
        let row = waits(desk, scheduled)?;
        match days.last_mut().filter(|day| day.date == date) {
            Some(day) => day.rows.push(row),
            None => days.push(Day { date, rows: vec![row] }),
        }
    }
    Ok((days, more))
}

fn waits(desk: &Desk, scheduled: &Scheduled) -> Answer<Waits> {
    let paper = desk.reading();
    let base = scheduled.waiting.base;
    Ok(Waits {
        id: scheduled.waiting.entry.to_string(),
        row: row_of(desk, scheduled)?,
        at: paper.minute(scheduled.at),
        embargo: embargo(scheduled, desk.now(), &paper),
        revises: base.map(|base| desk.words().with("publisher.revises", "number", base)),
    })
}

/// Until when nothing of it may be public, while that is to come.
pub(super) fn embargo(scheduled: &Scheduled, now: Micros, paper: &frame::Paper<'_>) -> Option<String> {
    let until = scheduled.not_before();
    (now < until).then(|| paper.words.with("publisher.embargo", "moment", paper.minute(until).1))
}

/// What waits, as a row.
pub(super) fn row_of(desk: &Desk, scheduled: &Scheduled) -> Answer<Row> {
    let reading = &desk.publishing.pages.reading;
    let registry = reading.registry().map_err(|error| Problem::internal(&error))?;
    let (waiting, page) = (&scheduled.waiting, desk.reading().tongue);
    let content = match &waiting.edition.content {
        Some(content) => reading.words.content(waiting.entry, content),
        None => Ok(None),
    };
    let content = content.map_err(|error| Problem::internal(&error))?;
    let view = desk.publishing.app.engine().view();
    let number = view.state().entries.get(&waiting.entry).map(|entry| entry.number.to_string());
    drop(view);
    let key = waiting.edition.record_type.as_str();
    let untitled = number.clone().unwrap_or_else(|| waiting.entry.to_string());
    let body = waiting.body().ok_or_else(|| Problem::new(dossier_web::ProblemKind::NotFound))?;
    let is_embargoed = desk.now() < scheduled.not_before();
    Ok(Row {
        number,
        kind: kind(&registry, key, desk),
        title: title_of(&registry, key, content.as_ref(), desk, &untitled),
        body: Said::new(body_name(&registry, &body, page, scheduled.at), page),
        state: match is_embargoed {
            true => Standing { tone: "wait", icon: "lock", key: "publisher.state_embargoed" },
            false => Standing { tone: "wait", icon: "clock", key: "publisher.state_scheduled" },
        },
    })
}

/// What is suspended, the longest first.
fn suspended(desk: &Desk) -> Answer<Vec<Held>> {
    let theirs: Vec<EntryId> = {
        let (view, now) = (desk.publishing.app.engine().view(), desk.now());
        let may = |id: &EntryId| {
            let subject = view.entry(*id).map(|(entry, _)| (&entry.body, entry.record_type.as_str()));
            subject.is_some_and(|one| publishers::may_decide(view.state(), &desk.visit.bearer, one, now))
        };
        view.suspended_entries().map(|(_, id)| id).filter(may).take(ROWS).collect()
    };
    let rows = theirs.into_iter().map(|id| {
        let known = known(desk, id)?;
        let since = known.published.withheld().map_or(desk.now(), |turn| turn.at);
        Ok(Held { row: row(&known, desk)?, number: known.entry.number.to_string(), age: desk.ago(since) })
    });
    rows.collect()
}
