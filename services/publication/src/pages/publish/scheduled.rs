//! One edition that waits for its time: another time, or the end of the waiting where the approval allows it.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use dossier_web::{
    Answer, Cache, Problem,
    extract::StrictPath,
    moment, off_thread,
    page::{Paper, Words},
    visit::{FORM_TOKEN_FIELD, SentForm, Visit},
};

use super::{
    HOME, Publishing,
    desk::Desk,
    faults::{Fault, Told, beside, told},
    home::{embargo, row_of},
    rows::Row,
    sent::{against, as_typed, fresh_key, hidden, typed_moment},
};
use crate::{
    api::{
        deciding::Asked,
        scheduled::{self, PublishBody, RescheduleBody},
    },
    domain::Scheduled,
};

#[derive(Template)]
#[template(path = "publish_scheduled.html")]
struct One<'a> {
    w: &'static Words,
    id: String,
    row: Row,
    at: (String, String),
    not_before: Option<String>,
    embargo: Option<String>,
    revises: Option<String>,
    digest: String,
    done: bool,
    token_field: &'static str,
    token: &'a str,
    key: String,
    version: u64,
    typed_at: &'a str,
    why: &'a str,
    told: Vec<Told>,
    wrong_at: Option<&'static str>,
    wrong_why: Option<&'static str>,
}

/// What was typed into the form for another time.
#[derive(Debug, Default)]
struct Typed {
    at: String,
    why: String,
}

/// The page.
pub(super) async fn show(
    State(publishing): State<Publishing>,
    StrictPath(name): StrictPath<String>,
    visit: Visit,
    paper: Paper,
) -> Answer<Response> {
    off_thread(move || {
        let desk = Desk::open(publishing, visit, paper)?;
        let scheduled = desk.waiting(&name)?;
        let typed = Typed { at: as_typed(scheduled.at), why: String::new() };
        draw(&desk, &scheduled, &typed, &[])
    })
    .await
}

fn draw(desk: &Desk, scheduled: &Scheduled, typed: &Typed, faults: &[Fault]) -> Answer<Response> {
    let (w, reading) = (desk.words(), desk.reading());
    let told = told(faults, w);
    let digest = scheduled.waiting.edition.content.as_ref().map(|content| content.digest.as_slice());
    let digest = digest.and_then(|digest| dossier_proto::Digest::try_from(digest).ok());
    let query = desk.paper.address.query().unwrap_or_default();
    let template = One {
        w,
        id: scheduled.waiting.entry.to_string(),
        row: row_of(desk, scheduled)?,
        at: reading.minute(scheduled.at),
        not_before: scheduled.waiting.not_before.map(|moment| reading.minute(moment).1),
        embargo: embargo(scheduled, desk.now(), &reading),
        revises: scheduled.waiting.base.map(|base| w.with("publisher.revises", "number", base)),
        digest: digest.map(|digest| digest.to_string()).unwrap_or_default(),
        done: query.split('&').any(|pair| pair == "done=reschedule"),
        token_field: FORM_TOKEN_FIELD,
        token: desk.visit.form.as_str(),
        key: fresh_key(),
        version: scheduled.version(),
        typed_at: &typed.at,
        why: &typed.why,
        wrong_at: beside(&told, "at"),
        wrong_why: beside(&told, "why"),
        told,
    };
    desk.page(w.text("publisher.scheduled_title"), &template)
}

/// Another time.
pub(super) async fn reschedule(
    State(publishing): State<Publishing>,
    StrictPath(name): StrictPath<String>,
    paper: Paper,
    form: SentForm,
) -> Answer<Response> {
    let desk = Desk::open(publishing, form.visit.clone(), paper)?;
    let typed = Typed { at: form.value("at").to_owned(), why: form.value("why").to_owned() };
    // What is no moment is refused where every other one is.
    let at = typed_moment(&typed.at).map(moment::written).unwrap_or_default();
    let body = RescheduleBody { at, reason: typed.why.clone() };
    let path = format!("/publish/scheduled/{name}/reschedule");
    let asked = Asked::of_form(desk.visit.bearer.clone(), name.clone(), body, hidden(&form)?, &path);
    match scheduled::reschedule(State(desk.publishing.app.clone()), asked).await {
        Ok(_) => {
            let address = format!("/publish/scheduled/{name}?done=reschedule");
            Ok((Cache::Private, Redirect::to(&address)).into_response())
        }
        Err(problem) => page_again(desk, name, typed, problem).await,
    }
}

/// The end of the waiting.
pub(super) async fn publish(
    State(publishing): State<Publishing>,
    StrictPath(name): StrictPath<String>,
    paper: Paper,
    form: SentForm,
) -> Answer<Response> {
    let desk = Desk::open(publishing, form.visit.clone(), paper)?;
    let path = format!("/publish/scheduled/{name}/publish");
    let bearer = desk.visit.bearer.clone();
    let asked = Asked::of_form(bearer, name.clone(), PublishBody {}, hidden(&form)?, &path);
    match scheduled::publish(State(desk.publishing.app.clone()), asked).await {
        Ok(_) => {
            let number = desk.entry(&name)?.entry.number;
            let address = format!("/publish/entries/{number}?done=publish");
            Ok((Cache::Private, Redirect::to(&address)).into_response())
        }
        Err(problem) => page_again(desk, name, Typed::default(), problem).await,
    }
}

async fn page_again(desk: Desk, name: String, typed: Typed, problem: Problem) -> Answer<Response> {
    let Some(faults) = against(&problem) else { return Err(problem) };
    off_thread(move || {
        let faults: Vec<Fault> = faults.into_iter().map(Fault::of_why).collect();
        // Published meanwhile, or taken back: there is nothing left to wait.
        let Ok(scheduled) = desk.waiting(&name) else {
            return Ok((Cache::Private, Redirect::to(HOME)).into_response());
        };
        let at = if typed.at.is_empty() { as_typed(scheduled.at) } else { typed.at };
        Ok(problem.around(draw(&desk, &scheduled, &Typed { at, why: typed.why }, &faults)?))
    })
    .await
}
