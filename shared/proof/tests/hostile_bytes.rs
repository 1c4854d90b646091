//! Everything that reads bytes from outside: it answers, whatever the bytes, and what it takes it writes back unchanged.

use dossier_proof::keys::KeyName;
use dossier_proof::note::NoteSignature;
use dossier_proof::tiles::{Tile, TileHashes};
use dossier_proof::{Checkpoint, CosignerKey, Frontier, Hash, SignedCheckpoint, SignedNote, SigningKey, VerifierKey};
use dossier_proof::{TreeHead, consistency, inclusion};
use proptest::prelude::*;

/// Reads the text with every parser there is; each that takes it must write the same text again.
fn read_with_everything(text: &str) {
    let written = [
        text.parse::<Hash>().ok().map(|hash| hash.to_string()),
        Hash::from_base64(text).ok().map(Hash::to_base64),
        text.parse::<Tile>().ok().map(|tile| tile.to_string()),
        KeyName::new(text).ok().map(|name| name.to_string()),
        VerifierKey::parse(text).ok().map(|key| key.to_string()),
        CosignerKey::parse(text).ok().map(|key| key.to_string()),
        SigningKey::parse_private(text).ok().map(|key| key.to_private_string().to_string()),
        NoteSignature::parse(text).ok().map(|signature| signature.to_string()),
        SignedNote::parse(text).ok().map(|note| note.to_string()),
        Checkpoint::parse(text).ok().map(|checkpoint| checkpoint.to_text().expect("what was read can be written")),
        SignedCheckpoint::parse(text).ok().map(|checkpoint| checkpoint.to_string()),
    ];
    for written in written.into_iter().flatten() {
        assert_eq!(written, text);
    }
}

fn key() -> SigningKey {
    SigningKey::from_seed("example.org/log", &[6; 32]).expect("a key")
}

/// One valid text of each kind, to damage.
fn valid_texts() -> Vec<String> {
    let head = TreeHead { size: 12_345, root: Hash::from_bytes([0xc3; 32]) };
    let checkpoint = Checkpoint { extensions: vec!["one".to_owned()], ..Checkpoint::new("example.org/log", head) };
    let signed = SignedCheckpoint::sign(&checkpoint, &key()).expect("a checkpoint");
    vec![
        head.root.to_string(),
        head.root.to_base64(),
        "tile/1/x001/234.p/17".to_owned(),
        key().verifier().to_string(),
        "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2".to_owned(),
        key().to_private_string().to_string(),
        signed.note().signatures()[0].to_string(),
        checkpoint.to_text().expect("a text"),
        signed.to_string(),
    ]
}

#[test]
fn every_kind_of_valid_text_is_taken_by_its_parser() {
    for text in valid_texts() {
        read_with_everything(&text);
    }
    let taken = |text: &str| {
        text.parse::<Hash>().is_ok()
            || Hash::from_base64(text).is_ok()
            || text.parse::<Tile>().is_ok()
            || VerifierKey::parse(text).is_ok()
            || CosignerKey::parse(text).is_ok()
            || SigningKey::parse_private(text).is_ok()
            || NoteSignature::parse(text).is_ok()
            || Checkpoint::parse(text).is_ok()
            || SignedCheckpoint::parse(text).is_ok()
    };
    assert!(valid_texts().iter().all(|text| taken(text)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = SignedNote::parse_bytes(&bytes);
        let _ = SignedCheckpoint::parse_bytes(&bytes);
        if let Ok(tile) = TileHashes::from_bytes(&bytes) {
            prop_assert_eq!(tile.to_bytes(), bytes.clone());
        }
        read_with_everything(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_text_of_the_letters_that_matter(text in "[—\n +=/.0-9a-fxpt\u{e9}]{0,120}") {
        read_with_everything(&text);
    }

    #[test]
    fn damaged_valid_texts(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        length in 0_usize..12,
        put in prop::collection::vec(any::<u8>(), 0..6),
    ) {
        let texts = valid_texts();
        let mut bytes = which.get(&texts).clone().into_bytes();
        let start = at.index(bytes.len());
        let end = (start + length).min(bytes.len());
        bytes.splice(start..end, put);
        let _ = SignedCheckpoint::parse_bytes(&bytes);
        read_with_everything(&String::from_utf8_lossy(&bytes));
    }

    /// Numbers of any size in every place that takes numbers.
    #[test]
    fn any_numbers(a: u64, b: u64, shift in 0_u32..64, proof in prop::collection::vec(any::<[u8; 32]>(), 0..70)) {
        let proof: Vec<Hash> = proof.into_iter().map(Hash::from_bytes).collect();
        for (a, b) in [(a, b), (a >> shift, b >> shift), (a >> shift, b), (a, b >> shift)] {
            let head = |size| TreeHead { size, root: Hash::EMPTY_ROOT };
            let _ = inclusion::verify(Hash::EMPTY_ROOT, a, head(b), &proof);
            let _ = consistency::verify(head(a), head(b), &proof);
            // And proofs of just the right length, so that the loops run.
            if let Ok(plan) = inclusion::plan(a, b) {
                let right = vec![Hash::EMPTY_ROOT; plan.len()];
                prop_assert!(inclusion::root_from(Hash::EMPTY_ROOT, a, b, &right).is_ok());
            }
            if let Ok(plan) = consistency::plan(a, b) {
                let right = vec![Hash::EMPTY_ROOT; plan.len()];
                let _ = consistency::verify(head(a), head(b), &right);
            }
            if let Ok(mut frontier) = Frontier::from_parts(a, proof.clone()) {
                prop_assert_eq!(frontier.hashes(), proof.clone());
                frontier.append(Hash::EMPTY_ROOT);
            }
            let _ = dossier_proof::tiles::partial_at(a).map(Iterator::count);
            let level = (a % 70) as u8;
            if let Some(node) = dossier_proof::tree::NodeId::new(level, b) {
                let place = dossier_proof::tiles::locate(node);
                prop_assert!(place.tile.node(place.index << place.level).is_some());
            }
        }
    }
}
