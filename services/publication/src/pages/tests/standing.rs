//! What pages say of corrected, suspended and superseded entries, in six languages.

use dossier_proto::Micros;
use dossier_web::Language;
use serde_json::json;

use super::facts::words;
use crate::tests::{House, corrected, entry, sample};

async fn published() -> House {
    let house = House::open().await;
    house.publish(entry(1), "KAZ", None, &sample()).await;
    house.publish(entry(2), "KAZ", None, &corrected()).await;
    house
}

#[tokio::test]
async fn a_suspended_entry_shows_its_tombstone_and_none_of_its_words() {
    let house = published().await;
    house.wait(Micros::DAY);
    house.suspend("EVT-2026-00001").await.expect(200);
    for path in ["/entries/EVT-2026-00001", "/entries/EVT-2026-00001/editions/1"] {
        let page = house.page(path, "en").await.expect(403);
        let shown = words(&page.text);
        for fact in [
            "Suspended: EVT-2026-00001",
            "This entry was suspended on 13 January 2026",
            "A doubt about the dates.",
            "It is looked into.",
            "Reason Under examination (under_examination)",
            "Public from 12 January 2026 to 13 January 2026",
            "The text of its 1 edition is not shown while it is suspended.",
            "The suspension and every edition stand in the log signed below.",
        ] {
            assert!(shown.contains(fact), "{fact:?} is not in {shown}");
        }
        for gone in ["delegation", "In 2018", "Nur-Sultan", "Put in order", "Retracted"] {
            assert!(!page.text.contains(gone), "{gone:?} is still on {path}");
        }
    }
    let list = words(&house.page("/", "en").await.expect(200).text);
    assert!(list.contains("1 entry is suspended.") && !list.contains("EVT-2026-00001"), "{list}");
    house.decide("EVT-2026-00001", "reinstate", &json!({"explanation": "The dates hold."})).await.expect(200);
    let shown = words(&house.page("/entries/EVT-2026-00001", "en").await.expect(200).text);
    for fact in ["suspended the entry. Reason: Under examination.", "reinstated the entry.", "The dates hold."] {
        assert!(shown.contains(fact), "{fact:?} is not in {shown}");
    }
}

#[tokio::test]
async fn a_superseded_entry_shows_its_text_and_points_on() {
    let house = published().await;
    let body = json!({"superseded_by": "EVT-2026-00002", "reason": "merged", "explanation": "Both told of one forum."});
    house.decide("EVT-2026-00001", "supersede", &body).await.expect(200);
    let page = house.page("/entries/EVT-2026-00001", "en").await.expect(200);
    assert_eq!(page.headers["link"], "</entries/EVT-2026-00002>; rel=\"successor-version\"");
    let shown = words(&page.text);
    for fact in [
        "Superseded",
        "This entry was superseded on 12 January 2026. Another one stands in its place: EVT-2026-00002",
        "Reason: Merged into another entry.",
        "Both told of one forum.",
        "delegation",
    ] {
        assert!(shown.contains(fact), "{fact:?} is not in {shown}");
    }
    let other = words(&house.page("/entries/EVT-2026-00002", "en").await.expect(200).text);
    assert!(other.contains("This entry stands in the place of: EVT-2026-00001"), "{other}");
    let list = words(&house.page("/", "en").await.expect(200).text);
    assert!(
        list.contains("stand in the place of 1 entry") || list.contains("stands in the place of 1 entry"),
        "{list}"
    );
    house.retract("EVT-2026-00001").await.expect(200);
    let gone = words(&house.page("/entries/EVT-2026-00001", "en").await.expect(410).text);
    assert!(gone.contains("Read instead EVT-2026-00002"), "{gone}");
}

#[tokio::test]
async fn a_correction_is_called_an_editorial_correction_and_both_digests_stand_below() {
    let house = published().await;
    house.correct(entry(1), "KAZ", 1, &corrected()).await;
    let page = house.page("/entries/EVT-2026-00001", "en").await.expect(200);
    let shown = words(&page.text);
    for fact in [
        "Editorial correction of edition 1.",
        "A moderator proposed an editorial correction, and another one confirmed exactly this text.",
        "Digest of edition 2",
        "Digest of edition 1",
    ] {
        assert!(shown.contains(fact), "{fact:?} is not in {shown}");
    }
    assert!(!shown.contains("not for the public"));
    let first = words(&house.page("/entries/EVT-2026-00001/editions/1", "en").await.expect(200).text);
    assert!(first.contains("Edition 2 is the current one."), "{first}");
}

#[tokio::test]
async fn every_language_says_what_was_cleared_passed_and_corrected() {
    let house = published().await;
    house.correct(entry(1), "KAZ", 1, &corrected()).await;
    let first = "/entries/EVT-2026-00001/editions/1";
    for (language, cleared, passed, corrected) in [
        (Language::Ar, "سلطة النشر", "مرحلة من مراحل المراجعة", "تصحيح تحريري"),
        (Language::Zh, "发布主管机关", "评审阶段", "编辑更正"),
        (
            Language::En,
            "The publishing authority of Kazakhstan cleared the text.",
            "passed a stage",
            "Editorial correction",
        ),
        (Language::Fr, "autorité de publication", "une étape de l’examen", "Correction rédactionnelle"),
        (Language::Ru, "ответственный за публикацию", "этап рассмотрения", "Редакционная поправка"),
        (Language::Es, "autoridad de publicación", "etapa de la revisión", "Corrección editorial"),
    ] {
        let page = house.page(first, language.code()).await.expect(200);
        super::form::check(&page.text).unwrap();
        let shown = words(&page.text);
        for fact in [cleared, passed, corrected] {
            assert!(shown.contains(fact), "{fact:?} is not in {shown}");
        }
    }
}

#[tokio::test]
async fn every_page_of_every_standing_is_well_formed_in_every_language() {
    let house = published().await;
    house.publish(entry(3), "KAZ", None, &sample()).await;
    house.suspend("EVT-2026-00001").await.expect(200);
    let body = json!({"superseded_by": "EVT-2026-00003", "reason": "merged", "explanation": "Both told of one forum."});
    house.decide("EVT-2026-00002", "supersede", &body).await.expect(200);
    for language in Language::ALL {
        for (path, status) in [
            ("/", 200),
            ("/entries/EVT-2026-00001", 403),
            ("/entries/EVT-2026-00002", 200),
            ("/entries/EVT-2026-00003", 200),
        ] {
            let page = house.page(path, language.code()).await.expect(status);
            super::form::check(&page.text).unwrap_or_else(|fault| panic!("{path} in {language}: {fault}"));
        }
    }
}
