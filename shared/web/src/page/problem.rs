//! The page of a problem: what happened, what to do next as one button, and its number last.

use askama::Template;

use super::{Demonstration, Frame, Link, Purpose, Words};
use crate::{
    Problem, ProblemKind,
    problem::{PageRequest, ProblemPage},
};

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemTemplate<'a> {
    words: &'a Words,
    what: &'a str,
    todo: &'a str,
    /// Only where the catalogue's words have no translation: what is known more exactly is English.
    detail: Option<&'a str>,
    home: &'a str,
    number: String,
}

/// Draws problems for readers, in their language as far as `words/*.toml` has the words.
pub fn problem_page(home: &'static str, navigation: Vec<Link>, demonstration: Demonstration) -> ProblemPage {
    ProblemPage::new(move |problem, request| draw(problem, request, home, &navigation, &demonstration))
}

fn draw(
    problem: &Problem,
    request: &PageRequest,
    home: &str,
    navigation: &[Link],
    demonstration: &Demonstration,
) -> String {
    let words = Words::of(request.language);
    let kind = problem.kind();
    let (what, todo) = words_for(words, kind);
    let is_translated = words.known(&format!("problem.{}", kind.code())).is_some();
    let main = ProblemTemplate {
        words,
        what: &what,
        todo: &todo,
        detail: problem.detail_text().filter(|_| !is_translated),
        home,
        number: problem.number().to_string(),
    };
    let frame = Frame {
        language: request.language,
        title: &what,
        purpose: Purpose::Reading,
        address: &request.address,
        home,
        room: None,
        navigation,
        visitor: None,
        footer: &[],
        demonstration,
    };
    let page = frame.page(&main).inspect_err(|error| tracing::error!(%error, "a problem's page cannot be drawn"));
    page.map_or_else(
        |_| format!("<!doctype html><title>Dossier</title><p>{}", problem.number()),
        super::Html::into_string,
    )
}

/// What is and what to do, from the words of the language, else from the catalogue.
fn words_for(words: &Words, kind: ProblemKind) -> (String, String) {
    let key = format!("problem.{}", kind.code());
    let what = words.known(&key).unwrap_or(kind.title());
    let todo = words.known(&format!("{key}-todo")).unwrap_or(kind.todo());
    (what.to_owned(), todo.to_owned())
}
