//! A file is attached: a page with one control, so that it works without a script; with one, people see it go.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use bytes::Bytes;
use dossier_proto::{Digest, EntryId};
use dossier_web::{
    Answer, Cache, Part, Problem, ProblemKind, Tag,
    extract::{Arriving, Bearer, IdempotencyKey, IfMatch, StrictJson, StrictPath, StrictQuery, Upload},
    off_thread,
    visit::{FORM_TOKEN_FIELD, FormToken, Visit, is_from_here},
};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    docket::{Docket, address},
    entry::find,
    keeping::working,
    multipart::{Multipart, Piece},
    paper::{Paper, Room},
    said::Said,
};
use crate::{
    api::{FileDocument, contents, files, saving},
    loose,
    office::Office,
};

/// Besides the file: boundaries, and three short fields.
const AROUND_BYTES_MAX: u64 = 64 * 1024;
/// A field beside the file: token, version or key.
const FIELD_BYTES_MAX: usize = 256;
/// Characters of the name that a file is shown under.
const NAME_CHARS_MAX: usize = 200;
/// How often a file is put into a draft that others save at the same time.
const TRIES: usize = 4;

/// For which field.
#[derive(Debug, Deserialize)]
pub(super) struct FileQuery {
    field: String,
    #[allow(dead_code, reason = "every page takes it, and the frame reads it from the address")]
    lang: Option<String>,
}

#[derive(Template)]
#[template(path = "entry_file.html")]
struct FileTemplate<'a> {
    p: &'a Paper,
    docket: Docket,
    token_field: &'static str,
    token: &'a str,
    field: &'a str,
    label: Said,
    limit: String,
    kinds: String,
    told: Option<String>,
}

/// `GET /contribute/entries/{id}/files?field=…`.
pub(super) async fn ask(
    State(office): State<Office>,
    visit: Visit,
    paper: Paper,
    StrictPath(id): StrictPath<EntryId>,
    StrictQuery(query): StrictQuery<FileQuery>,
) -> Answer<Response> {
    off_thread(move || page(&office, &visit, &paper, id, &query.field, None)).await
}

fn page(
    office: &Office,
    visit: &Visit,
    paper: &Paper,
    id: EntryId,
    field: &str,
    problem: Option<&Problem>,
) -> Answer<Response> {
    let found = find(office, visit, id)?;
    // Who may not attach one, or not now, is told before they choose it.
    let slot = files::slot(office, &visit.bearer, id, &asked(field))?;
    let kind = found.registry.record_type(&found.entry.facts.record_type);
    let label = kind.and_then(|kind| kind.field(field));
    let label = label.map_or_else(|| Said::plain(field), |field| field.labels.show(paper.tongue, &field.key).into());
    let docket = Docket::of(paper, &found.registry, (id, &found.entry), found.document.content.as_ref(), office.now());
    let extensions: Vec<String> =
        slot.media_types.iter().map(|kind| format!(".{}", dossier_registry::media::extension(kind))).collect();
    let told = problem.map(|problem| {
        let is_missing = problem.kind() == ProblemKind::InvalidRequest;
        if is_missing { paper.w("no_file").to_owned() } else { paper.of_problem(problem) }
    });
    let template = FileTemplate {
        p: paper,
        docket,
        token_field: FORM_TOKEN_FIELD,
        token: visit.form.as_str(),
        field,
        label,
        limit: paper.with("attach_text", "size", slot.bytes_max / 1_000_000),
        kinds: extensions.join(","),
        told,
    };
    let status = problem.map_or(StatusCode::OK, |problem| problem.kind().status());
    paper.page_as(status, Room::MyEntries, paper.w("attach_title"), &template)
}

/// What is asked of the door for files; the name comes with the file.
fn asked(field: &str) -> files::UploadQuery {
    files::UploadQuery { field: field.to_owned(), name: "file".to_owned() }
}

/// `POST /contribute/entries/{id}/files?field=…`: takes the file in, and puts it into the draft.
pub(super) async fn take(
    State(office): State<Office>,
    visit: Visit,
    paper: Paper,
    StrictPath(id): StrictPath<EntryId>,
    StrictQuery(query): StrictQuery<FileQuery>,
    headers: HeaderMap,
    upload: Upload,
) -> Answer<Response> {
    if !is_from_here(&headers) {
        return Err(Problem::new(ProblemKind::ForeignForm));
    }
    let taken = receive(&office, &visit, id, &query.field, &headers, upload).await;
    let done = match taken {
        Ok(file) => attach(&office, &visit.bearer, id, &query.field, &file).await,
        Err(problem) => Err(problem),
    };
    match done {
        Ok(()) => {
            let page = format!("{}?done=saved#field-{}", address(id), query.field);
            Ok((Cache::Private, Redirect::to(&page)).into_response())
        }
        Err(problem) if matches!(problem.kind(), ProblemKind::NotFound | ProblemKind::ForeignForm) => Err(problem),
        Err(problem) => off_thread(move || page(&office, &visit, &paper, id, &query.field, Some(&problem))).await,
    }
}

async fn receive(
    office: &Office,
    visit: &Visit,
    id: EntryId,
    field: &str,
    headers: &HeaderMap,
    upload: Upload,
) -> Answer<FileDocument> {
    let slot = {
        let (office, bearer, query) = (office.clone(), visit.bearer.clone(), asked(field));
        off_thread(move || files::slot(&office, &bearer, id, &query)).await?
    };
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let form = Multipart::of(kind).map_err(|error| malformed(&error))?;
    let (office, token) = (office.clone(), visit.form.clone());
    let most = slot.bytes_max.saturating_add(AROUND_BYTES_MAX);
    upload
        .take(most, move |arriving| {
            let mut reading = Reading { arriving, form, waiting: Vec::new().into_iter() };
            let name = reading.find_file(&token)?;
            let slot = files::Slot { name, ..slot };
            files::take(&office, id, slot, || reading.bytes())
        })
        .await
}

fn malformed(error: &super::multipart::NotAForm) -> Problem {
    Problem::new(ProblemKind::MalformedRequest).detail(error.to_string())
}

/// A form with a file, as it comes.
struct Reading {
    arriving: Arriving,
    form: Multipart,
    waiting: std::vec::IntoIter<Piece>,
}

impl Reading {
    /// The next piece; none when the form broke off.
    fn piece(&mut self) -> Answer<Option<Piece>> {
        loop {
            if let Some(piece) = self.waiting.next() {
                return Ok(Some(piece));
            }
            let Some(bytes) = self.arriving.piece()? else { return Ok(None) };
            self.waiting = self.form.push(&bytes).map_err(|error| malformed(&error))?.into_iter();
        }
    }

    /// Reads what stands before the file, which proves that the page was ours; answers the file's name.
    fn find_file(&mut self, token: &FormToken) -> Answer<String> {
        let (mut said, mut name) = (Vec::new(), String::new());
        while let Some(piece) = self.piece()? {
            match piece {
                Piece::Begin { file: Some(file), .. } => {
                    let is_ours = std::str::from_utf8(&said).is_ok_and(|said| token.is(said));
                    return match (is_ours, file.is_empty()) {
                        (false, _) => Err(Problem::new(ProblemKind::ForeignForm)),
                        (true, true) => Err(Problem::new(ProblemKind::InvalidRequest)),
                        (true, false) => Ok(label_of(&file)),
                    };
                }
                Piece::Begin { name: next, file: None } => name = next,
                Piece::Data(bytes) if name == FORM_TOKEN_FIELD && said.len() + bytes.len() <= FIELD_BYTES_MAX => {
                    said.extend(bytes);
                }
                Piece::Data(_) => {}
                Piece::End => break,
            }
        }
        Err(Problem::new(ProblemKind::InvalidRequest))
    }

    /// The next bytes of the file; none after the last.
    fn bytes(&mut self) -> Answer<Option<Bytes>> {
        match self.piece()? {
            Some(Piece::Data(bytes)) => Ok(Some(Bytes::from(bytes))),
            Some(Piece::End | Piece::Begin { .. }) => Ok(None),
            None => Err(Problem::new(ProblemKind::MalformedRequest).detail("The form broke off.")),
        }
    }
}

/// What people call a file: its last part, without signs that nobody sees.
fn label_of(file: &str) -> String {
    let last = file.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last.chars().filter(|sign| !sign.is_control()).take(NAME_CHARS_MAX).collect();
    if name.trim().is_empty() { "file".to_owned() } else { name }
}

/// Puts the file into the draft. It adds to what stands there, so whoever saved meanwhile loses nothing by it.
async fn attach(office: &Office, caller: &Bearer, id: EntryId, field: &str, file: &FileDocument) -> Answer<()> {
    let mut last = Problem::new(ProblemKind::StaleVersion);
    for _ in 0..TRIES {
        let with_file = {
            let (office, field, file) = (office.clone(), field.to_owned(), file.clone());
            off_thread(move || with_file(&office, id, &field, &file)).await?
        };
        let Some((version, content)) = with_file else { return Ok(()) };
        let if_match = IfMatch::Tags(vec![Tag::Version(Part::Draft, version)]);
        let (state, body) = (State(office.clone()), StrictJson(saving::SaveBody { content }));
        match saving::save(state, caller.clone(), StrictPath(id), if_match, IdempotencyKey(None), body).await {
            Ok(_) => return Ok(()),
            Err(problem) if problem.kind() == ProblemKind::StaleVersion => last = problem,
            Err(problem) => return Err(problem),
        }
    }
    Err(last)
}

/// The draft with the file; none when it stands there already, as after a double click.
fn with_file(office: &Office, id: EntryId, field: &str, file: &FileDocument) -> Answer<Option<(u64, Value)>> {
    let entry = office.engine().view().entry(id).cloned().ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let mut content = working(office, id, &entry)?.unwrap_or_else(|| json!({}));
    let registry = contents::registry(office)?;
    let kind = registry.record_type(&entry.facts.record_type).and_then(|kind| kind.field(field));
    let value = json!({
        "digest": file.digest, "name": file.name, "media_type": file.media_type, "bytes": file.bytes,
    });
    let is_many = kind.is_some_and(|kind| kind.cardinality.is_many());
    let values = content.get(field).map(|found| found.as_array().map_or(std::slice::from_ref(found), Vec::as_slice));
    for one in values.unwrap_or_default() {
        if is_same(office, id, one, file)? {
            // The second copy has a digest of its own (its own salt), and nothing names it.
            loose::remove(office, id, parsed(&file.digest)?).map_err(|error| Problem::internal(&error))?;
            return Ok(None);
        }
    }
    match content.get_mut(field) {
        Some(Value::Array(values)) if is_many => values.push(value),
        _ => content[field] = if is_many { json!([value]) } else { value },
    }
    Ok(Some((entry.version, content)))
}

fn parsed(digest: &str) -> Answer<Digest> {
    digest.parse().map_err(|_not_one| Problem::new(ProblemKind::InvalidRequest))
}

/// Whether a file of the draft has the same name and the same bytes. Bytes are compared only where name and length agree.
fn is_same(office: &Office, id: EntryId, one: &Value, file: &FileDocument) -> Answer<bool> {
    let has = |key: &str, value: &Value| one.get(key) == Some(value);
    let Some(other) = one.get("digest").and_then(Value::as_str) else { return Ok(false) };
    if !has("name", &json!(file.name)) || !has("bytes", &json!(file.bytes)) {
        return Ok(false);
    }
    let store = office.files();
    let mut mine = store.read(id, parsed(&file.digest)?).map_err(|error| files::failed(&error))?;
    // One that cannot be read any more, erased or damaged, is not the same: the new one is kept beside it.
    let Ok(mut theirs) = store.read(id, parsed(other)?) else { return Ok(false) };
    loop {
        let mine = mine.piece().map_err(|error| files::failed(&error))?;
        let Ok(theirs) = theirs.piece() else { return Ok(false) };
        if mine.as_deref() != theirs.as_deref() {
            return Ok(false);
        }
        if mine.is_none() {
            return Ok(true);
        }
    }
}

/// `GET /contribute/entries/{id}/files/{digest}`: the file.
pub(super) async fn download(
    state: State<Office>,
    visit: Visit,
    path: StrictPath<(EntryId, Digest)>,
    headers: HeaderMap,
) -> Answer<Response> {
    files::download(state, visit.bearer, path, headers).await
}
