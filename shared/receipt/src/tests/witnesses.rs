//! Foreign witnesses in receipts: counted once each, trusted only where they were given, and no byte of them can be changed.

use super::*;

fn witness(number: u8) -> CosigningKey {
    CosigningKey::from_seed(&format!("witness-{number}.example"), &[0x40 + number; 32]).unwrap()
}

/// The line that a witness adds to a checkpoint.
fn line(checkpoint: &SignedCheckpoint, key: &CosigningKey) -> String {
    let mut signed = checkpoint.clone();
    signed.cosign(key, WHEN + 7).unwrap();
    format!("{}\n", signed.note().signatures().last().unwrap())
}

/// The receipt, of which these witnesses have cosigned these proofs.
fn cosigned(by: &[(u8, std::ops::Range<usize>)]) -> Receipt {
    let mut receipt = tell(said()).receipt();
    for (number, proofs) in by {
        for proven in &mut receipt.proofs[proofs.clone()] {
            let checkpoint = proven.proof.parse::<LogProof>().unwrap().unverified().clone();
            proven.proof.push_str(&line(&checkpoint, &witness(*number)));
        }
    }
    receipt.keys.witnesses = texts(&by.iter().map(|(number, _)| *number).collect::<Vec<_>>());
    receipt
}

fn texts(numbers: &[u8]) -> Vec<String> {
    let mut texts: Vec<_> = numbers.iter().map(|number| witness(*number).verifier().to_string()).collect();
    texts.sort();
    texts
}

fn trusting(numbers: &[u8]) -> KeyFile {
    let witness = |number: &u8| Witness { key: witness(*number).verifier(), words: String::new() };
    KeyFile { witnesses: numbers.iter().map(witness).collect(), ..trusted() }
}

fn seen_by(receipt: &Receipt, trusted: Option<&KeyFile>) -> Result<Vec<String>, String> {
    let verified = verify(receipt.to_text().as_bytes(), trusted);
    verified.map(|verified| verified.witnesses).map_err(|error| error.to_string())
}

#[test]
fn a_receipt_without_witnesses_has_the_bytes_that_it_always_had() {
    let receipt = tell(said()).receipt();
    assert!(!receipt.to_text().contains("witnesses"));
    assert_eq!(seen_by(&receipt, Some(&trusting(&[1]))), Ok(vec![]));
}

#[test]
fn witnesses_are_counted_when_they_are_trusted_and_have_signed_all_of_it() {
    let receipt = cosigned(&[(1, 0..5), (2, 0..4)]);
    let first = vec![witness(1).verifier().to_string()];
    assert_eq!(seen_by(&receipt, None), Ok(first.clone()), "the second has not seen one of the logs");
    assert_eq!(seen_by(&receipt, Some(&trusting(&[1, 2]))), Ok(first));
    assert_eq!(seen_by(&receipt, Some(&trusting(&[2, 3]))), Ok(vec![]), "the first is nobody to whoever asks");
    assert_eq!(seen_by(&receipt, Some(&trusted())), Ok(vec![]));
    let steps = verify(receipt.to_text().as_bytes(), None).unwrap().steps.join("\n");
    assert!(steps.contains("Cosigned by witness-1.example, witness-2.example."), "{steps}");
}

#[test]
fn a_witness_that_is_nobody_or_somebody_else_is_refused() {
    let good = cosigned(&[(1, 0..5)]);
    let refused = |change: &dyn Fn(&mut Receipt)| {
        let mut receipt = good.clone();
        change(&mut receipt);
        seen_by(&receipt, Some(&trusting(&[1]))).unwrap_err()
    };
    let said = refused(&|receipt| receipt.keys.witnesses.clear());
    assert!(said.contains("signatures that nobody here knows"), "{said}");
    let said = refused(&|receipt| receipt.keys.witnesses = texts(&[1, 2]));
    assert!(said.contains("signed nothing"), "{said}");
    // The installation's own key under another name.
    let own = CosigningKey::from_seed("witness-9.example", &[9; 32]).unwrap().verifier().to_string();
    let said = refused(&|receipt| receipt.keys.witnesses.push(own.clone()));
    assert!(said.contains("two names") || said.contains("order"), "{said}");
    let twice = receipt_twice(&good);
    assert!(seen_by(&twice, None).unwrap_err().contains("two names"));
    // A line of another checkpoint.
    let said = refused(&|receipt| {
        let other = receipt.proofs[0].proof.parse::<LogProof>().unwrap().unverified().clone();
        let stolen = line(&other, &witness(1));
        let proof = &mut receipt.proofs[1].proof;
        let cut = proof.trim_end().rfind('\n').unwrap() + 1;
        proof.truncate(cut);
        proof.push_str(&stolen);
    });
    assert!(said.contains("not cosigned as it says"), "{said}");
    // The same line twice.
    let said = refused(&|receipt| {
        let proof = &mut receipt.proofs[0].proof;
        let last = proof[proof.trim_end().rfind('\n').unwrap() + 1..].to_owned();
        proof.push_str(&last);
    });
    assert!(said.contains("signatures that nobody here knows"), "{said}");
}

fn receipt_twice(good: &Receipt) -> Receipt {
    let mut receipt = good.clone();
    receipt.keys.witnesses.push(receipt.keys.witnesses[0].clone());
    receipt
}

#[test]
fn no_byte_of_a_cosigned_receipt_can_be_changed() {
    let text = cosigned(&[(1, 0..5), (2, 0..5)]).to_text();
    let trusted = trusting(&[1, 2]);
    assert_eq!(verify(text.as_bytes(), Some(&trusted)).unwrap().witnesses.len(), 2);
    // Every byte of the keys and of one proof's signatures; those of the rest are the same.
    let signatures = text.find("\u{2014}").unwrap()..text.find("\u{2014}").unwrap() + 900;
    for at in (0..text.find("proofs").unwrap()).chain(signatures) {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        let found = verify(&bytes, Some(&trusted));
        assert!(found.is_err(), "byte {at}");
    }
}
