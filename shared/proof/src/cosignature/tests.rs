use super::*;
use crate::checkpoint::Checkpoint;
use crate::keys::{KeyError, SigningKey, VerifierKey};
use crate::tree::TreeHead;

const TIME: u64 = 1_679_315_147;

fn log() -> SigningKey {
    SigningKey::from_seed("example.com/behind-the-sofa", &[1; 32]).unwrap()
}

fn signed() -> SignedCheckpoint {
    let root = crate::Hash::from_base64("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=").unwrap();
    let checkpoint = Checkpoint::new("example.com/behind-the-sofa", TreeHead { size: 20_852_163, root });
    SignedCheckpoint::sign(&checkpoint, &log()).unwrap()
}

fn witness() -> CosigningKey {
    CosigningKey::from_seed("witness.example.com/w1", &[2; 32]).unwrap()
}

#[test]
fn the_signed_message_is_that_of_the_specification() {
    let expected = "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n\
        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    assert_eq!(message(signed().note().unverified_note(), TIME), expected);
}

#[test]
fn the_example_of_the_specification_has_the_time_of_its_text() {
    let line = "— witness.example.com/w1 \
        jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==";
    let signature = NoteSignature::parse(line).unwrap();
    assert_eq!(signature.signature().len(), TIME_BYTES + SIGNATURE_BYTES);
    assert_eq!(signature.signature()[..TIME_BYTES], TIME.to_be_bytes());
    assert_eq!(signature.id().to_string(), "8d66cf3f");
}

#[test]
fn a_cosignature_verifies_and_says_when() {
    let mut checkpoint = signed();
    let key = witness().verifier();
    assert!(matches!(checkpoint.cosigned_at(&key), Err(CosignatureError::Missing { .. })));
    for time in [TIME, 0, MAX_TIME_SECONDS] {
        checkpoint.cosign(&witness(), time).unwrap();
        assert_eq!(checkpoint.cosigned_at(&key), Ok(time));
        let read = SignedCheckpoint::parse(checkpoint.text()).unwrap();
        assert_eq!(read, checkpoint);
        assert_eq!(read.cosigned_at(&key), Ok(time));
        assert_eq!(read.note().signatures().len(), 2, "a newer cosignature replaces the older one");
    }
    let impossible = CosignError::Time { seconds: MAX_TIME_SECONDS + 1 };
    assert_eq!(checkpoint.cosign(&witness(), MAX_TIME_SECONDS + 1), Err(impossible));
}

#[test]
fn the_logs_own_signature_is_not_touched() {
    let mut checkpoint = signed();
    checkpoint.cosign(&witness(), TIME).unwrap();
    assert_eq!(checkpoint.verify(&log().verifier()).as_ref(), Ok(signed().unverified()));
}

#[test]
fn any_change_of_text_time_or_signature_is_seen() {
    let key = witness().verifier();
    let mut checkpoint = signed();
    checkpoint.cosign(&witness(), TIME).unwrap();
    let grown = SignedCheckpoint::parse(&checkpoint.text().replace("20852163", "20852164")).unwrap();
    assert!(matches!(grown.cosigned_at(&key), Err(CosignatureError::Bad { .. })));
    let honest = checkpoint.note().signatures()[1].clone();
    for bit in 0..honest.signature().len() * 8 {
        let mut bytes = honest.signature().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let changed = NoteSignature::new(honest.name().clone(), honest.id(), bytes).unwrap();
        checkpoint.put(changed).unwrap();
        assert!(matches!(checkpoint.cosigned_at(&key), Err(CosignatureError::Bad { .. })), "bit {bit}");
    }
    for length in [1, 8, 64, 71, 73] {
        let changed = NoteSignature::new(honest.name().clone(), honest.id(), vec![0; length]).unwrap();
        checkpoint.put(changed).unwrap();
        assert!(matches!(checkpoint.cosigned_at(&key), Err(CosignatureError::Bad { .. })));
    }
}

#[test]
fn of_several_cosignatures_all_must_hold_and_the_latest_counts() {
    let key = witness().verifier();
    let line = |time| {
        let mut checkpoint = signed();
        checkpoint.cosign(&witness(), time).unwrap();
        format!("{}\n", checkpoint.note().signatures()[1])
    };
    let with = |lines: &[String]| {
        SignedCheckpoint::parse(&format!("{}{}", signed().text(), lines.concat())).unwrap().cosigned_at(&key)
    };
    assert_eq!(with(&[line(5), line(9), line(7)]), Ok(9));
    // The cosignature of another checkpoint, in the same name.
    let mut other = SignedCheckpoint::sign(&Checkpoint::new("other", TreeHead::EMPTY), &log()).unwrap();
    other.cosign(&witness(), 6).unwrap();
    let wrong = format!("{}\n", other.note().signatures()[1]);
    assert!(matches!(with(&[line(9), wrong]), Err(CosignatureError::Bad { .. })));
}

#[test]
fn a_signature_of_one_type_is_never_one_of_the_other() {
    // The same name and seed for both types: different ids, and neither counts for the other.
    let log = SigningKey::from_seed("same", &[5; 32]).unwrap();
    let cosigner = CosigningKey::from_seed("same", &[5; 32]).unwrap();
    assert_ne!(log.id(), cosigner.id());
    assert_eq!(log.verifier().public_key(), cosigner.verifier().public_key());
    let mut checkpoint = SignedCheckpoint::sign(&Checkpoint::new("same", TreeHead::EMPTY), &log).unwrap();
    assert!(matches!(checkpoint.cosigned_at(&cosigner.verifier()), Err(CosignatureError::Missing { .. })));
    checkpoint.cosign(&cosigner, TIME).unwrap();
    assert_eq!(checkpoint.cosigned_at(&cosigner.verifier()), Ok(TIME));
    assert!(checkpoint.verify(&log.verifier()).is_ok());
    let text = cosigner.verifier().to_string();
    assert_eq!(VerifierKey::parse(&text), Err(KeyError::WrongType { expected: 1, found: 4 }));
    let text = log.verifier().to_string();
    assert_eq!(CosignerKey::parse(&text), Err(KeyError::WrongType { expected: 4, found: 1 }));
}

#[test]
fn keys_are_read_and_written_alike_and_hide_their_seed() {
    let published = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";
    let key = CosignerKey::parse(published).unwrap();
    assert_eq!(key.to_string(), published);
    assert_eq!(CosignerKey::from_public_key("remora.n621.de", key.public_key()), Ok(key));
    let own = witness();
    assert_eq!(own.verifier().to_string().parse(), Ok(own.verifier()));
    assert_eq!(format!("{own:?}"), format!("CosigningKey(witness.example.com/w1+{}, seed hidden)", own.id()));
}
