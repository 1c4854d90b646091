//! An invitation sent again, or withdrawn.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use dossier_proto::SubjectId;
use dossier_web::{Answer, Cache, extract::StrictPath, visit::SentForm};

use super::{PEOPLE, forms::key_of};
use crate::api::{
    App,
    asked::{Asked, Asker, Bare, Nothing},
    inviting,
};

/// Another mail with another link.
pub(super) async fn again(
    State(app): State<App>,
    StrictPath(subject): StrictPath<SubjectId>,
    form: SentForm,
) -> Answer<Response> {
    let (asker, asked) = taken(&form, &format!("{PEOPLE}/invitations/{subject}/again"))?;
    inviting::again(State(app), asker, StrictPath(subject), asked).await?;
    Ok(back("again"))
}

/// The link is dead, and the right is taken back.
pub(super) async fn withdraw(
    State(app): State<App>,
    StrictPath(subject): StrictPath<SubjectId>,
    form: SentForm,
) -> Answer<Response> {
    let (asker, asked) = taken(&form, &format!("{PEOPLE}/invitations/{subject}/withdraw"))?;
    inviting::withdraw(State(app), asker, StrictPath(subject), asked).await?;
    Ok(back("withdraw"))
}

fn taken(form: &SentForm, path: &str) -> Answer<(Asker, Bare)> {
    let asker = Asker::of_form(form.visit.bearer.clone(), key_of(form)?);
    Ok((asker, Bare(Asked::of_form(path, Nothing {}))))
}

fn back(done: &str) -> Response {
    (Cache::Private, Redirect::to(&format!("{PEOPLE}?done={done}"))).into_response()
}
