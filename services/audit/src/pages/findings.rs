//! Findings: what does not agree, what it means, and what to do about it. Those that have passed stand apart.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_web::{
    Answer, Cache, Language, Page,
    extract::StrictQuery,
    off_thread,
    page::{Paper, Room, Words, icon},
    visit::Visit,
};

use super::{Part, PartLink, parts, said};
use crate::{
    api::findings::{FindingDocument, FindingState, FindingsQuery, listed},
    domain::FindingKind,
    office::Office,
    outlines::event_at,
    views::FindingRow,
};

#[derive(Template)]
#[template(path = "audit_findings.html")]
struct FindingsTemplate {
    words: &'static Words,
    parts: Vec<PartLink>,
    kinds: Vec<said::Choice>,
    origins: Vec<said::Choice>,
    lists: Vec<List>,
}

/// The open ones, or those that have passed.
struct List {
    id: &'static str,
    title: String,
    none: String,
    findings: Vec<Shown>,
    /// The address of the next page.
    next: Option<String>,
}

/// A finding as it is shown.
pub(super) struct Shown {
    pub(super) number: String,
    pub(super) icon: &'static str,
    pub(super) tone: &'static str,
    pub(super) state: String,
    pub(super) meaning: String,
    /// What is known of it more exactly, which is said in English.
    pub(super) detail: Option<&'static str>,
    pub(super) sentence: String,
    pub(super) todo: String,
    pub(super) place: String,
    pub(super) service: String,
    /// The trail of the entry it is about, with the number of the entry.
    pub(super) trail: Option<(String, String)>,
    pub(super) because: Option<String>,
    pub(super) reported: (String, String),
    pub(super) settled: Option<(String, String)>,
    pub(super) expected: String,
    pub(super) found: String,
}

/// `GET /audit/findings`.
pub(super) async fn show(
    State(office): State<Office>,
    visit: Visit,
    StrictQuery(query): StrictQuery<FindingsQuery>,
    paper: Paper,
) -> Answer<Response> {
    let (words, language) = (paper.words, paper.language);
    let (kinds, origins) = (kinds(words, query.kind), said::origins(words, query.origin));
    let states = match query.state {
        Some(state) => vec![state],
        None => vec![FindingState::Open, FindingState::Settled],
    };
    let mut pages = Vec::new();
    for state in states {
        let asked = FindingsQuery { state: Some(state), ..query.clone() };
        pages.push((state, listed(&office, &visit.bearer, &asked)?));
    }
    let address = paper.address.clone();
    let main = off_thread(move || {
        let lists = pages.into_iter().map(|(state, page)| list(&office, state, &page, &address, (words, language)));
        Ok(FindingsTemplate { words, parts: parts(words, Part::Findings), kinds, origins, lists: lists.collect() })
    })
    .await?;
    let title = words.text("auditor.part.findings");
    Ok((Cache::Private, paper.page(Room::Audit, title, &main)?).into_response())
}

fn kinds(words: &Words, chosen: Option<FindingKind>) -> Vec<said::Choice> {
    let all = said::Choice {
        value: String::new(),
        label: words.text("auditor.findings.all_kinds").to_owned(),
        is_chosen: chosen.is_none(),
    };
    let one = |kind: FindingKind| said::Choice {
        value: kind.key().to_owned(),
        label: words.text(&format!("auditor.finding.{}.name", kind.key())).to_owned(),
        is_chosen: chosen == Some(kind),
    };
    std::iter::once(all).chain(FindingKind::ALL.map(one)).collect()
}

fn list(
    office: &Office,
    state: FindingState,
    page: &Page<FindingDocument>,
    address: &http::Uri,
    (words, language): (&'static Words, Language),
) -> List {
    let (id, key) = match state {
        FindingState::Open => ("open", "auditor.findings.open"),
        FindingState::Settled => ("settled", "auditor.findings.settled"),
    };
    let next =
        page.next.as_ref().map(|next| said::address_with(address, &[("state", id), ("cursor", &next.to_string())]));
    List {
        id,
        title: words.text(key).to_owned(),
        none: words.text(&format!("auditor.findings.none_{id}")).to_owned(),
        findings: page.items.iter().map(|one| of_document(office, one, words, language)).collect(),
        next,
    }
}

/// A finding of the view.
pub(super) fn shown(office: &Office, row: &FindingRow, words: &'static Words, language: Language) -> Shown {
    of_document(office, &crate::api::findings::document(row), words, language)
}

fn of_document(office: &Office, one: &FindingDocument, words: &'static Words, language: Language) -> Shown {
    let kind = one.kind.key();
    let entry = [Some(one.at), one.because].into_iter().flatten().find_map(|place| {
        // What cannot be read has no trail to lead to; the finding itself says what is wrong.
        event_at(office, place).ok().flatten()?.head.entry
    });
    let is_open = one.settled.is_none();
    let is_more = one.sentence != one.meaning;
    Shown {
        number: one.reported.sequence.to_string(),
        icon: if is_open { "warn" } else { "ok" },
        tone: if is_open { "bad" } else { "ok" },
        state: words.text(if is_open { "auditor.findings.is_open" } else { "auditor.findings.is_settled" }).to_owned(),
        meaning: words.text(&format!("auditor.finding.{kind}.meaning")).to_owned(),
        detail: (is_more && language != Language::En).then_some(" lang=\"en\" dir=\"ltr\""),
        sentence: if is_more { one.sentence.clone() } else { String::new() },
        todo: words.text(&format!("auditor.finding.{kind}.todo")).to_owned(),
        place: said::address_of(one.at),
        service: said::origin(words, one.at.origin),
        trail: entry.map(|entry| {
            let number = office.copies().number_of(entry).unwrap_or_else(|| entry.to_string());
            (format!("/audit/entries/{entry}"), number)
        }),
        because: one.because.map(said::address_of),
        reported: said::minute(words, one.recorded_at),
        settled: one.settled_at.map(|at| said::minute(words, at)),
        expected: evidence(&one.expected),
        found: evidence(&one.found),
    }
}

/// Evidence of eight bytes is a number of events.
fn evidence(hexadecimal: &str) -> String {
    match u64::from_str_radix(hexadecimal, 16) {
        Ok(size) if hexadecimal.len() == 16 => size.to_string(),
        _ => hexadecimal.to_owned(),
    }
}
