//! Files of submitted contents: who opens them, and that nobody approves what nobody could open.

use axum::body::Body;
use dossier_exchange::files::NamedFile;
use dossier_proto::{EntryId, Origin, v1};
use dossier_vault::files::FileStore;
use http::{Request, StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::room::*;

const PDF: &[u8] = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\nThe words of an annex.";

impl Room {
    fn stores(&self) -> (FileStore, FileStore) {
        let store = |name: &str, vault| FileStore::new(self.directory.path().join(name), vault);
        (store("submission-attachments", self.submission.clone()), store("attachments", self.vault.clone()))
    }

    /// The body attaches a file.
    fn attach(&self, entry: EntryId, bytes: &[u8]) -> NamedFile {
        let (theirs, _) = self.stores();
        let mut incoming = theirs.receive(entry, u64::MAX).unwrap();
        incoming.write(bytes).unwrap();
        let stored = incoming.finish("application/pdf").unwrap();
        let media_type = "application/pdf".to_owned();
        NamedFile { entry, digest: stored.digest, key: stored.key, bytes: stored.bytes, media_type }
    }

    /// The file arrives here.
    fn file_arrives(&self, file: &NamedFile) {
        let (theirs, ours) = self.stores();
        let sealed = theirs.sealed(file.entry, file.digest, 0, usize::MAX).unwrap();
        let mut arriving = ours.arrive(file.entry, file.kept()).unwrap();
        arriving.write(&sealed.bytes).unwrap();
        arriving.finish().unwrap();
    }

    async fn submit_files(&mut self, revision: u32, content: &Value, files: &[&NamedFile]) -> Filed {
        let files: Vec<_> = files.iter().map(|file| attached(file)).collect();
        let name = |submitted: &mut v1::Submitted| submitted.content.as_mut().unwrap().files = files;
        self.submit_with(ENTRY, revision, content, name).await
    }

    /// Downloads a file of [`ENTRY`].
    async fn download(&self, who: &str, file: &NamedFile) -> (StatusCode, http::HeaderMap, Vec<u8>) {
        let path = format!("/review/api/v1/reviews/{ENTRY}/files/{}", file.digest);
        let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {}", self.token(who)));
        let router = self.service.router();
        let (parts, body) = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap().into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        (parts.status, parts.headers, bytes.to_vec())
    }
}

fn attached(file: &NamedFile) -> v1::AttachedFile {
    v1::AttachedFile {
        digest: file.digest.to_vec(),
        key_id: file.key.0.to_vec(),
        bytes: file.bytes,
        media_type: file.media_type.clone(),
    }
}

fn with_file(title: &str, file: &NamedFile) -> Value {
    let mut content = content(title);
    let named = json!({
        "digest": file.digest.to_string(), "name": "Annexe A.pdf", "media_type": file.media_type, "bytes": file.bytes,
    });
    content["attachments"] = json!([named]);
    content
}

#[tokio::test]
async fn a_file_is_approved_only_after_it_could_be_opened() {
    let mut room = Room::open().await;
    let file = room.attach(ENTRY, PDF);
    let filed = room.submit_files(1, &with_file("A forum", &file), &[&file]).await;
    let review = room.look("moderator-a").await.is(200);
    let address = format!("/review/api/v1/reviews/{ENTRY}/files/{}", file.digest);
    let shown = |arrived: bool| {
        json!([{
            "digest": file.digest.to_string(), "name": "Annexe A.pdf", "media_type": "application/pdf",
            "bytes": PDF.len(), "arrived": arrived, "address": address,
        }])
    };
    assert_eq!(review.body["files"], shown(false));
    let (status, headers, _) = room.download("moderator-a", &file).await;
    assert_eq!((status.as_u16(), &headers["retry-after"]), (503, &"2".parse().unwrap()));

    // P5: what nobody could open, nobody has read.
    let approve = json!({ "digest": filed.digest });
    let before = room.size();
    let refused = room.act("moderator-a", "approve", approve.clone()).await.is(503);
    assert_eq!(refused.text("/type"), "/problems/file-not-arrived");
    assert_eq!(refused.headers["retry-after"], "2");
    assert_eq!(refused.body["files"], json!([file.digest.to_string()]));
    assert_eq!(room.size(), before, "nothing was decided");
    // The wrong digest is told as that, file or no file.
    let wrong = json!({ "digest": "00".repeat(32) });
    room.act("moderator-a", "approve", wrong).await.is(409);

    room.file_arrives(&file);
    assert_eq!(room.look("moderator-a").await.is(200).body["files"], shown(true));
    let (status, headers, bytes) = room.download("moderator-a", &file).await;
    assert_eq!((status.as_u16(), bytes.as_slice()), (200, PDF));
    let disposition = headers["content-disposition"].to_str().unwrap();
    assert!(disposition.starts_with("attachment;") && disposition.ends_with(".pdf\""), "{disposition}");
    assert!(!disposition.contains("Annexe"), "never under a name the uploader chose: {disposition}");
    assert_eq!(headers["content-type"], "application/pdf");
    assert_eq!(headers["content-security-policy"], "default-src 'none'; sandbox");
    assert_eq!(
        (&headers["x-content-type-options"], &headers["cache-control"]),
        (&"nosniff".parse().unwrap(), &"no-store".parse().unwrap())
    );
    room.act("moderator-a", "approve", approve).await.is(200);
}

#[tokio::test]
async fn who_may_not_read_the_content_does_not_open_its_files() {
    let mut room = Room::open().await;
    let (file, loose) = (room.attach(ENTRY, PDF), room.attach(ENTRY, b"%PDF-1.7 Never said"));
    room.submit_files(1, &with_file("A forum", &file), &[&file]).await;
    let elsewhere = room.attach(OTHER, b"%PDF-1.7 Of another entry");
    let name = attached(&elsewhere);
    room.submit_with(OTHER, 1, &content("Another"), |one| one.content.as_mut().unwrap().files = vec![name]).await;
    room.file_arrives(&file);
    room.file_arrives(&elsewhere);
    for who in ["moderator-a", "reviewer", "auditor", "contributor-kz"] {
        assert_eq!(room.download(who, &file).await.0.as_u16(), 200, "{who}");
    }
    for who in ["contributor-ke", "administrator", "nobody", "publisher"] {
        assert_eq!(room.download(who, &file).await.0.as_u16(), 404, "{who}");
    }
    for other in [&loose, &elsewhere] {
        assert_eq!(room.download("moderator-a", other).await.0.as_u16(), 404, "no submission of the entry names it");
    }
    room.get("moderator-a", &format!("/reviews/{ENTRY}/files/no-digest")).await.is(404);
}

/// What a later submission left out is still opened by who may read the earlier one, and hinders nobody from approving the later.
#[tokio::test]
async fn a_file_of_an_earlier_submission_stays_with_it() {
    let mut room = Room::open().await;
    let file = room.attach(ENTRY, PDF);
    let first = room.submit_files(1, &with_file("A forum", &file), &[&file]).await;
    let items = json!([{ "field": "title", "text": "Which forum?" }]);
    room.act("moderator-a", "request-changes", json!({ "digest": first.digest, "items": items })).await.is(200);
    let second = room.submit(ENTRY, 2, &content("The first forum")).await;
    let review = room.look("moderator-a").await.is(200);
    assert_eq!(review.body["files"], json!([]));
    assert_eq!(room.download("moderator-a", &file).await.0.as_u16(), 503);
    room.file_arrives(&file);
    assert_eq!(room.download("moderator-a", &file).await.2, PDF);
    let settled = json!({ "digest": second.digest, "round": 1, "item": 1, "outcome": "accepted" });
    let told = room.act("moderator-a", "settle-change", settled).await;
    assert!(told.status.is_success() || told.status.as_u16() == 409, "{:#}", told.body);
    room.act("moderator-a", "approve", json!({ "digest": second.digest })).await.is(200);
}

#[tokio::test]
async fn a_file_that_was_erased_is_told_so_and_is_in_nobodys_way() {
    let mut room = Room::open().await;
    let (here, never) = (room.attach(ENTRY, PDF), room.attach(ENTRY, b"%PDF-1.7 More words"));
    let filed = room.submit_files(1, &with_file("A forum", &here), &[&here, &never]).await;
    room.file_arrives(&here);
    room.vault.erase(here.key).unwrap();
    room.vault.erase(never.key).unwrap();
    for file in [&here, &never] {
        assert_eq!(room.download("moderator-a", file).await.0.as_u16(), 410);
    }
    let review = room.look("moderator-a").await.is(200);
    let told: Vec<_> =
        review.body["files"].as_array().unwrap().iter().map(|file| (&file["arrived"], &file["erased"])).collect();
    assert_eq!(told, [(&json!(false), &json!(true)); 2]);
    assert_eq!(review.body["files"][1]["name"], json!(null), "no field names it");
    room.act("moderator-a", "approve", json!({ "digest": filed.digest })).await.is(200);
}

/// Publication gets the files of what was approved, and nothing else; nobody else gets any.
#[tokio::test]
async fn files_are_given_to_publication_once_they_are_approved() {
    let mut room = Room::open().await;
    let file = room.attach(ENTRY, PDF);
    let filed = room.submit_files(1, &with_file("A forum", &file), &[&file]).await;
    room.file_arrives(&file);
    let question = || {
        let request = v1::FileRequest { entry: ENTRY.to_vec(), digest: file.digest.to_vec(), offset: 0, length: 100 };
        prost::Message::encode_to_vec(&request).into()
    };
    let desk = room.service.file_desk();
    desk.answer(Origin::Publication, question()).await.unwrap_err();
    room.act("moderator-a", "approve", json!({ "digest": filed.digest })).await.is(200);
    assert_eq!(desk.answer(Origin::Publication, question()).await.unwrap().len(), 100);
    desk.answer(Origin::Submission, question()).await.unwrap_err();
}
