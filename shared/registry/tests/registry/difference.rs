//! Differences: the pieces reproduce both sides, words stay whole, cost is bounded.

use std::time::{Duration, Instant};

use dossier_registry::{Change, Detail, Language, Mark, Registry, Segment, difference, words};
use proptest::prelude::*;
use serde_json::json;

use crate::samples::{event, event_with, event_without};

fn side(segments: &[Segment], gone: Mark) -> String {
    segments.iter().filter(|segment| segment.mark != gone).map(|segment| segment.text.as_str()).collect()
}

/// Pieces as `[-gone-]{+new+}`.
fn marked(before: &str, after: &str) -> String {
    let pieces = words(before, after);
    assert_eq!((side(&pieces, Mark::Added), side(&pieces, Mark::Removed)), (before.to_owned(), after.to_owned()));
    let show = |segment: Segment| match segment.mark {
        Mark::Same => segment.text,
        Mark::Removed => format!("[-{}-]", segment.text),
        Mark::Added => format!("{{+{}+}}", segment.text),
    };
    pieces.into_iter().map(show).collect()
}

#[test]
fn words_are_compared_and_never_cut() {
    let cases = [
        ("", "", ""),
        ("", "new text", "{+new text+}"),
        ("old text", "", "[-old text-]"),
        ("Nur-Sultan, Kazakhstan", "New York, Kazakhstan", "[-Nur-Sultan-]{+New York+}, Kazakhstan"),
        ("on 17-20 May", "from 17 to 20 May", "[-on-]{+from+} 17[-----]{+ to +}20 May"),
        (
            "Участие делегации Казахстана на форуме",
            "Делегация Казахстана на первом форуме",
            "[-Участие делегации-]{+Делегация+} Казахстана на{+ первом+} форуме",
        ),
        ("国际移民审查论坛", "国际难民审查论坛", "国际[-移-]{+难+}民审查论坛"),
        ("مشاركة وفد كازاخستان", "مشاركة الوفد كازاخستان", "مشاركة [-وفد-]{+الوفد+} كازاخستان"),
        ("كِتَاب", "كُتُب", "[-كِتَاب-]{+كُتُب+}"),
        ("cafe", "cafe\u{301}", "[-cafe-]{+cafe\u{301}+}"),
        ("don't", "don't!", "don't{+!+}"),
    ];
    for (before, after, expected) in cases {
        let expected = expected.replace("[-----]", "[---]");
        assert_eq!(marked(before, after), expected, "{before} → {after}");
    }
}

#[test]
fn fields_are_compared_in_the_order_of_the_page() {
    let registry = Registry::embedded();
    let event_type = registry.record_type("event").unwrap();
    let before = event();
    let mut after = event_without("gcm_objectives");
    after["title"] = json!({"en": "The second International Migration Review Forum", "fr": "Le deuxième Forum"});
    after["languages"] = json!(["fr", "ar"]);
    after["links"] = json!([{"url": "https://example.org"}]);
    let found = difference(event_type, &before, &after);
    let heads: Vec<_> = found.changed.iter().map(|one| (one.field.as_str(), one.language, one.change)).collect();
    assert_eq!(
        heads,
        [
            ("title", Some(Language::En), Change::Changed),
            ("title", Some(Language::Fr), Change::Added),
            ("languages", None, Change::Changed),
            ("gcm_objectives", None, Change::Removed),
            ("links", None, Change::Added),
        ]
    );
    let came_and_went = Detail::Values { before: vec![json!("en")], after: vec![json!("ar")] };
    assert_eq!(found.changed[2].detail, came_and_went);
    assert_eq!(
        found.unchanged,
        [
            "description",
            "dates",
            "location",
            "event_type",
            "organizers",
            "geographic_scope",
            "workstream_output",
            "regional_review",
            "original_language"
        ]
    );
    assert!(serde_json::to_string(&found).unwrap().contains("\"removed\""));
}

#[test]
fn a_new_order_alone_is_a_change() {
    let registry = Registry::embedded();
    let event_type = registry.record_type("event").unwrap();
    let found = difference(event_type, &event(), &event_with("languages", json!(["fr", "en"])));
    let detail = Detail::Values { before: vec![json!("en"), json!("fr")], after: vec![json!("fr"), json!("en")] };
    assert_eq!(found.changed.len(), 1);
    assert_eq!(found.changed[0].detail, detail);
}

#[test]
fn no_change_is_no_difference() {
    let registry = Registry::embedded();
    let found = difference(registry.record_type("event").unwrap(), &event(), &event());
    assert_eq!(found.changed, []);
    assert_eq!(found.unchanged.len(), event().as_object().unwrap().len());
}

#[test]
fn fields_unknown_to_the_type_are_compared_too() {
    let registry = Registry::embedded();
    let found = difference(registry.record_type("event").unwrap(), &event(), &event_with("venue", json!("Hall")));
    assert_eq!(found.changed[0].field, "venue");
}

#[test]
fn texts_with_nothing_in_common_cost_little() {
    let one: String = (0..60_000).map(|number| format!("a{number} ")).collect();
    let other: String = (0..60_000).map(|number| format!("b{number} ")).collect();
    let started = Instant::now();
    let pieces = words(&one, &other);
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    assert_eq!((side(&pieces, Mark::Added), side(&pieces, Mark::Removed)), (one, other));
}

proptest! {
    #[test]
    fn pieces_reproduce_both_sides(before in "[ab  الو国民é.\n\u{301}]{0,60}", after in "[ab  الو国民é.\n\u{301}]{0,60}") {
        let pieces = words(&before, &after);
        prop_assert_eq!(side(&pieces, Mark::Added), before);
        prop_assert_eq!(side(&pieces, Mark::Removed), after);
        prop_assert!(pieces.iter().all(|segment| !segment.text.is_empty()));
        prop_assert!(pieces.windows(2).all(|pair| pair[0].mark != pair[1].mark));
    }

    /// Any text at all, with itself changed in the middle.
    #[test]
    fn pieces_reproduce_any_text(head in ".{0,40}", one in ".{0,40}", other in ".{0,40}", tail in ".{0,40}") {
        let (before, after) = (format!("{head}{one}{tail}"), format!("{head}{other}{tail}"));
        let pieces = words(&before, &after);
        prop_assert_eq!(side(&pieces, Mark::Added), before);
        prop_assert_eq!(side(&pieces, Mark::Removed), after);
    }

    /// The search finds the shortest way: no more is marked than a plain table of longest common runs would leave.
    #[test]
    fn as_many_characters_stay_as_can(before in "[国民移]{0,24}", after in "[国民移]{0,24}") {
        let kept: usize = words(&before, &after)
            .iter()
            .filter(|segment| segment.mark == Mark::Same)
            .map(|segment| segment.text.chars().count())
            .sum();
        let (one, other): (Vec<char>, Vec<char>) = (before.chars().collect(), after.chars().collect());
        let mut table = vec![vec![0_usize; other.len() + 1]; one.len() + 1];
        for (x, a) in one.iter().enumerate() {
            for (y, b) in other.iter().enumerate() {
                let longer = table[x][y + 1].max(table[x + 1][y]);
                table[x + 1][y + 1] = if a == b { table[x][y] + 1 } else { longer };
            }
        }
        prop_assert_eq!(kept, table[one.len()][other.len()]);
    }
}
