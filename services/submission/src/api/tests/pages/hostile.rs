use dossier_web::page::Words;
use serde_json::json;

use super::Browser;
use crate::api::tests::house::{House, content};

/// What people type is text: markup, marks of direction, combining signs, and the longest title there may be.
#[tokio::test]
async fn hostile_text_does_nothing_and_every_page_speaks_six_languages() {
    let house = House::open().await;
    let mut hostile = content();
    let title = format!("<script>alert(1)</script>\" onfocus=\"x {}", "Z\u{351}\u{36b}👩‍👩‍👧".repeat(20));
    hostile["title"] = json!({"en": title.chars().take(255).collect::<String>()});
    hostile["description"] = json!({"en": "</textarea><img src=x onerror=alert(1)> [x](javascript:alert(1))"});
    hostile["organizers"] = json!([{"text": "'\"><b>bold</b>"}]);
    let start = json!({"type": "event", "language": "en", "content": hostile});
    let id = house.post("/entries").by("aigerim").json(&start).send().await.expect(201).id();
    house.submitted("aigerim", id).await;
    house.changes_requested(id, "<i>what</i> {{ 7 * 7 }}").await;
    let entry = format!("/contribute/entries/{id}");
    let aigerim = Browser::of(&house, "aigerim");
    let pages = ["", "/preview", "/timeline", "/submit", "/withdraw"].map(|end| format!("{entry}{end}"));
    let pages = pages.iter().map(String::as_str).chain(["/contribute", "/contribute/new", "/contribute/clearance"]);
    for path in pages {
        for language in dossier_web::Language::ALL {
            let page = aigerim.get_in(path, language.code()).await.expect(200);
            page.says(&format!("<html lang=\"{language}\" dir=\"{}\"", language.direction()));
            page.says_not("<script>alert").says_not("<img src=x").says_not("<b>bold").says_not("<i>what");
            page.says_not("contributor.").says_not("href=\"javascript:").says_not(" style=\"").says_not("{count}");
            assert!(page.html.len() < 100_000, "{path} in {language}: {} bytes", page.html.len());
            every_control_has_a_name(path, &page.html);
            one_id_each(path, &page.html);
        }
    }
}

/// A label for each control, by its id, around it, or as an attribute.
#[track_caller]
fn every_control_has_a_name(path: &str, html: &str) {
    let (mut inside_label, mut checked) = (0, 0);
    for tag in html.split('<').skip(1) {
        let inside = tag.split('>').next().unwrap_or_default();
        let name = inside.split([' ', '\n']).next().unwrap_or_default();
        match name {
            "label" => inside_label += 1,
            "/label" => inside_label -= 1,
            "input" | "select" | "textarea" if !inside.contains("type=\"hidden\"") => {
                let id = inside.split(" id=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
                let has_label =
                    inside_label > 0 || html.contains(&format!("<label for=\"{id}\"")) || inside.contains("aria-label");
                assert!(has_label, "{path}: nobody says what <{inside}> is");
                checked += 1;
            }
            _ => {}
        }
    }
    assert!(checked > 0 || !path.ends_with("/new"), "{path} has controls");
}

#[track_caller]
fn one_id_each(path: &str, html: &str) {
    let mut seen = std::collections::BTreeSet::new();
    for id in html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(seen.insert(id), "{path}: two elements are {id:?}");
    }
}

/// Every word that pages ask for by a name that is put together.
#[test]
fn states_roles_and_happenings_have_words() {
    let words = Words::of(dossier_web::Language::En);
    for state in crate::domain::WorkState::ALL {
        for table in ["state", "since_state"] {
            assert!(words.known(&format!("contributor.{table}.{}", state.key())).is_some(), "{table} {state}");
        }
    }
    for role in ["contributor", "publishing-authority", "records-manager", "moderator", "publisher", "system"] {
        assert!(words.known(&format!("contributor.by.{role}")).is_some(), "{role}");
    }
}
