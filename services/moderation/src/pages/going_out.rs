//! Signing out: on this device, or on all.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_web::{
    Answer, Cache,
    extract::wall_clock,
    page::{Paper, Words},
    visit::{FORM_TOKEN_FIELD, SIGN_IN, SIGN_OUT, SentForm, Visit, forget_session},
};
use http::header;

use super::frame;
use crate::api::{App, of_accounts};

#[derive(Template)]
#[template(path = "sign_out.html")]
struct SignOutTemplate<'a> {
    words: &'static Words,
    action: &'static str,
    token_field: &'static str,
    token: &'a str,
    name: String,
}

#[derive(Template)]
#[template(path = "signed_out.html")]
struct SignedOutTemplate {
    words: &'static Words,
    sign_in: &'static str,
}

/// Asks: here, or everywhere.
pub(super) async fn ask(State(app): State<App>, visit: Visit, paper: Paper) -> Answer<Response> {
    let subject = visit.bearer.subject;
    let name = app.off_thread(move |desk| Ok(desk.accounts.name_of(subject))).await?;
    let main = SignOutTemplate {
        words: paper.words,
        action: SIGN_OUT,
        token_field: FORM_TOKEN_FIELD,
        token: visit.form.as_str(),
        name: paper.words.with("visit.signed_in_as", "name", name.unwrap_or_default()),
    };
    Ok((Cache::Private, frame::page(&paper, "visit.out", &main)?).into_response())
}

/// Signs out. The session is revoked at every service, not only forgotten by the browser.
pub(super) async fn sign_out(State(app): State<App>, paper: Paper, form: SentForm) -> Answer<Response> {
    let subject = form.visit.bearer.subject;
    let session = (form.value("everywhere") != "yes").then_some(form.visit.bearer.token);
    app.off_thread(move |desk| {
        desk.accounts.sign_out(subject, session, wall_clock()).map_err(|error| of_accounts(&error))
    })
    .await?;
    let main = SignedOutTemplate { words: paper.words, sign_in: SIGN_IN };
    let forget = [(header::SET_COOKIE, forget_session(paper.surroundings.line))];
    Ok((Cache::Private, forget, frame::page(&paper, "visit.signed_out_title", &main)?).into_response())
}
