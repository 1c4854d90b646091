//! What a content may say: tables of contents and the faults they have.

use dossier_registry::{CONTENT_BYTES_MAX, FAULTS_MAX, FaultCode, Grade, Registry, Stage, has_errors};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::samples::{NOW, event, event_with, event_without, with_file};

/// The faults of an event, written `code field/language grade`.
fn faults(content: &Value, stage: Stage) -> Vec<String> {
    told(&Registry::embedded(), "event", content, stage)
}

fn told(registry: &Registry, record_type: &str, content: &Value, stage: Stage) -> Vec<String> {
    let found = registry.validate(record_type, content, NOW, stage);
    found.iter().for_each(|fault| assert!(fault.message.split_whitespace().count() <= 30, "{}", fault.message));
    found.iter().map(|fault| format!("{} {} {:?}", fault.code.as_str(), fault.pointer, fault.grade)).collect()
}

#[test]
fn a_whole_event_has_no_fault() {
    assert_eq!(faults(&event(), Stage::Submission), [] as [&str; 0]);
    assert_eq!(faults(&event(), Stage::Draft), [] as [&str; 0]);
}

#[test]
fn a_draft_may_be_incomplete_and_a_submission_not() {
    assert_eq!(faults(&json!({}), Stage::Draft), [] as [&str; 0]);
    let missing = faults(&json!({}), Stage::Submission);
    let expected = [
        "original_language",
        "title",
        "description",
        "event_type",
        "organizers",
        "languages",
        "geographic_scope",
        "workstream_output",
        "regional_review",
    ];
    assert_eq!(missing, expected.map(|key| format!("required /{key} Error")));
    for key in ["dates", "location", "gcm_objectives"] {
        assert_eq!(faults(&event_without(key), Stage::Submission), [] as [&str; 0], "{key}");
    }
    for (key, blank) in [("title", json!({"en": " "})), ("organizers", json!([])), ("description", json!({}))] {
        assert_eq!(faults(&event_with(key, blank.clone()), Stage::Draft), [] as [&str; 0]);
        assert_eq!(faults(&event_with(key, blank), Stage::Submission), [format!("required /{key} Error")]);
    }
}

#[test]
fn what_stands_in_a_draft_must_be_right() {
    let cases = [
        ("venue", json!("x"), "unknown_field /venue"),
        ("a/b~c", json!("x"), "unknown_field /a~1b~0c"),
        ("title", json!("A title"), "wrong_type /title"),
        ("title", json!(null), "wrong_type /title"),
        ("title", json!({"en": 7}), "wrong_type /title/en"),
        ("title", json!({"en": "A", "de": "B"}), "unknown_language /title/de"),
        ("title", json!({"en": "x".repeat(256)}), "too_long /title/en"),
        ("title", json!({"en": "two\nlines"}), "forbidden_character /title/en"),
        ("description", json!({"en": "bell \u{7}"}), "forbidden_character /description/en"),
        ("dates", json!("2022-05-17"), "wrong_type /dates"),
        ("dates", json!({"start": "17 May"}), "bad_date /dates/start"),
        ("dates", json!({"start": "2022-02-30"}), "bad_date /dates/start"),
        ("dates", json!({"start": "2022-5-7"}), "bad_date /dates/start"),
        ("dates", json!({"start": "2022-05-17T25:00"}), "bad_date /dates/start"),
        ("dates", json!({"start": "2022-05-17", "zone": "New York"}), "unknown_zone /dates/zone"),
        ("dates", json!({"start": "2022-05-17", "zone": "america/new_york"}), "unknown_zone /dates/zone"),
        ("dates", json!({"start": "2022-05-17", "until": "x"}), "unknown_field /dates/until"),
        ("dates", json!({"start": "2022-05-17", "ongoing": true}), "unknown_field /dates/ongoing"),
        ("location", json!("New York"), "wrong_type /location"),
        ("location", json!({"country": "USSR"}), "unknown_term /location/country"),
        ("location", json!({"street": "1st Avenue"}), "unknown_field /location/street"),
        ("location", json!({"city": ["New York"]}), "wrong_type /location/city"),
        ("event_type", json!("congress"), "unknown_term /event_type"),
        ("event_type", json!(["conference"]), "wrong_type /event_type"),
        ("organizers", json!("iom"), "wrong_type /organizers"),
        ("organizers", json!([{"txt": "x", "text": "y"}]), "unknown_field /organizers/0/txt"),
        ("organizers", json!(["iom", "iom"]), "repeated /organizers/1"),
        ("organizers", json!(["nobody"]), "unknown_term /organizers/0"),
        ("languages", json!(["en", 3]), "wrong_type /languages/1"),
        ("workstream_output", json!("no"), "wrong_type /workstream_output"),
        ("gcm_objectives", json!(["24"]), "unknown_term /gcm_objectives/0"),
        ("subject_status", json!({"state": "over"}), "unknown_term /subject_status/state"),
        ("subject_status", json!("postponed"), "wrong_type /subject_status"),
        ("links", json!([{"url": "javascript:alert(1)"}]), "bad_address /links/0/url"),
        ("links", json!([{"url": "https://"}]), "bad_address /links/0/url"),
        ("links", json!([{"url": "https://a b.example"}]), "bad_address /links/0/url"),
        ("links", json!([{"url": "https://name:secret@example.org/"}]), "bad_address /links/0/url"),
        ("links", json!([{"url": "https://example.org", "title": {"xx": "y"}}]), "unknown_language /links/0/title/xx"),
        ("original_language", json!("de"), "unknown_language /original_language"),
    ];
    for (key, value, expected) in cases {
        let found = faults(&event_with(key, value.clone()), Stage::Draft);
        assert_eq!(found, [format!("{expected} Error")], "{key}: {value}");
    }
}

/// A title of zero-width spaces was admitted, submitted and would have been published as a line that nobody sees.
#[test]
fn a_text_made_only_of_signs_that_nobody_sees_is_none() {
    for unseen in
        ["\u{200B}", "\u{200E}\u{200F}", "\u{FE0F}", "\u{A0}\u{2060}", "\u{3164}", "\u{2800}", "\u{2067}\u{2069}"]
    {
        let told = |key: &str, value: Value| faults(&event_with(key, value), Stage::Submission);
        for key in ["title", "description"] {
            assert_eq!(told(key, json!({"en": unseen})), [format!("required /{key} Error")], "{unseen:?}");
        }
        let translated = told("title", json!({"en": unseen, "fr": "Un forum"}));
        assert!(translated.contains(&"original_missing /title/en Error".to_owned()), "{unseen:?}: {translated:?}");
        assert_eq!(told("organizers", json!([{"text": unseen}])), ["required /organizers/0/text Error"], "{unseen:?}");
        assert_eq!(
            faults(&event_with("title", json!({"en": unseen})), Stage::Draft),
            [] as [&str; 0],
            "a draft may wait"
        );
    }
    let unseen =
        Registry::embedded().validate("event", &event_with("title", json!({"en": "\u{200B}"})), NOW, Stage::Submission);
    assert_eq!(unseen[0].message, "Title has only signs that nobody can see. Write what it is.");
    let joined = event_with("title", json!({"en": "A\u{200D}B \u{200F}forum\u{FE0F}"}));
    assert_eq!(faults(&joined, Stage::Submission), [] as [&str; 0], "beside signs that are seen they do no harm");
    let bell = faults(&event_with("title", json!({"en": "\u{7}"})), Stage::Draft);
    assert_eq!(bell, ["forbidden_character /title/en Error"], "what is forbidden is not passed over as empty");
}

#[test]
fn good_values_are_taken() {
    let cases = [
        ("dates", json!({})),
        ("dates", json!({"start": "2022-05-17"})),
        ("dates", json!({"start": "2022-05-17", "end": "2022-05-17", "zone": "UTC"})),
        ("dates", json!({"start": "2022-05-17T09:00", "end": "2022-05-17T09:00", "zone": "Asia/Almaty"})),
        ("dates", json!({"start": "2022-05-17", "end": "2022-05-17T12:00", "zone": "Asia/Almaty"})),
        ("location", json!({"online": "KUDO"})),
        ("location", json!({"city": "Tbilisi", "country": "GEO", "online": "KUDO"})),
        ("links", json!([{"url": "https://xn--e1afmkfd.example:8443/a?b=c#d", "title": {"ru": "Страница"}}])),
        ("links", json!([{"url": "http://пример.example/путь"}])),
        ("subject_status", json!({"state": "rescheduled", "previous_dates": [{"start": "2022-05-10"}]})),
        ("description", json!({"en": "One.\n\n- two\n\t- three", "ar": "نص \u{2066}EVT\u{2069}"})),
    ];
    for (key, value) in cases {
        let found = faults(&event_with(key, value.clone()), Stage::Submission);
        assert!(found.iter().all(|fault| fault.ends_with("Info")), "{key}: {value}: {found:?}");
    }
}

#[test]
fn an_end_before_the_start_says_what_to_give() {
    let registry = Registry::embedded();
    let message = |dates: Value| {
        let found = registry.validate("event", &event_with("dates", dates), NOW, Stage::Draft);
        let [fault] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((fault.code, fault.pointer.as_str()), (FaultCode::EndBeforeStart, "/dates/end"));
        fault.message.clone()
    };
    assert_eq!(
        message(json!({"start": "2022-05-20", "end": "2021-05-20"})),
        "The last day is before the first day. Give 20 May 2022 or later."
    );
    assert_eq!(
        message(json!({"start": "2022-05-20T10:00", "end": "2022-05-20T09:59", "zone": "UTC"})),
        "The end is before the beginning. Give 20 May 2022, 10:00 or later."
    );
}

#[test]
fn a_submission_needs_what_belongs_together() {
    let cases = [
        ("dates", json!({"end": "2022-05-20"}), "required /dates/start Error"),
        ("dates", json!({"start": "2022-05-17T09:00"}), "zone_missing /dates/zone Error"),
        ("subject_status", json!({"state": "rescheduled"}), "required /subject_status/previous_dates Error"),
        ("subject_status", json!({}), "required /subject_status/state Error"),
        ("organizers", json!([{"text": " "}]), "required /organizers/0/text Error"),
        ("links", json!([{"title": {"en": "x"}}]), "required /links/0/url Error"),
        ("title", json!({"fr": "Un titre"}), "original_missing /title/en Error"),
    ];
    for (key, value, expected) in cases {
        let content = event_with(key, value);
        assert_eq!(faults(&content, Stage::Draft), [] as [&str; 0], "{content}");
        let errors: Vec<_> =
            faults(&content, Stage::Submission).into_iter().filter(|fault| fault.ends_with("Error")).collect();
        assert_eq!(errors, [expected], "{content}");
    }
}

#[test]
fn a_follow_up_is_asked_only_after_its_answer() {
    let mut content = event_with("workstreams", json!([{"text": "Safe pathways"}]));
    assert_eq!(faults(&content, Stage::Draft), ["not_applicable /workstreams Warning"]);
    assert_eq!(faults(&content, Stage::Submission), ["not_applicable /workstreams Error"]);
    content["workstream_output"] = json!(true);
    assert_eq!(faults(&content, Stage::Submission), [] as [&str; 0]);
    content["network_level"] = json!("regional-network");
    content["regional_networks"] = json!(["africa"]);
    assert_eq!(faults(&content, Stage::Submission), [] as [&str; 0]);
    content["country_networks"] = json!(["KEN"]);
    assert_eq!(faults(&content, Stage::Submission), ["not_applicable /country_networks Error"]);
}

#[test]
fn remarks_do_not_block() {
    let cases = [
        ("location", json!({"city": "Nur-Sultan", "country": "KAZ"}), "former_name /location/city Info"),
        ("title", json!({"en": "Title", "ru": "Название"}), "translation_missing /description/ru Info"),
        ("title", json!({"en": "Ti\u{202E}tle"}), "misleading_character /title/en Warning"),
    ];
    for (key, value, expected) in cases {
        let content = event_with(key, value);
        assert_eq!(faults(&content, Stage::Submission), [expected]);
        assert!(!has_errors(&Registry::embedded().validate("event", &content, NOW, Stage::Submission)));
    }
    let mut past = event_with("workstreams", json!(["cwg-2-1"]));
    past["workstream_output"] = json!(true);
    assert_eq!(faults(&past, Stage::Submission), ["term_not_in_force /workstreams/0 Warning"]);
}

#[test]
fn a_type_of_every_kind_is_validated() {
    let registry = with_file("types/trial.toml", include_str!("trial.toml")).unwrap();
    let good = json!({
        "original_language": "fr",
        "title": {"fr": "Un essai"},
        "text": {"fr": "Trente caractères au moins, et pas plus de trois cents."},
        "period": {"start": "2020-01-01", "ongoing": true},
        "countries": [{"country": "KEN"}, {"city": "Genève", "country": "CHE"}],
        "mode": "regional-network",
        "matched": {"entry": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "edition": 2},
        "partners": ["iom", {"text": "Une association"}],
        "objectives": ["1", "2", "3"],
        "innovative": true,
        "file": {"digest": "ab".repeat(32), "name": "note.pdf", "media_type": "application/pdf", "bytes": 1000},
        "budget": 12.25,
        "note_verbale": "12/2026",
        "contact": {"name": "A. Rowan", "email": "a.rowan@example.org"},
    });
    assert_eq!(told(&registry, "trial", &good, Stage::Submission), [] as [&str; 0]);

    let cases = [
        ("text", json!({"fr": "Trop court"}), "too_short /text/fr Error"),
        (
            "period",
            json!({"start": "2020-01-01", "end": "2021-01-01", "ongoing": true}),
            "not_applicable /period/ongoing Error",
        ),
        ("objectives", json!(["1", "2", "3", "4"]), "too_many /objectives Error"),
        ("matched", json!({"entry": "TRL-2026-00001", "edition": 2}), "bad_reference /matched/entry Error"),
        (
            "matched",
            json!({"entry": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "edition": 0}),
            "bad_reference /matched/edition Error",
        ),
        ("matched", json!({"entry": "01ARZ3NDEKTSV4RRFFQ69G5FAV"}), "required /matched/edition Error"),
        ("budget", json!(-1), "out_of_range /budget Error"),
        ("budget", json!(1000000.5), "out_of_range /budget Error"),
        ("budget", json!(1.234), "out_of_range /budget Error"),
        ("budget", json!("1"), "wrong_type /budget Error"),
        ("note_verbale", json!("x".repeat(41)), "too_long /note_verbale Error"),
        ("contact", json!({"email": "a.rowan"}), "bad_address /contact/email Error"),
        ("contact", json!({"birthday": "x", "name": "y"}), "unknown_field /contact/birthday Error"),
        ("call", json!("2024-1"), "field_not_in_force /call Error"),
    ];
    for (key, value, expected) in cases {
        let mut content = good.clone();
        content[key] = value;
        assert_eq!(told(&registry, "trial", &content, Stage::Submission), [expected], "{key}");
    }
    for (part, value, expected) in [
        ("digest", json!("AB".repeat(32)), "bad_digest"),
        ("name", json!("../note.pdf"), "wrong_type"),
        ("media_type", json!("text/html"), "media_type"),
        ("bytes", json!(1001), "out_of_range"),
        ("language", json!("de"), "wrong_type"),
    ] {
        let mut content = good.clone();
        content["file"][part] = value;
        let found = told(&registry, "trial", &content, Stage::Submission);
        assert_eq!(found, [format!("{expected} /file/{part} Error")]);
    }
    // A sealed value stands as its commitment, in personal fields only.
    let commitment = json!({"$commitment": "ab".repeat(32)});
    let mut sealed = good.clone();
    sealed["contact"] = commitment.clone();
    assert_eq!(told(&registry, "trial", &sealed, Stage::Submission), [] as [&str; 0]);
    for (key, expected) in [
        ("period", "unknown_field /period/$commitment Error"),
        ("note_verbale", "wrong_type /note_verbale Error"),
        ("title", "unknown_language /title/$commitment Error"),
    ] {
        let mut imitation = good.clone();
        imitation[key] = commitment.clone();
        let found = told(&registry, "trial", &imitation, Stage::Draft);
        assert!(found.contains(&expected.to_owned()), "{found:?}");
    }
    // A field that is asked is required, one that is not asked is not.
    let mut without = good;
    without.as_object_mut().unwrap().remove("matched");
    assert_eq!(told(&registry, "trial", &without, Stage::Submission), ["required /matched Error"]);
    without["mode"] = json!("country-network");
    assert_eq!(told(&registry, "trial", &without, Stage::Submission), [] as [&str; 0]);
}

#[test]
fn hostile_contents_are_told_shortly() {
    assert_eq!(faults(&json!([]), Stage::Draft), ["wrong_type  Error"]);
    let unknown = Registry::embedded().validate("nonsense", &event(), NOW, Stage::Draft);
    assert_eq!(unknown[0].code, FaultCode::UnknownType);
    let large = event_with("description", json!({"en": "x".repeat(CONTENT_BYTES_MAX)}));
    assert_eq!(faults(&large, Stage::Draft), ["too_large  Error"]);
    let mut crowd = event();
    for number in 0..5_000 {
        crowd[format!("field-{number}")] = json!(1);
    }
    let found = faults(&crowd, Stage::Draft);
    assert_eq!(found.len(), FAULTS_MAX + 1);
    assert_eq!(found.last().unwrap(), "more_faults  Error");
    let many = event_with("languages", Value::Array(vec![json!("xx"); 10_000]));
    assert!(faults(&many, Stage::Draft).len() <= FAULTS_MAX + 1);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        prop_oneof![Just("en"), Just("2022-05-17"), Just("2022-05-17T09:00"), Just("iom"), Just("KAZ"), Just("23")]
            .prop_map(Value::from),
    ];
    let key = prop_oneof![
        Just("en".to_owned()),
        Just("ar".to_owned()),
        Just("start".to_owned()),
        Just("end".to_owned()),
        Just("zone".to_owned()),
        Just("city".to_owned()),
        Just("country".to_owned()),
        Just("text".to_owned()),
        Just("state".to_owned()),
        Just("previous_dates".to_owned()),
        Just("url".to_owned()),
        Just("title".to_owned()),
        ".{0,6}",
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    /// Whatever stands in a field: no panic in checking, showing, comparing or asking for notices.
    #[test]
    fn any_value_in_any_field_is_answered(which in 0_usize..21, value in any_json(), other in any_json()) {
        let registry = Registry::embedded();
        let event_type = registry.record_type("event").unwrap();
        let key = event_type.fields.get(which).map_or("original_language", |field| field.key.as_str());
        let (content, changed) = (event_with(key, value), event_with(key, other));
        for stage in [Stage::Draft, Stage::Submission] {
            let draft = registry.validate("event", &content, NOW, stage);
            prop_assert!(draft.iter().all(|fault| !fault.message.is_empty() && fault.grade <= Grade::Error));
        }
        // Whatever blocks a draft blocks the submission too.
        let blocks = |stage| has_errors(&registry.validate("event", &content, NOW, stage));
        prop_assert!(!blocks(Stage::Draft) || blocks(Stage::Submission));
        for language in dossier_registry::Language::ALL {
            dossier_registry::facts(&registry, "event", &content, language, NOW);
        }
        registry.notices_for("event", &content, NOW);
        let difference = dossier_registry::difference(event_type, &content, &changed);
        prop_assert_eq!(difference.changed.is_empty(), content == changed);
    }
}
