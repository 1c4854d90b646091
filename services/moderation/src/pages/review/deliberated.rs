//! What was said and done at a review, in words: comments, requested changes, checks, the checklist, opinions, history.

use dossier_registry::{Language, RecordType, Registry};
use dossier_web::page::{Words, icon};

use super::{blocks::field_label, typed::Typed};
use crate::{
    api::{
        deliberation::{ConflictShown, OpinionShown},
        history::Happened,
        messages::{CommentShown, RequestedChangeShown},
        one_review::ReviewShown,
        shown::Summary,
    },
    pages::said::Spoken,
};

/// Tells what happened to somebody.
pub(super) struct Teller<'a> {
    pub(super) words: &'static Words,
    pub(super) language: Language,
    pub(super) kind: Option<&'a RecordType>,
    pub(super) registry: Option<&'a Registry>,
    pub(super) entry: &'a str,
}

/// Something somebody said.
pub(super) struct Say {
    pub(super) by: String,
    pub(super) at: String,
    /// None when its key was erased.
    pub(super) text: Option<String>,
    /// The contributor reads it too.
    pub(super) is_told: bool,
    /// It was said about an earlier revision.
    pub(super) older: Option<String>,
    /// The field it was about, where it is shown apart from it.
    pub(super) about: Option<Spoken>,
}

/// A requested change.
pub(super) struct AskedShown {
    pub(super) number: usize,
    pub(super) round: u32,
    pub(super) item: u32,
    pub(super) about: Option<Spoken>,
    pub(super) text: Option<String>,
    pub(super) quote: Option<String>,
    pub(super) answer: Option<String>,
    pub(super) reopened: Option<String>,
    pub(super) by: String,
    pub(super) at: String,
    pub(super) class: &'static str,
    pub(super) tone: &'static str,
    pub(super) picture: String,
    pub(super) state: String,
    pub(super) is_settled: bool,
    /// Whether "does it do?" is a question: it was answered.
    pub(super) is_answered: bool,
    pub(super) text_changed: Option<String>,
    /// The field in which one says why it is asked again, and what stands there.
    pub(super) reopen_name: String,
    pub(super) reopen: String,
}

/// What an automatic check found, or a notice that is due.
pub(super) struct CheckShown {
    pub(super) picture: String,
    pub(super) grade: String,
    pub(super) text: Spoken,
    pub(super) about: Option<Spoken>,
}

/// A question of the checklist.
pub(super) struct Question {
    pub(super) name: String,
    pub(super) label: Spoken,
    pub(super) hint: Option<Spoken>,
    pub(super) answer: String,
}

/// An opinion.
pub(super) struct OpinionTold {
    pub(super) by: String,
    pub(super) chair: String,
    pub(super) tone: &'static str,
    pub(super) picture: String,
    pub(super) verdict: String,
    pub(super) is_old: bool,
    pub(super) text: Option<String>,
    pub(super) at: String,
    /// Where what changed since is seen.
    pub(super) since: Option<String>,
}

/// Something that happened.
pub(super) struct HistoryShown {
    pub(super) what: String,
    pub(super) at: String,
    pub(super) by: String,
}

impl Teller<'_> {
    pub(super) fn revision(&self, summary: &Summary) -> String {
        let revision = summary.revision.to_string();
        match summary.edition {
            Some(edition) => self
                .words
                .fill("review.revision_on_edition", &[("revision", &revision), ("edition", &edition.to_string())]),
            None => self.words.with("review.revision", "revision", revision),
        }
    }

    pub(super) fn state(&self, summary: &Summary, is_turn: bool) -> (&'static str, &'static str, String) {
        let said = |key: &str| self.words.known(key).unwrap_or(&summary.state).to_owned();
        let state = said(&format!("review.state_{}", summary.state));
        match summary.state.as_str() {
            "in-review" if is_turn => ("turn", "turn", said("review.your_turn")),
            "in-review" => ("wait", "review", state),
            "on-hold" => ("wait", "hold", state),
            "changes-requested" => ("turn", "turn", state),
            "approved" | "scheduled" => ("ok", "clock", state),
            "published" => ("ok", "public", state),
            "superseded" => ("", "old", state),
            "retracted" => ("bad", "retract", state),
            "refused" | "suspended" | "duplicate" | "declined" => ("bad", "stop", state),
            _ => ("", "info", state),
        }
    }

    fn about(&self, field: &str) -> Option<Spoken> {
        field_label(self.kind, field, self.language)
    }

    pub(super) fn say(&self, comment: &CommentShown) -> Say {
        let older = match (comment.current, comment.text_changed) {
            (true, _) => None,
            (false, Some(true)) => Some("review.older_changed"),
            (false, _) => Some("review.older"),
        };
        Say {
            by: self.person(&comment.by),
            at: self.moment(&comment.at),
            text: comment.text.clone(),
            is_told: comment.audience == "contributor",
            older: older.map(|key| self.words.text(key).to_owned()),
            about: self.about(&comment.field),
        }
    }

    pub(super) fn conflict(&self, conflict: &ConflictShown) -> Say {
        Say {
            by: self.person(&conflict.by),
            at: self.moment(&conflict.at),
            text: conflict.reason.clone(),
            is_told: false,
            older: None,
            about: None,
        }
    }

    pub(super) fn asked(&self, change: &RequestedChangeShown, typed: &Typed) -> AskedShown {
        let (class, tone, picture) = match change.state.as_str() {
            "accepted" => ("shut", "", "ok"),
            "answered" => ("met", "ok", "ok"),
            _ => ("", "turn", "turn"),
        };
        let reopen_name = format!("s.{}.{}", change.round, change.item);
        AskedShown {
            number: change.item as usize,
            round: change.round,
            item: change.item,
            about: self.about(&change.field),
            text: change.text.clone(),
            quote: change.quote.clone(),
            answer: change.answer.clone(),
            reopened: change.reopened.clone(),
            by: self.person(&change.by),
            at: self.moment(&change.at),
            class,
            tone,
            picture: icon(picture),
            state: self.words.text(&format!("review.asked_{}", change.state)).to_owned(),
            is_settled: change.state == "accepted",
            is_answered: change.state == "answered",
            text_changed: change.text_changed.map(|changed| {
                let key = if changed { "review.text_changed" } else { "review.text_same" };
                self.words.text(key).to_owned()
            }),
            reopen: typed.value(&reopen_name).to_owned(),
            reopen_name,
        }
    }

    pub(super) fn checks(&self, review: &ReviewShown) -> Vec<CheckShown> {
        let tag = self.language.tag();
        let faults = review.faults.as_array().into_iter().flatten().map(|fault| {
            let own = fault["messages"][tag].as_str();
            let text = own.or_else(|| fault["message"].as_str()).unwrap_or_default().to_owned();
            let (picture, key) = match fault["grade"].as_str() {
                Some("error") => ("stop", "review.grade_error"),
                Some("warning") => ("warn", "review.grade_warning"),
                _ => ("info", "review.grade_info"),
            };
            CheckShown {
                picture: icon(picture),
                grade: self.words.text(key).to_owned(),
                text: if own.is_some() {
                    Spoken::ours(text)
                } else {
                    Spoken::of(dossier_registry::Shown { text, language: Some(Language::En) }, self.language)
                },
                about: self.about(fault["field"].as_str().unwrap_or_default()),
            }
        });
        let notices = review.notices.as_array().into_iter().flatten().filter_map(|notice| {
            let notice = self.registry?.notice(notice["key"].as_str()?)?;
            Some(CheckShown {
                picture: icon("info"),
                grade: self.words.text("review.notice_due").to_owned(),
                text: Spoken::of(notice.labels.show(self.language, &notice.key), self.language),
                about: None,
            })
        });
        faults.chain(notices).collect()
    }

    pub(super) fn questions(&self, review: &ReviewShown, typed: &Typed) -> Vec<Question> {
        let items = self.registry.map(|registry| &registry.document().checklist);
        let asked = review.checklist.iter().map(|asked| {
            let item = items.into_iter().flatten().find(|item| item.key == asked.key);
            let name = format!("k.{}", asked.key);
            Question {
                label: match item {
                    Some(item) => Spoken::of(item.labels.show(self.language, &item.key), self.language),
                    None => Spoken::plain(asked.label.clone()),
                },
                hint: item
                    .filter(|item| !item.hint.is_empty())
                    .map(|item| Spoken::of(item.hint.show(self.language, ""), self.language)),
                answer: typed.value(&name).to_owned(),
                name,
            }
        });
        asked.collect()
    }

    pub(super) fn answered(&self, review: &ReviewShown, typed: &Typed) -> String {
        let answered = review.checklist.iter().filter(|one| !typed.value(&format!("k.{}", one.key)).is_empty()).count();
        let values = [("answered", answered.to_string()), ("all", review.checklist.len().to_string())];
        self.words.fill("review.answered", &[("answered", &values[0].1), ("all", &values[1].1)])
    }

    pub(super) fn opinion(&self, opinion: &OpinionShown) -> OpinionTold {
        let is_for = opinion.opinion == "approves";
        let verdict = self.words.text(if is_for { "review.for" } else { "review.opposed" });
        let is_old = !opinion.counts;
        let (tone, picture) = match (is_old, is_for) {
            (true, _) => ("", "old"),
            (false, true) => ("ok", "ok"),
            (false, false) => ("bad", "stop"),
        };
        let verdict = if is_old { self.words.with("review.outdated", "verdict", verdict) } else { verdict.to_owned() };
        let chair = opinion.chair.map(|chair| self.words.text(&format!("review.chair_{chair}")).to_owned());
        OpinionTold {
            by: self.person(&opinion.by),
            chair: chair.unwrap_or_default(),
            tone,
            picture: icon(picture),
            verdict,
            is_old,
            text: opinion.text.clone(),
            at: self.moment(&opinion.at),
            since: opinion.outdated.then(|| format!("?against={}", opinion.digest)),
        }
    }

    pub(super) fn happened(&self, happened: &Happened) -> HistoryShown {
        let key = format!("review.happened.{}", happened.kind);
        HistoryShown {
            what: self.words.known(&key).unwrap_or(&happened.kind).to_owned(),
            at: self.moment(&happened.at),
            by: self.person(&happened.by),
        }
    }
}
