use super::*;
use crate::keys::{SigningKey, VerifierKey};
use crate::note::{Note, SignedNote};

const ORIGIN: &str = "example.org/dossier/submission";

fn key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, &[9; 32]).unwrap()
}

fn checkpoint() -> Checkpoint {
    Checkpoint::new(ORIGIN, TreeHead { size: 20_852_163, root: Hash::from_bytes([0xab; 32]) })
}

#[test]
fn the_example_of_the_specification_is_read_and_written_alike() {
    let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        — example.com/behind-the-sofa \
        Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
    let signed = SignedCheckpoint::parse(text).unwrap();
    let checkpoint = signed.unverified();
    assert_eq!(checkpoint.origin, "example.com/behind-the-sofa");
    assert_eq!(checkpoint.size, 20_852_163);
    assert_eq!(checkpoint.root.to_string(), "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62");
    assert!(checkpoint.extensions.is_empty());
    assert_eq!((signed.text(), signed.to_string().as_str()), (text, text));
}

#[test]
fn what_is_signed_verifies_and_reads_back() {
    for extensions in [vec![], vec!["one".to_owned(), "two — with spaces".to_owned()]] {
        let checkpoint = Checkpoint { extensions, ..checkpoint() };
        let signed = SignedCheckpoint::sign(&checkpoint, &key()).unwrap();
        assert_eq!(SignedCheckpoint::parse(signed.text()), Ok(signed.clone()));
        assert_eq!(SignedCheckpoint::parse_bytes(signed.text().as_bytes()), Ok(signed.clone()));
        assert_eq!(signed.verify(&key().verifier()), Ok(checkpoint.clone()));
        assert_eq!(signed.verify_from(ORIGIN, &[key().verifier()]), Ok(checkpoint.clone()));
        assert_eq!(Checkpoint::parse(&checkpoint.to_text().unwrap()), Ok(checkpoint));
    }
}

#[test]
fn another_key_another_text_and_another_log_are_refused() {
    let signed = SignedCheckpoint::sign(&checkpoint(), &key()).unwrap();
    let stranger = SigningKey::from_seed(ORIGIN, &[10; 32]).unwrap();
    let unknown = CheckpointVerifyError::Note(VerifyError::NoKnownSignature);
    assert_eq!(signed.verify(&stranger.verifier()), Err(unknown));
    let grown = signed.text().replace("20852163", "20852164");
    let bad = VerifyError::BadSignature { name: key().name().clone(), id: key().id() };
    assert_eq!(SignedCheckpoint::parse(&grown).unwrap().verify(&key().verifier()), Err(bad.into()));
    let elsewhere = "example.org/dossier/moderation";
    let wrong = CheckpointVerifyError::WrongOrigin { expected: elsewhere.to_owned(), found: ORIGIN.to_owned() };
    assert_eq!(signed.verify_from(elsewhere, &[key().verifier()]), Err(wrong));
}

#[test]
fn while_a_key_is_replaced_either_signature_counts() {
    let successor = SigningKey::from_seed(ORIGIN, &[11; 32]).unwrap();
    let mut note = Note::new(checkpoint().to_text().unwrap()).unwrap().sign(&key());
    note.sign(&successor).unwrap();
    let signed = SignedCheckpoint::try_from(note).unwrap();
    for keys in [vec![key()], vec![successor.clone()], vec![key(), successor]] {
        let keys: Vec<VerifierKey> = keys.iter().map(SigningKey::verifier).collect();
        assert_eq!(signed.verify_from(ORIGIN, &keys), Ok(checkpoint()));
    }
    assert!(signed.verify_any(&[]).is_err());
}

#[test]
fn each_kind_of_mistake_has_its_name() {
    let good = checkpoint().to_text().unwrap();
    let error = |text: &str| Checkpoint::parse(text).unwrap_err();
    assert_eq!(error(""), CheckpointError::MissingNewline);
    assert_eq!(error(good.trim_end()), CheckpointError::MissingNewline);
    assert_eq!(error("\n"), CheckpointError::MissingLine);
    assert_eq!(error("a\n1\n"), CheckpointError::MissingLine);
    assert_eq!(error(&good.replace(ORIGIN, "")), CheckpointError::Origin);
    assert_eq!(error(&good.replace(ORIGIN, &"o".repeat(256))), CheckpointError::Origin);
    assert_eq!(error(&good.replace(ORIGIN, "a\tb")), CheckpointError::Origin);
    for size in ["", "020852163", "+1", "-1", "1.0", "1 ", "18446744073709551616"] {
        assert_eq!(error(&good.replace("20852163", size)), CheckpointError::Size, "{size:?}");
    }
    let large = MAX_TREE_SIZE + 1;
    let too_large = error(&good.replace("20852163", &large.to_string()));
    assert_eq!(too_large, CheckpointError::TooLarge { size: large });
    assert_eq!(error(&good.replace("q6ur", "q6u")), CheckpointError::Root);
    assert_eq!(error(&good.replace("20852163", "0")), CheckpointError::RootOfNothing);
    assert_eq!(error(&format!("{good}\n")), CheckpointError::Extension { number: 1 });
    assert_eq!(error(&format!("{good}one\n\nthree\n")), CheckpointError::Extension { number: 2 });
    let long_line = format!("{good}{}\n", "x".repeat(MAX_EXTENSION_BYTES + 1));
    assert_eq!(error(&long_line), CheckpointError::Extension { number: 1 });
    let many = format!("{good}{}", "x\n".repeat(MAX_EXTENSIONS + 1));
    assert_eq!(error(&many), CheckpointError::TooManyExtensions);
    // In a signed checkpoint the note is looked at first.
    let not_a_checkpoint = Note::new("no checkpoint\n").unwrap().sign(&key()).to_string();
    assert_eq!(SignedCheckpoint::parse(&not_a_checkpoint), Err(CheckpointError::MissingLine));
    assert_eq!(SignedCheckpoint::parse("x\n"), Err(NoteError::NoSignatures.into()));
}

#[test]
fn what_could_not_be_read_back_is_not_signed() {
    let line = |line: &str| vec![line.to_owned()];
    let wrong = [
        (Checkpoint { origin: "a\nb".to_owned(), ..checkpoint() }, CheckpointError::Origin),
        (Checkpoint { origin: String::new(), ..checkpoint() }, CheckpointError::Origin),
        (Checkpoint { size: u64::MAX, ..checkpoint() }, CheckpointError::TooLarge { size: u64::MAX }),
        (Checkpoint { size: 0, ..checkpoint() }, CheckpointError::RootOfNothing),
        (Checkpoint { extensions: line(""), ..checkpoint() }, CheckpointError::Extension { number: 1 }),
        (Checkpoint { extensions: line("a\nb"), ..checkpoint() }, CheckpointError::Extension { number: 1 }),
        (Checkpoint { extensions: vec!["x".to_owned(); 17], ..checkpoint() }, CheckpointError::TooManyExtensions),
    ];
    for (checkpoint, error) in wrong {
        assert_eq!(SignedCheckpoint::sign(&checkpoint, &key()), Err(error));
    }
    assert!(SignedCheckpoint::sign(&Checkpoint::new(ORIGIN, TreeHead::EMPTY), &key()).is_ok());
}

#[test]
fn the_largest_checkpoint_of_all_limits_is_as_long_as_computed() {
    let largest = Checkpoint {
        origin: "o".repeat(MAX_ORIGIN_BYTES),
        size: MAX_TREE_SIZE,
        extensions: vec!["x".repeat(MAX_EXTENSION_BYTES); MAX_EXTENSIONS],
        ..checkpoint()
    };
    let text = largest.to_text().unwrap();
    assert_eq!(text.len(), MAX_CHECKPOINT_BYTES);
    let signed = SignedCheckpoint::sign(&largest, &key()).unwrap();
    assert_eq!(SignedNote::parse(signed.text()).as_ref(), Ok(signed.note()));
}
