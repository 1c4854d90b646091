//! A right is taken back: what ends, before it ends.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use dossier_identity::Role;
use dossier_proto::{DesignationId, SubjectId};
use dossier_web::{
    Answer, Cache, PageSize, Problem, ProblemKind,
    extract::StrictPath,
    page::{Paper, Room, Words},
    visit::{FORM_TOKEN_FIELD, SentForm, Visit},
};

use super::{
    PEOPLE, admits,
    forms::{Told, key_of, told},
    rights::{Right, Speech},
};
use crate::{
    api::{
        App,
        asked::{Asked, Asker, Bare, Nothing},
        designations::{self, Filter},
    },
    pages::fresh_key,
};

#[derive(Template)]
#[template(path = "office_revoke.html")]
struct Revoke<'a> {
    w: &'static Words,
    right: Right,
    told: Vec<Told>,
    token_field: &'static str,
    token: &'a str,
    key: String,
}

/// The page.
pub(super) async fn ask(
    State(app): State<App>,
    StrictPath(id): StrictPath<DesignationId>,
    visit: Visit,
    paper: Paper,
) -> Answer<Response> {
    draw(app, id, visit, paper, Vec::new()).await
}

async fn draw(app: App, id: DesignationId, visit: Visit, paper: Paper, told: Vec<Told>) -> Answer<Response> {
    admits(&app, &visit, &[Role::Administrator, Role::PublishingAuthority])?;
    let not_found = || Problem::new(ProblemKind::NotFound);
    let subject: SubjectId = {
        let view = app.engine.view();
        view.state.designations.get(id).ok_or_else(not_found)?.designation.subject
    };
    // What somebody has is at most a few pages of the list; what the caller does not see is not in it.
    let filter = Filter { subject: Some(subject), limit: Some(PageSize::MAX), ..Filter::default() };
    let found = designations::found(&app, visit.bearer.clone(), &filter).await?;
    let id = id.to_string();
    let shown = found.page.items.into_iter().find(|one| one.id == id).ok_or_else(not_found)?;
    let work = app.clone();
    app.off_thread(move |_| {
        let speech = Speech::new(&work, &paper, visit.bearer.subject)?;
        let (w, right) = (paper.words, speech.right(&shown));
        let (token_field, token) = (FORM_TOKEN_FIELD, visit.form.as_str());
        let main = Revoke { w, right, told, token_field, token, key: fresh_key() };
        Ok((Cache::Private, paper.page(Room::People, w.text("office.revoke"), &main)?).into_response())
    })
    .await
}

/// Takes it back. The next thing that the person wants to do under it is refused.
pub(super) async fn revoke(
    State(app): State<App>,
    StrictPath(id): StrictPath<DesignationId>,
    paper: Paper,
    form: SentForm,
) -> Answer<Response> {
    let path = format!("{PEOPLE}/revoke/{id}");
    let asker = Asker::of_form(form.visit.bearer.clone(), key_of(&form)?);
    let asked = Bare(Asked::of_form(&path, Nothing {}));
    let Err(problem) = designations::revoke(State(app.clone()), asker, StrictPath(id), asked).await else {
        return Ok((Cache::Private, Redirect::to(&format!("{PEOPLE}?done=revoke"))).into_response());
    };
    let Some(told) = told(&problem, paper.words) else { return Err(problem) };
    Ok(problem.around(draw(app, id, form.visit, paper, told).await?))
}
