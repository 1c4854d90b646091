//! The first page: whether all is well, how far each copy is, and what to do next.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_proto::Origin;
use dossier_web::{
    Answer, Cache, off_thread,
    page::{Paper, Room, Words, icon},
    visit::Visit,
};

use super::{
    Part, PartLink,
    findings::{Shown, shown},
    parts, said,
};
use crate::{api::doors, copies::COPIED, office::Office};

/// Findings that the first page shows; the others are one click away.
const SHOWN: usize = 5;

#[derive(Template)]
#[template(path = "audit_home.html")]
struct HomeTemplate {
    words: &'static Words,
    parts: Vec<PartLink>,
    is_well: bool,
    open: u64,
    verdict: String,
    compared: String,
    findings: Vec<Shown>,
    copies: Vec<CopyRow>,
}

/// How far the copy of a service's journal is.
struct CopyRow {
    service: String,
    copied: String,
    signed: String,
    judged: String,
    /// When the newest checkpoint was compared, for machines and for people.
    compared: Option<(String, String)>,
    is_level: bool,
    standing: String,
}

/// `GET /audit`.
pub(super) async fn show(State(office): State<Office>, visit: Visit, paper: Paper) -> Answer<Response> {
    doors::auditor(&office, &visit.bearer)?;
    let (words, language) = (paper.words, paper.language);
    let main = off_thread(move || {
        let (count, findings) = {
            let view = office.engine().view();
            let open: Vec<_> = view.open_findings().collect();
            (open.len(), open.iter().rev().take(SHOWN).map(|row| (*row).clone()).collect::<Vec<_>>())
        };
        let copies: Vec<CopyRow> = COPIED.into_iter().map(|origin| copy(&office, words, origin)).collect();
        Ok(HomeTemplate {
            words,
            parts: parts(words, Part::Home),
            is_well: count == 0,
            open: count as u64,
            verdict: verdict(words, count, &copies),
            compared: compared(&office, words),
            findings: findings.iter().map(|row| shown(&office, row, words, language)).collect(),
            copies,
        })
    })
    .await?;
    let title = if main.is_well {
        words.text("auditor.home.title").to_owned()
    } else {
        words.count("auditor.home.title_open", main.open)
    };
    Ok((Cache::Private, paper.page(Room::Audit, &title, &main)?).into_response())
}

fn verdict(words: &Words, open: usize, copies: &[CopyRow]) -> String {
    match open {
        0 if copies.iter().all(|copy| copy.is_level) => words.text("auditor.home.well").to_owned(),
        0 => words.text("auditor.home.catching_up").to_owned(),
        open => words.count("auditor.home.open", open as u64),
    }
}

/// When the last of the checkpoints was compared.
fn compared(office: &Office, words: &Words) -> String {
    let moments: Option<Vec<_>> =
        COPIED.into_iter().map(|origin| office.copies().seen().newest(origin).map(|seen| seen.at)).collect();
    match moments.and_then(|moments| moments.into_iter().min()) {
        Some(at) => words.with("auditor.home.compared", "moment", words.moment(at)),
        None => words.text("auditor.home.not_compared").to_owned(),
    }
}

fn copy(office: &Office, words: &Words, origin: Origin) -> CopyRow {
    let head = office.journal(origin).map(dossier_journal::Journal::head);
    let copied = head.as_ref().map_or((0, 0), |head| (head.epoch, head.size));
    let judged = office.judged().get(&origin).map_or((0, 0), |next| (next.epoch, next.sequence));
    let seen = office.copies().seen().newest(origin);
    let signed = seen.as_ref().map_or((0, 0), |seen| (seen.epoch, seen.size()));
    let is_level = judged >= copied && signed >= copied;
    CopyRow {
        service: said::origin(words, origin),
        copied: position(words, copied),
        signed: position(words, signed),
        judged: position(words, judged),
        compared: seen.map(|seen| said::minute(words, seen.at)),
        is_level,
        standing: words.text(if is_level { "auditor.home.level" } else { "auditor.home.behind" }).to_owned(),
    }
}

/// So many events; in a later epoch than the first that too.
fn position(words: &Words, (epoch, size): (u32, u64)) -> String {
    let number = words.number(size);
    if epoch == 0 {
        number
    } else {
        words.fill("auditor.in_epoch", &[("number", &number), ("epoch", &epoch.to_string())])
    }
}
