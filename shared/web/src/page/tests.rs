//! The frame, its words and its stylesheet.

mod masthead;

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    Router,
    body::{Body, to_bytes},
};
use dossier_proto::Micros;
use http::{Request, StatusCode, Uri, header};
use jiff::civil::date;
use tower::ServiceExt;

use super::{
    Demonstration, Frame, Link, Paper, Purpose, Visitor, Words, date_in_utc, icon, problem_page, style_address,
    style_routes,
};
use crate::{Language, Problem, ProblemKind};

#[derive(Template)]
#[template(source = "<h1>{{ title }}</h1>{{ found|safe }}", ext = "html")]
struct Main<'a> {
    title: &'a str,
    found: &'a str,
}

fn page(language: Language, address: &str, demonstration: &Demonstration, main: &Main<'_>) -> String {
    let address: Uri = address.parse().unwrap();
    let navigation = [Link::to("/", "Entries & more").here(), Link::to("/by-country", "By country")];
    let visitor = Visitor { name: Some("<Oak>".to_owned()), parts: None, door: Link::to("/out", "Sign out") };
    let frame = Frame {
        language,
        title: "A <title>",
        purpose: Purpose::Reading,
        address: &address,
        home: "/",
        room: None,
        navigation: &navigation,
        visitor: Some(&visitor),
        footer: &[],
        demonstration,
    };
    frame.page(main).unwrap().into_string()
}

fn paper(language: Language, address: &'static str) -> Paper {
    let request = Request::get(address).header(header::COOKIE, format!("lang={language}")).body(()).unwrap();
    Paper::plain(&request.into_parts().0)
}

const PLAIN: Main<'_> = Main { title: "Title", found: "" };

#[test]
fn the_frame_says_its_language_and_direction_and_keeps_the_address() {
    let arabic = page(Language::Ar, "/?text=a%20b&lang=en&page=2", &Demonstration::No, &PLAIN);
    assert!(arabic.contains(r#"<html lang="ar" dir="rtl">"#) && arabic.contains("انتقل إلى المحتوى الرئيسي"));
    let french = r#"<a href="?lang=fr&#38;text=a%20b&#38;page=2" lang="fr" dir="ltr" hreflang="fr">Français</a>"#;
    assert!(arabic.contains(french), "{arabic}");
    assert_eq!(arabic.matches("aria-current=\"true\"").count(), 1);
    let order: Vec<_> = Language::ALL.map(|language| arabic.find(&format!(">{}</a>", language.name())).unwrap()).into();
    assert!(order.is_sorted(), "the six stand in their order");
    let chinese = page(Language::Zh, "/", &Demonstration::No, &PLAIN);
    assert!(chinese.contains(r#"<html lang="zh" dir="ltr">"#) && chinese.contains("跳到主要内容"));
}

#[test]
fn what_is_given_is_escaped() {
    let hostile = "\"><script>alert(1)</script>";
    let html = page(Language::En, "/?x=%22%3E", &Demonstration::No, &Main { title: hostile, found: "" });
    assert!(!html.contains("<script>") && html.contains("A &#60;title&#62; – Dossier"), "{html}");
    assert!(html.contains("&#60;Oak&#62;") && html.contains("Entries &#38; more"));
}

#[test]
fn a_demonstration_says_so_on_every_page_and_a_real_one_never() {
    let step = Demonstration::Yes(Some("/demo"));
    let html = page(Language::En, "/", &step, &PLAIN);
    let banner = html.find("<div class=\"demo\">").unwrap();
    assert!(banner < html.find("<nav class=\"tongues\"").unwrap(), "it is the first thing");
    assert!(html.contains("All entries and persons here are invented.") && html.contains("href=\"/demo\""));
    assert!(!page(Language::En, "/", &Demonstration::No, &PLAIN).contains("class=\"demo\""));
}

#[test]
fn the_sprite_holds_the_icons_of_the_page_and_no_other() {
    let find = icon("find");
    let found = format!("{find}{}{find}", icon("seal"));
    let html = page(Language::En, "/", &Demonstration::No, &Main { title: "", found: &found });
    assert_eq!(html.matches("<symbol ").count(), 2);
    assert!(html.contains(r#"<symbol id="i-find""#) && html.contains(r#"<symbol id="i-seal""#));
    assert!(!page(Language::En, "/", &Demonstration::No, &PLAIN).contains("<symbol"));
    let empty = page(Language::En, "/", &Demonstration::No, &PLAIN).len();
    assert!(empty < 5_000, "the frame leaves room for the page: {empty} bytes");
}

#[tokio::test]
async fn the_stylesheet_is_kept_for_ever_at_an_address_of_its_own() {
    let app: Router = style_routes();
    let ask =
        async |address: &str| app.clone().oneshot(Request::get(address).body(Body::empty()).unwrap()).await.unwrap();
    let response = ask(style_address()).await;
    assert_eq!(response.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/css; charset=utf-8");
    let text = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    assert!(text.len() <= 45 * 1024 && text.starts_with(b"/* Dossier"), "LOOK section 8");
    assert!(page(Language::En, "/", &Demonstration::No, &PLAIN).contains(style_address()));
    assert_eq!(ask("/assets/style-0000000000000000.css").await.status(), StatusCode::NOT_FOUND);
}

#[test]
fn every_language_has_every_word_and_the_same_places() {
    let places = |text: &str| -> BTreeSet<String> {
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(place, _)| place.to_owned()).collect()
    };
    // Forms of plurals, and the form of a first day, differ from language to language.
    let differs = |key: &str| {
        let last = key.rsplit('.').next().unwrap();
        ["zero", "one", "two", "few", "many", "other", "first_day"].contains(&last)
    };
    for language in Language::ALL {
        let words = Words::of(language);
        for (key, english) in Words::of(Language::En).keys().filter(|(key, _)| !differs(key)) {
            let own = words.keys().find(|(own, _)| *own == key);
            let (_, own) = own.unwrap_or_else(|| panic!("{language} lacks {key}"));
            assert!(!own.trim().is_empty() || key == "translation.reviewed_by", "{language} {key}");
            assert_eq!(places(own), places(english), "{language} {key}");
            assert!(!own.contains(['!', '<', '>']), "{language} {key}");
        }
        for (key, _) in words.keys().filter(|(key, _)| !differs(key)) {
            assert!(
                Words::of(Language::En).keys().any(|(english, _)| english == key),
                "{key} of {language} is nowhere else"
            );
        }
    }
}

#[test]
fn every_word_the_templates_ask_for_is_there() {
    let english = Words::of(Language::En);
    let mut asked = 0;
    for template in [include_str!("../../templates/frame.html"), include_str!("../../templates/problem.html")] {
        for rest in template.split("words.text(\"").skip(1) {
            let key = rest.split('"').next().unwrap();
            assert!(english.known(key).is_some(), "{key}");
            asked += 1;
        }
    }
    assert!(asked >= 8);
    assert_eq!(english.text("no.such.key"), "no.such.key");
    for (key, _) in english.keys().filter(|(key, _)| key.starts_with("problem.") && key.contains('-')) {
        let code = key["problem.".len()..].trim_end_matches("-todo");
        assert!(["to_entries", "number"].contains(&code) || ProblemKind::from_code(code).is_some(), "{key}");
    }
}

#[test]
fn numbers_take_the_right_form_and_places_are_filled_once() {
    let count = |language, number| Words::of(language).count("list.entries", number);
    assert_eq!([0, 1, 2].map(|number| count(Language::En, number)), ["0 entries", "1 entry", "2 entries"]);
    assert_eq!(
        [1, 2, 5, 21].map(|number| count(Language::Ru, number)),
        ["1 запись", "2 записи", "5 записей", "21 запись"]
    );
    assert_eq!([1, 2, 3, 11].map(|number| count(Language::Ar, number)), ["مدخل واحد", "مدخلان", "3 مدخلات", "11 مدخلًا"]);
    assert_eq!(count(Language::Fr, 0), "0 fiche");
    assert_eq!(count(Language::Zh, 3), "3 个条目");
    let english = Words::of(Language::En);
    assert_eq!(english.with("record.edition", "number", 2), "Edition 2");
    assert_eq!(english.with("record.edition", "number", "{number}"), "Edition {number}", "a value is not filled again");
    assert_eq!(english.fill("record.edition", &[("other", "x")]), "Edition {number}");
    assert_eq!(super::words::fill("{ {a} {", &[("a", "1")]), "{ 1 {");
}

#[test]
fn dates_are_written_as_each_language_writes_them() {
    let (day, first) = (date(2026, 3, 9), date(2026, 5, 1));
    let written = Language::ALL.map(|language| Words::of(language).date(day));
    let expected =
        ["9 آذار/مارس 2026", "2026年3月9日", "9 March 2026", "9 mars 2026", "9 марта 2026 года", "9 de marzo de 2026"];
    assert_eq!(written, expected);
    assert_eq!(Words::of(Language::Fr).date(first), "1er mai 2026");
    assert_eq!(Words::of(Language::Ru).date(first), "1 мая 2026 года");
    let english = Words::of(Language::En);
    assert_eq!(english.dates(date(2022, 5, 17), date(2022, 5, 20)), "17–20 May 2022");
    assert_eq!(english.dates(date(2022, 5, 30), date(2022, 6, 2)), "30 May – 2 June 2022");
    assert_eq!(english.dates(date(2021, 12, 30), date(2022, 1, 2)), "30 December 2021 – 2 January 2022");
    assert_eq!(english.dates(day, day), "9 March 2026");
    assert_eq!(Words::of(Language::Zh).dates(date(2022, 5, 17), date(2022, 5, 20)), "2022年5月17日至20日");
    let moment = Micros(1_773_053_899_000_000);
    assert_eq!(english.moment(moment), "9 March 2026, 10:58 UTC");
    assert_eq!(date_in_utc(moment), day);
    assert_eq!((date_in_utc(Micros(i64::MAX)).year(), date_in_utc(Micros(i64::MIN)).year()), (9999, -9999));
}

#[test]
fn a_problem_has_a_page_in_the_readers_language() {
    let ask = |language, problem: &Problem| problem_page().draw(problem, &paper(language, "/EVT-2026-99999"));
    let problem = Problem::new(ProblemKind::NotFound);
    let html = ask(Language::Ru, &problem);
    assert!(html.contains("<h1>По этому адресу ничего нет.</h1>"), "{html}");
    assert!(
        html.contains(&problem.number().to_string())
            && html.contains("<title>По этому адресу ничего нет. – Dossier</title>")
    );
    let refused = Problem::new(ProblemKind::OwnWords).detail("See <moderation 7>.");
    let html = ask(Language::Ar, &refused);
    assert!(html.contains("You wrote part of this content") && html.contains("See &#60;moderation 7&#62;."), "{html}");
    assert!(html.contains(r#"<p lang="en" dir="ltr">"#));
}

/// What passes says in the reader's own language that nothing is lost and what happens next.
#[test]
fn problems_that_pass_are_told_in_all_six_languages() {
    let problems = [Problem::authority_not_heard(), Problem::accounts_not_heard(), Problem::storage_full()];
    for problem in &problems {
        assert!(problem.kind().status().is_server_error());
        let pages = Language::ALL.map(|language| {
            let words = Words::of(language);
            let key = format!("problem.{}", problem.kind().code());
            let html = problem_page().draw(problem, &paper(language, "/"));
            assert!(html.contains(words.text(&key)) && html.contains(words.text(&format!("{key}-todo"))), "{html}");
            assert!(!html.contains("<p lang=\"en\""), "nothing is left in English: {html}");
            words.text(&key).to_owned()
        });
        assert_eq!(pages.iter().collect::<BTreeSet<_>>().len(), 6, "each in its own words: {pages:?}");
    }
}
