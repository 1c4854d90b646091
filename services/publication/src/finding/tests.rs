//! What is found by which words and which choice.

use std::collections::BTreeSet;

use dossier_proto::{EntryId, Origin, Place};
use proptest::prelude::*;

use super::{Choice, Document, Facet, Found, Index, Query, tokens};

fn document(sequence: u64, text: &str, terms: &[(Facet, &str)]) -> Document {
    Document {
        entry: EntryId([u8::try_from(sequence).unwrap(); 16]),
        place: at(sequence),
        terms: terms.iter().map(|(facet, term)| (*facet, (*term).to_owned())).collect(),
        text: text.to_owned(),
    }
}

fn at(sequence: u64) -> Place {
    Place { origin: Origin::Publication, epoch: 0, sequence }
}

fn sequences(found: &Found) -> Vec<u64> {
    found.places.iter().map(|place| place.sequence).collect()
}

fn index(documents: &[Document]) -> Index {
    let mut index = Index::default();
    documents.iter().for_each(|document| index.add(document));
    index
}

fn choice(chosen: &[(Facet, &str)]) -> Choice {
    let mut choice = Choice::new();
    for (facet, term) in chosen {
        choice.entry(*facet).or_default().insert((*term).to_owned());
    }
    choice
}

fn find(index: &Index, text: &str, chosen: &[(Facet, &str)]) -> Found {
    index.find(&Query::new(text, &choice(chosen)), |_, _| true)
}

#[test]
fn texts_are_cut_into_words_that_people_would_type() {
    for (text, expected) in [
        ("The IMRF, in 2022!", &["the", "imrf", "in", "2022"][..]),
        ("Forêt Ñandú ÅLAND", &["foret", "nandu", "aland"]),
        ("Йод и ёлка", &["иод", "и", "елка"]),
        ("مُنَظَّمَة دوليّة إلى", &["منظمه", "دوليه", "الي"]),
        ("الهـــجرة", &["الهجره"]),
        ("移民全球", &["移", "民", "移民", "全", "民全", "球", "全球"]),
        ("GCM移民", &["gcm", "移", "民", "移民"]),
        ("co\u{AD}operation", &["cooperation"]),
        ("EVT-2026-00001", &["evt", "2026", "00001"]),
        ("  ,.  ", &[]),
    ] {
        assert_eq!(tokens::words(text), expected, "{text:?}");
    }
    assert_eq!(tokens::searched("移民 全"), ["全", "移民"]);
    assert_eq!(tokens::words(&"a".repeat(500))[0].len(), 40);
}

#[test]
fn every_word_must_be_there_and_a_beginning_will_do() {
    let index = index(&[
        document(3, "Forum on migration in Nur-Sultan", &[]),
        document(5, "Migrants and the Forum", &[]),
        document(8, "国际移民论坛", &[]),
    ]);
    let found = |text: &str| sequences(&find(&index, text, &[]));
    assert_eq!(found(""), [8, 5, 3]);
    assert_eq!(found("forum"), [5, 3]);
    assert_eq!(found("forum migr"), [5, 3]);
    assert_eq!(found("MIGRATION forum"), [3]);
    assert_eq!(found("nur sultan"), [3]);
    assert_eq!(found("移民"), [8]);
    assert_eq!(found("民移"), [0; 0]);
    assert_eq!(found("nothing"), [0; 0]);
    assert_eq!(found("?!"), [8, 5, 3], "no word asks for nothing");
}

#[test]
fn terms_of_a_facet_widen_and_facets_narrow() {
    let (country, scope) = (Facet::Country, Facet::GeographicScope);
    let index = index(&[
        document(1, "", &[(country, "KAZ"), (scope, "global")]),
        document(2, "", &[(country, "KEN"), (scope, "global")]),
        document(3, "", &[(country, "KAZ"), (country, "USA"), (scope, "regional")]),
    ]);
    let found = |chosen: &[(Facet, &str)]| sequences(&find(&index, "", chosen));
    assert_eq!(found(&[(country, "KAZ")]), [3, 1]);
    assert_eq!(found(&[(country, "kaz")]), [3, 1]);
    assert_eq!(found(&[(country, "KAZ"), (country, "KEN")]), [3, 2, 1]);
    assert_eq!(found(&[(country, "KAZ"), (scope, "global")]), [1]);
    assert_eq!(found(&[(country, "XXX")]), [0; 0]);
}

#[test]
fn counts_say_what_choosing_a_term_would_give() {
    let (country, scope) = (Facet::Country, Facet::GeographicScope);
    let index = index(&[
        document(1, "a", &[(country, "KAZ"), (scope, "global")]),
        document(2, "a", &[(country, "KEN"), (scope, "global")]),
        document(3, "b", &[(country, "KAZ"), (scope, "regional")]),
    ]);
    let count = |text: &str, chosen: &[(Facet, &str)], facet: Facet, term: &str| {
        let found = find(&index, text, chosen);
        found.counts.get(&facet).and_then(|terms| terms.get(term)).copied().unwrap_or(0)
    };
    assert_eq!(count("", &[], country, "KAZ"), 2);
    assert_eq!(count("a", &[], country, "KAZ"), 1);
    assert_eq!(count("", &[(country, "KAZ")], country, "KEN"), 1, "another country would widen");
    assert_eq!(count("", &[(country, "KAZ")], scope, "global"), 1, "another facet would narrow");
    assert_eq!(count("", &[(country, "KAZ"), (scope, "global")], country, "KEN"), 1);
    assert_eq!(count("", &[(country, "KAZ"), (scope, "global")], scope, "regional"), 1);
}

#[test]
fn what_is_not_current_is_neither_found_nor_counted() {
    let index = index(&[document(1, "a", &[(Facet::Country, "KAZ")]), document(2, "a", &[(Facet::Country, "KAZ")])]);
    let found = index.find(&Query::new("a", &Choice::new()), |place, _| place == at(2));
    assert_eq!(sequences(&found), [2]);
    assert_eq!(found.counts[&Facet::Country]["KAZ"], 1);
}

#[test]
fn an_edition_goes_in_once() {
    let mut index = index(&[document(1, "a", &[]), document(2, "a", &[])]);
    index.add(&document(2, "b", &[]));
    index.add(&document(1, "b", &[]));
    assert_eq!((index.len(), find(&index, "b", &[]).places), (2, Vec::new()));
}

fn term() -> impl Strategy<Value = (Facet, &'static str)> {
    prop_oneof![
        Just((Facet::Country, "KAZ")),
        Just((Facet::Country, "KEN")),
        Just((Facet::GeographicScope, "global")),
        Just((Facet::GeographicScope, "local")),
        Just((Facet::ResourceLanguage, "en")),
    ]
}

proptest! {
    /// The counts and the list agree with looking at every document by hand.
    #[test]
    fn the_index_agrees_with_looking_at_each(
        documents in proptest::collection::vec((proptest::collection::btree_set(term(), 0..4), "[ab]{0,2}"), 0..12),
        chosen in proptest::collection::vec(term(), 0..3),
        word in "[ab]{0,1}",
    ) {
        let documents: Vec<Document> = documents
            .iter()
            .zip(1..)
            .map(|((terms, text), sequence)| document(sequence, text, &terms.iter().copied().collect::<Vec<_>>()))
            .collect();
        let by_hand = |chosen: &Choice| -> Vec<u64> {
            let fits = |document: &&Document| {
                let words: BTreeSet<String> = tokens::words(&document.text).into_iter().collect();
                (word.is_empty() || words.contains(&word))
                    && chosen.iter().all(|(facet, terms)| terms.iter().any(|term| document.terms.contains(&(*facet, term.clone()))))
            };
            documents.iter().filter(fits).map(|document| document.place.sequence).rev().collect()
        };
        let index = index(&documents);
        let found = find(&index, &word, &chosen);
        let choice = choice(&chosen);
        prop_assert_eq!(&sequences(&found), &by_hand(&choice));
        for (facet, term) in [(Facet::Country, "KAZ"), (Facet::GeographicScope, "local"), (Facet::ResourceLanguage, "en")] {
            let mut instead = choice.clone();
            instead.insert(facet, BTreeSet::from([term.to_owned()]));
            let count = found.counts.get(&facet).and_then(|terms| terms.get(term)).copied().unwrap_or(0);
            prop_assert_eq!(count as usize, by_hand(&instead).len(), "{:?} {}", facet, term);
        }
    }
}
