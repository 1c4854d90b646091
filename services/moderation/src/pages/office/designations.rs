//! `/review/designations`: every right that was ever given, and what was valid at a moment.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_identity::Role;
use dossier_proto::SubjectId;
use dossier_web::{
    Answer, Cache,
    extract::StrictQuery,
    page::{Paper, Room, Words},
    visit::Visit,
};
use serde::Deserialize;

use super::{
    DESIGNATIONS,
    rights::{Right, Speech},
};
use crate::{
    api::{
        App,
        designations::{self, Filter},
    },
    pages::{moment_typed, percent},
};

/// What the address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Query {
    subject: Option<SubjectId>,
    role: Option<String>,
    body: Option<String>,
    /// A moment with its offset, or as a field for day and time has it, in UTC.
    as_of: Option<String>,
    cursor: Option<dossier_web::Cursor>,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

#[derive(Template)]
#[template(path = "office_designations.html")]
struct Designations<'a> {
    w: &'static Words,
    rights: Vec<Right>,
    roles: Vec<(&'static str, &'a str, bool)>,
    body: &'a str,
    typed: &'a str,
    as_of: Option<String>,
    next: Option<String>,
}

/// The page: as far as the one who looks may see designations.
pub(super) async fn show(
    State(app): State<App>,
    visit: Visit,
    paper: Paper,
    StrictQuery(query): StrictQuery<Query>,
) -> Answer<Response> {
    let role = query.role.filter(|role| role.parse::<Role>().is_ok());
    let body = query.body.map(|body| body.trim().to_ascii_uppercase()).filter(|body| !body.is_empty());
    let typed = query.as_of.filter(|text| !text.trim().is_empty());
    let filter = Filter {
        subject: query.subject,
        role: role.clone(),
        body: body.as_deref().and_then(|body| body.parse().ok()),
        as_of: typed.as_deref().map(moment_typed),
        cursor: query.cursor,
        ..Filter::default()
    };
    let found = designations::found(&app, visit.bearer.clone(), &filter).await?;
    let work = app.clone();
    app.off_thread(move |_| {
        let speech = Speech::new(&work, &paper, visit.bearer.subject)?;
        let w = paper.words;
        let as_of = found.as_of.as_ref().and_then(|shown| dossier_web::moment::read(&shown.instant));
        let address = |cursor: &dossier_web::Cursor| {
            let typed = typed.as_deref().map(percent);
            let subject = query.subject.map(|subject| subject.to_string());
            let kept = [("role", &role), ("body", &body), ("as_of", &typed), ("subject", &subject)];
            let kept = kept.into_iter().filter_map(|(name, value)| Some(format!("&{name}={}", value.as_deref()?)));
            format!("{DESIGNATIONS}?cursor={cursor}{}", kept.collect::<String>())
        };
        let roles = Role::ALL.map(|one| (one.key(), w.of_role(one), role.as_deref() == Some(one.key())));
        let main = Designations {
            w,
            rights: found.page.items.iter().map(|one| speech.right(one)).collect(),
            roles: roles.into(),
            body: body.as_deref().unwrap_or_default(),
            typed: typed.as_deref().unwrap_or_default(),
            as_of: as_of.map(|moment| w.with("office.as_of", "moment", w.moment(moment))),
            next: found.page.next.as_ref().map(address),
        };
        Ok((Cache::Private, paper.page(Room::People, w.text("office.designations"), &main)?).into_response())
    })
    .await
}
