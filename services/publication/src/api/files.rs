//! Attached files of editions: `GET /api/v1/entries/{name}/editions/{edition}/files/{digest}`, and what a document says of them.
//!
//! A file comes after the approval that names it (`dossier_exchange::files`), mostly before anybody reads of it. It is given out with its
//! edition, and no longer: of a suspended or retracted entry there is the tombstone.

use axum::{extract::State, response::Response};
use bytes::Bytes;
use dossier_exchange::files::{NamedFile, NamedFiles};
use dossier_proto::Digest;
use dossier_registry::media::extension;
use dossier_vault::{
    KeyError,
    files::{FileError, FileStore, Outgoing},
};
use dossier_web::{
    Answer, Cache, Problem, ProblemDocument, ProblemKind, Tag,
    extract::StrictPath,
    file::{self, AttachedShown, FileHead},
};
use http::HeaderMap;

use super::{App, Counter, document::TombstoneDocument, entries, errors};
use crate::{edition_number, off_thread, shelf::Edition};

/// A file of an edition, the current one or an earlier one, to be saved under a name of ours.
#[utoipa::path(
    get, path = "/api/v1/entries/{name}/editions/{edition}/files/{digest}", tag = "entries", operation_id = "getEditionFile",
    params(
        ("name" = String, Path, description = "Id or public number", example = "EVT-2026-00042"),
        ("edition" = u32, Path, description = "Number of the edition, from 1"),
        ("digest" = String, Path, description = "The file's digest, as the edition names it"),
    ),
    responses(
        (status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream", headers(("ETag" = String))),
        (status = 304, description = "The caller has it already"),
        (status = 403, description = "The entry is suspended: the tombstone", body = TombstoneDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "No such entry, edition or file", body = ProblemDocument),
        (status = 410, description = "The entry was retracted: the tombstone; or the file was erased", body = TombstoneDocument,
            content_type = "application/problem+json"),
        (status = 503, description = "It has not arrived here yet", body = ProblemDocument),
    ),
)]
pub(super) async fn download(
    State(app): State<App>,
    StrictPath((name, edition, digest)): StrictPath<(String, String, Digest)>,
    headers: HeaderMap,
) -> Answer<Response> {
    off_thread(move || {
        let not_found = || Problem::new(ProblemKind::NotFound);
        let known = entries::known(&app, &name)?;
        let number = edition_number(&edition).ok_or_else(not_found)?;
        let facts = known.published.edition(number).ok_or_else(not_found)?;
        if let Some(tombstone) = entries::withheld(&app, &known)? {
            return Ok(tombstone);
        }
        let edition = app.reading.edition(known.id, facts).map_err(|error| errors::of_shelf(&error))?;
        let file = named(&edition).find(|file| file.digest == digest);
        let file = file.ok_or_else(|| if edition.words.is_none() { erased() } else { not_found() })?;
        let mut outgoing = open(&app, &file)?;
        let short: String = digest.to_string().chars().take(8).collect();
        let head = FileHead {
            name: format!("{}-{number}-{short}.{}", known.entry.number, extension(&file.media_type)),
            media_type: file.media_type,
            bytes: file.bytes,
            tag: Tag::of_bytes(digest.as_bytes()),
            // Kept by anybody, and asked for each time: what is suspended must not be read out of a cache.
            cache: Cache::PublicJson,
        };
        let piece = move || Ok::<_, FileError>(outgoing.piece()?.map(|piece| Bytes::copy_from_slice(&piece)));
        Ok(file::send(&headers, &head, piece))
    })
    .await
}

fn open(counter: &Counter, file: &NamedFile) -> Answer<Outgoing> {
    match counter.files.read(file.entry, file.digest) {
        Ok(outgoing) => Ok(outgoing),
        Err(FileError::Key(KeyError::Erased(_))) => Err(erased()),
        Err(FileError::Missing(_)) if counter.files.is_erased(file.key) => Err(erased()),
        Err(FileError::Missing(_)) => Err(Problem::file_not_arrived(
            "The file comes from the moderation service after the edition that names it, and is not here yet.",
        )),
        Err(error) => Err(Problem::internal(&error)),
    }
}

fn erased() -> Problem {
    Problem::new(ProblemKind::Gone).detail("The file was erased.")
}

/// The files that the public text of an edition names; none of a text that was erased. What is personal stands in it as a commitment, so a file
/// of such a field is not among them.
fn named(edition: &Edition) -> impl Iterator<Item = NamedFile> {
    let content = edition.words.as_ref().map(|words| &words.content);
    let kind = edition.registry.record_type(&edition.record.record_type);
    let values = kind.zip(content).into_iter().flat_map(|(kind, content)| kind.files(content));
    let public: Vec<_> = values.filter_map(|(_, _, value)| value["digest"].as_str()).collect();
    let attached = edition.record.content.as_ref().map(|content| content.files.as_slice()).unwrap_or_default();
    NamedFiles::of_content(edition.entry, attached)
        .filter(move |file| public.contains(&file.digest.to_string().as_str()))
}

/// What a document says of the files of an edition.
pub(super) fn shown(store: &FileStore, edition: &Edition) -> Vec<AttachedShown> {
    let content = edition.words.as_ref().map(|words| &words.content);
    let kind = edition.registry.record_type(&edition.record.record_type);
    let shown = named(edition).map(|file| {
        let digest = file.digest.to_string();
        let mut values = kind.zip(content).into_iter().flat_map(|(kind, content)| kind.files(content));
        let value = values.find(|(_, _, value)| value["digest"].as_str() == Some(&digest)).map(|(_, _, value)| value);
        let erased = store.is_erased(file.key);
        AttachedShown {
            name: value.and_then(|value| value["name"].as_str()).map(str::to_owned),
            media_type: file.media_type,
            bytes: file.bytes,
            arrived: !erased && store.is_here(edition.entry, file.digest),
            erased,
            address: address(&edition.number.to_string(), edition.facts.edition, &digest),
            digest,
        }
    });
    shown.collect()
}

/// Where a file of an edition is given out.
pub(crate) fn address(number: &str, edition: u32, digest: &str) -> String {
    format!("/api/v1/entries/{number}/editions/{edition}/files/{digest}")
}
