//! The registry itself: what is built in, bytes and digests, queries.

use dossier_proto::Micros;
use dossier_registry::{
    Cardinality, Clearance, Kind, Language, Registry, RegistryBytesError, ReviewRole, Section, check_directory,
};

use crate::samples::{NOW, deployed, edited, files};

#[test]
fn embedded_registry_has_no_fault() {
    assert_eq!(check_directory(deployed()), []);
    assert!(Registry::embedded().record_type("event").is_some());
}

#[test]
fn embedded_registry_is_the_one_deployed() {
    let deployed = Registry::from_directory(deployed()).unwrap();
    assert_eq!(Registry::embedded().bytes(), deployed.bytes());
    assert_eq!(Registry::embedded().digest(), deployed.digest());
}

#[test]
fn bytes_are_canonical_small_and_read_back_the_same() {
    let registry = Registry::embedded();
    // A third is kept free for what registrars add.
    assert!(registry.bytes().len() < Registry::BYTES_MAX / 3 * 2, "{} bytes", registry.bytes().len());
    let again = Registry::from_bytes(registry.bytes()).unwrap();
    assert_eq!(again.bytes(), registry.bytes());
    assert_eq!(again.document(), registry.document());
    assert_eq!(again.digest(), registry.digest());
}

#[test]
fn the_order_of_files_does_not_change_the_digest() {
    let mut reversed = files();
    reversed.reverse();
    assert_eq!(Registry::from_files(&reversed).unwrap().digest(), Registry::embedded().digest());
}

#[test]
fn any_change_of_a_label_changes_the_digest() {
    let other = edited("types/event.toml", "\"Title\"", "\"Heading\"").unwrap();
    assert_ne!(other.digest(), Registry::embedded().digest());
}

#[test]
fn bytes_that_are_not_canonical_are_refused() {
    let registry = Registry::embedded();
    let mut spaced = registry.bytes().to_vec();
    spaced.push(b'\n');
    assert!(matches!(Registry::from_bytes(&spaced), Err(RegistryBytesError::NotCanonical)));
    let text = String::from_utf8(registry.bytes().to_vec()).unwrap();
    let unknown = text.replacen("{", "{\"surprise\":1,", 1);
    assert!(matches!(Registry::from_bytes(unknown.as_bytes()), Err(RegistryBytesError::Shape(_))));
    let long = vec![b' '; Registry::BYTES_MAX + 1];
    assert!(matches!(Registry::from_bytes(&long), Err(RegistryBytesError::TooLarge { .. })));
    let newer = text.replacen("\"format\":1", "\"format\":2", 1);
    assert!(matches!(Registry::from_bytes(newer.as_bytes()), Err(RegistryBytesError::Newer { found: 2 })));
}

/// DOMAIN section 1, row by row.
#[test]
fn the_event_has_every_field() {
    use Cardinality::{Any, One, Optional, Some as Many};
    let registry = Registry::embedded();
    let event = registry.record_type("event").unwrap();
    let expected = [
        ("title", Kind::Text, One),
        ("description", Kind::Richtext, One),
        ("dates", Kind::Range, Optional),
        ("location", Kind::Place, Optional),
        ("event_type", Kind::Term, One),
        ("organizers", Kind::TermOrText, Many),
        ("target_audience", Kind::Term, Any),
        ("languages", Kind::Term, Many),
        ("geographic_scope", Kind::Term, One),
        ("workstream_output", Kind::Bool, One),
        ("workstreams", Kind::TermOrText, Any),
        ("regional_review", Kind::Bool, One),
        ("regional_reviews", Kind::Term, Any),
        ("network_level", Kind::Term, Optional),
        ("country_networks", Kind::Term, Any),
        ("regional_networks", Kind::Term, Any),
        ("gcm_objectives", Kind::Term, Any),
        ("subject_status", Kind::Status, Optional),
        ("links", Kind::Link, Any),
        ("attachments", Kind::Attachment, Any),
    ];
    let found: Vec<_> = event.fields.iter().map(|field| (field.key.as_str(), field.kind, field.cardinality)).collect();
    assert_eq!(found, expected);
    assert_eq!(event.number_prefix, "EVT");
    assert_eq!(event.title().unwrap().key, "title");
    assert_eq!(event.in_section(Section::Body).count(), 1);
    assert_eq!(event.follow_ups("network_level").count(), 2);
    assert_eq!(event.personal_pointers(), Vec::<String>::new());
}

#[test]
fn an_event_is_reviewed_by_one_moderator_without_clearance() {
    let registry = Registry::embedded();
    let path = &registry.record_type("event").unwrap().review;
    assert_eq!(path.clearance, Clearance::None);
    let [stage] = path.stages.as_slice() else { panic!("{path:?}") };
    let [quorum] = stage.needs.as_slice() else { panic!("{stage:?}") };
    assert_eq!((quorum.role, quorum.count), (ReviewRole::Moderator, 1));
}

#[test]
fn every_label_an_event_page_shows_is_in_six_languages() {
    let registry = Registry::embedded();
    let event = registry.record_type("event").unwrap();
    for language in Language::ALL {
        for field in &event.fields {
            assert!(field.labels.get(language).is_some(), "{} in {language}", field.key);
        }
        for vocabulary in ["countries", "event_types", "audiences", "geographic_scopes", "organizations", "languages"] {
            for term in &registry.vocabulary(vocabulary).unwrap().terms {
                assert!(term.labels.get(language).is_some(), "{vocabulary} {} in {language}", term.key);
            }
        }
        assert!(registry.notice("kosovo-1244").unwrap().texts.get(language).is_some());
    }
}

#[test]
fn the_codes_of_refusal_are_those_of_the_domain() {
    let expected = "out_of_scope, refugee_scope, not_gcm_related, incomplete, not_implemented_yet, duplicate, \
        not_authorised_for_body, personal_data, confidential, promotional, unverifiable, copyright, discriminatory, \
        wrong_record_type, naming_issue, past_deadline, spam, other";
    let registry = Registry::embedded();
    let found: Vec<_> = registry.refusals().iter().map(|reason| reason.key.as_str()).collect();
    assert_eq!(found.join(", "), expected);
    assert!(registry.refusal("spam").is_some() && registry.refusal("nonsense").is_none());
}

#[test]
fn the_round_tables_divide_the_objectives() {
    let registry = Registry::embedded();
    let objectives = &registry.vocabulary("gcm_objectives").unwrap().terms;
    assert_eq!(objectives.len(), 23);
    let of = |group: &str| -> Vec<&str> {
        let members = objectives.iter().filter(|term| term.groups.iter().any(|one| one == group));
        members.map(|term| term.key.as_str()).collect()
    };
    assert_eq!(of("rt1"), ["2", "5", "6", "12", "18"]);
    assert_eq!(of("rt2"), ["4", "8", "9", "10", "11", "13", "21"]);
    assert_eq!(of("rt3"), ["14", "15", "16", "19", "20", "22"]);
    assert_eq!(of("rt4"), ["1", "3", "7", "17", "23"]);
}

#[test]
fn countries_have_their_codes_and_the_names_of_the_day() {
    let registry = Registry::embedded();
    assert_eq!(registry.vocabulary("countries").unwrap().terms.len(), 250);
    let kazakhstan = registry.any_term("countries", "KAZ").unwrap();
    assert_eq!(kazakhstan.code.as_deref(), Some("398"));
    // 31 May 2022 and 1 June 2022.
    let (before, after) = (Micros(1_653_998_400_000_000), Micros(1_654_041_600_000_000));
    let name = |at| registry.term_label("countries", "TUR", Language::En, at).text;
    assert_eq!((name(before).as_str(), name(after).as_str()), ("Turkey", "Türkiye"));
    let swaziland = Micros(1_500_000_000_000_000);
    assert_eq!(registry.term_label("countries", "SWZ", Language::Es, swaziland).text, "Swazilandia");
    assert_eq!(registry.term_label("countries", "SWZ", Language::Es, NOW).text, "Eswatini");
}

#[test]
fn terms_are_found_only_on_their_days() {
    let registry = Registry::embedded();
    let in_plan = Micros(1_625_000_000_000_000);
    assert!(registry.term("workstreams", "cwg-2-1", in_plan).is_some());
    assert!(registry.term("workstreams", "cwg-2-1", NOW).is_none());
    assert_eq!(registry.terms_at("workstreams", in_plan).count(), 2);
    assert_eq!(registry.terms_at("workstreams", NOW).count(), 0);
    // The ends of time are days like others.
    assert!(registry.term("workstreams", "cwg-2-1", Micros(i64::MIN)).is_none());
    assert!(registry.term("countries", "KAZ", Micros(i64::MAX)).is_some());
}

#[test]
fn a_label_falls_back_to_english_and_says_so() {
    let registry = Registry::embedded();
    let shown = registry.term_label("gcm_objectives", "23", Language::Fr, NOW);
    assert_eq!(shown.text, "Objectif 23 du Pacte mondial - Coopération internationale");
    let shown = registry.term_label("gcm_objectives", "23", Language::Ar, NOW);
    assert_eq!(shown.text, "GCM Objective 23 - International cooperation");
    assert_eq!(shown.language, Some(Language::En));
}

/// Bytes of registries stand in journals for ever. To add one: write `Registry::bytes` of a registry that uses what is new into
/// a file named after its digest; none is ever changed or taken away.
#[test]
fn registries_of_earlier_programs_are_read_for_ever() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/registry/golden");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let registry = Registry::from_bytes(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(path.file_stem().unwrap().to_str().unwrap(), registry.digest().to_string());
        count += 1;
    }
    assert!(count >= 1);
}
