//! The form of a decision: the reason, what the public is told in which languages, and where readers are pointed on to.

use askama::Template;
use axum::response::Response;
use dossier_proto::Micros;
use dossier_registry::{Reason, Registry, says_something};
use dossier_web::{
    Answer, Language, Problem,
    page::Words,
    visit::{FORM_TOKEN_FIELD, SentForm},
};

use super::{
    deed::Deed,
    desk::Desk,
    faults::{Fault, Told, beside, told},
    rows::{Row, row},
    sent::{fresh_key, hidden},
};
use crate::{api::deciding::CHARACTERS_MAX, pages::said::Said, reading::Known};

/// What was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) key: String,
    pub(super) version: u64,
    pub(super) reason: String,
    pub(super) superseded_by: String,
    /// By language, in the order of the house.
    pub(super) explanations: [String; 6],
}

impl Typed {
    /// A form that nobody has filled in.
    pub(super) fn nothing(known: &Known) -> Self {
        let explanations = Default::default();
        let (reason, superseded_by) = (String::new(), String::new());
        Self { key: fresh_key(), version: known.entry.version, reason, superseded_by, explanations }
    }

    /// What stands in a form that was sent.
    ///
    /// # Errors
    /// 400: no page of ours sends it so.
    pub(super) fn of(form: &SentForm) -> Answer<Self> {
        let sent = hidden(form)?;
        let explanation = |language: Language| form.value(&name_of(language)).to_owned();
        Ok(Self {
            key: sent.key,
            version: sent.version,
            reason: form.value("reason").to_owned(),
            superseded_by: form.value("superseded_by").to_owned(),
            explanations: Language::ALL.map(explanation),
        })
    }

    /// The same, drawn again on what stands now: another decision than the one that did not come about.
    pub(super) fn on(self, known: &Known) -> Self {
        Self { key: fresh_key(), version: known.entry.version, ..self }
    }

    /// What the public reads: every language that was filled in, in the order of the house, a blank line between them.
    pub(super) fn explanation(&self) -> String {
        let said = self.explanations.iter().map(|text| text.trim()).filter(|text| !text.is_empty());
        said.collect::<Vec<_>>().join("\n\n")
    }

    /// What stands against it before anybody decides. The decision looks again.
    pub(super) fn faults(&self, deed: Deed, registry: &Registry, now: Micros) -> Vec<Fault> {
        let mut faults = Vec::new();
        if deed.takes().is_some() && !reasons(deed, registry, now).any(|reason| reason.key == self.reason) {
            faults.push(Fault::at("reason"));
        }
        let text = self.explanation();
        let is_plain = !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
        if !says_something(&text) || text.chars().count() > CHARACTERS_MAX || !is_plain {
            faults.push(Fault::at("explanation"));
        }
        faults
    }
}

/// The field of an explanation.
fn name_of(language: Language) -> String {
    format!("explanation-{language}")
}

/// The reasons of the registry that may be given for it today.
fn reasons(deed: Deed, registry: &Registry, now: Micros) -> impl Iterator<Item = &Reason> {
    let (takes, today) = (deed.takes(), dossier_web::page::date_in_utc(now));
    registry.retractions().iter().filter(move |reason| {
        let day = |day: &dossier_registry::Day| day.to_string();
        let today = today.to_string();
        takes.is_some_and(|takes| reason.uses.contains(&takes))
            && reason.valid_from.as_ref().is_none_or(|from| day(from) <= today)
            && reason.valid_to.as_ref().is_none_or(|to| today <= day(to))
    })
}

/// A reason to choose.
struct Choice {
    key: String,
    label: Said,
    hint: Option<Said>,
    is_chosen: bool,
}

/// The explanation in one language.
pub(super) struct Tongue {
    pub(super) name: String,
    pub(super) language: Language,
    pub(super) text: String,
    pub(super) is_open: bool,
}

/// The fields of the explanation: the language of the page and those that hold something stand open.
pub(super) fn tongues(typed: &Typed, page: Language) -> Vec<Tongue> {
    let all = Language::ALL.into_iter().zip(&typed.explanations);
    let tongue = |(language, text): (Language, &String)| Tongue {
        name: name_of(language),
        is_open: language == page || !text.is_empty(),
        text: text.clone(),
        language,
    };
    all.map(tongue).collect()
}

#[derive(Template)]
#[template(path = "publish_deed.html")]
struct DeedForm<'a> {
    w: &'static Words,
    deed: Deed,
    title: &'static str,
    text: &'static str,
    number: String,
    row: Row,
    token_field: &'static str,
    token: &'a str,
    typed: &'a Typed,
    reasons: Vec<Choice>,
    tongues: Vec<Tongue>,
    told: Vec<Told>,
    wrong_reason: Option<&'static str>,
    wrong_explanation: Option<&'static str>,
    wrong_other: Option<&'static str>,
}

/// Draws the form, with what is wrong about it.
pub(super) fn draw(desk: &Desk, known: &Known, deed: Deed, typed: &Typed, faults: &[Fault]) -> Answer<Response> {
    let (w, page) = (desk.words(), desk.reading().tongue);
    let registry = desk.publishing.pages.reading.registry().map_err(|error| Problem::internal(&error))?;
    let choice = |reason: &Reason| Choice {
        key: reason.key.clone(),
        label: Said::new(reason.labels.show(page, &reason.key), page),
        hint: (!reason.hint.is_empty()).then(|| Said::new(reason.hint.show(page, ""), page)),
        is_chosen: reason.key == typed.reason,
    };
    let (title, text) = deed.offer();
    let (title, text) = (w.text(title), w.text(text));
    let told = told(faults, w);
    let template = DeedForm {
        w,
        deed,
        title,
        text,
        number: known.entry.number.to_string(),
        row: row(known, desk)?,
        token_field: FORM_TOKEN_FIELD,
        token: desk.visit.form.as_str(),
        typed,
        reasons: reasons(deed, &registry, desk.now()).map(choice).collect(),
        tongues: tongues(typed, desk.paper.language),
        wrong_reason: beside(&told, "reason"),
        wrong_explanation: beside(&told, "explanation"),
        wrong_other: beside(&told, "superseded_by"),
        told,
    };
    let tab = match faults.is_empty() {
        true => format!("{title}: {}", known.entry.number),
        false => w.with("publisher.title_wrong", "title", title),
    };
    desk.page(&tab, &template)
}
