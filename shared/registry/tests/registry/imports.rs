//! Saved pages: the sample to the letter, and whatever else a file may hold.

use dossier_registry::{
    Language, Registry, Stage,
    saved_page::{Account, Fate, PAGE_BYTES_MAX, SOURCE_STATUS, SavedPage, SavedPageError, parse},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::samples::{NOW, PAGE};

fn read(text: &str) -> SavedPage {
    parse(&Registry::embedded(), "event", text, Language::En).unwrap()
}

/// A page with these lines under the title and one paragraph.
fn content(labels: &str) -> Value {
    read(&format!("Title\nText.\n\n{labels}")).content
}

#[test]
fn the_sample_becomes_exactly_its_content() {
    let mut found = read(PAGE).content;
    let description = found["description"]["en"].take();
    let paragraph = PAGE.lines().find(|line| line.starts_with("In 2018")).unwrap();
    assert_eq!(description, json!(paragraph));
    expect_test::expect![[r#"
        {
          "description": {
            "en": null
          },
          "event_type": "conference",
          "gcm_objectives": [
            "23"
          ],
          "geographic_scope": "global",
          "languages": [
            "en"
          ],
          "location": {
            "city": "Nur-Sultan",
            "country": "KAZ"
          },
          "network_level": "regional-network",
          "organizers": [
            "un-general-assembly",
            "iom"
          ],
          "original_language": "en",
          "regional_review": false,
          "target_audience": [
            "civil-society",
            "government",
            "intergovernmental-organization"
          ],
          "title": {
            "en": "The participation of the delegation of Kazakhstan at the International Migration Review Forum (IMRF)"
          },
          "workstream_output": false
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&found).unwrap());
}

#[test]
fn the_sample_may_be_submitted_and_shows_the_words_of_the_page() {
    let registry = Registry::embedded();
    let found = read(PAGE);
    let faults = registry.validate("event", &found.content, NOW, Stage::Submission);
    assert!(faults.iter().all(|fault| fault.code.as_str() == "former_name"), "{faults:?}");
    let facts = dossier_registry::facts(&registry, "event", &found.content, Language::En, NOW);
    for value in facts.iter().flat_map(|fact| &fact.values) {
        assert!(PAGE.contains(&value.shown.text), "{:?} is not on the page", value.shown.text);
    }
    let shown: Vec<&str> = facts.iter().flat_map(|fact| &fact.values).map(|value| value.shown.text.as_str()).collect();
    let labels: Vec<&String> =
        registry.record_type("event").unwrap().fields.iter().flat_map(|field| &field.source_labels).collect();
    let is_value =
        |line: &str| !line.is_empty() && !line.contains([':', '*']) && !labels.iter().any(|label| *label == line);
    let values: Vec<&str> =
        PAGE.lines().skip(2).filter(|line| is_value(line)).take_while(|line| *line != "Status").collect();
    assert_eq!(values.len(), 14);
    for line in values {
        assert!(shown.contains(&line), "{line:?} is not shown");
    }
    assert!(shown.contains(&"Nur-Sultan, Kazakhstan"));
}

#[test]
fn every_line_of_the_sample_is_accounted_for() {
    let found = read(PAGE);
    let lines: Vec<String> = found
        .lines
        .iter()
        .map(|line| match &line.fate {
            Fate::Placed { field } => format!("{} {field}", line.number),
            Fate::Boilerplate => format!("{} -", line.number),
            Fate::Unplaced { text, .. } => format!("{} ? {text}", line.number),
        })
        .collect();
    expect_test::expect![[r#"
        1 -
        3 title
        5 description
        7 dates
        8 location
        9 event_type
        10 event_type
        11 organizers
        12 organizers
        13 organizers
        14 target_audience
        15 target_audience
        16 target_audience
        17 target_audience
        18 languages
        19 languages
        20 geographic_scope
        21 geographic_scope
        22 workstream_output
        23 workstream_output
        24 regional_review
        25 regional_review
        26 network_level
        27 network_level
        28 gcm_objectives
        29 gcm_objectives
        30 (source status)
        31 (source status)
        33 -"#]]
    .assert_eq(&lines.join("\n"));
    assert_eq!(found.account(), Account { placed: 27, boilerplate: 2, unplaced: 0 });
    let non_blank = PAGE.lines().filter(|line| !line.trim().is_empty()).count();
    assert_eq!(found.lines.len(), non_blank);
}

/// DOMAIN section 5: "Status: Published" is a claim about the source; it never sets our state.
#[test]
fn a_status_is_a_claim_and_never_our_state() {
    let found = read(PAGE);
    assert_eq!(found.claims.status.as_deref(), Some("Published"));
    assert!(!found.content.to_string().contains("Published"));
    assert!(found.content.get("subject_status").is_none() && found.content.get(SOURCE_STATUS).is_none());
    assert_eq!(found.claims.notices.len(), 1);
    assert_eq!(found.claims.notices[0].key, "kosovo-1244");
    let inline = read("Title\nStatus: Draft\nsomething else");
    assert_eq!(inline.claims.status.as_deref(), Some("Draft"));
    assert_eq!(inline.account().unplaced, 1);
}

/// DOMAIN section 6, importers: "an empty date prints as `, -`".
#[test]
fn an_empty_date_is_no_date() {
    for page in ["Date:", "Date: , -", "Date:\n, -", "Date", "Date: -"] {
        let found = read(&format!("Title\nText.\n{page}\nLocation: Kenya"));
        assert!(found.content.get("dates").is_none(), "{page}: {}", found.content);
        assert_eq!(found.account().unplaced, 0, "{page}");
    }
}

#[test]
fn dates_are_read_as_pages_print_them() {
    let cases = [
        ("Date: 17 May 2022", json!({"start": "2022-05-17"})),
        ("Date: 17-20 May 2022", json!({"start": "2022-05-17", "end": "2022-05-20"})),
        ("Date:\n17 to 20 May 2022", json!({"start": "2022-05-17", "end": "2022-05-20"})),
        ("Date: 17 May 2022 – 2 June 2022", json!({"start": "2022-05-17", "end": "2022-06-02"})),
        ("Date: May 17 - June 2, 2022", json!({"start": "2022-05-17", "end": "2022-06-02"})),
        ("Date: 2022-05-17", json!({"start": "2022-05-17"})),
        ("Date: du 1er au 3 mai 2022", json!({"start": "2022-05-01", "end": "2022-05-03"})),
        ("Date: 17 أيار/مايو 2022", json!({"start": "2022-05-17"})),
        ("Date: 17 كانون الأول/ديسمبر 2022", json!({"start": "2022-12-17"})),
        ("Date: 3 Dec 2022", json!({"start": "2022-12-03"})),
        ("Date: 3 jui 2022", Value::Null),
        ("Date: Tue 17th May 2022", Value::Null),
        ("Date: 17th of May 2022", json!({"start": "2022-05-17"})),
        ("Date: 17 May 2022 09:00", Value::Null),
        ("Date: 31 February 2022", Value::Null),
        ("Date: soon", Value::Null),
    ];
    for (line, expected) in cases {
        let found = read(&format!("Title\nText.\n{line}"));
        assert_eq!(found.content.get("dates").cloned().unwrap_or(Value::Null), expected, "{line}");
        assert_eq!(found.account().unplaced, usize::from(expected.is_null()), "{line}");
    }
}

#[test]
fn places_are_taken_apart() {
    let cases = [
        ("Nur-Sultan, Kazakhstan", json!({"city": "Nur-Sultan", "country": "KAZ"})),
        ("Nur-Sultan", json!({"city": "Nur-Sultan", "country": "KAZ"})),
        ("Tbilisi, Georgia - KUDO", json!({"city": "Tbilisi", "country": "GEO", "online": "KUDO"})),
        ("Tbilisi, Georgia – some platform", json!({"city": "Tbilisi", "country": "GEO", "online": "some platform"})),
        ("Ankara, Turkey", json!({"city": "Ankara", "country": "TUR"})),
        ("Ankara, Türkiye", json!({"city": "Ankara", "country": "TUR"})),
        ("Mbabane, Swaziland", json!({"city": "Mbabane", "country": "SWZ"})),
        ("Washington, D.C., United States", json!({"city": "Washington, D.C.", "country": "USA"})),
        ("Kazajstán", json!({"country": "KAZ"})),
        ("الدوحة، قطر", json!({"city": "الدوحة", "country": "QAT"})),
        ("KAZ", json!({"country": "KAZ"})),
        ("Zoom", json!({"online": "Zoom"})),
        ("Online", json!({"online": "Online"})),
        ("Stratford-upon-Avon", json!({"city": "Stratford-upon-Avon"})),
        ("Atlantis, Nowhere", json!({"city": "Atlantis, Nowhere"})),
    ];
    for (line, expected) in cases {
        assert_eq!(content(&format!("Location: {line}"))["location"], expected, "{line}");
    }
}

#[test]
fn terms_are_found_by_any_of_their_names() {
    for line in [
        "GCM Objective 23 - International cooperation",
        "International cooperation",
        "23",
        "Coopération internationale",
    ] {
        assert_eq!(content(&format!("GCM Objectives\n{line}"))["gcm_objectives"], json!(["23"]), "{line}");
    }
    let found = content("Main organizer/s\nUnited Nations General Assembly\nMinistry of Labour, Kenya");
    assert_eq!(found["organizers"], json!(["un-general-assembly", {"text": "Ministry of Labour, Kenya"}]));
    assert_eq!(content("Workstream Output: Yes")["workstream_output"], json!(true));
    assert_eq!(content("Workstream Output\nSí")["workstream_output"], json!(true));
}

#[test]
fn what_has_no_place_is_told_and_not_lost() {
    let page = "Title\nText.\nType of Event\nSymposium\nConference\nMeeting\nLanguage\nEnglish\nEnglish\n*Another note";
    let found = read(page);
    assert_eq!(found.content["event_type"], json!("conference"));
    let unplaced: Vec<_> = found
        .lines
        .iter()
        .filter_map(|line| match &line.fate {
            Fate::Unplaced { text, under } => Some((line.number, text.as_str(), under.as_deref())),
            _ => None,
        })
        .collect();
    assert_eq!(
        unplaced,
        [
            (4, "Symposium", Some("event_type")),
            (6, "Meeting", Some("event_type")),
            (9, "English", Some("languages")),
            (10, "*Another note", Some("languages")),
        ]
    );
}

#[test]
fn paragraphs_stay_apart_and_line_ends_of_all_systems_are_one() {
    let expected = json!({"en": "One.\n\nTwo: with a colon."});
    for end in ["\n", "\r\n", "\r"] {
        let page = ["\u{FEFF}Skip to main content", "", "Title", "One.", "", "Two: with a colon.", "Language:English"]
            .join(end);
        let found = read(&page);
        assert_eq!(found.content["description"], expected);
        assert_eq!(found.content["languages"], json!(["en"]));
        assert_eq!(found.lines.last().map(|line| line.number), Some(7));
    }
}

#[test]
fn a_page_in_french_is_read_as_french() {
    let page = "Aller au contenu principal\nLe Forum\nUn texte.\nType d'événement\nConférence\nLangue\nFrançais";
    let found = parse(&Registry::embedded(), "event", page, Language::Fr).unwrap();
    let expected = json!({
        "original_language": "fr", "title": {"fr": "Le Forum"}, "description": {"fr": "Un texte."},
        "event_type": "conference", "languages": ["fr"]
    });
    assert_eq!(found.content, expected);
}

#[test]
fn pages_that_cannot_be_read_say_why() {
    let registry = Registry::embedded();
    let refused = |record_type: &str, text: &str| parse(&registry, record_type, text, Language::En).unwrap_err();
    assert!(matches!(refused("event", &"x".repeat(PAGE_BYTES_MAX + 1)), SavedPageError::TooLarge { .. }));
    assert_eq!(refused("event", " \n\u{FEFF}\nSkip to main content"), SavedPageError::Empty);
    assert!(matches!(refused("pledge", "x"), SavedPageError::UnknownType { .. }));
}

#[test]
fn a_hostile_page_of_the_greatest_size_is_read_in_time() {
    let registry = Registry::embedded();
    for line in [
        "GCM Objectives\n",
        "Country Networks\nxy\n",
        "a\n",
        "*\n",
        "Main organizer/s\nq\n",
        ":\n",
        "Location: x, y\n",
        "Date: z\n",
        "Status: x\n",
    ] {
        let page = format!("Title\nCountry Networks\n{}", line.repeat((PAGE_BYTES_MAX - 40) / line.len()));
        let started = std::time::Instant::now();
        let found = parse(&registry, "event", &page, Language::En).unwrap();
        assert!(started.elapsed() < std::time::Duration::from_secs(30), "{line:?}: {:?}", started.elapsed());
        assert_eq!(found.lines.len(), page.lines().filter(|line| !line.trim().is_empty()).count());
    }
}

proptest! {
    /// Any text: no panic, and every non-blank line counted once.
    #[test]
    fn every_line_of_any_page_is_counted_once(text in "(?s).{0,300}") {
        counted(&text)?;
    }

    /// Pages made of the words of pages.
    #[test]
    fn every_line_of_any_mixed_page_is_counted_once(lines in prop::collection::vec(prop_oneof![
        Just("Date:"), Just("Date: 17 May 2022"), Just("Location: Nur-Sultan, Kazakhstan"), Just("Language"),
        Just("English"), Just("Status"), Just("Published"), Just("GCM Objectives"), Just("23"), Just("No"),
        Just("Workstream Output"), Just("Main organizer/s"), Just("Some body"), Just(""), Just("  "), Just("*"),
        Just("Skip to main content"), Just("*References to Kosovo"), Just("- KUDO"), Just(", -"),
    ], 0..40)) {
        counted(&lines.join("\n"))?;
    }
}

fn counted(text: &str) -> Result<(), TestCaseError> {
    let Ok(found) = parse(&Registry::embedded(), "event", text, Language::En) else { return Ok(()) };
    let account = found.account();
    prop_assert_eq!(account.placed + account.boilerplate + account.unplaced, found.lines.len());
    prop_assert!(found.lines.windows(2).all(|pair| pair[0].number < pair[1].number));
    let text = text.trim_start_matches('\u{FEFF}').replace("\r\n", "\n").replace('\r', "\n");
    let blank = |c: char| c.is_whitespace() || c == '\u{FEFF}' || c == '\u{200B}';
    prop_assert_eq!(found.lines.len(), text.split('\n').filter(|line| !line.trim_matches(blank).is_empty()).count());
    // What a page gives is never of the wrong shape: it may be incomplete, but it is a draft. Only limits of length and
    // characters that are not for texts can be passed.
    let faults = Registry::embedded().validate("event", &found.content, NOW, Stage::Draft);
    let allowed = ["too_long", "forbidden_character", "misleading_character", "not_applicable", "former_name"];
    prop_assert!(faults.iter().all(|fault| allowed.contains(&fault.code.as_str())), "{:?}", faults);
    Ok(())
}
