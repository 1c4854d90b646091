//! What the pages show, in all languages.

use crate::tests::house::{ENTRY, House};

/// LOOK section 8.
const PAGE_BYTES_MAX: usize = 100 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_whole_in_six_languages_and_small() {
    let house = House::open_to_auditors().await;
    house.visit(&format!("/audit/entries/{ENTRY}?lang=en"), Some("auditor")).await.expect(200);
    let pages = [
        "/audit".to_owned(),
        "/audit/findings".to_owned(),
        "/audit/trails?body=KAZ".to_owned(),
        "/audit/checkpoints".to_owned(),
        "/audit/verify".to_owned(),
        "/audit/figures".to_owned(),
        format!("/audit/entries/{ENTRY}/as-of?moment=publication/0&which=submitted"),
        format!("/audit/entries/{ENTRY}?changes=true"),
    ];
    for page in pages {
        for language in ["ar", "zh", "en", "fr", "ru", "es"] {
            let joint = if page.contains('?') { '&' } else { '?' };
            let told = house.visit(&format!("{page}{joint}lang={language}"), Some("auditor")).await.expect(200);
            let html = &told.text;
            assert!(html.contains(&format!("<html lang=\"{language}\"")), "{page} {language}");
            assert!(!html.contains("auditor."), "a key has no text: {page} {language}: {}", around(html, "auditor."));
            assert!(html.len() <= PAGE_BYTES_MAX, "{page} {language}: {}", html.len());
            assert!(!html.contains(" style=") && !html.contains("<style") && !html.contains(" onload="), "{page}");
            check_names(html, &page);
        }
    }
}

fn around(html: &str, what: &str) -> String {
    html.find(what).and_then(|at| html.get(at.saturating_sub(60)..at + 60)).unwrap_or_default().to_owned()
}

/// Every control has a label, and no id is given twice.
fn check_names(html: &str, page: &str) {
    let mut ids = std::collections::BTreeSet::new();
    for piece in html.split(" id=\"").skip(1) {
        let id = piece.split('"').next().unwrap();
        assert!(ids.insert(id.to_owned()), "{page}: {id} comes twice");
    }
    for tag in ["<input ", "<select "] {
        for piece in html.split(tag).skip(1) {
            let attributes = piece.split('>').next().unwrap();
            let is_wrapped = attributes.contains("type=\"checkbox\"") || attributes.contains("type=\"hidden\"");
            let id = attributes.split("id=\"").nth(1).and_then(|rest| rest.split('"').next());
            let is_named = id.is_some_and(|id| html.contains(&format!("<label for=\"{id}\"")));
            assert!(is_wrapped || is_named, "{page}: {attributes}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_typed_is_escaped_and_stands_in_its_own_direction() {
    let house = House::open_to_auditors().await;
    let told = house.visit(&format!("/audit/entries/{ENTRY}"), Some("auditor")).await.expect(200);
    assert!(!told.text.contains("<script>alert"), "{}", around(&told.text, "<script>alert"));
    assert!(told.text.contains("&#60;script&#62;alert(1)&#60;/script&#62;"), "{}", told.text);
    let text = "<p class=\"text words\" lang=\"en\" dir=\"ltr\">&#60;script";
    assert!(told.text.contains(text), "{}", around(&told.text, "&#60;script"));
    let address = "/audit/trails?number=%3Cscript%3Ealert(1)%3C/script%3E";
    let told = house.visit(address, Some("auditor")).await;
    assert!(!told.text.contains("<script>alert"), "{}", told.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trail_is_drawn_told_and_judged() {
    let house = House::open_to_auditors().await;
    house.judged().await;
    let address = format!("/audit/entries/{ENTRY}");
    let told = house.visit(&address, Some("auditor")).await.expect(200);
    let html = &told.text;
    assert!(html.contains("EVT-2026-00001") && html.contains("<span class=\"num\">EVT-2026-00001</span>"));
    assert!(html.contains(">A forum</span></h1>"), "the public title: {}", around(html, "<h1>"));
    // Every mark leads to its row.
    for piece in html.split("<a href=\"#e").skip(1) {
        let number = piece.split('"').next().unwrap();
        assert!(html.contains(&format!("<tr id=\"e{number}\">")), "{number}");
    }
    assert!(html.matches("class=\"why\"").count() >= 2, "submission to approval to edition");
    assert!(html.contains("<title id=\"lanes-title\">What led to what</title>"));
    let arabic = house.visit(&format!("{address}?lang=ar"), Some("auditor")).await.expect(200).text;
    let first = |html: &str| -> i32 {
        let mark = html.split("class=\"hit\" x=\"").nth(1).unwrap();
        mark.split('"').next().unwrap().parse().unwrap()
    };
    assert!(first(&arabic) > first(html), "the first step stands at the right in Arabic");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_trail_comes_in_pages_and_filters_narrow_it() {
    let house = House::open_to_auditors().await;
    for _ in 0..40 {
        house.visit(&format!("/audit/entries/{ENTRY}"), Some("auditor")).await.expect(200);
    }
    let told = house.visit(&format!("/audit/entries/{ENTRY}?only=everything"), Some("auditor")).await.expect(200);
    let next = told.text.split("href=\"").find(|piece| piece.contains("cursor=")).expect("there is a next page");
    let next = next.split('"').next().unwrap().replace("&#38;", "&");
    assert!(next.contains("only=everything"), "the filter stays: {next}");
    let second = house.visit(&next, Some("auditor")).await.expect(200);
    assert!(second.text.contains("<tr id=\"e26\">") && !second.text.contains("<tr id=\"e25\">"));
    let told = house.visit(&format!("/audit/entries/{ENTRY}?kind=approved"), Some("auditor")).await.expect(200);
    assert_eq!(told.text.matches("<tr id=\"e").count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_moment_is_shown_as_the_page_it_was_and_two_are_compared() {
    let house = House::open_to_auditors().await;
    let as_of = format!("/audit/entries/{ENTRY}/as-of");
    let before = house.visit(&format!("{as_of}?moment=submission/1"), Some("auditor")).await.expect(200).text;
    assert!(before.contains("not public yet") && before.contains("In review"), "{before}");
    assert!(before.contains("The text as it was submitted: revision 1") && before.contains("A forum"), "{before}");
    let after = house.visit(&format!("{as_of}?moment=publication/0"), Some("auditor")).await.expect(200).text;
    assert!(after.contains("The page as it was: edition 1"), "{after}");
    let both = format!("{as_of}?moment=submission/1&until=publication/0");
    let both = house.visit(&both, Some("auditor")).await.expect(200).text;
    assert!(
        both.contains("What differs between the two moments") && both.contains("A revision was approved"),
        "{both}"
    );
    let drafted = house.visit(&format!("{as_of}?moment=submission/0"), Some("auditor")).await.expect(200).text;
    assert!(drafted.contains("Drafts are private") && !drafted.contains("A forum"), "P13: {drafted}");
    house.visit(&format!("{as_of}?moment=publication/77"), Some("auditor")).await.expect(409);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_are_told_as_tables_with_plots_and_as_a_file() {
    let house = House::open_to_auditors().await;
    let page = house.visit("/audit/figures", Some("auditor")).await.expect(200).text;
    assert!(page.contains("By body") && page.contains("class=\"bar\"") && page.contains("Kazakhstan"), "{page}");
    let file = house.visit("/audit/figures/file", Some("auditor")).await.expect(200).text;
    assert!(file.lines().any(|line| line.starts_with("\"body\",\"KAZ\",\"1\",\"1\",\"0\"")), "{file}");
    house.visit("/audit/figures", Some("auditor-of-kenya")).await.expect(403);
    let told = house.get("/figures", Some("auditor")).await.expect(200);
    assert_eq!((&told.body["all"]["decided"], &told.body["by_type"][0]["key"]), (&1.into(), &"event".into()));
    house.get("/figures?format=jsonl", Some("auditor")).await.expect(422);
    house.get("/figures", Some("writer")).await.expect(403);
}
