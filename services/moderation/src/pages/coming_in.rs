//! Links that came by mail, and how another is asked for. The secret stands behind # in the link, so that no server and no log on the way sees it;
//! the script of the house puts it into the form, and without a script people paste it.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use dossier_identity::accounts::LinkKind;
use dossier_web::{
    Answer, Cache,
    extract::{CallSource, wall_clock},
    page::{Paper, Words},
    visit::OpenForm,
};

use super::{FORGOTTEN, NEW_PASSWORD, WELCOME, frame};
use crate::api::{App, of_entering};

#[derive(Template)]
#[template(path = "by_link.html")]
struct ByLinkTemplate<'a> {
    words: &'static Words,
    action: &'static str,
    title: &'static str,
    lede: &'static str,
    secret: &'a str,
    told: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "forgotten.html")]
struct ForgottenTemplate {
    words: &'static Words,
    action: &'static str,
    was_asked: bool,
}

const fn address(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::Invitation => WELCOME,
        LinkKind::Reset => NEW_PASSWORD,
    }
}

const fn title_and_lede(kind: LinkKind) -> (&'static str, &'static str) {
    match kind {
        LinkKind::Invitation => ("visit.welcome_title", "visit.welcome_lede"),
        LinkKind::Reset => ("visit.reset_title", "visit.reset_lede"),
    }
}

fn page(paper: &Paper, kind: LinkKind, secret: &str, told: Option<&str>) -> Answer<Response> {
    let (title, lede) = title_and_lede(kind);
    let main = ByLinkTemplate { words: paper.words, action: address(kind), title, lede, secret, told };
    Ok((Cache::Private, frame::page(paper, title, &main)?).into_response())
}

/// The page to which an invitation leads.
pub(super) async fn welcome(paper: Paper) -> Answer<Response> {
    page(&paper, LinkKind::Invitation, "", None)
}

/// The page to which a link for a forgotten password leads.
pub(super) async fn new_password(paper: Paper) -> Answer<Response> {
    page(&paper, LinkKind::Reset, "", None)
}

/// Uses an invitation.
pub(super) async fn use_invitation(
    State(app): State<App>,
    CallSource(source): CallSource,
    paper: Paper,
    form: OpenForm,
) -> Answer<Response> {
    enter(&app, LinkKind::Invitation, source, &paper, &form).await
}

/// Uses a link for a forgotten password.
pub(super) async fn use_reset(
    State(app): State<App>,
    CallSource(source): CallSource,
    paper: Paper,
    form: OpenForm,
) -> Answer<Response> {
    enter(&app, LinkKind::Reset, source, &paper, &form).await
}

async fn enter(
    app: &App,
    kind: LinkKind,
    source: Option<std::net::IpAddr>,
    paper: &Paper,
    form: &OpenForm,
) -> Answer<Response> {
    let (secret, password) = (form.value("secret").trim(), form.value("password"));
    match app.accounts.enter_by_link_on_a_page(kind, secret, password, source, wall_clock()).await {
        Ok(entered) => Ok((Cache::Private, frame::keeping(paper, &entered), Redirect::to("/")).into_response()),
        Err(failure) => {
            let (told, problem) = frame::told(paper, &failure);
            // The secret stays in its field: a password that was not taken is no reason to look for the mail again.
            Ok(problem.around(page(paper, kind, secret, Some(&told))?))
        }
    }
}

/// Where a link for a forgotten password is asked for.
pub(super) async fn forgotten(paper: Paper) -> Answer<Response> {
    forgotten_page(&paper, false)
}

/// Asks for one. The answer is the same for every address.
pub(super) async fn ask_reset(
    State(app): State<App>,
    CallSource(source): CallSource,
    paper: Paper,
    form: OpenForm,
) -> Answer<Response> {
    if app.post.server.is_some() {
        let asked = app.accounts.ask_reset(form.value("mail").trim(), source, wall_clock());
        asked.map_err(|failure| of_entering(&failure))?;
    }
    forgotten_page(&paper, true)
}

fn forgotten_page(paper: &Paper, was_asked: bool) -> Answer<Response> {
    let title = if was_asked { "visit.asked_title" } else { "visit.forgotten" };
    let main = ForgottenTemplate { words: paper.words, action: FORGOTTEN, was_asked };
    Ok((Cache::Private, frame::page(paper, title, &main)?).into_response())
}
