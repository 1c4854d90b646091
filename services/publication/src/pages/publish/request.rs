//! A body's request to have its entry taken back: what it says, and the two answers.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use dossier_web::{
    Answer, Cache, Problem, ProblemKind,
    extract::StrictPath,
    off_thread,
    page::{Paper, Words},
    visit::{FORM_TOKEN_FIELD, SentForm, Visit},
};

use super::{
    Publishing,
    desk::Desk,
    faults::{Fault, Told, beside, told},
    rows::{Row, row},
    sent::{against, fresh_key, hidden},
};
use crate::{
    api::{
        deciding::Asked,
        requests::{self, DeclineBody, RequestPlace},
    },
    reading::Known,
};

#[derive(Template)]
#[template(path = "publish_request.html")]
struct Request<'a> {
    w: &'static Words,
    number: String,
    row: Row,
    age: String,
    at: (String, String),
    asked_of: String,
    is_newer: bool,
    reason: Option<String>,
    token_field: &'static str,
    token: &'a str,
    key: String,
    version: u64,
    epoch: u32,
    sequence: u64,
    why: &'a str,
    told: Vec<Told>,
    wrong_why: Option<&'static str>,
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
        let known = desk.entry(&name)?;
        draw(&desk, &known, "", &[])
    })
    .await
}

fn draw(desk: &Desk, known: &Known, why: &str, faults: &[Fault]) -> Answer<Response> {
    let (w, reading) = (desk.words(), &desk.publishing.pages.reading);
    let Some(request) = known.published.request else {
        // It was answered meanwhile, by this publisher or another.
        let address = format!("/publish/entries/{}", known.entry.number);
        return Ok((Cache::Private, Redirect::to(&address)).into_response());
    };
    let reason = reading.reason_of_request(known.id, request.place).map_err(|error| Problem::internal(&error))?;
    let number = known.entry.number.to_string();
    let told = told(faults, w);
    let template = Request {
        w,
        row: row(known, desk)?,
        age: desk.ago(request.at),
        at: desk.reading().minute(request.at),
        asked_of: w.with("record.edition", "number", request.edition),
        is_newer: request.edition != known.entry.edition,
        reason,
        token_field: FORM_TOKEN_FIELD,
        token: desk.visit.form.as_str(),
        key: fresh_key(),
        version: known.entry.version,
        epoch: request.place.epoch,
        sequence: request.place.sequence,
        why,
        wrong_why: beside(&told, "why"),
        told,
        number: number.clone(),
    };
    desk.page(&w.with("publisher.request_title", "number", &number), &template)
}

/// Leaves the entry as it is, and tells the body why.
pub(super) async fn decline(
    State(publishing): State<Publishing>,
    StrictPath(name): StrictPath<String>,
    paper: Paper,
    form: SentForm,
) -> Answer<Response> {
    let desk = Desk::open(publishing, form.visit.clone(), paper)?;
    let number = |field: &str| form.value(field).parse::<u64>().ok();
    let (epoch, sequence) = (number("epoch").and_then(|epoch| u32::try_from(epoch).ok()), number("sequence"));
    let (Some(epoch), Some(sequence)) = (epoch, sequence) else {
        return Err(
            Problem::new(ProblemKind::MalformedRequest).detail("The form names no request; open its page again.")
        );
    };
    let why = form.value("why").to_owned();
    let body = DeclineBody { request: RequestPlace { epoch, sequence, origin: None }, reason: why.clone() };
    let path = format!("/publish/requests/{name}");
    let asked = Asked::of_form(desk.visit.bearer.clone(), name.clone(), body, hidden(&form)?, &path);
    let Err(problem) = requests::decline(State(desk.publishing.app.clone()), asked).await else {
        let number = desk.entry(&name)?.entry.number;
        return Ok((Cache::Private, Redirect::to(&format!("/publish/entries/{number}?done=decline"))).into_response());
    };
    let Some(faults) = against(&problem) else { return Err(problem) };
    let faults: Vec<Fault> = faults.into_iter().map(Fault::of_why).collect();
    off_thread(move || {
        let known = desk.entry(&name)?;
        Ok(problem.around(draw(&desk, &known, &why, &faults)?))
    })
    .await
}
