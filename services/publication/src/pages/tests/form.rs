//! Pages are well-formed in every language, small, and answer as they should.

use dossier_web::Language;
use serde_json::json;

use super::facts::words;
use crate::tests::{House, asking::Told, corrected, entry, sample, sample_with};

const VOID: [&str; 4] = ["meta", "link", "input", "br"];

/// Walks through a page: every element closed in order, every attribute in quotes and once, no id twice, no `<` or `&` bare.
pub(super) fn check(html: &str) -> Result<(), String> {
    let mut rest = html.strip_prefix("<!doctype html>").ok_or("no doctype")?;
    let (mut open, mut ids): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    while let Some((text, after)) = rest.split_once('<') {
        check_text(text)?;
        let (tag, tail) = after.split_once('>').ok_or("a tag without its end")?;
        rest = tail;
        if let Some(name) = tag.strip_prefix('/') {
            let last = open.pop();
            if last != Some(name) {
                return Err(format!("</{name}> closes {last:?}"));
            }
            continue;
        }
        let (name, attributes) = tag.split_once([' ', '\n']).unwrap_or((tag.trim_end_matches('/'), ""));
        check_attributes(name, attributes.trim_end_matches('/'), &mut ids)?;
        let is_drawing = tag.ends_with('/');
        if !VOID.contains(&name) && !is_drawing {
            open.push(name);
        }
    }
    check_text(rest)?;
    if open.is_empty() { Ok(()) } else { Err(format!("left open: {open:?}")) }
}

fn check_text(text: &str) -> Result<(), String> {
    let bare = text.split('&').skip(1).find(|piece| {
        let entity = piece.split(';').next().unwrap_or_default();
        entity.is_empty() || entity.len() > 6 || !entity.chars().all(|c| c.is_ascii_alphanumeric() || c == '#')
    });
    if text.contains('>') || bare.is_some() { Err(format!("not escaped: {text:?}")) } else { Ok(()) }
}

fn check_attributes<'a>(name: &str, mut rest: &'a str, ids: &mut Vec<&'a str>) -> Result<(), String> {
    let mut seen: Vec<&str> = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Ok(());
        }
        let end = rest.find(['=', ' ']).unwrap_or(rest.len());
        let key = &rest[..end];
        if seen.contains(&key) {
            return Err(format!("<{name}> has {key} twice"));
        }
        seen.push(key);
        if key.starts_with("on") || key == "style" {
            return Err(format!("<{name}> has {key}"));
        }
        let Some(value) = rest[end..].strip_prefix("=\"") else {
            rest = &rest[end..];
            continue;
        };
        let (value, tail) = value.split_once('"').ok_or_else(|| format!("{key} of <{name}> does not end"))?;
        check_text(value)?;
        if key == "id" {
            if ids.contains(&value) {
                return Err(format!("the id {value} stands twice"));
            }
            ids.push(value);
        }
        if matches!(key, "href" | "src" | "action") && value.trim_start().to_lowercase().starts_with("javascript") {
            return Err(format!("{key}={value}"));
        }
        rest = tail;
    }
}

/// A house with two entries, one of them in two editions and two languages, and one that was retracted.
async fn furnished() -> House {
    let house = House::open().await;
    house.publish(entry(1), "KAZ", None, &sample()).await;
    house.publish(entry(1), "KAZ", Some(1), &corrected()).await;
    let both = sample_with(&json!({
        "original_language": "ru",
        "title": {"ru": "Участие делегации Казахстана", "ar": "مشاركة وفد كازاخستان"},
        "description": {"ru": "Первый абзац.\n\n- пункт\n- *другой* пункт", "ar": "الفقرة الأولى."},
        "links": [{"url": "https://example.org/a?b=1&c=2", "title": {"ru": "Сайт"}}],
        "organizers": ["iom", {"text": "Министерство труда & <занятости>"}],
    }));
    house.publish(entry(2), "KAZ", None, &both).await;
    house.publish(entry(3), "KEN", None, &sample()).await;
    house.retract("EVT-2026-00003").await.expect(200);
    house
}

const PAGES: [&str; 8] = [
    "/",
    "/?text=forum&country=KAZ&page=1",
    "/?country=XXX",
    "/entries/EVT-2026-00001",
    "/entries/EVT-2026-00001/editions/1",
    "/entries/EVT-2026-00002",
    "/entries/EVT-2026-00002?content=ar",
    "/entries/EVT-2026-00003",
];

#[tokio::test]
async fn every_page_in_every_language_is_well_formed_and_small() {
    let house = furnished().await;
    let keep = std::env::var_os("DOSSIER_PAGES").map(std::path::PathBuf::from);
    for language in Language::ALL {
        for path in PAGES {
            let page = house.page(path, language.code()).await;
            let html = &page.text;
            if let Some(folder) = &keep {
                let name: String = path.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
                std::fs::write(folder.join(format!("page{name}.{language}.html")), html).unwrap();
            }
            check(html).unwrap_or_else(|error| panic!("{path} in {language}: {error}\n{html}"));
            let start = format!("<html lang=\"{}\" dir=\"{}\">", language.code(), language.direction());
            assert!(html.contains(&start), "{path} in {language}");
            assert!(html.len() <= 30 * 1024, "{path} in {language} has {} bytes", html.len());
            assert_eq!(page.headers["content-language"], language.code());
            assert_eq!(html.matches("<h1").count(), 1, "{path}");
            assert!(!html.contains("{}") && !html.contains("{n}"), "{path}: a place was not filled in");
            assert!(html.contains("class=\"demo\""), "every page says that this is a demonstration");
        }
    }
}

#[tokio::test]
async fn an_arabic_page_runs_from_the_right_and_values_keep_their_own_direction() {
    let house = furnished().await;
    let page = house.page("/entries/EVT-2026-00001", "ar").await.expect(200).text;
    assert!(page.contains("<html lang=\"ar\" dir=\"rtl\">"));
    assert!(page.contains("<h1 lang=\"en\" dir=\"ltr\">"));
    assert!(page.contains("class=\"prose\" lang=\"en\" dir=\"ltr\">"));
    assert!(page.contains("كازاخستان"), "names of countries are the registry's");
    let russian = house.page("/entries/EVT-2026-00002?content=ru", "ar").await.expect(200).text;
    assert!(russian.contains("<h1 lang=\"ru\" dir=\"ltr\">"));
    let arabic = house.page("/entries/EVT-2026-00002", "ar").await.expect(200).text;
    assert!(
        arabic.contains("<h1>مشاركة وفد كازاخستان</h1>"),
        "the text is in the reader's language where there is one"
    );
}

#[tokio::test]
async fn the_text_is_read_in_the_language_asked_for_and_its_marks_become_elements() {
    let house = furnished().await;
    let page = house.page("/entries/EVT-2026-00002", "en").await.expect(200).text;
    assert!(page.contains("<h1 lang=\"ru\" dir=\"ltr\">Участие делегации Казахстана</h1>"));
    assert!(page.contains("<p>Первый абзац.</p><ul><li>пункт</li><li><em>другой</em> пункт</li></ul>"));
    assert!(page.contains("href=\"https://example.org/a?b=1&amp;c=2\""));
    assert!(words(&page).contains("Министерство труда & <занятости>"));
    assert!(page.contains("href=\"?content=ar\" lang=\"ar\" dir=\"rtl\""));
    let arabic = house.page("/entries/EVT-2026-00002?content=ar", "en").await.expect(200).text;
    assert!(arabic.contains("<h1 lang=\"ar\" dir=\"rtl\">مشاركة وفد كازاخستان</h1>"));
    let unknown = house.page("/entries/EVT-2026-00002?content=xx", "en").await.expect(200).text;
    assert!(unknown.contains("<h1 lang=\"ru\""));
}

#[tokio::test]
async fn the_list_finds_and_narrows_and_turns() {
    let house = furnished().await;
    let list = async |query: &str| words(&house.page(&format!("/{query}"), "en").await.expect(200).text);
    let all = list("").await;
    assert!(all.contains("2 entries") && all.contains("1 to 2 of 2"), "{all}");
    assert!(all.find("EVT-2026-00002") < all.find("EVT-2026-00001"), "newest first");
    assert!(!all.contains("EVT-2026-00003"), "what is retracted is not listed");
    assert!(all.contains("1 entry was retracted."));
    assert!(
        all.contains("Kazakhstan 17 to 20 May 2022 (New York time) New York, United States of America Objective 23")
    );
    assert!(all.contains("Reads in Russian, Arabic"));
    assert!(list("?text=imrf").await.contains("1 entry"));
    assert!(list("?text=%D0%B4%D0%B5%D0%BB%D0%B5%D0%B3%D0%B0%D1%86%D0%B8%D0%B8").await.contains("EVT-2026-00002"));
    assert!(list("?country=USA").await.contains("EVT-2026-00001"));
    assert!(list("?gcm_objectives=23&resource_language=ru").await.contains("EVT-2026-00002"));
    assert!(list("?text=nothing-has-this").await.contains("No entry fits."));
    assert!(list("?page=7").await.contains("No entry fits.") || list("?page=7").await.contains("2 entries"));
    assert!(list("?utm_source=mail&field_x=1").await.contains("2 entries"), "what is not known is passed over");
}

#[tokio::test]
async fn long_lists_are_turned_page_by_page() {
    let house = House::open().await;
    for number in 1..=45 {
        house.publish(entry(number), "KAZ", None, &sample()).await;
    }
    let mut seen = Vec::new();
    for page in 1..=3 {
        let html = house.page(&format!("/?page={page}"), "en").await.expect(200).text;
        assert!(html.len() <= 30 * 1024, "{} bytes", html.len());
        assert_eq!(html.contains("rel=\"next\""), page < 3);
        assert_eq!(html.contains("rel=\"prev\""), page > 1);
        seen.extend(html.split("<span class=\"num\">").skip(1).map(|part| part[..14].to_owned()));
    }
    let wanted: Vec<String> = (1..=45).rev().map(|number| format!("EVT-2026-{number:05}")).collect();
    assert_eq!(seen, wanted);
}

fn location(told: &Told) -> &str {
    told.headers["location"].to_str().unwrap()
}

#[tokio::test]
async fn each_page_has_one_address() {
    let house = furnished().await;
    for (path, better) in [
        (format!("/entries/{}", entry(1)), "/entries/EVT-2026-00001"),
        ("/entries/evt-2026-00001".to_owned(), "/entries/EVT-2026-00001"),
        (format!("/entries/{}/editions/1?lang=ar", entry(1)), "/entries/EVT-2026-00001/editions/1?lang=ar"),
    ] {
        let told = house.page(&path, "en").await.expect(308);
        assert_eq!(location(&told), better);
    }
    for path in [
        "/entries/EVT-2026-00009",
        "/entries/EVT-2026-1",
        "/entries/nothing",
        "/entries/EVT-2026-00001/editions/3",
        "/entries/EVT-2026-00001/editions/0",
        "/entries/EVT-2026-00001/editions/01",
        "/entries/EVT-2026-00001/editions/x",
        "/entries/%FF",
    ] {
        let status = house.page(path, "en").await.status.as_u16();
        assert!([400, 404].contains(&status), "{path}: {status}");
    }
}

#[tokio::test]
async fn a_page_the_reader_has_is_not_sent_again() {
    let house = furnished().await;
    let first = house.page("/entries/EVT-2026-00001", "en").await.expect(200);
    let again = |language: &'static str| {
        house
            .get("/entries/EVT-2026-00001")
            .header("accept-language", language)
            .header("if-none-match", &first.etag())
            .send()
    };
    assert_eq!(again("en").await.expect(304).text, "");
    again("fr").await.expect(200);
    house.publish(entry(1), "KAZ", Some(2), &corrected()).await;
    again("en").await.expect(200);
}
