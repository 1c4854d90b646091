//! What one edition says otherwise than another, and pages as they stood.

use dossier_proto::Micros;
use dossier_web::Language;
use serde_json::json;

use super::facts::words;
use crate::tests::{House, corrected, entry, sample, sample_with};

async fn three_editions() -> House {
    let house = House::open().await;
    house.publish(entry(1), "KAZ", None, &sample()).await;
    house.wait(Micros::DAY);
    house.publish(entry(1), "KAZ", Some(1), &corrected()).await;
    house.wait(Micros::DAY);
    let mut third = corrected();
    third["title"] = json!({"en": "Third title <script>alert(1)</script>", "ru": "Третье название"});
    house.publish(entry(1), "KAZ", Some(2), &third).await;
    house
}

const EDITIONS: &str = "/entries/EVT-2026-00001/editions";

#[tokio::test]
async fn two_editions_are_compared_word_by_word_and_marks_are_said() {
    let house = three_editions().await;
    let page = house.page(EDITIONS, "en").await.expect(200);
    let said = words(&page.text);
    for fact in [
        "Editions of EVT-2026-00001",
        "From edition 2 to edition 3",
        "Compare with 1",
        "Open edition 1",
        "Put in order.",
    ] {
        assert!(said.contains(fact), "{fact:?} is not in {said}");
    }
    let (_, title) = page.text.split_once("<div class=\"field-diff\">").unwrap();
    assert!(
        title.contains("<ins><span class=\"vh\">added: </span>")
            && title.contains("<del><span class=\"vh\">removed: </span>")
    );
    assert!(!page.text.contains("<script>alert") && page.text.contains("&lt;script&gt;"), "{}", page.text);
    assert!(page.text.contains("lang=\"ru\" dir=\"ltr\""), "a language that came is marked as such");
    let first = house.page(&format!("{EDITIONS}?from=1&to=2"), "en").await.expect(200).text;
    let said = words(&first);
    assert!(said.contains("From edition 1 to edition 2") && said.contains("New York"), "{said}");
    // Backwards, and over one, too.
    house.page(&format!("{EDITIONS}?from=3&to=1"), "en").await.expect(200);
    for odd in ["?from=9&to=2", "?from=0", "?to=x", "?from=-1", "?from=01"] {
        house.page(&format!("{EDITIONS}{odd}"), "en").await.expect(404);
    }
    house.page("/entries/EVT-2026-00009/editions", "en").await.expect(404);
    let moved = house.page("/entries/evt-2026-00001/editions?from=1&to=2", "en").await;
    assert!(matches!(moved.status.as_u16(), 308 | 404), "{}", moved.status);
}

#[tokio::test]
async fn what_is_withheld_stays_withheld_and_one_edition_is_compared_with_nothing() {
    let house = three_editions().await;
    house.publish(entry(2), "KEN", None, &sample()).await;
    let single = words(&house.page("/entries/EVT-2026-00002/editions", "en").await.expect(200).text);
    assert!(single.contains("First edition.") && !single.contains("From edition"), "{single}");
    house.suspend("EVT-2026-00001").await.expect(200);
    for path in [EDITIONS.to_owned(), format!("{EDITIONS}?from=1&to=2")] {
        let page = house.page(&path, "en").await.expect(403).text;
        assert!(!page.contains("New York") && !page.contains("Third title"), "{page}");
    }
    house.retract("EVT-2026-00001").await.expect(200);
    let page = house.page(EDITIONS, "en").await.expect(410).text;
    assert!(!page.contains("New York") && !page.contains("Third title"), "{page}");
    // Nor as it stood before that.
    let past = house.page("/entries/EVT-2026-00001?as_of=2026-01-12T13:00:00Z", "en").await.expect(410).text;
    assert!(!past.contains("delegation"), "{past}");
}

#[tokio::test]
async fn a_page_shows_the_entry_as_it_stood_and_says_so() {
    let house = three_editions().await;
    let path = "/entries/EVT-2026-00001";
    let then = house.page(&format!("{path}?as_of=2026-01-13T13:00:00Z"), "en").await.expect(200);
    let said = words(&then.text);
    assert!(said.contains("As it stood on 13 January 2026, 13:00 UTC.") && said.contains("Edition 2"), "{said}");
    assert!(!said.contains("Third title") && !said.contains("Not the current edition"), "{said}");
    assert_eq!(then.headers["cache-control"], "no-store");
    house.page(&format!("{path}?as_of=2026-01-12T11:00:00Z"), "en").await.expect(404);
    house.page(&format!("{path}?as_of=2036-01-12T11:00:00Z"), "en").await.expect(409);
    house.page(&format!("{path}?as_of=yesterday"), "en").await.expect(400);
    house.page(&format!("{path}/editions/3?as_of=2026-01-13T13:00:00Z"), "en").await.expect(404);
    let today = words(&house.page(path, "en").await.expect(200).text);
    assert!(today.contains("See what changed from edition to edition") && !today.contains("As it stood"), "{today}");
}

#[tokio::test]
async fn the_history_stands_in_six_languages_and_is_small() {
    let house = three_editions().await;
    let long: String = (0..4_000).map(|n| format!("word{n} ")).collect();
    let content = sample_with(&json!({"description": {"en": long}}));
    house.publish(entry(1), "KAZ", Some(3), &content).await;
    for language in Language::ALL {
        let page = house.page(&format!("{EDITIONS}?from=3&to=4"), language.code()).await.expect(200).text;
        assert!(page.contains(&format!("<html lang=\"{language}\" dir=\"{}\"", language.direction())));
        assert!(
            !page.contains("publisher.") && !page.contains("{count}") && !page.contains("{from}"),
            "{language}: {page}"
        );
        assert!(page.len() <= 100_000, "{language}: {} bytes", page.len());
        assert_eq!(page.matches("<h1").count(), 1);
    }
}
