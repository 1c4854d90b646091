//! Attached files: `GET /reviews/{entry}/files/{digest}`, what a review says of them, and whether all of them are here.
//!
//! A file comes after the event that names it (`dossier_exchange::files`). Who may read a content may read its files; the digest that the
//! decision names covers their digests, so what is downloaded here is what is approved (P5).

use axum::{extract::State as Extracted, response::Response};
use bytes::Bytes;
use dossier_exchange::files::{NamedFile, NamedFiles};
use dossier_identity::Thing;
use dossier_proto::{Digest, EntryId, SubjectId, v1};
use dossier_registry::{RecordType, media::extension};
use dossier_vault::{
    KeyError,
    files::{FileError, FileStore, Outgoing},
};
use dossier_web::{
    Answer, Cache, Problem, ProblemDocument, ProblemKind, Tag,
    extract::{Bearer, StrictPath},
    file::{self, AttachedShown, FileHead},
};
use http::HeaderMap;
use serde_json::Value;

use super::{App, Desk, PREFIX, errors, eyes::Eyes};
use crate::reading;

/// Gives out a file that a submitted content names, to be saved under a name of ours.
#[utoipa::path(
    get, path = "/review/api/v1/reviews/{entry}/files/{digest}", tag = "reviews", operation_id = "getReviewedFile",
    params(
        ("entry" = String, Path, description = "The entry"),
        ("digest" = String, Path, description = "The file's digest, as the review names it"),
    ),
    responses(
        (status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 304, description = "The caller has it already"),
        (status = 404, description = "Nothing the caller may know of", body = ProblemDocument),
        (status = 410, description = "It was erased", body = ProblemDocument),
        (status = 503, description = "It has not arrived here yet", body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn download(
    Extracted(app): Extracted<App>,
    bearer: Bearer,
    StrictPath((entry, digest)): StrictPath<(EntryId, Digest)>,
    headers: HeaderMap,
) -> Answer<Response> {
    app.file(&bearer, entry, digest, &headers).await
}

impl App {
    /// Gives out a file to who may read the content that names it.
    pub(crate) async fn file(
        &self,
        bearer: &Bearer,
        entry: EntryId,
        digest: Digest,
        headers: &HeaderMap,
    ) -> Answer<Response> {
        self.check_token(bearer, entry)?;
        give_out(self, bearer.subject, entry, digest, headers).await
    }
}

async fn give_out(
    app: &App,
    subject: SubjectId,
    entry: EntryId,
    digest: Digest,
    headers: &HeaderMap,
) -> Answer<Response> {
    let (file, mut outgoing) = app.off_thread(move |desk| open(desk, entry, digest, subject)).await?;
    let short: String = digest.to_string().chars().take(8).collect();
    let head = FileHead {
        name: format!("{entry}-{short}.{}", extension(&file.media_type)),
        media_type: file.media_type,
        bytes: file.bytes,
        tag: Tag::of_bytes(digest.as_bytes()),
        cache: Cache::Private,
    };
    let piece = move || Ok::<_, FileError>(outgoing.piece()?.map(|piece| Bytes::copy_from_slice(&piece)));
    Ok(file::send(headers, &head, piece))
}

fn open(desk: &Desk, entry: EntryId, digest: Digest, subject: SubjectId) -> Answer<(NamedFile, Outgoing)> {
    let file = visible(desk, entry, digest, subject)?.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    match desk.files.read(entry, digest) {
        Ok(outgoing) => Ok((file, outgoing)),
        Err(FileError::Key(KeyError::Erased(_))) => Err(erased()),
        Err(FileError::Missing(_)) if desk.files.is_erased(file.key) => Err(erased()),
        Err(FileError::Missing(_)) => Err(Problem::file_not_arrived(
            "The file comes from the submission service after the text that names it, and is not here yet.",
        )),
        Err(error) => Err(Problem::internal(&error)),
    }
}

fn erased() -> Problem {
    Problem::new(ProblemKind::Gone).detail("The file was erased.")
}

/// The file, if a submission names it whose content this person may read.
fn visible(desk: &Desk, id: EntryId, digest: Digest, subject: SubjectId) -> Answer<Option<NamedFile>> {
    let (file, submissions) = {
        let view = desk.engine.view();
        let Some(entry) = view.state.entries.get(&id) else { return Ok(None) };
        let Some(eyes) = Eyes::of(&view.state, entry, subject, desk.clock.now()) else { return Ok(None) };
        let Some(file) = view.files.file(id, digest) else { return Ok(None) };
        let is_newest = |submitted| entry.review().is_some_and(|newest| newest.submitted.place == submitted);
        let may_read = entry.reviews.iter().rev().filter(|review| match is_newest(review.submitted.place) {
            true => eyes.sees(Thing::Content),
            false => eyes.sees_content_of(entry, review),
        });
        let kept = may_read.filter_map(|review| view.contents.submitted(id, review.submitted.place));
        (file.clone(), kept.collect::<Vec<_>>())
    };
    for kept in submissions {
        let submitted = reading::submitted_at(&desk.engine, kept.at).map_err(|error| errors::of_record(&error))?;
        let files = submitted.and_then(|submitted| submitted.content).map(|content| content.files).unwrap_or_default();
        if files.iter().any(|file| file.digest == digest.as_bytes()) {
            return Ok(Some(file));
        }
    }
    Ok(None)
}

/// What a review says of the files of its content.
pub(super) fn shown(
    store: &FileStore,
    id: EntryId,
    attached: &[v1::AttachedFile],
    kind: Option<&RecordType>,
    content: &Value,
) -> Vec<AttachedShown> {
    let named = NamedFiles::of_content(id, attached);
    let shown = named.map(|file| {
        let digest = file.digest.to_string();
        let mut values = kind.into_iter().flat_map(|kind| kind.files(content)).map(|(_, _, value)| value);
        let value = values.find(|value| value["digest"].as_str() == Some(&digest));
        let erased = store.is_erased(file.key);
        AttachedShown {
            name: value.and_then(|value| value["name"].as_str()).map(str::to_owned),
            media_type: file.media_type,
            bytes: file.bytes,
            arrived: !erased && store.is_here(id, file.digest),
            erased,
            address: format!("{PREFIX}/reviews/{id}/files/{digest}"),
            digest,
        }
    });
    shown.collect()
}

/// Nobody approves a content of which a file is not here: what nobody could open, nobody has read (P5). One that was erased is read by nobody
/// any more, and is not published either.
///
/// # Errors
/// 503 with the digests of those that are missing.
pub(super) fn must_be_here(store: &FileStore, id: EntryId, content: &v1::Content) -> Answer<()> {
    let missing = NamedFiles::of_content(id, &content.files)
        .filter(|file| !store.is_here(id, file.digest) && !store.is_erased(file.key))
        .map(|file| file.digest.to_string());
    let missing: Vec<_> = missing.collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Problem::file_not_arrived(
        "A file of this content is not here yet, so nobody can have read it, and the content is not approved. Nothing was decided. Open the \
         file once it is here, then send the same request again.",
    )
    .with("files", missing))
}
