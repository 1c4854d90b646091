//! Proofs written and read, and every one of their bytes changed.

use proptest::prelude::*;

use super::*;
use crate::{CosigningKey, MemoryTree, SigningKey, leaf_of_event};

const LOG: &str = "example.org/dossier/publication";
const TIME: u64 = 1_795_000_000;

fn key() -> SigningKey {
    SigningKey::from_seed(LOG, &[7; 32]).unwrap()
}

fn witness() -> CosigningKey {
    CosigningKey::from_seed("example.org/witness", &[8; 32]).unwrap()
}

fn event(number: u64) -> Vec<u8> {
    format!("event {number}").into_bytes()
}

/// The event at `index` of a log of `size`, proven.
fn proof(index: u64, size: u64) -> LogProof {
    let tree: MemoryTree = (0..size).map(|number| leaf_of_event(&event(number))).collect();
    let mut checkpoint = SignedCheckpoint::sign(&Checkpoint::new(LOG, tree.head()), &key()).unwrap();
    checkpoint.cosign(&witness(), TIME).unwrap();
    let path = inclusion::prove(index, size, &tree).unwrap();
    LogProof::new(event(index), index, path, checkpoint).unwrap()
}

fn holds(proof: &LogProof) -> Result<Checkpoint, LogProofVerifyError> {
    proof.verify(leaf_of_event(proof.extra()), LOG, &[key().verifier()])
}

#[test]
fn what_is_written_is_read_and_holds() {
    for (index, size) in [(0, 1), (0, 2), (4, 5), (3, 8), (69, 70), (255, 300)] {
        let proof = proof(index, size);
        let text = proof.to_string();
        let read: LogProof = text.parse().unwrap();
        assert_eq!((&read, read.to_string()), (&proof, text), "{index} of {size}");
        assert_eq!(read.index(), index);
        assert_eq!(holds(&read).unwrap().size, size);
        assert_eq!(read.unverified().cosigned_at(&witness().verifier()), Ok(TIME));
    }
}

/// The form of the specification, line by line.
#[test]
fn the_text_has_the_form_of_the_specification() {
    let text = proof(3, 5).to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..3], ["c2sp.org/tlog-proof@v1", "extra ZXZlbnQgMw==", "index 3"]);
    assert_eq!((lines[3].len(), lines[5].len(), lines[6], lines[7], lines[8]), (44, 44, "", LOG, "5"));
    let bare = LogProof::new(Vec::new(), 3, Vec::new(), proof(3, 5).checkpoint).unwrap();
    assert!(bare.to_string().starts_with("c2sp.org/tlog-proof@v1\nindex 3\n\nexample.org/"), "{bare}");
    assert_eq!(bare.to_string().parse(), Ok(bare));
}

#[test]
fn another_leaf_index_log_or_key_does_not_hold() {
    let proof = proof(3, 5);
    let keys = [key().verifier()];
    let leaf = leaf_of_event(proof.extra());
    assert!(matches!(
        proof.verify(leaf_of_event(b"event 2"), LOG, &keys),
        Err(LogProofVerifyError::Inclusion(InclusionError::WrongRoot { .. }))
    ));
    let moved = LogProof { index: 2, ..proof.clone() };
    assert!(matches!(moved.verify(leaf, LOG, &keys), Err(LogProofVerifyError::Inclusion(_))));
    assert!(matches!(
        proof.verify(leaf, "example.org/dossier/moderation", &keys),
        Err(LogProofVerifyError::Checkpoint(CheckpointVerifyError::WrongOrigin { .. }))
    ));
    let other = SigningKey::from_seed(LOG, &[9; 32]).unwrap().verifier();
    assert!(matches!(proof.verify(leaf, LOG, &[other]), Err(LogProofVerifyError::Checkpoint(_))));
}

/// Each byte of the text, changed to each neighbour: it is read no more, or holds no more, or says the same (a signature that this verifier
/// does not know).
#[test]
fn no_byte_of_a_proof_can_be_changed() {
    let proof = proof(4, 6);
    let text = proof.to_string();
    for at in 0..text.len() {
        for change in [1, 2, 32, 128] {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= change;
            let Ok(changed) = LogProof::parse_bytes(&bytes) else { continue };
            let stands = holds(&changed).is_ok();
            let cosigned = changed.unverified().cosigned_at(&witness().verifier()).is_ok();
            assert!(!(stands && cosigned), "byte {at} of {text}");
        }
    }
}

#[test]
fn what_is_no_proof_is_told() {
    let text = proof(3, 5).to_string();
    let told = |text: &str| text.parse::<LogProof>().unwrap_err();
    assert_eq!(told(""), LogProofError::Header);
    assert_eq!(told(&text.replace("@v1", "@v2")), LogProofError::Header);
    assert_eq!(told(&text.replace("extra ZXZ", "extra !XZ")), LogProofError::Extra);
    assert_eq!(told(&text.replace("extra ZXZlbnQgMw==", "extra ")), LogProofError::Extra);
    assert_eq!(told(&text.replace("index 3", "index 03")), LogProofError::Index);
    assert_eq!(told(&text.replace("index 3\n", "")), LogProofError::Index);
    let short = text.lines().nth(3).unwrap();
    assert_eq!(told(&text.replace(short, &short[1..])), LogProofError::Path { number: 1 });
    let line = format!("{short}\n");
    assert_eq!(told(&text.replace(&line, &line.repeat(MAX_PATH_HASHES + 1))), LogProofError::PathTooLong);
    assert_eq!(told(text.split_once("\n\n").unwrap().0), LogProofError::MissingCheckpoint);
    assert!(matches!(told(&text.replace("\n5\n", "\nfive\n")), LogProofError::Checkpoint(CheckpointError::Size)));
    let long = "x".repeat(MAX_PROOF_BYTES + 1);
    assert_eq!(told(&long), LogProofError::TooLong { found: long.len() });
    assert_eq!(LogProof::parse_bytes(b"\xff\n"), Err(LogProofError::Header));
    let extra = vec![0; MAX_EXTRA_BYTES + 1];
    assert_eq!(LogProof::new(extra, 0, Vec::new(), proof(0, 1).checkpoint), Err(LogProofError::Extra));
}

#[test]
fn the_longest_proof_is_read() {
    let checkpoint = proof(0, 1).checkpoint;
    let path = vec![Hash::EMPTY_ROOT; MAX_PATH_HASHES];
    let longest = LogProof::new(vec![255; MAX_EXTRA_BYTES], u64::MAX, path, checkpoint).unwrap();
    assert_eq!(longest.to_string().parse(), Ok(longest));
}

proptest! {
    #[test]
    fn no_text_breaks_the_reader(text in "(c2sp.org/tlog-proof@v1\n)?(extra [A-Za-z0-9=]{0,9}\n)?(index [0-9]{1,3}\n)?[ -~\n]{0,200}") {
        let _ = text.parse::<LogProof>();
    }
}
