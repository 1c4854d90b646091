//! A line of the queue in words.

use dossier_proto::{EntryId, Micros};
use dossier_registry::{Language, Registry};
use dossier_web::{
    extract::Bearer,
    moment,
    page::{Words, icon},
};

use super::{
    asked::{Group, QueueQuery},
    groups::GroupLines,
};
use crate::{
    api::{Desk, offers::Asking, queue::Line},
    pages::{
        said::{Spoken, clock_of},
        told::why_not,
    },
};

/// A choice of a filter.
pub(super) struct Choice {
    pub(super) key: String,
    pub(super) label: Spoken,
    pub(super) is_chosen: bool,
}

/// One group.
pub(super) struct GroupShown {
    pub(super) key: &'static str,
    pub(super) heading: String,
    pub(super) is_mine: bool,
    pub(super) count: u64,
    pub(super) counted: String,
    pub(super) rows: Vec<Row>,
    pub(super) more: Option<String>,
}

/// One line.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) address: String,
    pub(super) waiting: String,
    pub(super) is_late: bool,
    /// Of 80.
    pub(super) gauge: u64,
    /// None where it may not be read.
    pub(super) title: Option<String>,
    pub(super) name: String,
    pub(super) facts: Vec<Spoken>,
    pub(super) what_changed: Option<String>,
    pub(super) tone: &'static str,
    pub(super) icon: String,
    pub(super) state: String,
    pub(super) with: String,
    pub(super) claim: Claimable,
}

/// Whether a button stands there.
pub(super) enum Claimable {
    Yes,
    /// Where one would look for the button stands why there is none.
    No(String),
    /// Nobody looks for one.
    Unasked,
}

/// Tells lines to somebody.
pub(super) struct Telling<'a> {
    pub(super) desk: &'a Desk,
    pub(super) bearer: &'a Bearer,
    pub(super) words: &'static Words,
    pub(super) registry: Option<&'a Registry>,
    pub(super) language: Language,
    pub(super) now: Micros,
    pub(super) query: &'a QueueQuery,
    pub(super) is_past: bool,
}

impl Telling<'_> {
    pub(super) fn group(&self, group: GroupLines) -> GroupShown {
        let GroupLines { group, count, lines, next } = group;
        let heading = match group {
            Group::Mine => "review.your_turn",
            Group::Unclaimed => "review.unclaimed",
            Group::Others => "review.waiting_for_others",
        };
        let more = next.map(|next| QueueQuery { show: Some(group), cursor: Some(next), ..self.query.clone() });
        // A page of a group that stands among others was cut elsewhere than one that is shown alone: begin that one anew.
        let more = more.map(|more| match self.query.show {
            Some(_) => more.address(),
            None => QueueQuery { cursor: None, ..more }.address(),
        });
        GroupShown {
            key: group.key(),
            heading: self.words.text(heading).to_owned(),
            is_mine: group == Group::Mine,
            count,
            counted: self.words.number(count),
            rows: lines.iter().map(|line| self.row(line, group)).collect(),
            more,
        }
    }

    fn row(&self, line: &Line, group: Group) -> Row {
        let review = &line.review;
        let clock = clock_of(&review.state, line.waiting_seconds, self.words);
        let (tone, picture, state) = self.state(line, group);
        let name = line.title.clone().unwrap_or_else(|| self.words.text("review.no_title").to_owned());
        let address = match self.query.moment() {
            Some(moment) => format!("/review/entries/{}?as_of={}", review.entry, crate::pages::percent(&moment)),
            None => format!("/review/entries/{}", review.entry),
        };
        Row {
            id: review.entry.clone(),
            address,
            waiting: clock.waiting,
            is_late: clock.is_late,
            gauge: clock.gauge,
            title: line.title.clone(),
            name,
            facts: self.facts(line),
            what_changed: line.what_changed.clone(),
            tone,
            icon: icon(picture),
            state,
            with: self.with(line),
            claim: self.claim(line, group),
        }
    }

    fn facts(&self, line: &Line) -> Vec<Spoken> {
        let review = &line.review;
        let mut facts = Vec::new();
        match self.registry {
            Some(registry) => {
                facts.push(Spoken::of(registry.body_label(&review.body, self.language, self.now), self.language));
                let kind = registry.record_type(&review.record_type);
                facts.extend(kind.map(|kind| Spoken::of(kind.labels.show(self.language, &kind.key), self.language)));
            }
            None => facts.push(Spoken::plain(review.body.clone())),
        }
        let revision = match review.edition {
            Some(edition) => self.words.fill(
                "review.revision_on_edition",
                &[("revision", &review.revision.to_string()), ("edition", &edition.to_string())],
            ),
            None if review.round == 1 => self.words.text("review.first_submission").to_owned(),
            None => self.words.with("review.revision", "revision", review.revision),
        };
        facts.push(Spoken::ours(revision));
        if review.language != self.language.tag() {
            facts.push(Spoken::ours(self.words.text(&format!("review.language_{}", review.language)).to_owned()));
        }
        if review.appealed {
            facts.push(Spoken::ours(self.words.text("review.appeal").to_owned()));
        }
        facts
    }

    fn state(&self, line: &Line, group: Group) -> (&'static str, &'static str, String) {
        let state = line.review.state.as_str();
        let said = |key: &str| self.words.text(key).to_owned();
        match (state, group) {
            ("in-review", Group::Mine) => ("turn", "turn", said("review.your_turn")),
            ("in-review", _) if line.review.turn.who == "reviewer" => {
                ("wait", "review", said("review.opinion_awaited"))
            }
            ("in-review", _) => ("wait", "review", said("review.state_in-review")),
            ("on-hold", _) => ("wait", "hold", said("review.state_on-hold")),
            ("changes-requested", _) => ("", "turn", said("review.state_changes-requested")),
            (other, _) => ("", "info", self.words.known(&format!("review.state_{other}")).unwrap_or(other).to_owned()),
        }
    }

    fn with(&self, line: &Line) -> String {
        let Some(claim) = &line.review.claim else {
            let key = if line.review.state == "in-review" { "review.no_one_yet" } else { "" };
            return self.words.known(key).unwrap_or_default().to_owned();
        };
        let until = moment::read(&claim.until).map(|until| self.words.moment(until)).unwrap_or_default();
        match (&claim.by.name, claim.mine) {
            (_, true) => self.words.with("review.claimed_until", "moment", until),
            (Some(name), false) => self.words.fill("review.with_until", &[("name", name), ("moment", &until)]),
            (None, false) => {
                self.words.fill("review.with_until", &[("name", self.words.text("role.moderator")), ("moment", &until)])
            }
        }
    }

    fn claim(&self, line: &Line, group: Group) -> Claimable {
        if group != Group::Unclaimed || self.is_past {
            return Claimable::Unasked;
        }
        let Ok(entry) = line.review.entry.parse::<EntryId>() else { return Claimable::Unasked };
        match Asking::new(self.desk, self.bearer, entry).claim() {
            Ok(()) => Claimable::Yes,
            Err(refusal) => Claimable::No(why_not(&refusal, self.words)),
        }
    }

    pub(super) fn types(&self) -> Vec<Choice> {
        let types = self.registry.map(Registry::types).unwrap_or_default();
        let choice = |kind: &dossier_registry::RecordType| Choice {
            label: Spoken::of(kind.labels.show(self.language, &kind.key), self.language),
            is_chosen: kind.key == self.query.record_type(),
            key: kind.key.clone(),
        };
        types.iter().map(choice).collect()
    }

    pub(super) fn languages(&self) -> Vec<Choice> {
        let choice = |language: Language| Choice {
            key: language.tag().to_owned(),
            label: Spoken::ours(self.words.text(&format!("review.language_{}", language.tag())).to_owned()),
            is_chosen: language.tag() == self.query.language(),
        };
        Language::ALL.map(choice).into()
    }

    pub(super) fn shows(&self) -> Vec<Choice> {
        let names = ["review.your_turn", "review.unclaimed", "review.waiting_for_others"];
        let choices = Group::ALL.into_iter().zip(names).map(|(group, name)| Choice {
            key: group.key().to_owned(),
            label: Spoken::ours(self.words.text(name).to_owned()),
            is_chosen: self.query.show == Some(group),
        });
        choices.collect()
    }
}
