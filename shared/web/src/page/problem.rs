//! The page of a problem: what happened, what to do next as one button, and its number last.

use askama::Template;

use super::{Paper, Room, Words};
use crate::{Problem, ProblemKind, problem::ProblemPage};

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

/// Draws problems in the frame of every page, in the reader's language as far as `words/*.toml` has the words.
pub fn problem_page() -> ProblemPage {
    ProblemPage::new(draw)
}

fn draw(problem: &Problem, paper: &Paper) -> String {
    let words = paper.words;
    let kind = problem.kind();
    let (what, todo) = words_for(words, kind);
    let is_translated = words.known(&format!("problem.{}", kind.code())).is_some();
    let main = ProblemTemplate {
        words,
        what: &what,
        todo: &todo,
        detail: problem.detail_text().filter(|_| !is_translated),
        home: Room::Entries.address(),
        number: problem.number().to_string(),
    };
    let page = paper.page(Room::of_address(paper.address.path()), &what, &main);
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
