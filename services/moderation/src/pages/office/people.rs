//! `/review/people`: who may do what now, whose invitation is open.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_identity::Role;
use dossier_web::{
    Answer, Cache, PageSize,
    extract::StrictQuery,
    page::{Paper, Room, Words},
    visit::{FORM_TOKEN_FIELD, Visit},
};
use serde::Deserialize;

use super::{
    PEOPLE, admits, day, done, holds,
    rights::{Right, Speech},
};
use crate::{
    api::{
        App,
        designations::{self, Filter},
        invitation::{InvitationShown, InvitationState},
        invited,
    },
    pages::{fresh_key, percent},
};

/// What the address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Query {
    role: Option<String>,
    body: Option<String>,
    cursor: Option<dossier_web::Cursor>,
    /// What was done just now; the page reads it from the address itself.
    #[serde(rename = "done")]
    _done: Option<String>,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

#[derive(Template)]
#[template(path = "office_people.html")]
struct People<'a> {
    w: &'static Words,
    done: Option<&'static str>,
    people: Vec<Person>,
    is_administrator: bool,
    roles: Vec<(&'static str, &'a str, bool)>,
    body: &'a str,
    next: Option<String>,
    invitations: Vec<Invitation>,
    token_field: &'static str,
    token: &'a str,
}

/// Somebody, with everything they may do.
struct Person {
    name: Option<String>,
    subject: String,
    rights: Vec<Right>,
}

/// An invitation that waits.
struct Invitation {
    subject: String,
    mail: Option<String>,
    name: Option<String>,
    is_expired: bool,
    sent: Option<(String, String)>,
    expires: Option<(String, String)>,
    right: Right,
    key: String,
}

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    visit: Visit,
    paper: Paper,
    StrictQuery(query): StrictQuery<Query>,
) -> Answer<Response> {
    admits(&app, &visit, &[Role::Administrator, Role::PublishingAuthority])?;
    let role = query.role.as_deref().filter(|role| role.parse::<Role>().is_ok()).map(str::to_owned);
    let body = query.body.as_deref().map(|body| body.trim().to_ascii_uppercase());
    let filter = Filter {
        role: role.clone(),
        body: body.as_deref().and_then(|body| body.parse().ok()),
        valid: Some(true),
        cursor: query.cursor,
        ..Filter::default()
    };
    let found = designations::found(&app, visit.bearer.clone(), &filter).await?;
    let awaited = [InvitationState::Open, InvitationState::Expired].map(|state| invited::Filter {
        state: Some(state),
        limit: Some(PageSize::default()),
        cursor: None,
    });
    let [open, expired] = awaited;
    let open = invited::found(&app, visit.bearer.clone(), &open).await?;
    let expired = invited::found(&app, visit.bearer.clone(), &expired).await?;
    let is_administrator = holds(&app, &visit, Role::Administrator);
    let work = app.clone();
    app.off_thread(move |_| {
        let speech = Speech::new(&work, &paper, visit.bearer.subject)?;
        let w = paper.words;
        let roles = Role::ALL.map(|one| (one.key(), w.of_role(one), role.as_deref() == Some(one.key())));
        let address = |cursor: &dossier_web::Cursor| {
            let kept = [("role", role.as_deref()), ("body", body.as_deref())];
            let kept = kept.into_iter().filter_map(|(name, value)| Some(format!("&{name}={}", percent(value?))));
            format!("{PEOPLE}?cursor={cursor}{}", kept.collect::<String>())
        };
        let main = People {
            w,
            done: done(paper.address.query()).map(|key| w.text(key)),
            people: grouped(found.page.items.iter().map(|one| speech.right(one)).collect()),
            is_administrator,
            roles: roles.into(),
            body: body.as_deref().unwrap_or_default(),
            next: found.page.next.as_ref().map(address),
            invitations: open.items.iter().chain(&expired.items).map(|one| invitation(one, &speech)).collect(),
            token_field: FORM_TOKEN_FIELD,
            token: visit.form.as_str(),
        };
        Ok((Cache::Private, paper.page(Room::People, w.text("office.people"), &main)?).into_response())
    })
    .await
}

/// The list is in the order of people, so what one may do stands together.
fn grouped(rights: Vec<Right>) -> Vec<Person> {
    let mut people: Vec<Person> = Vec::new();
    for right in rights {
        if let Some(person) = people.last_mut().filter(|person| person.subject == right.subject) {
            person.rights.push(right);
            continue;
        }
        people.push(Person { name: right.name.clone(), subject: right.subject.clone(), rights: vec![right] });
    }
    people
}

fn invitation(shown: &InvitationShown, speech: &Speech<'_>) -> Invitation {
    let w = speech.paper.words;
    Invitation {
        subject: shown.subject.clone(),
        mail: shown.mail.clone(),
        name: shown.designation.name.clone(),
        is_expired: shown.state == InvitationState::Expired,
        sent: shown.sent_at.as_deref().map(|at| day(at, w)),
        expires: shown.expires_at.as_deref().map(|at| day(at, w)),
        right: speech.right(&shown.designation),
        key: fresh_key(),
    }
}
