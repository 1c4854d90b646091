//! Signing in.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use dossier_web::{
    Answer, Cache, Problem,
    extract::{CallSource, StrictQuery, wall_clock},
    page::{Paper, Words},
    visit::{FormToken, Keeper, KeptForm, OpenForm, OptionalVisit, SIGN_IN, kept_page, own_address},
};
use serde::Deserialize;

use super::{FORGOTTEN, frame};
use crate::api::App;

/// Where somebody wanted to go.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInTemplate<'a> {
    words: &'static Words,
    action: &'static str,
    forgotten: &'static str,
    next: &'a str,
    mail: &'a str,
    told: Option<&'a str>,
}

fn page(paper: &Paper, next: &str, mail: &str, told: Option<&str>) -> Answer<Response> {
    let words = paper.words;
    let main = SignInTemplate { words, action: SIGN_IN, forgotten: FORGOTTEN, next, mail, told };
    Ok((Cache::Private, frame::page(paper, "visit.sign_in_title", &main)?).into_response())
}

/// An address of ours, or the beginning.
fn next_of(text: &str) -> &str {
    own_address(text).unwrap_or("/")
}

/// The page. Whoever has signed in already goes on.
pub(super) async fn show(
    OptionalVisit(visit): OptionalVisit,
    StrictQuery(wanted): StrictQuery<Wanted>,
    paper: Paper,
) -> Answer<Response> {
    let next = next_of(wanted.next.as_deref().unwrap_or_default());
    match visit {
        Some(_) => Ok((Cache::Private, Redirect::to(next)).into_response()),
        None => page(&paper, next, "", None),
    }
}

/// Signs in and goes on to where somebody was going; with a form that was kept, to the page from which it is sent.
pub(super) async fn sign_in(
    State(app): State<App>,
    CallSource(source): CallSource,
    paper: Paper,
    form: OpenForm,
) -> Answer<Response> {
    let kept = KeptForm::brought(&form.fields);
    let entered =
        app.accounts.sign_in_on_a_page(form.value("mail").trim(), form.value("password"), source, wall_clock()).await;
    let entered = match entered {
        Ok(entered) => entered,
        Err(failure) => {
            let (told, problem) = frame::told(&paper, &failure);
            let shown = match &kept {
                Some(kept) => kept_again(kept, Keeper::SignedOut(Some(&told)), &paper)?,
                None => page(&paper, next_of(form.value("next")), form.value("mail"), Some(&told))?,
            };
            return Ok(problem.around(shown));
        }
    };
    let keeping = frame::keeping(&paper, &entered);
    match &kept {
        Some(kept) => {
            let token = FormToken::of(&entered.token);
            Ok((keeping, kept_again(kept, Keeper::SignedIn(&token), &paper)?).into_response())
        }
        None => Ok((Cache::Private, keeping, Redirect::to(next_of(form.value("next")))).into_response()),
    }
}

fn kept_again(kept: &KeptForm, keeper: Keeper<'_>, paper: &Paper) -> Result<Response, Problem> {
    let page = kept_page(kept, keeper, paper)?;
    Ok((Cache::Private, page).into_response())
}
