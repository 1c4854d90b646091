//! Why something is not done, in the reader's language.

use dossier_engine::Refusal as _;
use dossier_web::{Problem, page::Words};

use crate::domain::Refusal;

/// Why somebody may not do something.
pub(super) fn why_not(refusal: &Refusal, words: &Words) -> String {
    let code = match refusal {
        Refusal::Claimed { .. } => "claimed",
        Refusal::NotEntitled { .. } => "no-designation",
        other => other.facts().code,
    };
    of_code(code, words).unwrap_or_else(|| words.text("review.not.other").to_owned())
}

/// What came of something that was sent.
pub(super) fn told(problem: &Problem, words: &Words) -> String {
    let code = problem.extensions().get("code").and_then(|code| code.as_str());
    let code = match code {
        Some("wrong-state") if problem.extensions().contains_key("claimed_by") => Some("claimed"),
        other => other,
    };
    let known = code.and_then(|code| of_code(code, words));
    known.unwrap_or_else(|| {
        let kind = problem.kind();
        let key = format!("problem.{}", kind.code());
        let what = words.known(&key).unwrap_or(kind.title());
        let todo = words.known(&format!("{key}-todo")).unwrap_or(kind.todo());
        format!("{what} {todo}")
    })
}

fn of_code(code: &str, words: &Words) -> Option<String> {
    words.known(&format!("review.not.{code}")).map(str::to_owned)
}
