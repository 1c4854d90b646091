//! Whatever stands in a content, it stays text.

use proptest::prelude::*;
use serde_json::json;

use super::form::check;
use crate::tests::{House, entry, sample_with};

const NASTY: [&str; 8] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</title></h1></dd></main></body>",
    "{{ 7 * 7 }} {% raw %} {n} {body}",
    "&lt;b&gt; & &amp; &#x3C;script>",
    "\u{202E}gnihton\u{202D}\u{2066}",
    "[x](javascript:alert(1)) <javascript:alert(1)>",
];

#[tokio::test]
async fn hostile_words_stay_words_on_every_page() {
    let house = House::open().await;
    for (number, nasty) in (1..).zip(NASTY) {
        let content = sample_with(&json!({
            "title": {"en": nasty, "ar": nasty},
            "description": {"en": nasty, "ar": nasty},
            "location": {"city": nasty, "online": nasty},
            "organizers": [{"text": nasty}],
            "event_type": nasty,
            "gcm_objectives": [nasty],
            "links": [{"url": nasty, "title": {"en": nasty}}, {"url": "javascript:alert(1)"}],
            "dates": {"start": nasty},
            "unknown_field": {"a": nasty},
        }));
        house.publish_saying(entry(number), "KAZ", None, &content, nasty).await;
        let name = format!("EVT-2026-{number:05}");
        for language in ["en", "ar"] {
            let page = house.page(&format!("/entries/{name}"), language).await.expect(200).text;
            check(&page).unwrap_or_else(|error| panic!("{nasty:?}: {error}\n{page}"));
            assert!(page.matches("<script").count() == 1 && !page.contains("<img"), "{nasty:?}");
        }
        let list = house.page("/", "en").await.expect(200).text;
        check(&list).unwrap_or_else(|error| panic!("{nasty:?}: {error}\n{list}"));
        let query: String = nasty.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let found = house.page(&format!("/?text={query}&country={query}&type_of_resource={query}"), "en").await;
        check(&found.expect(200).text).unwrap_or_else(|error| panic!("searching {nasty:?}: {error}"));
        let document = house.get(&format!("/api/v1/entries/{name}")).send().await.expect(200).json();
        assert_eq!(document["content"]["title"]["en"], nasty);
    }
}

#[test]
fn any_title_and_text_leave_a_page_well_formed() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(2).build().unwrap();
    let house = runtime.block_on(House::open());
    let numbers = std::cell::Cell::new(0_u8);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(40));
    let text = || proptest::string::string_regex("[a-z<>&\"'/= \u{5D0}\u{202E}\n*_\\[\\](){}#-]{1,60}").unwrap();
    let ran = runner.run(&(text(), text()), |(title, words)| {
        let number = numbers.get() + 1;
        numbers.set(number);
        let content = sample_with(&json!({"title": {"en": title}, "description": {"en": words}}));
        let page = runtime.block_on(async {
            house.publish(entry(number), "KAZ", None, &content).await;
            house.page(&format!("/entries/{}", entry(number)), "en").await.expect(308);
            house.page(&format!("/entries/EVT-2026-{number:05}"), "en").await.expect(200).text
        });
        prop_assert!(check(&page).is_ok(), "{:?}\n{}", check(&page), page);
        Ok(())
    });
    ran.unwrap();
}
