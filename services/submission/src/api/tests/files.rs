use std::time::{Duration, UNIX_EPOCH};

use dossier_proto::{EntryId, Micros, Origin, Payload, v1};
use dossier_vault::KeyError;
use http::Method;
use prost::Message as _;
use serde_json::{Value, json};

use super::house::{House, Told, content_with};
use crate::loose;

const PDF: &[u8] = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\nThe words of an annex.";

async fn upload(house: &House, by: &str, id: EntryId, bytes: &[u8]) -> Told {
    let path = format!("/entries/{id}/files?field=attachments&name=Annexe%20A.pdf");
    house.post(&path).by(by).bytes(bytes).header("content-type", "text/html").send().await
}

async fn save(house: &House, id: EntryId, etag: &str, file: &Value) -> Told {
    let body = json!({"content": content_with("attachments", json!([file]))});
    house.put(&format!("/entries/{id}/draft")).by("aigerim").json(&body).if_match(etag).send().await
}

#[tokio::test]
async fn a_file_is_taken_in_named_by_a_revision_and_given_out() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    let taken = upload(&house, "aigerim", id, PDF).await.expect(201).body;
    assert_eq!(taken["media_type"], "application/pdf", "the header said HTML, and counts for nothing");
    assert_eq!((&taken["bytes"], &taken["name"]), (&json!(PDF.len()), &json!("Annexe A.pdf")));
    let saved = save(&house, id, "\"d1\"", &taken).await.expect(200);
    assert_eq!(saved.body["content"]["attachments"][0], taken);

    let digest = taken["digest"].as_str().unwrap();
    let path = format!("/entries/{id}/files/{digest}");
    let read = house.get(&path).by("bolat").send().await.expect(200);
    assert_eq!(read.bytes, PDF);
    assert_eq!(read.headers["content-type"], "application/pdf");
    let disposition = read.headers["content-disposition"].to_str().unwrap();
    assert!(disposition.starts_with("attachment;") && disposition.ends_with(".pdf\""), "{disposition}");
    assert!(!disposition.contains("Annexe"), "never under a name the uploader chose: {disposition}");
    assert_eq!(read.headers["x-content-type-options"], "nosniff");
    house.get(&path).by("wanjiru").send().await.expect(404);
    house.get(&path).by("moderator").send().await.expect(404);
    house.get(&path).send().await.expect(401);

    let newest = house.service.engine().view().timeline(id).last().copied().unwrap();
    let event = house.service.engine().recorded_at(newest.place).unwrap().event;
    let Some(Payload::DraftSaved(saved)) = event.payload else { panic!("a save") };
    let files = saved.command.unwrap().content.unwrap().files;
    assert_eq!(files.len(), 1, "the journal names the file");
    assert_eq!(hex(&files[0].digest), digest);
    assert_eq!((files[0].bytes, files[0].media_type.as_str()), (PDF.len() as u64, "application/pdf"));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_content_names_only_files_that_are_here_and_as_they_are() {
    let house = House::open().await;
    let (id, other) = (house.started("aigerim").await.id(), house.started("aigerim").await.id());
    let taken = upload(&house, "aigerim", id, PDF).await.expect(201).body;
    let with = |key: &str, value: Value| {
        let mut file = taken.clone();
        file[key] = value;
        file
    };
    for (file, pointer) in [
        (with("digest", json!("ab".repeat(32))), "/content/attachments/0/digest"),
        (with("bytes", json!(7)), "/content/attachments/0/bytes"),
        (with("media_type", json!("text/plain")), "/content/attachments/0/media_type"),
    ] {
        let told = save(&house, id, "\"d1\"", &file).await.expect(422);
        assert_eq!(told.body["errors"][0]["pointer"], pointer, "{:#}", told.body);
    }
    let told = save(&house, other, "\"d1\"", &taken).await.expect(422);
    assert_eq!(told.body["errors"][0]["pointer"], "/content/attachments/0/digest", "it is another entry's");
    save(&house, id, "\"d1\"", &taken).await.expect(200);
}

#[tokio::test]
async fn what_a_field_does_not_take_is_refused_and_leaves_nothing() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    let html = upload(&house, "aigerim", id, b"<!DOCTYPE html><script>alert(1)</script>").await.expect(415);
    assert!(html.body["admitted"].as_array().unwrap().contains(&json!("application/pdf")), "{:#}", html.body);
    upload(&house, "aigerim", id, b"\0\0\0\0").await.expect(415);
    upload(&house, "aigerim", id, b"").await.expect(422);
    let long = upload(&house, "aigerim", id, &[PDF, &vec![7; 25_000_000]].concat()).await.expect(413);
    assert_eq!(long.body["limit_bytes"], 25_000_000);
    for path in [format!("/entries/{id}/files?field=title&name=a"), format!("/entries/{id}/files?field=none&name=a")] {
        house.post(&path).by("aigerim").bytes(PDF).send().await.expect(422);
    }
    let name = "n".repeat(256);
    let path = format!("/entries/{id}/files?field=attachments&name={name}");
    house.post(&path).by("aigerim").bytes(PDF).send().await.expect(422);
    assert!(house.kept_files(id).is_empty());
}

#[tokio::test]
async fn only_the_body_adds_files_and_only_while_the_entry_is_with_it() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    upload(&house, "wanjiru", id, PDF).await.expect(404);
    upload(&house, "moderator", id, PDF).await.expect(404);
    house.submitted("aigerim", id).await;
    let told = upload(&house, "aigerim", id, PDF).await.expect(409);
    assert_eq!(told.body["state"], "in-review");
    assert!(house.kept_files(id).is_empty());
}

#[tokio::test]
async fn a_file_that_a_revision_names_stays_and_another_can_be_removed() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    let (named, loose) = (upload(&house, "aigerim", id, PDF).await.body, upload(&house, "aigerim", id, PDF).await.body);
    save(&house, id, "\"d1\"", &named).await.expect(200);
    let remove = |file: &Value, by: &'static str| {
        let path = format!("/entries/{id}/files/{}", file["digest"].as_str().unwrap());
        house.ask(Method::DELETE, &path).by(by).send()
    };
    remove(&named, "aigerim").await.expect(409);
    remove(&loose, "wanjiru").await.expect(404);
    remove(&loose, "bolat").await.expect(204);
    remove(&loose, "bolat").await.expect(204);
    assert_eq!(house.kept_files(id), [named["digest"].as_str().unwrap().to_owned()]);
    // Also when no later revision names it: the former one does.
    let body = json!({"content": content_with("geographic_scope", json!("national"))});
    house.put(&format!("/entries/{id}/draft")).by("aigerim").json(&body).if_match("\"d2\"").send().await.expect(200);
    remove(&named, "aigerim").await.expect(409);
}

#[tokio::test]
async fn an_entry_has_as_many_files_as_it_may() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    for _ in 0..64 {
        upload(&house, "aigerim", id, PDF).await.expect(201);
    }
    let told = upload(&house, "aigerim", id, PDF).await.expect(409);
    assert_eq!(told.body["files"].as_array().unwrap().len(), 64);
}

#[tokio::test]
async fn a_file_that_was_erased_is_told_so_and_its_revision_stays() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    let taken = upload(&house, "aigerim", id, PDF).await.expect(201).body;
    save(&house, id, "\"d1\"", &taken).await.expect(200);
    let newest = house.service.engine().view().timeline(id).last().copied().unwrap();
    let event = house.service.engine().recorded_at(newest.place).unwrap().event;
    let Some(Payload::DraftSaved(saved)) = event.payload else { panic!("a save") };
    let key = saved.command.unwrap().content.unwrap().files[0].key_id.as_slice().try_into().unwrap();
    house.vault.erase(key).unwrap();
    let path = format!("/entries/{id}/files/{}", taken["digest"].as_str().unwrap());
    let told = house.get(&path).by("aigerim").send().await.expect(404);
    assert!(told.body["detail"].as_str().unwrap().contains("erased"), "{:#}", told.body);
    let entry = house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(200);
    assert_eq!(entry.body["content"]["attachments"][0]["digest"], taken["digest"]);
}

/// A part of a file, as a service asks for it.
fn question(id: EntryId, digest: &str) -> bytes::Bytes {
    let digest = digest.parse::<dossier_proto::Digest>().unwrap().to_vec();
    v1::FileRequest { entry: id.to_vec(), digest, offset: 0, length: 100 }.encode_to_vec().into()
}

/// P13.
#[tokio::test]
async fn a_file_leaves_the_service_once_it_is_submitted_and_to_moderation_alone() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    let (named, loose) = (upload(&house, "aigerim", id, PDF).await.body, upload(&house, "aigerim", id, PDF).await.body);
    save(&house, id, "\"d1\"", &named).await.expect(200);
    let digest = |file: &Value| file["digest"].as_str().unwrap().to_owned();
    let desk = house.service.file_desk();
    let ask = |asker, file: &Value| desk.answer(asker, question(id, &digest(file)));
    ask(Origin::Moderation, &named).await.expect_err("it is a draft");
    house.submitted("aigerim", id).await;
    assert_eq!(ask(Origin::Moderation, &named).await.unwrap().len(), 100);
    ask(Origin::Moderation, &loose).await.expect_err("no submission names it");
    for asker in [Origin::Publication, Origin::Submission] {
        ask(asker, &named).await.expect_err("it is moderation's alone");
    }
}

/// Removes what no revision names, at a moment; answers how many files that were.
fn sweep(house: &House, now: Micros) -> impl Future<Output = usize> + Send + 'static + use<> {
    let office = house.service.office().clone();
    async move { tokio::task::spawn_blocking(move || loose::sweep(&office, now).unwrap()).await.unwrap() }
}

#[tokio::test]
async fn an_upload_that_no_revision_names_is_removed_after_thirty_days() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    let (named, loose) = (upload(&house, "aigerim", id, PDF).await.body, upload(&house, "aigerim", id, PDF).await.body);
    save(&house, id, "\"d1\"", &named).await.expect(200);
    // Files know by the machine's clock when they came; the sweep is told the time.
    let directory = house.attachments().into_iter().find(|path| path.ends_with(id.to_string())).unwrap();
    let came = UNIX_EPOCH + Duration::from_secs(1_767_000_000);
    for file in [&named, &loose] {
        let path = directory.join(file["digest"].as_str().unwrap());
        std::fs::File::options().write(true).open(path).unwrap().set_modified(came).unwrap();
    }
    let key = house.service.office().files().look(id, loose["digest"].as_str().unwrap().parse().unwrap()).unwrap().key;
    let day = |days: i64| Micros(1_767_000_000 * Micros::SECOND + days * Micros::DAY);
    assert_eq!(sweep(&house, day(30)).await, 0, "not older than thirty days");
    assert_eq!(house.kept_files(id).len(), 2);
    assert_eq!(sweep(&house, day(30).plus(1)).await, 1);
    assert_eq!(house.kept_files(id), [named["digest"].as_str().unwrap().to_owned()]);
    assert!(matches!(house.vault.salt(key), Err(KeyError::Erased(_))), "no copy of it can be read any more");
    assert_eq!(sweep(&house, day(3000)).await, 0, "what a revision names stays");
    let path = format!("/entries/{id}/files/{}", named["digest"].as_str().unwrap());
    assert_eq!(house.get(&path).by("aigerim").send().await.expect(200).bytes, PDF);
}

/// Whoever saves a revision while uploads are removed has the file with it, or is told that it is gone; never a name of nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_file_is_removed_while_a_revision_comes_to_name_it() {
    let house = House::open().await;
    for _ in 0..20 {
        let id = house.started("aigerim").await.id();
        let taken = upload(&house, "aigerim", id, PDF).await.expect(201).body;
        let sweeping = tokio::spawn(sweep(&house, Micros(i64::MAX / 2)));
        let saved = save(&house, id, "\"d1\"", &taken).await;
        sweeping.await.unwrap();
        let kept = house.kept_files(id).len();
        match saved.status.as_u16() {
            200 => assert_eq!(kept, 1, "a revision names it"),
            _ => assert_eq!(
                (saved.expect(422).body["errors"][0]["pointer"].as_str(), kept),
                (Some("/content/attachments/0/digest"), 0)
            ),
        }
    }
}
