//! What forms of the office have alike: their key, and what is wrong with them.

use dossier_web::{Answer, Problem, ProblemKind, limits::IDEMPOTENCY_KEY_MAX, page::Words, visit::SentForm};
use serde_json::Value;

/// The key that came with a form.
///
/// # Errors
/// 400: no page of ours sends it so.
pub(super) fn key_of(form: &SentForm) -> Answer<String> {
    let key = form.value("key");
    let is_key = (1..=IDEMPOTENCY_KEY_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if is_key {
        return Ok(key.to_owned());
    }
    Err(Problem::new(ProblemKind::MalformedRequest).detail("The form has no key; open its page again."))
}

/// Something wrong, in words, with the field it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) field: Option<&'static str>,
    pub(super) text: String,
}

/// What a problem says against a form; `None` where no form could help: who is asking, or that there is nothing.
pub(super) fn told(problem: &Problem, words: &Words) -> Option<Vec<Told>> {
    let whole = |text: String| Some(vec![Told { field: None, text }]);
    match problem.kind() {
        ProblemKind::NotFound | ProblemKind::NotEntitled | ProblemKind::Unauthenticated => None,
        ProblemKind::InvalidRequest => {
            let named = of_pointers(problem, words);
            if named.is_empty() { whole(words.text("office.not_done").to_owned()) } else { Some(named) }
        }
        kind => {
            let code = problem.extensions().get("code").and_then(Value::as_str).unwrap_or_default();
            let known = words.known(&format!("office.not.{code}")).map(str::to_owned);
            let general = || {
                let key = format!("problem.{}", kind.code());
                let what = words.known(&key)?;
                let todo = words.known(&format!("{key}-todo")).unwrap_or_default();
                Some(format!("{what} {todo}"))
            };
            whole(known.or_else(general).unwrap_or_else(|| words.text("office.not_done").to_owned()))
        }
    }
}

fn of_pointers(problem: &Problem, words: &Words) -> Vec<Told> {
    let errors = problem.extensions().get("errors").and_then(Value::as_array);
    let pointers = errors.into_iter().flatten().filter_map(|error| error.get("pointer")?.as_str());
    let fields = pointers.filter_map(|pointer| field_of(pointer.rsplit('/').next().unwrap_or_default()));
    let mut told: Vec<Told> = Vec::new();
    for (field, key) in fields {
        if !told.iter().any(|one| one.field == Some(field)) {
            told.push(Told { field: Some(field), text: words.text(key).to_owned() });
        }
    }
    told
}

fn field_of(name: &str) -> Option<(&'static str, &'static str)> {
    Some(match name {
        "name" => ("name", "office.fault_name"),
        "mail" => ("mail", "office.fault_mail"),
        "role" => ("role", "office.fault_role"),
        "body" => ("body", "office.fault_body"),
        "record_types" => ("types", "office.fault_types"),
        "valid_until" => ("until", "office.fault_until"),
        "reviewer_kind" => ("reviewer_kind", "office.fault_reviewer_kind"),
        "note_number" => ("note_number", "office.fault_note_number"),
        "subject" => ("subject", "office.fault_subject"),
        _ => return None,
    })
}

/// What is said beside a field.
pub(super) fn beside<'a>(told: &'a [Told], field: &str) -> Option<&'a str> {
    told.iter().find(|one| one.field == Some(field)).map(|one| one.text.as_str())
}
