//! Home: what waits for the visitor, what waits for others, drafts, and what became public or ended lately.

use std::collections::BTreeSet;

use askama::Template;
use axum::{extract::State, response::Response};
use dossier_identity::Role;
use dossier_proto::{BodyCode, EntryId, Micros};
use dossier_registry::Registry;
use dossier_web::{Answer, extract::StrictQuery, off_thread, visit::Visit};
use serde::Deserialize;

use super::{
    docket::{Chip, address, chip, title_of},
    paper::{Paper, Room},
    said::Said,
};
use crate::{
    api::{callers, contents},
    domain::{Entry, Holder, WorkState},
    office::Office,
};

/// Rows of a section: a screen. The rest is behind the link to all.
const ROWS_MAX: usize = 20;
/// Looked at for a section, so that the longest wait comes first: who has more waiting has other worries than the order.
const LOOKED_AT_MAX: usize = 200;
/// What became of entries lately.
const RECENT_MAX: usize = 10;

/// One entry.
struct Row {
    address: String,
    title: Said,
    /// How long, and since what.
    age: (String, String),
    ask: Option<String>,
    chip: Chip,
    facts: Vec<String>,
    button: &'static str,
}

#[derive(Template)]
#[template(path = "contribute_home.html")]
struct HomeTemplate<'a> {
    p: &'a Paper,
    bodies: Vec<Said>,
    may_write: bool,
    turn: Vec<Row>,
    others: Vec<Row>,
    drafts: Vec<Row>,
    recent: Vec<Row>,
    is_stranger: bool,
    /// Whether there is more than is shown.
    is_cut: bool,
}

/// How much of it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct HomeQuery {
    all: Option<String>,
    #[allow(dead_code, reason = "every page takes it, and the frame reads it from the address")]
    lang: Option<String>,
}

/// What is shown, with who looks.
struct Look<'a> {
    office: &'a Office,
    paper: &'a Paper,
    registry: Registry,
    now: Micros,
    /// The bodies for which the visitor clears.
    clears: BTreeSet<BodyCode>,
    /// Rows of a section.
    rows: usize,
}

/// `GET /contribute`.
pub(super) async fn home(
    State(office): State<Office>,
    visit: Visit,
    paper: Paper,
    StrictQuery(query): StrictQuery<HomeQuery>,
) -> Answer<Response> {
    off_thread(move || {
        let now = office.now();
        let (bodies, writes, clears, papers) = {
            let view = office.engine().view();
            let (state, caller) = (view.state(), &visit.bearer);
            let of = |role| -> BTreeSet<BodyCode> {
                state.designations.bodies_of(caller.subject, role, now).into_iter().cloned().collect()
            };
            let papers = callers::files_papers(state, caller, now);
            (callers::bodies(state, caller, now), of(Role::Contributor), of(Role::PublishingAuthority), papers)
        };
        let rows = if query.all.is_some() { LOOKED_AT_MAX } else { ROWS_MAX };
        let look = Look { registry: contents::registry(&office)?, office: &office, paper: &paper, now, clears, rows };
        let in_states = |states: &[WorkState]| look.entries(&bodies, papers, states);
        let template = HomeTemplate {
            p: &paper,
            bodies: bodies.iter().map(|body| paper.body(&look.registry, body.as_str(), now)).collect(),
            may_write: !writes.is_empty(),
            turn: look.turn(in_states(&TURN))?,
            others: look.others(in_states(&OTHERS))?,
            drafts: look.rows(&newest(in_states(&[WorkState::Draft]), rows))?,
            recent: look.rows(&newest(in_states(&RECENT), if query.all.is_some() { rows } else { RECENT_MAX }))?,
            is_stranger: bodies.is_empty() && !papers,
            is_cut: false,
        };
        let sections = [&template.turn, &template.others, &template.drafts];
        let is_full = sections.iter().any(|section| section.len() == ROWS_MAX) || template.recent.len() == RECENT_MAX;
        let template = HomeTemplate { is_cut: is_full && query.all.is_none(), ..template };
        let waiting = template.turn.len();
        let title =
            if waiting == 0 { paper.w("nav_home").to_owned() } else { format!("{} ({waiting})", paper.w("nav_home")) };
        paper.page(Room::MyEntries, &title, &template)
    })
    .await
}

/// Where the visitor may have the move.
const TURN: [WorkState; 3] = [WorkState::ChangesRequested, WorkState::OnHold, WorkState::AwaitingClearance];
/// Where others may have it.
const OTHERS: [WorkState; 5] =
    [WorkState::AwaitingClearance, WorkState::InReview, WorkState::OnHold, WorkState::Approved, WorkState::Scheduled];
/// What ended, or is public.
const RECENT: [WorkState; 6] = [
    WorkState::Published,
    WorkState::Refused,
    WorkState::Duplicate,
    WorkState::Suspended,
    WorkState::Superseded,
    WorkState::Retracted,
];

/// Those that moved last.
fn newest(mut found: Vec<(EntryId, Entry)>, most: usize) -> Vec<(EntryId, Entry)> {
    found.sort_by_key(|(_, entry)| std::cmp::Reverse(entry.since));
    found.truncate(most);
    found
}

impl Look<'_> {
    fn entries(&self, bodies: &BTreeSet<BodyCode>, papers: bool, states: &[WorkState]) -> Vec<(EntryId, Entry)> {
        let view = self.office.engine().view();
        let mut ids = view.of_bodies(bodies, states, None, LOOKED_AT_MAX);
        if papers {
            ids.extend(view.filed(states, None, LOOKED_AT_MAX));
            ids.sort_unstable();
            ids.dedup();
        }
        ids.into_iter().filter_map(|id| Some((id, view.entry(id)?.clone()))).collect()
    }

    fn is_mine(&self, entry: &Entry) -> bool {
        match entry.turn().who {
            Holder::Contributor => true,
            Holder::PublishingAuthority => self.clears.contains(&entry.facts.body),
            _ => false,
        }
    }

    /// The longest wait first.
    fn turn(&self, found: Vec<(EntryId, Entry)>) -> Answer<Vec<Row>> {
        let mut mine: Vec<_> = found.into_iter().filter(|(_, entry)| self.is_mine(entry)).collect();
        mine.sort_by_key(|(_, entry)| entry.turn().since);
        mine.truncate(self.rows);
        self.rows(&mine)
    }

    fn others(&self, found: Vec<(EntryId, Entry)>) -> Answer<Vec<Row>> {
        let mut theirs: Vec<_> = found.into_iter().filter(|(_, entry)| !self.is_mine(entry)).collect();
        theirs.sort_by_key(|(_, entry)| entry.turn().since);
        theirs.truncate(self.rows);
        self.rows(&theirs)
    }

    fn rows(&self, found: &[(EntryId, Entry)]) -> Answer<Vec<Row>> {
        found.iter().map(|(id, entry)| self.row(*id, entry)).collect()
    }

    fn row(&self, id: EntryId, entry: &Entry) -> Answer<Row> {
        let paper = self.paper;
        let content = super::keeping::working(self.office, id, entry)?;
        let turn = entry.turn();
        let state = entry.state().key();
        let mut facts = vec![paper.kind(&self.registry, &entry.facts.record_type).text];
        facts.extend(entry.public.as_ref().map(|public| public.number.clone()));
        facts.push(paper.with("revision", "number", entry.working.number));
        let left = entry.days_left(self.now);
        facts.extend(left.map(|days| paper.count("days_left", usize::try_from(days).unwrap_or(0))));
        let is_clearance = turn.who == Holder::PublishingAuthority && self.clears.contains(&entry.facts.body);
        let page = if is_clearance { format!("{}/{id}", super::CLEARANCE) } else { address(id) };
        Ok(Row {
            address: page,
            title: title_of(paper, &self.registry, entry, content.as_ref()),
            age: (paper.lasting(turn.since, self.now), paper.w(&format!("since_state.{state}")).to_owned()),
            ask: self.ask(entry),
            chip: chip(paper, entry.state()),
            facts,
            button: paper.w(match entry.state() {
                WorkState::ChangesRequested => "answer_changes",
                WorkState::Draft => "go_on",
                WorkState::AwaitingClearance if is_clearance => "read_and_clear",
                _ => "open",
            }),
        })
    }

    /// What is asked, in one sentence.
    fn ask(&self, entry: &Entry) -> Option<String> {
        let paper = self.paper;
        match entry.state() {
            WorkState::ChangesRequested => {
                let open = entry.open_items.count();
                Some(if open == 0 { paper.w("ask_returned").to_owned() } else { paper.count("ask_changes", open) })
            }
            WorkState::AwaitingClearance if self.is_mine(entry) => Some(paper.w("ask_clear").to_owned()),
            WorkState::OnHold if self.is_mine(entry) => Some(paper.w("ask_held").to_owned()),
            _ => None,
        }
    }
}
