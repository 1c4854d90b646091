//! Receipts of before and of after a key was given up: each holds with the file that knows both, and a key that was given up proves nothing of later.

use dossier_proof::{CosignerReign, KeyHistory, Stand};

use super::*;

fn next_signer() -> SigningKey {
    SigningKey::from_seed("test/moderation", &[0x71; 32]).unwrap()
}

fn next_cosigner() -> CosigningKey {
    CosigningKey::from_seed("test/audit/cosigner", &[0x72; 32]).unwrap()
}

/// The file of keys after moderation gave its key up with the checkpoint of so many events, and the cosigner at that second.
fn rotated(after: u64, seconds: u64) -> KeyFile {
    let mut moderation = KeyHistory::from(signer(Origin::Moderation).verifier());
    let (former, new) = (signer(Origin::Moderation).verifier().to_string(), next_signer().verifier().to_string());
    moderation.turn(Stand { epoch: 0, size: after }, &former, &new).unwrap();
    let mut file = trusted();
    file.logs[1] = moderation;
    file.cosigners = vec![
        CosignerReign { key: cosigner().verifier(), after: None, until: Some(seconds) },
        CosignerReign { key: next_cosigner().verifier(), after: Some(seconds), until: None },
    ];
    file
}

/// The same receipt, signed by others.
fn signed_with(moderation: &SigningKey, audit: &CosigningKey) -> Receipt {
    let mut receipt = tell(said()).receipt();
    for proven in &mut receipt.proofs {
        let proof: LogProof = proven.proof.parse().unwrap();
        let checkpoint = proof.unverified().unverified().clone();
        let of_moderation = checkpoint.origin.starts_with("test/moderation/");
        let origin = if of_moderation { Origin::Moderation } else { proven.what.origin() };
        let key = if of_moderation { moderation.clone() } else { signer(origin) };
        let mut signed = SignedCheckpoint::sign(&checkpoint, &key).unwrap();
        signed.cosign(audit, WHEN).unwrap();
        let path = proof.to_string();
        let lines = path.lines().skip(3).take_while(|line| !line.is_empty());
        let path = lines.map(|line| dossier_proof::Hash::from_base64(line).unwrap()).collect();
        let extra = proof.extra().to_vec();
        *proven = Proven::new(proven.what, &LogProof::new(extra, proof.index(), path, signed).unwrap());
    }
    receipt.keys.moderation = moderation.verifier().to_string();
    receipt.keys.cosigner = audit.verifier().to_string();
    receipt
}

fn told_by(receipt: &Receipt, file: &KeyFile) -> Result<(), String> {
    verify(receipt.to_text().as_bytes(), Some(file)).map(drop).map_err(|error| error.to_string())
}

#[test]
fn old_and_new_receipts_hold_with_the_file_that_knows_both() {
    let old = tell(said()).receipt();
    told_by(&old, &trusted()).unwrap();
    told_by(&old, &rotated(1_000, WHEN)).unwrap();
    let new = signed_with(&next_signer(), &next_cosigner());
    told_by(&new, &rotated(1, WHEN - 1)).unwrap();
    assert!(told_by(&new, &trusted()).unwrap_err().contains("older than that key"));
    verify(new.to_text().as_bytes(), None).unwrap();
}

#[test]
fn a_key_that_was_given_up_proves_nothing_of_later() {
    let old = tell(said()).receipt();
    let said = told_by(&old, &rotated(1, WHEN)).unwrap_err();
    assert!(said.contains("can forge nothing with it"), "{said}");
    let said = told_by(&old, &rotated(1_000, WHEN - 1)).unwrap_err();
    assert!(said.contains("a key that it did not have then"), "{said}");
    let new = signed_with(&next_signer(), &cosigner());
    assert!(told_by(&new, &rotated(1_000, WHEN)).is_err(), "the next key signs nothing of before either");
}

#[test]
fn a_log_with_two_keys_in_a_receipt_has_both_and_no_idle_one() {
    let mut idle = tell(said()).receipt();
    idle.keys.moderation = format!("{} {}", signer(Origin::Moderation).verifier(), next_signer().verifier());
    let said = verify(idle.to_text().as_bytes(), None).unwrap_err().to_string();
    assert!(said.contains("has signed nothing of it"), "{said}");
    let stranger = SigningKey::from_seed("test/submission", &[0x73; 32]).unwrap().verifier();
    idle.keys.moderation = format!("{} {stranger}", signer(Origin::Moderation).verifier());
    assert!(verify(idle.to_text().as_bytes(), None).is_err(), "of another log");
    // One event under the former key, the others under the next: of two epochs, say.
    let (old, new) = (tell(super::said()).receipt(), signed_with(&next_signer(), &cosigner()));
    let mut both = new;
    let at = both.proofs.iter().position(|proven| proven.what == What::Approved).unwrap();
    both.proofs[at] = old.proofs[at].clone();
    both.keys.moderation = format!("{} {}", signer(Origin::Moderation).verifier(), next_signer().verifier());
    verify(both.to_text().as_bytes(), None).unwrap();
}
