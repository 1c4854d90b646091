//! The form of `add-checkpoint`.

use dossier_proof::tree::consistency;

use super::*;
use crate::{AddCheckpoint, Continuing, REQUEST_BYTES_MAX, RequestError, signature_lines};

fn request(old: u64, new: u64) -> AddCheckpoint {
    let tree = honest(new);
    AddCheckpoint { old, proof: consistency::prove(old, new, &tree).unwrap(), signed: signed(&tree) }
}

#[test]
fn what_is_written_is_read() {
    for (old, new) in [(0, 5), (5, 5), (7, 300)] {
        let request = request(old, new);
        assert_eq!(AddCheckpoint::parse_bytes(request.to_string().as_bytes()).unwrap(), request);
    }
}

#[test]
fn the_example_of_the_specification_has_this_form() {
    let example = "old 20852014\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\njrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n\n\
                   example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
                   \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
    let read: AddCheckpoint = example.parse().unwrap();
    assert_eq!((read.old, read.proof.len(), read.signed.unverified().size), (20_852_014, 2, 20_852_163));
}

#[test]
fn what_is_none_is_refused() {
    let good = request(7, 300).to_string();
    let refused = |text: &str| AddCheckpoint::parse_bytes(text.as_bytes()).unwrap_err();
    for first in ["old 07\n", "old +7\n", "old\n", "new 7\n", "old 7 \n", "", "old -1\n", "old 18446744073709551616\n"]
    {
        let text = good.replacen("old 7\n", first, 1);
        assert!(matches!(refused(&text), RequestError::Old), "{first:?}");
    }
    assert!(matches!(
        refused(&good.replacen("old 7\n", "old 301\n", 1)),
        RequestError::OldIsLarger { old: 301, new: 300 }
    ));
    assert!(matches!(refused(&good.replacen("old 7\n", "old 7\nx\n", 1)), RequestError::Proof { number: 1 }));
    let many = format!("old 7\n{}", format!("{}\n", Hash::EMPTY_ROOT.to_base64()).repeat(64));
    assert!(matches!(refused(&many), RequestError::ProofTooLong));
    assert!(matches!(refused("old 7\n"), RequestError::MissingCheckpoint));
    assert!(matches!(refused("old 7\n\nnothing\n"), RequestError::Checkpoint(_)));
    assert!(matches!(AddCheckpoint::parse_bytes(&[0xff]), Err(RequestError::NotText)));
    let long = vec![b'x'; REQUEST_BYTES_MAX + 1];
    assert!(matches!(AddCheckpoint::parse_bytes(&long), Err(RequestError::TooLong(_))));
}

#[test]
fn the_answer_is_our_own_signature_alone() {
    let kept = Continuing::check(None, believed(&honest(5)), &[]).unwrap().cosign(&witness(), NOW).unwrap();
    let lines = signature_lines(kept.signed(), &witness().verifier());
    assert!(
        lines.starts_with("\u{2014} witness.example ") && lines.ends_with('\n') && lines.lines().count() == 1,
        "{lines}"
    );
    // As a log takes it over: behind its checkpoint.
    let joined = format!("{}{lines}", signed(&honest(5)).text());
    assert_eq!(SignedCheckpoint::parse(&joined).unwrap().cosigned_at(&witness().verifier()), Ok(NOW));
}
