//! Verification in one click, told in words: what was checked, what came of it, what it means.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use dossier_proto::Origin;
use dossier_web::{
    Answer, Cache, Problem, ProblemKind,
    live::Asked,
    off_thread,
    page::{Paper, Room, Words, icon},
    visit::{FORM_TOKEN_FIELD, SentForm, Visit},
};
use http::StatusCode;

use super::{Part, PartLink, parts, said};
use crate::{
    api::doors,
    office::Office,
    verifying::{self, Checked, Run, Subject},
};

/// A number or an id has at most so many characters.
const NAME_MAX: usize = 64;

#[derive(Template)]
#[template(path = "audit_verify.html")]
struct VerifyTemplate {
    words: &'static Words,
    parts: Vec<PartLink>,
    token_field: &'static str,
    token: String,
    /// The run that the forms begin.
    next: u64,
    origins: Vec<said::Choice>,
    is_busy: bool,
    typed: Typed,
    fault: Option<String>,
    runs: Vec<ShownRun>,
}

/// What was typed in the form for a receipt.
#[derive(Debug, Clone, Default)]
struct Typed {
    number: String,
    edition: String,
}

struct ShownRun {
    number: u64,
    title: String,
    begun: (String, String),
    is_done: bool,
    tone: &'static str,
    icon: &'static str,
    verdict: String,
    /// What it means, and what to do.
    meaning: String,
    /// As `dossier verify` would end.
    exit: String,
    percent: u64,
    checks: Vec<ShownCheck>,
}

struct ShownCheck {
    icon: &'static str,
    title: String,
    result: String,
    meaning: String,
    faults: Vec<ShownFault>,
    more: Option<String>,
    told: Vec<String>,
}

struct ShownFault {
    kind: String,
    at: String,
    found: String,
}

/// `GET /audit/verify`.
pub(super) async fn show(State(office): State<Office>, visit: Visit, paper: Paper) -> Answer<Response> {
    doors::auditor(&office, &visit.bearer)?;
    Ok((Cache::Private, draw(office, &visit, &paper, Typed::default(), None).await?).into_response())
}

/// `GET /audit/live`: what moves on this page.
pub(super) async fn live(State(office): State<Office>, visit: Visit, asked: Asked) -> Answer<Response> {
    doors::auditor(&office, &visit.bearer)?;
    if asked.topics().iter().any(|topic| topic != verifying::TOPIC) {
        return Err(Problem::new(ProblemKind::NotFound));
    }
    office.verifying().live().follow(visit.bearer.subject, asked)
}

/// `POST /audit/verify`: begins one, unless one is under way.
pub(super) async fn begin(State(office): State<Office>, paper: Paper, form: SentForm) -> Answer<Response> {
    doors::auditor(&office, &form.visit.bearer)?;
    let typed =
        Typed { number: form.value("number").trim().to_owned(), edition: form.value("edition").trim().to_owned() };
    let subject = match form.value("what") {
        "receipt" => receipt_of(&typed),
        _ => form.value("origin").parse::<Origin>().map(Subject::Journal).map_err(|_| "auditor.verify.no_service"),
    };
    let subject = match subject {
        Ok(subject) => subject,
        Err(key) => {
            let page = draw(office, &form.visit, &paper, typed, Some(paper.words.text(key).to_owned())).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, Cache::Private, page).into_response());
        }
    };
    // A form that was sent twice, or while another is under way, begins nothing: the page shows what is.
    let number = form.value("run").parse().unwrap_or_default();
    verifying::begin(&office, number, subject);
    Ok((Cache::Private, Redirect::to("/audit/verify")).into_response())
}

fn receipt_of(typed: &Typed) -> Result<Subject, &'static str> {
    if typed.number.is_empty() || typed.number.len() > NAME_MAX {
        return Err("auditor.verify.no_number");
    }
    match typed.edition.parse() {
        Ok(edition) if edition > 0 => Ok(Subject::Receipt(typed.number.clone(), edition)),
        _ => Err("auditor.verify.no_edition"),
    }
}

async fn draw(
    office: Office,
    visit: &Visit,
    paper: &Paper,
    typed: Typed,
    fault: Option<String>,
) -> Answer<dossier_web::page::Html> {
    let (words, token) = (paper.words, visit.form.as_str().to_owned());
    let main = off_thread(move || {
        let runs = office.verifying().all();
        let mut origins = said::origins(words, Some(Origin::Publication));
        origins.remove(0);
        Ok(VerifyTemplate {
            words,
            parts: parts(words, Part::Verify),
            token_field: FORM_TOKEN_FIELD,
            token,
            next: office.verifying().next(),
            origins,
            is_busy: runs.first().is_some_and(|run| run.ended.is_none()),
            typed,
            fault,
            runs: runs.iter().map(|run| shown(run, words)).collect(),
        })
    })
    .await?;
    paper.sheet(Room::Audit, words.text("auditor.part.verify")).live("/audit/live").page(&main)
}

fn shown(run: &Run, words: &Words) -> ShownRun {
    let is_done = run.ended.is_some();
    let is_partial = run.checked.iter().any(|checked| !checked.is_checked);
    let (tone, icon, key) = match (is_done, run.worst(), is_partial) {
        (false, ..) => (" waiting", "clock", "running"),
        (true, Some(_), _) => (" broken", "warn", "broken"),
        (true, None, true) => (" waiting", "info", "partial"),
        (true, None, false) => ("", "seal", "sound"),
    };
    let (meaning, exit) = match run.worst() {
        Some(kind) => (format!("auditor.kind_of_fault.{}", kind.key()), kind.code().to_string()),
        None => (format!("auditor.verify.{key}_meaning"), if is_done { "0".to_owned() } else { String::new() }),
    };
    ShownRun {
        number: run.number,
        title: match &run.subject {
            Subject::Journal(origin) => {
                words.with("auditor.verify.journal_of", "service", said::origin(words, *origin))
            }
            Subject::Receipt(name, edition) => {
                words.fill("auditor.verify.receipt_of", &[("number", name.as_str()), ("edition", &edition.to_string())])
            }
        },
        begun: said::minute(words, run.begun),
        is_done,
        tone,
        icon,
        verdict: words.text(&format!("auditor.verify.{key}")).to_owned(),
        meaning: words.text(&meaning).to_owned(),
        exit,
        percent: run.percent(),
        checks: run.checked.iter().map(|checked| check(checked, words)).collect(),
    }
}

fn check(checked: &Checked, words: &Words) -> ShownCheck {
    let key = checked.check.key();
    let (icon, result) = match (checked.faults.is_empty(), checked.is_checked) {
        (false, _) => ("warn", words.text("auditor.verify.does_not_hold").to_owned()),
        (true, false) => ("info", words.text("auditor.verify.not_checked").to_owned()),
        (true, true) => ("ok", words.with("auditor.verify.holds", "count", words.number(checked.count))),
    };
    let fault = |fault: &verifying::Fault| ShownFault {
        kind: words.text(&format!("auditor.kind_of_fault.{}", fault.kind.key())).to_owned(),
        at: fault.at.clone(),
        found: fault.found.clone(),
    };
    ShownCheck {
        icon,
        title: words.text(&format!("auditor.check.{key}")).to_owned(),
        result,
        meaning: words.text(&format!("auditor.check.{key}_meaning")).to_owned(),
        faults: checked.faults.iter().map(fault).collect(),
        more: (checked.more > 0).then(|| words.with("auditor.verify.more", "count", words.number(checked.more))),
        told: checked.told.clone(),
    }
}
