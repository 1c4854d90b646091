//! Notes against another implementation: [`signed_note`](https://docs.rs/signed_note), a port of Go's `note`. Each side signs
//! for the other, and both take and refuse the same texts.

use dossier_proof::note::{MAX_NOTE_BYTES, NoteError};
use dossier_proof::{Note, SignedNote, SigningKey, VerifierKey};
use proptest::prelude::*;
use signed_note::{Note as TheirNote, Signer, StandardSigner, StandardVerifier, Verifier, VerifierList};

fn their_signer(key: &SigningKey) -> StandardSigner {
    StandardSigner::new(&key.to_private_string()).expect("they read our private keys")
}

fn their_verifier(key: &VerifierKey) -> StandardVerifier {
    StandardVerifier::new(&key.to_string()).expect("they read our public keys")
}

/// Names without what the specification forbids; long ones are looked at elsewhere.
fn name() -> impl Strategy<Value = String> {
    "[a-z0-9./:ü—_-]{1,40}"
}

/// Texts of one or more lines, empty ones among them.
fn text() -> impl Strategy<Value = String> {
    prop::collection::vec("[ -~äж—]{0,30}", 1..6).prop_map(|lines| lines.join("\n") + "\n")
}

proptest! {
    #[test]
    fn each_side_believes_what_the_other_signed(name in name(), seed: [u8; 32], text in text()) {
        let key = SigningKey::from_seed(&name, &seed).expect("a key");
        let public = key.verifier();
        let (signer, verifier) = (their_signer(&key), their_verifier(&public));
        prop_assert_eq!(signer.key_id().to_be_bytes(), key.id().to_bytes());
        prop_assert_eq!(verifier.key_id().to_be_bytes(), public.id().to_bytes());

        let ours = Note::new(text.clone()).expect("a text").sign(&key);
        let mut theirs = TheirNote::new(text.as_bytes(), &[]).expect("a text");
        theirs.add_sigs(&[&signer as &dyn Signer]).expect("room");
        let written = String::from_utf8(theirs.to_bytes()).expect("UTF-8");
        prop_assert_eq!(ours.to_string(), written.as_str());

        let keys = [public];
        prop_assert!(SignedNote::parse(&written).expect("a note").verify(&keys).is_ok());
        let verifiers = VerifierList::new(vec![Box::new(verifier)]);
        prop_assert!(TheirNote::from_bytes(ours.to_string().as_bytes()).expect("a note").verify(&verifiers).is_ok());
    }

    /// A signed note with one byte range replaced: the same verdict on the form, the same text and signatures out of it, and
    /// the same verdict on the signatures.
    #[test]
    fn both_read_and_refuse_the_same_damaged_notes(
        seeds in prop::collection::vec(any::<[u8; 32]>(), 1..4),
        text in text(),
        at in any::<prop::sample::Index>(),
        length in 0_usize..4,
        put in prop_oneof![
            Just(Vec::new()), Just(b"\n".to_vec()), Just(b"\n\n".to_vec()), Just("— ".as_bytes().to_vec()),
            Just(b" ".to_vec()), Just(b"=".to_vec()), Just(b"+".to_vec()), Just(b"\r".to_vec()), Just(b"A".to_vec()),
            prop::collection::vec(any::<u8>(), 0..4),
        ],
    ) {
        let keys: Vec<SigningKey> =
            seeds.iter().map(|seed| SigningKey::from_seed("log.example", seed).expect("a key")).collect();
        let mut note = Note::new(text).expect("a text").sign(&keys[0]);
        keys[1..].iter().for_each(|key| note.sign(key).expect("room"));
        let mut bytes = note.to_string().into_bytes();
        let start = at.index(bytes.len());
        let end = (start + length).min(bytes.len());
        bytes.splice(start..end, put);

        let public = [keys[0].verifier()];
        match (SignedNote::parse_bytes(&bytes), TheirNote::from_bytes(&bytes)) {
            (Ok(ours), Ok(theirs)) => {
                prop_assert_eq!(ours.to_string().into_bytes(), bytes.clone());
                prop_assert_eq!(theirs.to_bytes(), bytes);
                prop_assert_eq!(ours.unverified_note().text().as_bytes(), theirs.text());
                let verifiers = VerifierList::new(vec![Box::new(their_verifier(&public[0]))]);
                let (ours, theirs) = (ours.verify(&public), theirs.verify(&verifiers));
                prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{:?} {:?}", ours, theirs);
            }
            (Err(_), Err(_)) => {}
            (ours, theirs) => prop_assert!(false, "ours {ours:?}, theirs {theirs:?} of {bytes:?}"),
        }
    }

    /// Damaged keys likewise.
    #[test]
    fn both_read_and_refuse_the_same_damaged_keys(
        seed: [u8; 32], at in any::<prop::sample::Index>(), put in "[+/=A-Za-z0-9 ]{0,2}",
    ) {
        let mut text = SigningKey::from_seed("log.example", &seed).expect("a key").verifier().to_string();
        let start = at.index(text.len());
        text.replace_range(start..=start, &put);
        prop_assert_eq!(VerifierKey::parse(&text).is_ok(), StandardVerifier::new(&text).is_ok(), "{}", text);
    }
}

#[test]
fn where_the_limits_differ_ours_are_the_stricter() {
    let key = SigningKey::from_seed("log.example", &[1; 32]).expect("a key");
    let note = Note::new("text\n").expect("a text").sign(&key).to_string();
    let (text, line) = note.split_at("text\n\n".len());
    // They admit 100 signatures and a million bytes; we 64 and about half a million.
    let many = format!("{text}{}", line.repeat(100));
    assert_eq!(SignedNote::parse(&many), Err(NoteError::TooManySignatures));
    assert!(TheirNote::from_bytes(many.as_bytes()).is_ok());
    let long = format!("{}\n\n{line}", "t".repeat(MAX_NOTE_BYTES));
    assert!(matches!(SignedNote::parse(&long), Err(NoteError::TooLong { .. })));
    assert!(TheirNote::from_bytes(long.as_bytes()).is_ok());
}
