use dossier_proof::{Checkpoint, SignedCheckpoint, tree::TreeHead};

use super::*;
use crate::Question;

fn key(name: &str) -> SigningKey {
    SigningKey::from_seed(name, &[3; 32]).expect("a key")
}

fn asked(body: &'static [u8]) -> Asked {
    Asked::new(Topic::Checkpoint, Origin::Moderation, Origin::Audit, Bytes::from_static(body)).expect("a question")
}

#[test]
fn an_answer_fits_its_question_and_no_other() {
    let (signer, answer) = (key("test/moderation"), Bytes::from_static(b"where it stands"));
    let verifier = signer.verifier();
    let question = asked(b"where?");
    assert_eq!(question.body(), Ok(Bytes::from_static(b"where?")));
    let signed = question.sign(answer.clone(), &signer);
    assert_eq!(question.open(signed.clone(), &verifier), Ok(answer.clone()));
    // The same words, asked again: what was answered before is no answer to it.
    assert!(asked(b"where?").open(signed.clone(), &verifier).is_err());
    let elsewhere = |topic, holder, asker| Asked::received(topic, holder, asker, question.bytes());
    for other in [
        elsewhere(Topic::Keys, Origin::Moderation, Origin::Audit),
        elsewhere(Topic::Question(Question::Known), Origin::Moderation, Origin::Audit),
        elsewhere(Topic::Checkpoint, Origin::Submission, Origin::Audit),
        elsewhere(Topic::Checkpoint, Origin::Moderation, Origin::Publication),
    ] {
        assert!(other.open(signed.clone(), &verifier).is_err(), "{other:?}");
    }
    let same = elsewhere(Topic::Checkpoint, Origin::Moderation, Origin::Audit);
    assert_eq!(same.open(signed, &verifier), Ok(answer));
}

#[test]
fn what_its_holder_did_not_sign_is_no_answer() {
    let (signer, question) = (key("test/moderation"), asked(b"where?"));
    let verifier = signer.verifier();
    let answer = Bytes::from_static(b"here");
    let note = |text: &str, signer: &SigningKey| Note::new(text).expect("a note").sign(signer).to_string();
    let with = |note: String| Bytes::from(v1::SignedAnswer { answer: answer.clone(), note }.encode_to_vec());
    let head = TreeHead { size: 8, root: dossier_proof::leaf_of_event(b"x") };
    let checkpoint = SignedCheckpoint::sign(&Checkpoint::new("test/moderation/0", head), &signer).expect("a signature");
    for (what, bytes) in [
        ("nothing", Bytes::new()),
        ("no signature", with(String::new())),
        ("no note", with("here".to_owned())),
        ("a checkpoint", with(checkpoint.text().to_owned())),
        ("another statement", with(note("dossier presence 1\n", &signer))),
        (
            "another key of that name",
            question.sign(answer.clone(), &SigningKey::from_seed("test/moderation", &[4; 32]).expect("a key")),
        ),
        ("another service", question.sign(answer.clone(), &key("test/submission"))),
        ("too long a note", with("x".repeat(NOTE_BYTES_MAX + 1))),
        ("too much", Bytes::from(vec![0; SIGNED_BYTES_MAX + 1])),
    ] {
        assert!(question.open(bytes, &verifier).is_err(), "{what}");
    }
    let signed = question.sign(answer, &signer);
    for k in 0..signed.len() {
        let mut changed = signed.to_vec();
        changed[k] ^= 1;
        // Another signature of the same note may be there besides; what comes out is what was signed.
        let opened = question.open(changed.into(), &verifier);
        assert!(opened.is_err() || opened == Ok(Bytes::from_static(b"here")), "byte {k}: {opened:?}");
    }
}

#[test]
fn what_is_no_question_is_told() {
    let read = |bytes: Bytes| Asked::received(Topic::Keys, Origin::Audit, Origin::Submission, bytes).body();
    let question = |nonce: usize, body: usize| {
        Bytes::from(v1::ExchangeQuestion { nonce: vec![1; nonce], body: vec![2; body].into() }.encode_to_vec())
    };
    assert_eq!(read(question(NONCE_BYTES, QUESTION_BYTES_MAX)).map(|body| body.len()), Ok(QUESTION_BYTES_MAX));
    for bytes in [
        Bytes::new(),
        Bytes::from_static(&[0xff; 7]),
        question(0, 3),
        question(NONCE_BYTES - 1, 3),
        question(NONCE_BYTES + 1, 3),
        question(NONCE_BYTES, QUESTION_BYTES_MAX + 40),
    ] {
        assert!(read(bytes.clone()).is_err(), "{} bytes", bytes.len());
    }
}
