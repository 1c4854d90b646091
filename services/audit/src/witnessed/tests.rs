//! Whose cosignatures count, and how often strangers are listened to.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::{Duration, Instant};

use dossier_proof::CosigningKey;

use super::*;

fn key(name: &str, seed: u8) -> String {
    CosigningKey::from_seed(name, &[seed; 32]).unwrap().verifier().to_string()
}

#[test]
fn a_file_of_witnesses_has_a_line_for_each() {
    let text = format!("# an archive\n{}\n\n{} https://w.example/x/\n", key("a.example", 1), key("b.example", 2));
    let witnesses = Witnesses::parse(&text).unwrap();
    let pushed: Vec<_> = witnesses.iter().map(|witness| witness.pushed_to.as_deref()).collect();
    assert_eq!(pushed, [None, Some("https://w.example/x")]);
}

#[test]
fn a_witness_that_would_count_twice_or_is_none_is_refused_with_its_line() {
    let first = key("a.example", 1);
    for second in [first.clone(), key("b.example", 1), key("a.example", 2)] {
        assert_eq!(
            Witnesses::parse(&format!("{first}\n{second}\n")),
            Err(WitnessesError::Twice { line: 2 }),
            "{second}"
        );
    }
    let log = dossier_proof::SigningKey::from_seed("a", &[1; 32]).unwrap().verifier().to_string();
    for wrong in [
        log,
        "bogus".to_owned(),
        format!("{first} ftp://x"),
        format!("{first} http://"),
        format!("{first} http://a@b"),
        format!("{first} http://a b"),
    ] {
        assert_eq!(Witnesses::parse(&format!("#\n{wrong}\n")), Err(WitnessesError::Line { line: 2 }), "{wrong}");
    }
    let many: String = (0..17).map(|seed| format!("{}\n", key(&format!("{seed}.example"), seed))).collect();
    assert_eq!(Witnesses::parse(&many), Err(WitnessesError::TooMany));
    assert!(matches!(Witnesses::parse(&"#".repeat(17 * 1024)), Err(WitnessesError::TooLong(_))));
}

#[test]
fn strangers_are_listened_to_so_often_and_then_again() {
    let (rate, now) = (Rate::default(), Instant::now());
    let admitted = (0..1_000).filter(|_| rate.admits_at(now)).count();
    assert!((400..=401).contains(&admitted), "{admitted}");
    let later = now + Duration::from_secs(1);
    let admitted = (0..1_000).filter(|_| rate.admits_at(later)).count();
    assert!((199..=201).contains(&admitted), "{admitted}");
}
