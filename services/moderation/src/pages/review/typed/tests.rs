use super::*;

fn form(fields: &[(&str, &str)]) -> Typed {
    let digest = ("digest".to_owned(), "ab".repeat(32));
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Typed::of_held([digest].into_iter().chain(fields).collect())
}

#[test]
fn everything_held_goes_out_once_with_each_verdict() {
    let held = [
        ("c.title.en", "short"),
        ("a.title.en", "contributor"),
        ("c.dates", "when"),
        ("message", "hello"),
        ("note", "psst"),
        ("code", "out-of-scope"),
    ];
    for (verdict, told_as_comments) in [
        ("approve", vec!["short", "when", "hello"]),
        ("object", vec!["short", "when", "hello"]),
        ("refuse", vec!["short", "when", "psst"]),
        ("comment", vec!["short", "when", "hello", "psst"]),
    ] {
        let fields: Vec<_> = held.iter().copied().chain([("verdict", verdict)]).collect();
        let typed = form(&fields);
        let plan = typed.plan("decide").unwrap();
        let Act::Finish(finish) = &plan[0].0 else { panic!("{plan:?}") };
        let texts: Vec<_> = finish.comments.iter().map(|comment| comment.text.as_str()).collect();
        assert_eq!(texts, told_as_comments, "{verdict}");
        assert_eq!(finish.comments[0].field, "title");
        assert_eq!(finish.comments[0].language, "en");
        assert_eq!(finish.comments[0].audience.as_deref(), Some("contributor"));
        assert_eq!(finish.comments[1].audience, None);
        let rest = typed.after(plan[0].1);
        assert_eq!(rest.value("c.title.en"), "");
        assert_eq!(plan.len(), if verdict == "comment" { 1 } else { 2 });
        if verdict == "refuse" {
            assert_eq!(rest.value("message"), "hello", "the reason is not sent yet");
        }
    }
}

#[test]
fn a_request_carries_items_and_comments_in_one_act() {
    let typed = form(&[("verdict", "changes"), ("r.description.fr", "Qui ?"), ("r.dates", "  "), ("c.dates", "empty")]);
    let plan = typed.plan("decide").unwrap();
    let [(Act::RequestChanges(body), Sent::All)] = plan.as_slice() else { panic!("{plan:?}") };
    assert_eq!(body.items.len(), 1, "blanks ask for nothing");
    assert_eq!((body.items[0].field.as_str(), body.items[0].language.as_str()), ("description", "fr"));
    assert_eq!(body.comments.len(), 1);
}

#[test]
fn what_is_only_drawn_is_not_kept() {
    assert_eq!(form(&[("once", "1"), ("version", "3"), ("act", "keep"), ("note", "")]).kept(), vec![]);
    assert!(!form(&[("viewed", "dates"), ("verdict", "approve")]).has_words());
    assert!(form(&[("note", "x")]).has_words());
    assert_eq!(form(&[("note", "x")]).kept().len(), 2, "with the digest that it was typed about");
}

#[test]
fn a_button_that_the_form_does_not_have_decided() {
    for act in ["", "approve", "decide/1", "Decide"] {
        assert!(form(&[("verdict", "approve")]).plan(act).unwrap().is_empty(), "{act}");
    }
}

#[test]
fn declaring_a_conflict_threw_away_what_was_held() {
    let typed = form(&[("conflict_reason", "My cousin."), ("c.title.en", "short"), ("note", "psst")]);
    let plan = typed.plan("conflict").unwrap();
    let rest = typed.after(plan[0].1);
    assert_eq!((rest.value("c.title.en"), rest.value("note"), rest.value("conflict_reason")), ("short", "psst", ""));
}

#[test]
fn too_long_a_text_is_a_fault_of_its_field() {
    let long = "x".repeat(ITEM_BYTES_MAX + 1);
    let faults = form(&[("c.title.en", &long), ("verdict", "comment")]).plan("decide").unwrap_err();
    assert_eq!(faults, vec![Fault { field: "c.title.en".to_owned(), key: "review.fault.long" }]);
}
