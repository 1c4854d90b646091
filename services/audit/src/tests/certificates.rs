//! Certificates of registration.

use axum::body::Body;
use dossier_identity::Role;
use dossier_proto::{Actor, Origin, Payload, Place, v1};
use http::Request;

use super::house::{ENTRY, House, MODERATOR, Told};

/// The public one, in a language.
async fn certificate(house: &House, language: &str) -> Told {
    let address = format!("/audit/certificates/EVT-2026-00001/1?lang={language}");
    house.send(Request::builder().uri(address).body(Body::empty()).unwrap()).await
}

/// One that is signed and compared.
async fn published() -> House {
    let house = House::with_an_entry().await;
    compared(&house).await;
    house
}

async fn compared(house: &House) {
    let seen = house.service.copies().clone();
    let is_level = |origin: Origin| {
        let size = seen.journal(origin).unwrap().head().size;
        seen.seen().newest(origin).is_some_and(|newest| newest.size() >= size)
    };
    house.until("every checkpoint is compared", || crate::COPIED.into_iter().all(is_level)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_is_a_page_in_six_languages_that_names_nobody() {
    let house = published().await;
    for (language, direction, title) in [
        ("ar", "rtl", "شهادة تسجيل"),
        ("zh", "ltr", "登记证明"),
        ("en", "ltr", "Certificate of registration"),
        ("fr", "ltr", "Certificat d’enregistrement"),
        ("ru", "ltr", "Свидетельство о регистрации"),
        ("es", "ltr", "Certificado de registro"),
    ] {
        let told = certificate(&house, language).await.expect(200);
        assert_eq!(told.headers["content-language"], language);
        assert!(told.text.contains(&format!("<html lang=\"{language}\" dir=\"{direction}\">")), "{language}");
        let title = title.replace('’', "&#8217;");
        assert!(told.text.contains(&title) || told.text.contains("enregistrement"), "{title}");
        for there in
            ["EVT-2026-00001", "A forum", "https://dossier.example/entries/EVT-2026-00001/editions/1", "dossier verify"]
        {
            assert!(told.text.contains(there), "{language}: {there}\n{}", told.text);
        }
        assert!(told.text.contains("test/audit/cosigner+"), "{language}");
        let main = told.text.split_once("<main").unwrap().1;
        assert!(!main.contains("<script"), "the page needs no script: {language}");
        assert!(!told.text.contains(&MODERATOR.to_string()) && !told.text.contains("NV-"), "{language}");
    }
    let again = certificate(&house, "fr").await.expect(200);
    let request = Request::builder()
        .uri("/audit/certificates/EVT-2026-00001/1?lang=fr")
        .header("if-none-match", again.headers["etag"].clone())
        .body(Body::empty())
        .unwrap();
    assert_eq!(house.send(request).await.status.as_u16(), 304);
    assert_eq!(house.readings(), 0, "what is public is read without a record");
    for nothing in ["EVT-2026-00001/2", "EVT-2026-00009/1", "x/y"] {
        let request = Request::builder().uri(format!("/audit/certificates/{nothing}")).body(Body::empty()).unwrap();
        assert!(house.send(request).await.status.is_client_error(), "{nothing}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_withheld_is_certified_in_large_letters_without_its_words() {
    let house = published().await;
    let by = || Actor::System(Origin::Publication);
    let turn = |payload| house.world.happens(Origin::Publication, by(), Some(ENTRY), payload);
    for (payload, said, is_read) in [
        (Payload::EntrySuspended(v1::EntrySuspended { edition: 1, ..Default::default() }), "was suspended on", false),
        (Payload::EntryReinstated(v1::EntryReinstated { edition: 1, ..Default::default() }), "", true),
        (
            Payload::EntrySuperseded(v1::EntrySuperseded {
                edition: 1,
                number: "EVT-2026-00002".to_owned(),
                ..Default::default()
            }),
            "EVT-2026-00002 stands in its place",
            true,
        ),
        (Payload::EntryRetracted(v1::EntryRetracted { edition: 1, ..Default::default() }), "was retracted on", false),
    ] {
        turn(payload);
        house.level().await;
        compared(&house).await;
        let told = certificate(&house, "en").await.expect(200);
        assert!(told.text.contains(said), "{said}: {}", told.text);
        assert_eq!(told.text.contains("class=\"grave\""), !said.is_empty(), "{said}");
        assert_eq!(told.text.contains("A forum"), is_read, "{said}: {}", told.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_text_is_certified_without_it() {
    let house = published().await;
    let at = Place { origin: Origin::Publication, epoch: 0, sequence: 0 };
    let edition = house.service.copies().get(at).unwrap().unwrap().event;
    let Some(Payload::EditionPublished(edition)) = edition.payload else { panic!("no edition") };
    let key = crate::sealed_parts::key_of(edition.content.unwrap().sealed.as_ref().unwrap()).unwrap();
    house.world.vault.erase(key).unwrap();
    let told = certificate(&house, "en").await.expect(200);
    assert!(
        told.text.contains("The text of this edition was erased") && !told.text.contains("A forum"),
        "{}",
        told.text
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_auditor_s_certificate_names_who_acted_and_is_on_record() {
    let house = published().await;
    house.world.designate("auditor-of-kenya", Role::Auditor, "KEN");
    house.level().await;
    let path = format!("/entries/{ENTRY}/certificate?edition=1");
    house.get(&path, None).await.expect(401);
    house.get(&path, Some("auditor-of-kenya")).await.expect(403);
    house.get(&path, Some("nobody")).await.expect(403);
    // Whoever may not read it was told that the edition is missing.
    let without = format!("/entries/{ENTRY}/certificate");
    for who in ["nobody", "auditor-of-kenya"] {
        house.get(&without, Some(who)).await.expect(403);
    }
    house.get(&without, Some("auditor")).await.expect(422);
    let told = house.get(&path, Some("auditor")).await.expect(200);
    assert!(told.text.contains(&MODERATOR.to_string()), "who is not known here is named by the id: {}", told.text);
    assert!(told.text.contains("Who acted, under which designation"));
    assert_eq!(told.headers["cache-control"], "no-store");
    let readings = house.get(&format!("/readings?entry={ENTRY}"), Some("auditor")).await.expect(200);
    let items = readings.body["items"].as_array().unwrap();
    assert_eq!((items.len(), &items[0]["scope"], &items[0]["edition"]), (3, &"certificate".into(), &1.into()));
    assert!(items[1]["refused"].is_string() && items[2]["refused"].is_string());
}
