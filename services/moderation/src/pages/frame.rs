//! What the pages at the door do alike.

use askama::Template;
use dossier_identity::accounts::{Entered, EnteringFailure, PasswordFault};
use dossier_web::{
    Problem,
    extract::wall_clock,
    page::{Html, Paper, Room},
    visit::keep_session,
};
use http::{HeaderName, HeaderValue, header};

use crate::api::of_entering;

/// The whole page; its title is a key of the words.
pub(super) fn page(paper: &Paper, title: &str, main: &impl Template) -> Result<Html, Problem> {
    paper.page(Room::Door, paper.words.text(title), main)
}

/// With this the browser keeps the session as long as it lasts.
pub(super) fn keeping(paper: &Paper, entered: &Entered) -> [(HeaderName, HeaderValue); 1] {
    let seconds = entered.expires.0.saturating_sub(wall_clock().0) / dossier_proto::Micros::SECOND;
    [(header::SET_COOKIE, keep_session(&entered.token, seconds, paper.surroundings.line))]
}

/// Why somebody did not come in, in their language; and the problem, whose status and headers the page takes over.
pub(super) fn told(paper: &Paper, failure: &EnteringFailure) -> (String, Problem) {
    let problem = of_entering(failure);
    let text = match failure {
        EnteringFailure::Password(fault) => paper.words.text(fault_key(*fault)).to_owned(),
        _ => of_problem(paper, &problem),
    };
    (text, problem)
}

fn of_problem(paper: &Paper, problem: &Problem) -> String {
    let (kind, key) = (problem.kind(), format!("problem.{}", problem.kind().code()));
    let what = paper.words.known(&key).unwrap_or(kind.title());
    let todo_key = format!("{key}-todo");
    let todo = paper.words.known(&todo_key).unwrap_or(kind.todo());
    format!("{what} {todo}")
}

const fn fault_key(fault: PasswordFault) -> &'static str {
    match fault {
        PasswordFault::TooShort => "visit.password_too_short",
        PasswordFault::TooLong => "visit.password_too_long",
        PasswordFault::Known => "visit.password_known",
        PasswordFault::OneOfYours => "visit.password_yours",
    }
}
