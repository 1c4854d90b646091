//! Practices, pledges and reports: every field of DOMAIN section 1, and the rules between them.

use dossier_proto::EntryId;
use dossier_registry::{
    BodyKind, Citation, Clearance, FactKind, Kind, Known, Language, Registry, ReviewRole, Stage, facts, has_errors,
};
use serde_json::{Value, json};

use crate::samples::NOW;

const CITED: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

/// A practice that may be submitted without a remark.
pub(crate) fn practice() -> Value {
    let text = |words: &str| json!({"en": format!("{words}, told in enough plain words to be understood by itself.")});
    json!({
        "original_language": "en",
        "title": {"en": "One-stop centres for migrant workers in Mombasa"},
        "summary": text("Three centres give advice, documents and training"),
        "countries": ["KEN"],
        "regions": ["eastern-africa"],
        "sub_national_area": {"en": "Mombasa County"},
        "geographic_scope": "sub-national",
        "dates": {"start": "2019-03", "end": "2022"},
        "completion": "completed",
        "practice_type": ["service"],
        "implementer": "iom",
        "implementer_type": "un-system",
        "partners": [{"text": "County of Mombasa"}],
        "beneficiaries": ["workers", "women-girls"],
        "primary_objectives": ["3", "6"],
        "secondary_objectives": ["18"],
        "guiding_principles": ["people-centred", "whole-of-society"],
        "sdg_targets": ["8-8", "10-7"],
        "background": text("Workers had to visit five offices"),
        "activities": text("Offices moved under one roof"),
        "impact": text("Waiting fell from six weeks to two days"),
        "lessons": text("Opening hours matter more than leaflets"),
        "contact": {"name": "A. Rowan", "email": "a.rowan@example.org"},
    })
}

/// A pledge that matches another one, without a remark but what the catalogue says.
pub(crate) fn pledge() -> Value {
    json!({
        "original_language": "en",
        "title": {"en": "Two hundred places of training"},
        "text": {"en": "We shall open two hundred places of training. ".repeat(8)},
        "entity_type": "state",
        "country": "KEN",
        "form": "financial",
        "mode": "matching",
        "matched_pledge": {"entry": CITED, "edition": 1},
        "gcm_objectives": ["18"],
        "level": "national",
        "dates": {"start": "2026", "end": "2028"},
        "budget": 1250000.5,
        "budget_currency": "KES",
        "implementation_stage": {"state": "planning"},
        "progress": [{"en": "The first forty places are open."}],
    })
}

/// A report that may be submitted without a remark.
pub(crate) fn report() -> Value {
    let file = |language: &str| {
        json!({"digest": "ab".repeat(32), "name": format!("report-{language}.pdf"), "media_type": "application/pdf",
            "bytes": 1_200_000, "language": language})
    };
    json!({
        "original_language": "fr",
        "title": {"fr": "Examen volontaire"},
        "kind": "voluntary-review",
        "country": "MAR",
        "cycle": "2024-25",
        "methodology": {"fr": "Consultations dans douze régions."},
        "files": [file("fr"), file("ar")],
        "submitting_mission": {"fr": "Mission permanente"},
        "note_verbale": "NV/12/2026",
    })
}

fn told_knowing(record_type: &str, content: &Value, stage: Stage, known: Known<'_>) -> Vec<String> {
    let found = Registry::embedded().validate_knowing(record_type, content, NOW, stage, known);
    found.iter().map(|fault| format!("{} {} {:?}", fault.code.as_str(), fault.pointer, fault.grade)).collect()
}

fn told(record_type: &str, content: &Value) -> Vec<String> {
    told_knowing(record_type, content, Stage::Submission, Known::NOTHING)
}

fn with(content: &Value, key: &str, value: Value) -> Value {
    let mut content = content.clone();
    content[key] = value;
    content
}

fn without(content: &Value, key: &str) -> Value {
    let mut content = content.clone();
    content.as_object_mut().unwrap().remove(key);
    content
}

#[test]
fn whole_records_have_no_fault_and_a_draft_may_be_empty() {
    for (record_type, content) in [("practice", practice()), ("pledge", pledge()), ("report", report())] {
        assert_eq!(told(record_type, &content), [] as [&str; 0], "{record_type}");
        let draft = told_knowing(record_type, &json!({}), Stage::Draft, Known::NOTHING);
        assert_eq!(draft, [] as [&str; 0], "{record_type}");
        // All that is missing is told at once.
        assert!(told(record_type, &json!({})).len() > 4, "{record_type}");
    }
}

#[test]
fn the_review_paths_are_those_of_the_domain() {
    let registry = Registry::embedded();
    let path = |key: &str| {
        let review = &registry.record_type(key).unwrap().review;
        let stages = review.stages.iter().map(|stage| {
            let needs: Vec<_> = stage.needs.iter().map(|quorum| (quorum.role, quorum.count)).collect();
            (stage.key.clone(), needs, stage.on_split.map(|quorum| (quorum.role, quorum.count)))
        });
        (review.clearance, stages.collect::<Vec<_>>())
    };
    use ReviewRole::{ExternalReviewer, InternalReviewer, Moderator, Publisher};
    let one = |count| vec![("moderation".to_owned(), vec![(Moderator, count)], None)];
    assert_eq!(path("event"), (Clearance::None, one(1)));
    assert_eq!(path("pledge"), (Clearance::States, one(1)));
    assert_eq!(path("report"), (Clearance::All, one(2)));
    let practice = vec![
        ("desk".to_owned(), vec![(Moderator, 1)], None),
        ("peer".to_owned(), vec![(InternalReviewer, 1), (ExternalReviewer, 2)], Some((ExternalReviewer, 1))),
        ("publisher".to_owned(), vec![(Publisher, 1)], None),
    ];
    assert_eq!(path("practice"), (Clearance::States, practice));
}

#[test]
fn clearance_is_asked_of_states_and_for_what_matters() {
    let registry = Registry::embedded();
    let practice = registry.record_type("practice").unwrap();
    assert!(practice.needs_clearance(BodyKind::State, ["title"]));
    assert!(practice.needs_clearance(BodyKind::State, ["links", "impact"]));
    assert!(!practice.needs_clearance(BodyKind::State, ["links", "contact"]));
    assert!(!practice.needs_clearance(BodyKind::Organisation, ["title"]));
    // What nobody knows may mean anything.
    assert!(practice.needs_clearance(BodyKind::State, ["gone"]));
    let report = registry.record_type("report").unwrap();
    assert!(report.needs_clearance(BodyKind::Organisation, ["files"]));
    assert!(!registry.record_type("event").unwrap().needs_clearance(BodyKind::State, ["title"]));
}

#[test]
fn a_practice_keeps_to_its_rules() {
    let cases = [
        ("primary_objectives", json!(["1", "2", "3", "4"]), vec!["too_many /primary_objectives Error"]),
        ("secondary_objectives", json!(["9", "6"]), vec!["repeated /secondary_objectives/1 Error"]),
        ("guiding_principles", json!([]), vec!["required /guiding_principles Error"]),
        ("dates", json!({"start": "2015", "end": "2018-11"}), vec!["too_early /dates Warning"]),
        ("dates", json!({"start": "2015", "ongoing": true}), vec![]),
        ("dates", json!({"start": "2022", "end": "2021-12-31"}), vec!["end_before_start /dates/end Error"]),
        ("dates", json!({"start": "2022-05", "end": "2022"}), vec![]),
        ("summary", json!({"en": "Short."}), vec!["too_short /summary/en Error"]),
        ("sdg_targets", json!(["18-1"]), vec!["unknown_term /sdg_targets/0 Error"]),
    ];
    for (key, value, expected) in cases {
        assert_eq!(told("practice", &with(&practice(), key, value)), expected, "{key}");
    }
}

#[test]
fn a_pledge_has_300_to_3000_characters() {
    for (characters, expected) in [(299, vec!["too_short /text/en Error"]), (300, vec![]), (3000, vec![])] {
        assert_eq!(told("pledge", &with(&pledge(), "text", json!({"en": "x".repeat(characters)}))), expected);
    }
    let long = with(&pledge(), "text", json!({"en": "x".repeat(3001)}));
    assert_eq!(told("pledge", &long), ["too_long /text/en Error"]);
    // Chinese says as much with fewer; characters are counted, not bytes.
    let mut chinese = with(&pledge(), "text", json!({"zh": "移".repeat(3000)}));
    chinese["original_language"] = json!("zh");
    chinese["title"] = json!({"zh": "标题"});
    chinese["progress"] = json!([]);
    assert!(!has_errors(&Registry::embedded().validate("pledge", &chinese, NOW, Stage::Submission)));
}

#[test]
fn a_matching_pledge_cites_a_published_one() {
    assert_eq!(told("pledge", &without(&pledge(), "matched_pledge")), ["required /matched_pledge Error"]);
    let individual = with(&pledge(), "mode", json!("individual"));
    assert_eq!(told("pledge", &individual), ["not_applicable /matched_pledge Error"]);

    let entry: EntryId = CITED.parse().unwrap();
    let knows = |said: Citation| {
        move |asked: EntryId, edition: u32| {
            assert_eq!((asked, edition), (entry, 1));
            said.clone()
        }
    };
    let of_type = |key: &str| Citation::Published { record_type: key.to_owned() };
    let cases = [
        (of_type("pledge"), None),
        (of_type("event"), Some("cited_type")),
        (Citation::Retracted, Some("cited_retracted")),
        (Citation::Unpublished, Some("cited_unpublished")),
        (Citation::Itself, Some("cited_itself")),
    ];
    for (said, expected) in cases {
        let citations = knows(said);
        let known = Known::NOTHING.citing(&citations);
        let wanted = |grade: &str| {
            expected.map(|code| format!("{code} /matched_pledge {grade}")).into_iter().collect::<Vec<_>>()
        };
        assert_eq!(told_knowing("pledge", &pledge(), Stage::Submission, known), wanted("Error"));
        assert_eq!(told_knowing("pledge", &pledge(), Stage::Draft, known), wanted("Warning"));
        // What was right when it was submitted stays, whatever became of it since.
        let before = pledge();
        assert_eq!(told_knowing("pledge", &pledge(), Stage::Submission, known.after(&before)), wanted("Warning"));
    }
}

#[test]
fn joint_pledges_list_who_takes_part() {
    let mut joint = without(&with(&pledge(), "mode", json!("common")), "matched_pledge");
    assert_eq!(told("pledge", &joint), ["required /participants Error"]);
    joint["participating_countries"] = json!(["UGA", "TZA"]);
    assert_eq!(told("pledge", &joint), [] as [&str; 0]);
    joint["participants"] = json!(["iom", {"text": "City of Kampala"}]);
    assert_eq!(told("pledge", &joint), [] as [&str; 0]);
    joint["mode"] = json!("individual");
    let expected = ["not_applicable /participants Error", "not_applicable /participating_countries Error"];
    assert_eq!(told("pledge", &joint), expected);
}

#[test]
fn a_budget_has_a_currency() {
    assert_eq!(told("pledge", &without(&pledge(), "budget_currency")), ["required /budget_currency Error"]);
    assert_eq!(told("pledge", &without(&pledge(), "budget")), ["required /budget Error"]);
    let neither = without(&without(&pledge(), "budget"), "budget_currency");
    assert_eq!(told("pledge", &neither), [] as [&str; 0]);
}

#[test]
fn the_entity_of_a_pledge_is_a_country_or_has_a_name() {
    let company = with(&pledge(), "entity_type", json!("private-sector"));
    assert_eq!(told("pledge", &company), ["not_applicable /country Error", "required /entity Error"]);
    let named = without(&with(&company, "entity", json!({"text": "A company"})), "country");
    assert_eq!(told("pledge", &named), [] as [&str; 0]);
}

#[test]
fn the_files_of_a_report_say_their_language() {
    let mut content = report();
    content["files"][1].as_object_mut().unwrap().remove("language");
    assert_eq!(told("report", &content), ["required /files/1/language Error"]);
    content["files"][1]["language"] = json!("ar");
    content["files"][1]["media_type"] = json!("image/png");
    assert_eq!(told("report", &content), ["media_type /files/1/media_type Error"]);
    let stakeholder = with(&report(), "kind", json!("stakeholder-input"));
    assert_eq!(told("report", &stakeholder), ["not_applicable /country Error", "required /stakeholder Error"]);
}

#[test]
fn a_call_that_is_over_is_remarked_and_not_refused() {
    let late = with(&practice(), "call", json!("imrf-2026"));
    assert_eq!(told("practice", &late), [] as [&str; 0]);
    // 1 June 2026.
    let later = dossier_proto::Micros(1_780_272_000_000_000);
    let found = Registry::embedded().validate("practice", &late, later, Stage::Submission);
    assert!(!has_errors(&found));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code.as_str(), "term_not_in_force");
}

#[test]
fn every_field_says_its_name_in_six_languages() {
    let registry = Registry::embedded();
    for one in registry.types() {
        for language in Language::ALL {
            assert!(one.labels.get(language).is_some() && one.plural.get(language).is_some(), "{}", one.key);
            for field in &one.fields {
                assert!(field.labels.get(language).is_some(), "{} {} in {language}", one.key, field.key);
            }
        }
    }
}

/// DOMAIN section 1, label by label: what a practice, pledge and report consist of.
#[test]
fn the_other_types_have_every_field() {
    let registry = Registry::embedded();
    let kinds = |key: &str| -> Vec<String> {
        let fields = &registry.record_type(key).unwrap().fields;
        fields.iter().map(|field| format!("{} {}", field.key, field.kind.name())).collect()
    };
    expect_test::expect![[r#"
        practice: title text, summary richtext, call term, countries term, regions term, sub_national_area text, geographic_scope term, dates range, completion term, practice_type term, implementer term-or-text, implementer_type term, partners term-or-text, beneficiaries term, primary_objectives term, secondary_objectives term, guiding_principles term, sdg_targets term, background richtext, activities richtext, impact richtext, lessons richtext, challenges richtext, replication richtext, innovation richtext, sustainability richtext, funding richtext, monitoring richtext, links link, files attachment, images attachment, contact contact
        pledge: title text, text richtext, entity_type term, country term, entity term-or-text, form term, mode term, participants term-or-text, participating_countries term, matched_pledge reference, gcm_objectives term, guiding_principles term, level term, indicators richtext, dates range, budget number, budget_currency term, attachment attachment, implementation_stage status, progress richtext, links link, contact contact
        report: title text, kind term, country term, stakeholder term-or-text, cycle term, regional_reviews term, gcm_objectives term, methodology richtext, status_of_objectives richtext, means_of_implementation richtext, principles richtext, challenges richtext, lessons richtext, next_steps richtext, files attachment, submitting_mission text, note_verbale string, links link, contact contact
    "#]]
    .assert_eq(
        &["practice", "pledge", "report"].map(|key| format!("{key}: {}\n", kinds(key).join(", "))).concat(),
    );
    for one in registry.types() {
        assert!(one.fields.iter().all(|field| field.kind != Kind::Contact || field.personal));
    }
    assert_eq!(registry.record_type("practice").unwrap().personal_pointers(), ["/contact"]);
}

#[test]
fn what_a_reader_sees_of_them() {
    let registry = Registry::embedded();
    let line = |record_type: &str, content: &Value, key: &str, language| {
        let found = facts(&registry, record_type, content, language, NOW);
        let fact = found.into_iter().find(|fact| fact.field == key).unwrap_or_else(|| panic!("no {key}"));
        fact.values.iter().map(|value| value.shown.text.clone()).collect::<Vec<_>>().join(" | ")
    };
    assert_eq!(line("practice", &practice(), "dates", Language::En), "March 2019 to 2022");
    assert_eq!(line("practice", &practice(), "dates", Language::Ru), "март 2019 года – 2022");
    assert_eq!(line("practice", &practice(), "dates", Language::Zh), "2019年3月至2022年");
    assert_eq!(line("practice", &practice(), "sdg_targets", Language::En), "8.8 | 10.7");
    let ongoing = with(&practice(), "dates", json!({"start": "2019-03", "ongoing": true}));
    assert_eq!(line("practice", &ongoing, "dates", Language::Ru), "с марта 2019 года");
    assert_eq!(line("pledge", &pledge(), "budget", Language::En), "1,250,000.5");
    assert_eq!(line("pledge", &pledge(), "implementation_stage", Language::Fr), "Planification");
    let found = facts(&registry, "report", &report(), Language::Fr, NOW);
    let files = &found.iter().find(|fact| fact.field == "files").unwrap().values;
    let FactKind::Attachment { name, size, .. } = &files[0].is else { panic!("{files:?}") };
    assert_eq!((name.as_str(), size.text.as_str()), ("report-fr.pdf", "1,2 Mo"));
    // Nothing personal.
    let shown = facts(&registry, "practice", &practice(), Language::En, NOW);
    assert!(shown.iter().all(|fact| fact.field != "contact"));
}

#[test]
fn a_place_without_a_code_carries_its_notice() {
    let registry = Registry::embedded();
    let due = |content: &Value| -> Vec<String> {
        registry.notices_for("practice", content, NOW).into_iter().map(|notice| notice.key).collect()
    };
    assert_eq!(due(&practice()), [] as [&str; 0]);
    assert_eq!(due(&with(&practice(), "countries", json!(["kosovo"]))), ["kosovo-1244-mentioned"]);
    assert_eq!(due(&with(&practice(), "lessons", json!({"ru": "Опыт (Косово)."}))), ["kosovo-1244-mentioned"]);
}
