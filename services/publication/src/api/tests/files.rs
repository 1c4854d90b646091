//! Files of editions, for everybody.

use dossier_exchange::files::NamedFile;
use dossier_proto::{EntryId, Origin, Payload, v1};
use dossier_vault::files::FileStore;
use serde_json::{Value, json};

use crate::tests::{House, entry, sample};

/// The words of an annex, in ASCII as the answers of these tests are.
const TEXT: &str = "%PDF-1.7 The words of an annex.";

/// A file as it lies with moderation.
struct Annex {
    _directory: tempfile::TempDir,
    store: FileStore,
    file: NamedFile,
}

impl Annex {
    /// Sealed under a key that publication was given.
    fn of(house: &House, entry: EntryId, text: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = FileStore::new(directory.path(), house.vault.clone());
        let mut incoming = store.receive(entry, u64::MAX).unwrap();
        incoming.write(text.as_bytes()).unwrap();
        let stored = incoming.finish("application/pdf").unwrap();
        let media_type = "application/pdf".to_owned();
        let file = NamedFile { entry, digest: stored.digest, key: stored.key, bytes: stored.bytes, media_type };
        Self { _directory: directory, store, file }
    }

    fn attached(&self) -> v1::AttachedFile {
        let NamedFile { digest, key, bytes, media_type, .. } = self.file.clone();
        v1::AttachedFile { digest: digest.to_vec(), key_id: key.0.to_vec(), bytes, media_type }
    }

    /// As a field names it.
    fn value(&self) -> Value {
        let NamedFile { digest, bytes, media_type, .. } = &self.file;
        json!({"digest": digest.to_string(), "name": "Annexe <A>.pdf", "media_type": media_type, "bytes": bytes})
    }

    fn arrive(&self, house: &House) {
        let sealed = self.store.sealed(self.file.entry, self.file.digest, 0, usize::MAX).unwrap();
        let mut arriving = house.files().arrive(self.file.entry, self.file.kept()).unwrap();
        arriving.write(&sealed.bytes).unwrap();
        arriving.finish().unwrap();
    }

    fn path(&self, edition: u32) -> String {
        format!("/api/v1/entries/EVT-2026-00001/editions/{edition}/files/{}", self.file.digest)
    }
}

/// Moderation approves a content with files.
async fn publish(house: &House, base: Option<u32>, content: &Value, annexes: &[&Annex]) {
    let (_, mut approved) = house.approval(entry(1), "KAZ", base, content, "A file was attached.");
    approved.content.as_mut().unwrap().files = annexes.iter().map(|annex| annex.attached()).collect();
    house.hear(Origin::Moderation, Some(entry(1)), Payload::Approved(approved)).await;
}

fn with_files(annexes: &[&Annex]) -> Value {
    let mut content = sample();
    content["attachments"] = annexes.iter().map(|annex| annex.value()).collect();
    content
}

#[tokio::test]
async fn a_file_is_given_to_everybody_once_it_has_arrived_to_be_saved() {
    let house = House::open().await;
    let annex = Annex::of(&house, entry(1), TEXT);
    publish(&house, None, &with_files(&[&annex]), &[&annex]).await;
    let document = || async { house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(200) };
    let told = document().await;
    assert_eq!(told.headers["cache-control"], "no-store", "it will be another without another version");
    assert_eq!(told.json()["files"][0]["arrived"], false);
    let waits = house.get(&annex.path(1)).send().await.expect(503);
    assert_eq!(
        (waits.headers["retry-after"].to_str().unwrap(), &waits.json()["type"]),
        ("2", &json!("/problems/file-not-arrived"))
    );

    let known = told.etag();
    house.get("/api/v1/entries/EVT-2026-00001").header("if-none-match", &known).send().await.expect(200);
    annex.arrive(&house);
    let told = document().await;
    assert_eq!(told.headers["cache-control"], "public, no-cache");
    let digest = annex.file.digest.to_string();
    assert_eq!(
        told.json()["files"],
        json!([{
            "digest": digest, "name": "Annexe <A>.pdf", "media_type": "application/pdf", "bytes": TEXT.len(),
            "arrived": true, "address": annex.path(1),
        }])
    );
    let given = house.get(&annex.path(1)).send().await.expect(200);
    assert_eq!(given.text, TEXT);
    let name = format!("EVT-2026-00001-1-{}.pdf", &digest[..8]);
    let said = |header: &str| given.headers[header].to_str().unwrap().to_owned();
    assert_eq!(said("content-disposition"), format!("attachment; filename=\"{name}\""));
    assert_eq!((said("content-type"), said("content-length")), ("application/pdf".to_owned(), TEXT.len().to_string()));
    assert_eq!(said("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(
        (said("x-content-type-options"), said("cache-control")),
        ("nosniff".to_owned(), "public, no-cache".to_owned())
    );
    let again = house.get(&annex.path(1)).header("if-none-match", &given.etag()).send().await;
    assert_eq!(again.status.as_u16(), 304);
    let page = house.page("/entries/EVT-2026-00001", "en").await.expect(200);
    assert!(page.text.contains(&format!("<a href=\"{}\"", annex.path(1))), "the page leads to it");
    assert!(page.text.contains("Annexe &lt;A&gt;.pdf") || page.text.contains("Annexe &#60;A&#62;.pdf"), "escaped");
}

#[tokio::test]
async fn each_edition_gives_out_the_files_that_its_own_text_names() {
    let house = House::open().await;
    let (first, second) = (Annex::of(&house, entry(1), TEXT), Annex::of(&house, entry(1), "%PDF-1.7 Another."));
    publish(&house, None, &with_files(&[&first]), &[&first]).await;
    publish(&house, Some(1), &with_files(&[&second]), &[&second]).await;
    first.arrive(&house);
    second.arrive(&house);
    for (annex, edition, status) in
        [(&first, 1, 200), (&second, 2, 200), (&first, 2, 404), (&second, 1, 404), (&first, 3, 404)]
    {
        house.get(&annex.path(edition)).send().await.expect(status);
    }
    for path in ["1/files/no-digest", "x/files/00", &format!("1/files/{}", "00".repeat(32))] {
        house.get(&format!("/api/v1/entries/EVT-2026-00001/editions/{path}")).send().await.expect(404);
    }
}

/// A file that the public text does not name is for nobody, though it came with the approval: such as one of a personal field.
#[tokio::test]
async fn a_file_that_the_public_text_does_not_name_is_not_given_out() {
    let house = House::open().await;
    let annex = Annex::of(&house, entry(1), TEXT);
    publish(&house, None, &sample(), &[&annex]).await;
    annex.arrive(&house);
    house.get(&annex.path(1)).send().await.expect(404);
    assert!(house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(200).json().get("files").is_none());
}

#[tokio::test]
async fn of_a_suspended_or_retracted_entry_there_is_the_tombstone_and_no_file() {
    let house = House::open().await;
    let annex = Annex::of(&house, entry(1), TEXT);
    publish(&house, None, &with_files(&[&annex]), &[&annex]).await;
    annex.arrive(&house);
    house.suspend("EVT-2026-00001").await.expect(200);
    let away = house.get(&annex.path(1)).send().await.expect(403);
    assert_eq!((&away.json()["state"], away.text.contains("annex")), (&json!("suspended"), false));
    house.decide("EVT-2026-00001", "reinstate", &json!({"explanation": "The dates hold."})).await.expect(200);
    house.get(&annex.path(1)).send().await.expect(200);
    house.retract("EVT-2026-00001").await.expect(200);
    assert_eq!(house.get(&annex.path(1)).send().await.expect(410).json()["state"], "retracted");
}

/// A file of an edition that waits for its time arrives before it and is given to nobody.
#[tokio::test]
async fn what_waits_for_its_time_gives_out_no_file() {
    let house = House::open().await;
    let annex = Annex::of(&house, entry(1), TEXT);
    let (_, mut approved) = house.approval(entry(1), "KAZ", None, &with_files(&[&annex]), "First.");
    approved.content.as_mut().unwrap().files = vec![annex.attached()];
    let day = dossier_proto::Micros::DAY;
    let at = dossier_engine::Clock::now(&*house.clock).plus(day);
    let approved = v1::Approved { publish_at: Some(at.0), ..approved };
    house.hear(Origin::Moderation, Some(entry(1)), Payload::Approved(approved)).await;
    assert!(house.service.engine().view().files().file(entry(1), annex.file.digest).is_some(), "it is fetched now");
    annex.arrive(&house);
    house.get(&annex.path(1)).send().await.expect(404);
    house.pass(day).await;
    house.get(&annex.path(1)).send().await.expect(200);
}

#[tokio::test]
async fn an_erased_file_is_told_as_that() {
    let house = House::open().await;
    let annex = Annex::of(&house, entry(1), TEXT);
    publish(&house, None, &with_files(&[&annex]), &[&annex]).await;
    annex.arrive(&house);
    house.vault.erase(annex.file.key).unwrap();
    let told = house.get(&annex.path(1)).send().await.expect(410);
    assert!(told.text.contains("erased"), "{}", told.text);
    let document = house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(200);
    assert_eq!(
        (&document.json()["files"][0]["arrived"], &document.json()["files"][0]["erased"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(document.headers["cache-control"], "public, no-cache", "nothing will change");
}
