//! Attached files: `POST /entries/{id}/files` takes one in, `GET` gives it out, `DELETE` removes one that no revision names.
//!
//! A file belongs to an entry before any revision names it, as typing that is not saved yet. The revision that names it carries its digest,
//! key, length and kind into the journal.

use std::collections::BTreeSet;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use dossier_proto::{Digest, EntryId, v1};
use dossier_registry::{
    RecordType,
    media::{Found, MediaProbe, extension},
};
use dossier_vault::files::{FileError, Kept};
use dossier_web::{
    Answer, Cache, Problem, ProblemDocument, ProblemKind, Tag,
    extract::{Bearer, FieldError, StrictPath, StrictQuery, Upload},
    file::{self, FileHead},
};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{assembling, callers, contents, off_thread, texts};
use crate::{
    loose::{self, LooseError, Removed},
    office::Office,
};

/// The longest file where the field sets no limit: 25 MB, as the hubs admit.
const FILE_BYTES_MAX: u64 = 25_000_000;
/// Files one entry may have, those of its former revisions included: a report in six languages with seven annexes has 48.
const FILES_MAX: usize = 64;
/// What the files of one entry may take on disk: twenty of the longest.
const FILES_BYTES_MAX: u64 = 20 * FILE_BYTES_MAX;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UploadQuery {
    /// The key of the field it is for: that says how long it may be, and of what kind.
    pub(crate) field: String,
    /// What people call it. It is a label and nothing else: no file here ever has this name.
    pub(crate) name: String,
}

/// A file that was taken in: what the field's value names.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FileDocument {
    /// Its digest: `SHA-256(salt ‖ bytes)`, 64 hexadecimal digits.
    pub digest: String,
    /// What people call it.
    pub name: String,
    /// Its kind, as found from its bytes.
    pub media_type: String,
    /// How many bytes it has.
    pub bytes: u64,
}

/// Takes a file in.
///
/// The body is the file, as it is; its kind is found from its bytes. The answer is what the field's value names: put it into the content and save.
/// Until then the file is no part of any revision.
#[utoipa::path(
    post, path = "/entries/{id}/files", tag = "files", operation_id = "uploadFile",
    params(("id" = String, Path, description = "The entry."), UploadQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file."),
    responses(
        (status = 201, description = "Taken in, durably.", body = FileDocument),
        (status = 403, description = "No designation covers it.", body = ProblemDocument),
        (status = 404, description = "Nothing that the caller can see.", body = ProblemDocument),
        (status = 409, description = "The entry is not with its body, or has as many files as it may.", body = ProblemDocument),
        (status = 413, description = "Longer than the field admits.", body = ProblemDocument),
        (status = 415, description = "Not of a kind that the field admits.", body = ProblemDocument),
        (status = 422, description = "There is no such field, or the file is empty.", body = ProblemDocument),
    ),
)]
pub(crate) async fn upload(
    State(office): State<Office>,
    caller: Bearer,
    StrictPath(id): StrictPath<EntryId>,
    StrictQuery(query): StrictQuery<UploadQuery>,
    upload: Upload,
) -> Answer<Response> {
    let slot = {
        let office = office.clone();
        off_thread(move || slot(&office, &caller, id, &query)).await?
    };
    let document =
        upload.take(slot.bytes_max, move |mut arriving| take(&office, id, slot, || arriving.piece())).await?;
    Ok((StatusCode::CREATED, Cache::Private, Json(document)).into_response())
}

/// What a field admits.
pub(crate) struct Slot {
    pub(crate) name: String,
    pub(crate) bytes_max: u64,
    pub(crate) media_types: Vec<String>,
}

pub(crate) fn slot(office: &Office, caller: &Bearer, id: EntryId, query: &UploadQuery) -> Answer<Slot> {
    let now = office.now();
    let entry = callers::visible(&office.engine().view(), caller, id, now)?.clone();
    if !contents::may_write(office, caller, &entry.facts, now) {
        return Err(Problem::new(ProblemKind::NotEntitled).detail("You are not designated to write on this entry."));
    }
    if !entry.workflow.is_with_body() {
        let problem = Problem::new(ProblemKind::WrongState).detail("Files are added while the entry is with its body.");
        return Err(problem.with("state", entry.state().key()).with("turn", assembling::turn_value(entry.turn())));
    }
    texts::file_name("/name", &query.name)?;
    let registry = contents::registry(office)?;
    let field = registry.record_type(&entry.facts.record_type).and_then(|kind| kind.field(&query.field));
    let field = field.filter(|field| field.kind == dossier_registry::Kind::Attachment);
    let field = field.ok_or_else(|| texts::unfit("/field", "is not a field of this record that takes files"))?;
    room_for_one(office, id)?;
    Ok(Slot {
        name: query.name.clone(),
        bytes_max: field.limits.bytes.unwrap_or(FILE_BYTES_MAX),
        media_types: field.limits.media_types.clone(),
    })
}

fn room_for_one(office: &Office, id: EntryId) -> Answer<()> {
    let files = office.files().list(id).map_err(|error| failed(&error))?;
    let bytes: u64 = files.iter().map(|(_, bytes)| bytes).sum();
    if files.len() < FILES_MAX && bytes < FILES_BYTES_MAX {
        return Ok(());
    }
    Err(Problem::new(ProblemKind::WrongState)
        .detail(format!(
            "An entry has at most {FILES_MAX} files of {} MB in all. Remove those that no revision names: DELETE /entries/{{id}}/files/{{digest}}.",
            FILES_BYTES_MAX / 1_000_000
        ))
        .with("files", files.iter().map(|(digest, _)| digest.to_string()).collect::<Vec<_>>()))
}

/// Takes the bytes of a file in as `next` gives them, until it gives none.
pub(crate) fn take(
    office: &Office,
    id: EntryId,
    slot: Slot,
    mut next: impl FnMut() -> Answer<Option<Bytes>>,
) -> Answer<FileDocument> {
    let mut incoming = office.files().receive(id, slot.bytes_max).map_err(|error| failed(&error))?;
    let mut probe = MediaProbe::default();
    while let Some(bytes) = next()? {
        probe.push(&bytes);
        incoming.write(&bytes).map_err(|error| failed(&error))?;
    }
    let media_type = admitted(probe.found(), &slot.media_types)?;
    let stored = incoming.finish(media_type).map_err(|error| failed(&error))?;
    Ok(FileDocument {
        digest: stored.digest.to_string(),
        name: slot.name,
        media_type: media_type.to_owned(),
        bytes: stored.bytes,
    })
}

/// The kind that was found, if the field takes it.
fn admitted(found: Found, admitted: &[String]) -> Answer<&'static str> {
    let problem = |detail: String| {
        Problem::new(ProblemKind::UnsupportedMediaType).detail(detail).with("admitted", admitted.to_vec())
    };
    match found {
        Found::Media(found) if admitted.is_empty() || admitted.iter().any(|one| one == found) => Ok(found),
        Found::Media(found) => {
            let detail = format!("The file is of the kind {found}, which this field does not take.");
            Err(problem(detail).with("found", found))
        }
        Found::Macros => Err(problem(
            "The document holds macros, which are programs. Save it without them, for instance as PDF.".to_owned(),
        )),
        Found::Unknown => Err(problem("Of what kind the file is cannot be told from its bytes.".to_owned())),
    }
}

/// Gives a file out, to be saved under a name of ours.
#[utoipa::path(
    get, path = "/entries/{id}/files/{digest}", tag = "files", operation_id = "getFile",
    params(
        ("id" = String, Path, description = "The entry."),
        ("digest" = String, Path, description = "The file's digest."),
    ),
    responses(
        (status = 200, description = "The file.", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 404, description = "Nothing that the caller can see, or it was erased.", body = ProblemDocument),
    ),
)]
pub(crate) async fn download(
    State(office): State<Office>,
    caller: Bearer,
    StrictPath((id, digest)): StrictPath<(EntryId, Digest)>,
    headers: HeaderMap,
) -> Answer<Response> {
    callers::visible(&office.engine().view(), &caller, id, office.now())?;
    let (kept, mut outgoing) = off_thread(move || {
        let kept = office.files().look(id, digest).map_err(|error| failed(&error))?;
        let outgoing = office.files().read(id, digest).map_err(|error| failed(&error))?;
        Ok((kept, outgoing))
    })
    .await?;
    let short: String = digest.to_string().chars().take(8).collect();
    let head = FileHead {
        name: format!("{id}-{short}.{}", extension(&kept.media_type)),
        media_type: kept.media_type,
        bytes: kept.bytes,
        tag: Tag::of_bytes(digest.as_bytes()),
        cache: Cache::Private,
    };
    let piece = move || Ok::<_, FileError>(outgoing.piece()?.map(|piece| Bytes::copy_from_slice(&piece)));
    Ok(file::send(&headers, &head, piece))
}

/// Removes a file that no revision names. One that is named stays with the revision.
#[utoipa::path(
    delete, path = "/entries/{id}/files/{digest}", tag = "files", operation_id = "removeFile",
    params(
        ("id" = String, Path, description = "The entry."),
        ("digest" = String, Path, description = "The file's digest."),
    ),
    responses(
        (status = 204, description = "It is not here any more."),
        (status = 403, description = "No designation covers it.", body = ProblemDocument),
        (status = 404, description = "Nothing that the caller can see.", body = ProblemDocument),
        (status = 409, description = "A revision names it.", body = ProblemDocument),
    ),
)]
pub(crate) async fn remove(
    State(office): State<Office>,
    caller: Bearer,
    StrictPath((id, digest)): StrictPath<(EntryId, Digest)>,
) -> Answer<StatusCode> {
    let now = office.now();
    let entry = callers::visible(&office.engine().view(), &caller, id, now)?.clone();
    if !contents::may_write(&office, &caller, &entry.facts, now) {
        return Err(Problem::new(ProblemKind::NotEntitled).detail("You are not designated to write on this entry."));
    }
    off_thread(move || match loose::remove(&office, id, digest) {
        Ok(Removed::Gone) => Ok(StatusCode::NO_CONTENT),
        Ok(Removed::IsNamed) => {
            let problem = Problem::new(ProblemKind::WrongState);
            Err(problem.detail("A revision of the entry names this file; it stays with the revision."))
        }
        Err(LooseError::File(error)) => Err(failed(&error)),
        Err(error) => Err(Problem::internal(&error)),
    })
    .await
}

/// The files that a content names: each must be here, and be what the content says of it.
///
/// # Errors
/// 422 with a pointer for each that is not.
pub(crate) fn named(office: &Office, id: EntryId, kind: &RecordType, content: &Value) -> Answer<Vec<v1::AttachedFile>> {
    let (mut files, mut errors, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (_, pointer, value) in kind.files(content) {
        let Some(digest) = value["digest"].as_str().and_then(|digest| digest.parse::<Digest>().ok()) else { continue };
        match office.files().look(id, digest) {
            Ok(kept) => match differs(&kept, value) {
                None if seen.insert(digest) => files.push(attached(&kept)),
                None => {}
                Some((member, detail)) => {
                    errors.push(FieldError { pointer: format!("/content{pointer}/{member}"), detail });
                }
            },
            Err(FileError::Missing(_)) => errors.push(FieldError {
                pointer: format!("/content{pointer}/digest"),
                detail: "is no file of this entry; upload it first: POST /entries/{id}/files".to_owned(),
            }),
            // What was erased may still be named: the revision says that it was there.
            Err(FileError::Key(_)) => {}
            Err(error) => return Err(failed(&error)),
        }
    }
    if errors.is_empty() { Ok(files) } else { Err(FieldError::problem(ProblemKind::InvalidRequest, &errors)) }
}

fn differs(kept: &Kept, value: &Value) -> Option<(&'static str, String)> {
    if value["bytes"].as_u64() != Some(kept.bytes) {
        return Some(("bytes", format!("is not the length of the file: it has {} bytes", kept.bytes)));
    }
    if value["media_type"].as_str() != Some(&kept.media_type) {
        return Some(("media_type", format!("is not the kind of the file: it is {}", kept.media_type)));
    }
    None
}

fn attached(kept: &Kept) -> v1::AttachedFile {
    v1::AttachedFile {
        digest: kept.digest.to_vec(),
        key_id: kept.key.0.to_vec(),
        bytes: kept.bytes,
        media_type: kept.media_type.clone(),
    }
}

pub(crate) fn failed(error: &FileError) -> Problem {
    match error {
        FileError::TooLong { limit } => Problem::new(ProblemKind::TooLarge)
            .detail(format!("The file is longer than the {limit} bytes that the field admits."))
            .with("limit_bytes", *limit),
        FileError::Empty => texts::unfit("", "the file is empty"),
        FileError::Missing(_) => Problem::new(ProblemKind::NotFound),
        FileError::Key(dossier_vault::KeyError::Erased(_)) => {
            Problem::new(ProblemKind::NotFound).detail("The file was erased.")
        }
        other => Problem::internal(other),
    }
}
