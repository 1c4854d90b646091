//! The page of an entry: its form while the body may write on it, else what stands there and what can be done.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use dossier_proto::EntryId;
use dossier_registry::{Registry, Stage, facts};
use dossier_web::{
    Answer, Cache, Problem, ProblemKind,
    extract::{StrictPath, StrictQuery},
    off_thread,
    page::icon,
    visit::{FORM_TOKEN_FIELD, SentForm, Visit},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::{
    acts::{Offered, offered},
    catalogue::Catalogue,
    docket::{Docket, address},
    form_fields::{Forming, read, show},
    form_page::{Beside, CommentShown, Drawing, FormShown},
    keeping::{self, ANSWER, Kept, Sent, WHAT_CHANGED},
    messages::{MessageShown, messages},
    paper::{Paper, Room},
    typed::Typed,
    typing::{self, Typing},
};
use crate::{
    api::{EntryDocument, RequestedChangeDocument},
    api::{assembling, callers, contents, past::Scene, validating},
    domain::Entry,
    office::Office,
};

/// What an address of a form may say besides.
#[derive(Debug, Default, Deserialize)]
pub(super) struct FormQuery {
    /// Whether what is missing for a submission is said beside the fields.
    checked: Option<String>,
    /// What was done just now: `saved`.
    done: Option<String>,
    /// The language of the page.
    #[allow(dead_code, reason = "every page takes it, and the frame reads it from the address")]
    lang: Option<String>,
}

/// Something said above the form.
struct Note {
    tone: &'static str,
    title: String,
    text: String,
}

#[derive(Template)]
#[template(path = "entry_form.html")]
struct FormTemplate<'a> {
    p: &'a Paper,
    docket: Docket,
    token_field: &'static str,
    token: &'a str,
    version: u64,
    key: String,
    note: Option<Note>,
    form: FormShown,
    zones: &'static [String],
    messages: Vec<MessageShown>,
    offered: Vec<Offered>,
    is_answering: bool,
    to_answer: String,
}

#[derive(Template)]
#[template(path = "entry.html")]
struct EntryTemplate<'a> {
    p: &'a Paper,
    docket: Docket,
    messages: Vec<MessageShown>,
    asked: Vec<super::form_page::AskedShown>,
    offered: Vec<Offered>,
    facts: Vec<(super::said::Said, Vec<super::said::Said>)>,
    done: Option<String>,
}

/// What is read of an entry for its page.
pub(super) struct Found {
    pub(super) entry: Entry,
    pub(super) document: EntryDocument,
    pub(super) registry: Registry,
    pub(super) may_write: bool,
}

/// The entry, for whoever sees it.
pub(super) fn find(office: &Office, visit: &Visit, id: EntryId) -> Answer<Found> {
    let now = office.now();
    let entry = callers::visible(&office.engine().view(), &visit.bearer, id, now)?.clone();
    let document = assembling::of_entry(office, id, &Scene::Now)?;
    let registry = contents::registry(office)?;
    let may_write = contents::may_write(office, &visit.bearer, &entry.facts, now);
    Ok(Found { entry, document, registry, may_write })
}

/// `GET /contribute/entries/{id}`.
pub(super) async fn open(
    State(office): State<Office>,
    visit: Visit,
    paper: Paper,
    StrictPath(id): StrictPath<EntryId>,
    StrictQuery(query): StrictQuery<FormQuery>,
) -> Answer<Response> {
    off_thread(move || {
        let found = find(&office, &visit, id)?;
        let has_form = found.may_write && found.entry.workflow.is_with_body();
        if !has_form || found.registry.record_type(&found.entry.facts.record_type).is_none() {
            return standing(&office, &paper, (id, found), query.done.as_deref());
        }
        let typing = typing::kept(&office, id, visit.bearer.subject)?;
        let is_outdated = typing.is_whole && !typing.fields.is_empty() && typing.version != found.entry.version;
        let shown = if is_outdated {
            outdated(&office, &paper, (id, &found), &typing)?
        } else {
            Shown::begun(typing, query.checked.is_some(), query.done.as_deref())
        };
        draw(&office, &visit, &paper, (id, found), shown)
    })
    .await
}

/// What the form shows.
struct Shown {
    /// What was typed; the content where nothing was.
    typed: Option<Typing>,
    stage: Stage,
    status: StatusCode,
    /// What became of the last saving.
    came: Came,
    theirs: BTreeMap<String, String>,
}

/// What is to be said of the last saving.
enum Came {
    Nothing,
    Saved,
    Partly,
    Conflict(String),
    Not(String),
}

impl Shown {
    fn begun(typing: Typing, is_checked: bool, done: Option<&str>) -> Self {
        let has_unsaved = !typing.fields.is_empty();
        let stage = if is_checked { Stage::Submission } else { Stage::Draft };
        let came = if done == Some("saved") { Came::Saved } else { Came::Nothing };
        let typed = has_unsaved.then_some(typing);
        Self { typed, stage, status: StatusCode::OK, came, theirs: BTreeMap::new() }
    }
}

fn draw(
    office: &Office,
    visit: &Visit,
    paper: &Paper,
    (id, found): (EntryId, Found),
    shown: Shown,
) -> Answer<Response> {
    let Found { entry, document, registry, .. } = found;
    let kind = registry.record_type(&entry.facts.record_type).ok_or_else(|| Problem::new(ProblemKind::WrongState))?;
    let now = office.now();
    let numbers = Catalogue::of(office);
    let forming = Forming { registry: &registry, kind, tongue: paper.tongue, now, numbers: &numbers };
    let content = document.content.clone().unwrap_or_else(|| Value::Object(serde_json::Map::new()));
    let (typed, answers) = overlaid(forming, &content, shown.typed.as_ref(), entry.version);
    let meant = read(forming, &typed, &content);
    let faults = validating::validate(office, &registry, (id, &entry.facts), &meant, shown.stage)?;
    let (comments, general) = comments_by_field(paper, kind, &document);
    let beside = Beside { faults, asked: document.requested_changes.clone(), answers, comments, theirs: shown.theirs };
    let original = entry.facts.language.parse().unwrap_or(paper.tongue);
    let form = Drawing { paper, forming, typed: &typed, original, beside: &beside }.form();
    let docket = Docket::of(paper, &registry, (id, &entry), Some(&content), now);
    let title = if form.errors.is_empty() {
        docket.title.text.clone()
    } else {
        format!("{}: {}", paper.w("error"), docket.title.text)
    };
    let is_answering = !document.requested_changes.is_empty();
    let open =
        document.requested_changes.iter().filter(|one| !one.answered && one.settled.as_deref() != Some("accepted"));
    let template = FormTemplate {
        p: paper,
        token_field: FORM_TOKEN_FIELD,
        token: visit.form.as_str(),
        version: entry.version,
        key: dossier_engine::fresh_id().to_string(),
        note: note(paper, shown.came, form.errors.len()),
        zones: super::zones::names(form.has_zones),
        messages: general,
        offered: offered(paper, id, &entry, &document, true),
        is_answering,
        to_answer: paper.count("to_answer", open.count()),
        docket,
        form,
    };
    paper.page_as(shown.status, Room::MyEntries, &title, &template)
}

/// The content with what was typed over it, and the answers typed so far.
fn overlaid(
    forming: Forming<'_>,
    content: &Value,
    typing: Option<&Typing>,
    version: u64,
) -> (Typed, BTreeMap<(u32, u32), String>) {
    let mut typed = show(forming, content);
    let Some(typing) = typing else { return (typed, BTreeMap::new()) };
    let mut over = Typed::default();
    for (name, text) in typing.fields.iter().filter(|(name, _)| name.starts_with('/')) {
        over.add(name, text);
    }
    if typing.is_whole {
        typed = over;
    } else if typing.version == version {
        for field in &forming.kind.fields {
            let name = format!("/{}", field.key);
            if over.holds(&name) {
                typed.take_over(&over, &name);
            }
        }
    }
    (typed, answers_in(&typing.fields))
}

/// The answers among what was typed, by round and item.
pub(super) fn answers_in(fields: &[(String, String)]) -> BTreeMap<(u32, u32), String> {
    let answer = |(name, text): &(String, String)| {
        let (round, item) = name.strip_prefix(ANSWER)?.split_once(':')?;
        Some(((round.parse().ok()?, item.parse().ok()?), text.clone()))
    };
    fields.iter().filter_map(answer).collect()
}

fn note(paper: &Paper, came: Came, errors: usize) -> Option<Note> {
    let note = |tone, title: &str, text: String| Some(Note { tone, title: title.to_owned(), text });
    match came {
        Came::Nothing => None,
        Came::Saved => note("ok", paper.w("saved"), paper.w("saved_text").to_owned()),
        Came::Partly => note("turn", paper.w("saved_partly"), paper.count("saved_partly_text", errors)),
        Came::Conflict(text) => note("turn", paper.w("conflict"), text),
        Came::Not(text) => note("bad", paper.w("not_saved"), text),
    }
}

/// Comments beside the fields they are about; all else that was said, on top.
fn comments_by_field(
    paper: &Paper,
    kind: &dossier_registry::RecordType,
    document: &EntryDocument,
) -> (BTreeMap<String, Vec<CommentShown>>, Vec<MessageShown>) {
    let mut beside: BTreeMap<String, Vec<CommentShown>> = BTreeMap::new();
    let mut general = Vec::new();
    for (message, shown) in document.messages.iter().zip(messages(paper, &document.messages)) {
        match message.field.as_ref().filter(|field| kind.field(field).is_some()) {
            Some(field) => {
                let text = shown.text.unwrap_or_default();
                beside.entry(field.clone()).or_default().push(CommentShown { text, by: shown.by, at: shown.at });
            }
            None => general.push(shown),
        }
    }
    (beside, general)
}

/// The page of an entry that nobody writes on at the moment.
fn standing(office: &Office, paper: &Paper, (id, found): (EntryId, Found), done: Option<&str>) -> Answer<Response> {
    let Found { entry, document, registry, may_write } = found;
    let now = office.now();
    let docket = Docket::of(paper, &registry, (id, &entry), document.content.as_ref(), now);
    let title = docket.title.text.clone();
    let asked: Vec<_> = document
        .requested_changes
        .iter()
        .map(|one: &RequestedChangeDocument| super::form_page::asked(paper, one, &BTreeMap::new()))
        .collect();
    let content = document.content.clone().unwrap_or(Value::Null);
    let shown = facts(&registry, &entry.facts.record_type, &content, paper.tongue, now);
    let facts = shown
        .into_iter()
        .map(|fact| (fact.label.into(), fact.values.into_iter().map(|value| value.shown.into()).collect()));
    let template = EntryTemplate {
        p: paper,
        docket,
        messages: messages(paper, &document.messages),
        asked,
        offered: offered(paper, id, &entry, &document, may_write),
        facts: facts.collect(),
        done: done.and_then(|done| paper.known(&format!("done.{done}"))),
    };
    paper.page(Room::MyEntries, &title, &template)
}

/// `POST /contribute/entries/{id}`: saves, and goes where the button says.
pub(super) async fn save(
    State(office): State<Office>,
    paper: Paper,
    StrictPath(id): StrictPath<EntryId>,
    form: SentForm,
) -> Answer<Response> {
    let sent = sent(id, &paper, &form);
    let kept = keeping::keep(&office, &form.visit.bearer, sent.clone()).await?;
    let then = form.value("then").to_owned();
    if matches!(kept, Kept::Whole) {
        return Ok((Cache::Private, Redirect::to(&next_page(id, &then))).into_response());
    }
    let visit = form.visit;
    off_thread(move || {
        let found = find(&office, &visit, id)?;
        if !found.entry.workflow.is_with_body() {
            return standing_with_typed(&office, &visit, &paper, (id, found), &sent, kept);
        }
        let shown = again(&office, &paper, (id, &found), &sent, kept)?;
        draw(&office, &visit, &paper, (id, found), shown)
    })
    .await
}

/// It moved away while somebody wrote: what was typed is kept, and comes back when it does.
fn standing_with_typed(
    office: &Office,
    visit: &Visit,
    paper: &Paper,
    (id, found): (EntryId, Found),
    sent: &Sent,
    kept: Kept,
) -> Answer<Response> {
    let (is_kept, problem) = match kept {
        Kept::Conflict(problem) | Kept::Not(problem) => (keep_whole(office, visit, (id, &found), sent), Some(problem)),
        // What no revision holds was kept with the saving.
        Kept::Whole | Kept::Partly => (true, None),
    };
    let page = standing(office, paper, (id, found), is_kept.then_some("moved"))?;
    Ok(match problem {
        Some(problem) => problem.around(page),
        None => page,
    })
}

/// Keeps the whole form beside the entry; answers whether it is kept, so that nobody is told so who lost it.
fn keep_whole(office: &Office, visit: &Visit, (id, found): (EntryId, &Found), sent: &Sent) -> bool {
    if !found.may_write {
        return false;
    }
    match typing::keep(office, (id, found.entry.working), visit.bearer.subject, &whole_of(sent)) {
        Ok(is_kept) => is_kept,
        Err(problem) => {
            tracing::warn!(entry = %id, ?problem, "what was typed while the entry moved on could not be kept");
            false
        }
    }
}

/// All that stands in the form, as it was typed on the version it was drawn on.
fn whole_of(sent: &Sent) -> Typing {
    let typed = sent.typed.pairs().map(|(name, text)| (name.to_owned(), text.to_owned()));
    Typing { version: sent.version, is_whole: true, fields: typed.chain(sent.beside.iter().cloned()).collect() }
}

/// The form as it was sent.
fn sent(id: EntryId, paper: &Paper, form: &SentForm) -> Sent {
    let is_beside = |name: &str| name.starts_with(ANSWER) || name == WHAT_CHANGED;
    let beside = form.fields.iter().filter(|field| is_beside(&field.name));
    Sent {
        id,
        version: form.value("version").parse().unwrap_or_default(),
        key: form.value("key").chars().filter(char::is_ascii_alphanumeric).take(40).collect(),
        typed: Typed::sent(&form.fields),
        beside: beside.map(|field| (field.name.clone(), field.value.clone())).collect(),
        tongue: paper.tongue,
    }
}

fn next_page(id: EntryId, then: &str) -> String {
    let here = address(id);
    match then {
        "submit" => format!("{here}/submit"),
        "preview" => format!("{here}/preview"),
        then => match then.strip_prefix("files/") {
            Some(field)
                if field.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit()) =>
            {
                format!("{here}/files?field={field}")
            }
            _ => format!("{here}?done=saved"),
        },
    }
}

/// The form again, with what was typed and what is to be done.
fn again(office: &Office, paper: &Paper, (id, found): (EntryId, &Found), sent: &Sent, kept: Kept) -> Answer<Shown> {
    let fields: Vec<(String, String)> = sent
        .typed
        .pairs()
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .chain(sent.beside.iter().cloned())
        .collect();
    let whole = |fields| Some(Typing { version: found.entry.version, is_whole: true, fields });
    Ok(match kept {
        Kept::Whole | Kept::Partly => Shown {
            typed: whole(fields),
            stage: Stage::Draft,
            status: StatusCode::UNPROCESSABLE_ENTITY,
            came: Came::Partly,
            theirs: BTreeMap::new(),
        },
        Kept::Not(problem) => Shown {
            typed: whole(fields),
            stage: Stage::Draft,
            status: problem.kind().status(),
            came: Came::Not(paper.of_problem(&problem)),
            theirs: BTreeMap::new(),
        },
        Kept::Conflict(_) => {
            super::conflict::merged(office, paper, (id, found), (sent.version, &sent.typed, &sent.beside))?.into()
        }
    })
}

/// What was typed and never saved, on a version that somebody has changed since.
fn outdated(office: &Office, paper: &Paper, (id, found): (EntryId, &Found), typing: &Typing) -> Answer<Shown> {
    let mut typed = Typed::default();
    let (content, beside): (Vec<_>, Vec<_>) =
        typing.fields.iter().cloned().partition(|(name, _)| name.starts_with('/'));
    content.iter().for_each(|(name, text)| typed.add(name, text));
    let merged = super::conflict::merged(office, paper, (id, found), (typing.version, &typed, &beside))?;
    Ok(Shown { status: StatusCode::OK, ..merged.into() })
}

impl From<super::conflict::Merged> for Shown {
    fn from(merged: super::conflict::Merged) -> Self {
        Self {
            typed: Some(merged.typing),
            stage: Stage::Draft,
            status: StatusCode::CONFLICT,
            came: Came::Conflict(merged.said),
            theirs: merged.theirs,
        }
    }
}

/// `POST /contribute/entries/{id}/kept`: keeps what is typed so far, beside the entry; no revision is made.
pub(super) async fn keep_typing(
    State(office): State<Office>,
    paper: Paper,
    StrictPath(id): StrictPath<EntryId>,
    form: SentForm,
) -> Answer<StatusCode> {
    let sent = sent(id, &paper, &form);
    let caller = form.visit.bearer;
    off_thread(move || {
        let now = office.now();
        let entry = callers::visible(&office.engine().view(), &caller, id, now)?.clone();
        if !contents::may_write(&office, &caller, &entry.facts, now) {
            return Err(Problem::new(ProblemKind::NotEntitled));
        }
        if !typing::keep(&office, (id, entry.working), caller.subject, &whole_of(&sent))? {
            return Err(Problem::new(ProblemKind::TooLarge));
        }
        let is_current = entry.version == sent.version && entry.workflow.is_with_body();
        Ok(if is_current { StatusCode::NO_CONTENT } else { StatusCode::CONFLICT })
    })
    .await
}

/// The mark of a step of a path.
pub(super) fn chevron() -> String {
    icon("chev").replace("class=\"i\"", "class=\"i i-flip\"")
}
