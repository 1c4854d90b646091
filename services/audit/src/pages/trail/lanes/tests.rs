//! The picture, in numbers.

use super::*;

#[test]
fn an_arrow_ends_at_its_mark_and_is_mirrored_with_the_page() {
    let left = Drawing { width: 1000, is_from_right: false };
    let right = Drawing { width: 1000, is_from_right: true };
    let (from, to) = ((0, 0), (2, 1));
    let (one, other) = (left.arrow(from, to), right.arrow(from, to));
    let end = NAMES + 2 * PITCH + PITCH / 2;
    assert!(one.line.ends_with(&format!(" {end} {}", height_of(1) - 15)), "{}", one.line);
    assert!(other.line.ends_with(&format!(" {} {}", 1000 - end, height_of(1) - 15)), "{}", other.line);
    assert!(one.tip.starts_with(&format!("M{} {}h10", end - 5, height_of(1) - 17)), "{}", one.tip);
    let up = left.arrow((0, 1), (1, 0));
    assert!(up.line.ends_with(&format!("{}", height_of(0) + 15)), "from below: {}", up.line);
    let along = left.arrow((0, 1), (1, 1));
    assert!(along.line.contains(&format!(" {} ", height_of(1) - 40)), "in a bow above the lane: {}", along.line);
}

#[test]
fn every_kind_of_event_has_a_word_under_its_mark_and_a_name_in_six_languages() {
    for language in Language::ALL {
        let words = Words::of(language);
        for kind in crate::api::as_json::kinds() {
            let key = format!("auditor.kind.{kind}");
            assert!(words.known(&key).is_some(), "{key}");
            let key = format!("auditor.mark.{}", short(kind));
            assert!(words.known(&key).is_some(), "{key}");
        }
        for kind in crate::FindingKind::ALL {
            for part in ["name", "meaning", "todo"] {
                let key = format!("auditor.finding.{}.{part}", kind.key());
                assert!(words.known(&key).is_some(), "{key}");
            }
        }
    }
}
