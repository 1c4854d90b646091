//! The moderator's checklist: what is asked, and what somebody answered.

use dossier_proto::{Micros, v1};
use dossier_registry::{Language, Registry};
use dossier_web::extract::FieldError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use v1::checklist_answer::Said;

use super::locks::Context;

/// The answer to one question of the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ChecklistAnswerBody {
    /// The question, by its key in the registry.
    #[schema(example = "scope")]
    pub(crate) key: String,
    /// `yes`, `no` or `not-applicable`.
    #[schema(example = "yes")]
    pub(crate) answer: String,
}

/// A question of the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct QuestionShown {
    /// Its key.
    pub(crate) key: String,
    /// What has to be true, in English.
    pub(crate) label: String,
    /// How to tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<String>,
}

const SAID: [(&str, Said); 3] = [("yes", Said::Yes), ("no", Said::No), ("not-applicable", Said::NotApplicable)];

impl Context {
    /// The answers as the journal has them. Keys stand in the clear there, so only questions of the registry come through (P11).
    pub(super) fn answers(
        &self,
        errors: &mut Vec<FieldError>,
        answers: &[ChecklistAnswerBody],
        now: Micros,
    ) -> Vec<v1::ChecklistAnswer> {
        let asked: Vec<&str> = match (&self.registry, &self.record_type) {
            (Some(registry), Some(kind)) => registry.checklist(kind, now).map(|item| item.key.as_str()).collect(),
            _ => Vec::new(),
        };
        let mut read = Vec::new();
        for (at, answer) in answers.iter().enumerate().take(crate::domain::CHECKLIST_MAX + 1) {
            let said = SAID.iter().find(|(key, _)| *key == answer.answer).map(|(_, said)| *said);
            match said.filter(|_| asked.contains(&answer.key.as_str())) {
                Some(said) => read.push(v1::ChecklistAnswer { key: answer.key.clone(), said: said.into() }),
                None => errors.push(FieldError {
                    pointer: format!("/checklist/{at}"),
                    detail: "this is no question of the checklist in force, or no answer: yes, no, not-applicable"
                        .to_owned(),
                }),
            }
        }
        read
    }
}

/// Answers as they are shown; those of which this version knows no word are left out.
pub(super) fn shown(answers: &[v1::ChecklistAnswer]) -> Vec<ChecklistAnswerBody> {
    let word = |answer: &v1::ChecklistAnswer| {
        let (word, _) = SAID.iter().find(|(_, said)| *said == answer.said())?;
        Some(ChecklistAnswerBody { key: answer.key.clone(), answer: (*word).to_owned() })
    };
    answers.iter().filter_map(word).collect()
}

/// What is asked about a record of this type now.
pub(super) fn questions(registry: &Registry, record_type: &str, now: Micros) -> Vec<QuestionShown> {
    let shown = |item: &dossier_registry::ChecklistItem| QuestionShown {
        key: item.key.clone(),
        label: registry.label(&item.labels, &item.key, Language::En).text,
        hint: Some(registry.label(&item.hint, "", Language::En).text).filter(|hint| !hint.is_empty()),
    };
    registry.checklist(record_type, now).map(shown).collect()
}
