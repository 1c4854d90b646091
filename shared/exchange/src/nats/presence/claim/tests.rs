use super::*;

fn key(name: &str) -> SigningKey {
    SigningKey::from_seed(name, &[5; 32]).expect("a key")
}

fn instance(id: u128, established: bool) -> Instance {
    Instance { id: Ulid::from(id), established }
}

fn claim(answers: usize) -> Claim {
    Claim { instance: instance(7, true), asks: Nonce([1; 16]), answers: vec![Nonce([2; 16]); answers] }
}

#[test]
fn who_is_at_work_stays_and_else_who_began_first() {
    for (own, other, yields) in [
        (instance(1, false), instance(2, true), true),
        (instance(2, false), instance(1, true), true),
        (instance(1, true), instance(2, false), false),
        (instance(2, true), instance(1, false), false),
        (instance(1, true), instance(2, true), false),
        (instance(2, true), instance(1, true), true),
        (instance(2, false), instance(1, false), true),
        (instance(1, false), instance(2, false), false),
    ] {
        assert_eq!(own.yields_to(other), yields, "{own:?} {other:?}");
        assert_ne!(own.yields_to(other), other.yields_to(own), "exactly one of them stays");
    }
    assert!(!instance(1, true).yields_to(instance(1, true)), "its own voice");
}

#[test]
fn claims_come_back_as_they_were() {
    // The longest name of a key, and as many answers as there may be.
    for (name, answers) in [("test/moderation", 0), ("test/moderation", 3), ("x".repeat(255).as_str(), ANSWERS_MAX)] {
        let bytes = claim(answers).sign(&key(name));
        assert!(bytes.len() <= CLAIM_BYTES_MAX, "{} bytes", bytes.len());
        assert_eq!(Claim::read(&bytes, &[key(name).verifier()]), Ok(claim(answers)));
    }
}

/// Whoever has the key to the broker and not the one that signs can say nothing.
#[test]
fn what_the_service_did_not_sign_is_nobodys_word() {
    let own = key("test/moderation");
    let signed = claim(2).sign(&own);
    let sent = PresenceClaim::decode(signed.clone()).expect("a claim");
    let changed = |change: fn(&mut PresenceClaim)| {
        let mut sent = sent.clone();
        change(&mut sent);
        sent.encode_to_vec()
    };
    let unsigned = changed(|sent| sent.note = "dossier presence 1\n".to_owned());
    for (what, bytes) in [
        ("another service's", claim(2).sign(&key("test/submission")).to_vec()),
        (
            "another key of that name",
            claim(2).sign(&SigningKey::from_seed("test/moderation", &[6; 32]).expect("a key")).to_vec(),
        ),
        ("not signed", unsigned),
        ("another instance", changed(|sent| sent.instance[0] ^= 1)),
        ("established", changed(|sent| sent.established = false)),
        ("another question", changed(|sent| sent.asks[0] ^= 1)),
        ("another answer", changed(|sent| sent.answers[1][0] ^= 1)),
        ("an answer less", changed(|sent| drop(sent.answers.pop()))),
        ("too many answers", changed(|sent| sent.answers = vec![vec![0; 16]; ANSWERS_MAX + 1])),
        (
            "of the former version",
            PresenceClaim { instance: vec![0; 16], established: true, ..Default::default() }.encode_to_vec(),
        ),
        ("nothing", Vec::new()),
        ("nonsense", vec![0xff; 5]),
        ("too much", vec![0; CLAIM_BYTES_MAX + 1]),
    ] {
        assert!(Claim::read(&bytes, &[own.verifier()]).is_err(), "{what}");
    }
    for k in 0..signed.len() {
        let mut bytes = signed.to_vec();
        bytes[k] ^= 0x40;
        let read = Claim::read(&bytes, &[own.verifier()]);
        assert!(read.is_err() || read == Ok(claim(2)), "byte {k}: {read:?}");
    }
}
