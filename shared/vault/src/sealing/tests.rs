//! Frames, padding, bindings and tampering; and a text sealed by another implementation.

use dossier_proto::{Digest, EntryId, EventId, SubjectId};
use proptest::prelude::*;

use super::*;
use crate::Purpose;

const KEY_ID: KeyId = KeyId([0x11; 16]);

fn sealer() -> Sealer {
    Sealer::new(&std::array::from_fn(|n| n as u8))
}

fn binding() -> Binding {
    Binding::entry(EntryId([0x22; 16]), Purpose::Reason)
}

fn seal(text: &[u8]) -> Sealed {
    sealer().seal(KEY_ID, [0x40; NONCE], &binding(), text)
}

#[test]
fn what_was_sealed_opens() {
    for length in [0, 1, 58, 59, 60, 64, 2048, MAX_TEXT] {
        let text = vec![7; length];
        assert_eq!(*sealer().open(&seal(&text), &binding()).unwrap(), text, "{length}");
    }
}

#[test]
fn lengths_are_told_in_steps_of_64_bytes() {
    let length = |text: usize| seal(&vec![7; text]).ciphertext.len();
    assert_eq!(length(0), 64 + TAG);
    assert_eq!(length(59), 64 + TAG);
    assert_eq!(length(60), 128 + TAG);
    assert_eq!(length(MAX_TEXT), MAX_CIPHERTEXT);
    assert_eq!(MAX_CIPHERTEXT, 458_832);
}

/// The largest content, its seal, and 64 KiB less than that for the envelope: see `dossier_proto::EVENT_BYTES_MAX`.
#[test]
fn the_longest_text_fits_an_event() {
    const { assert!(MAX_CIPHERTEXT + 63 * 1024 < dossier_proto::EVENT_BYTES_MAX) };
}

#[test]
fn every_other_binding_is_refused() {
    let sealed = seal(b"a reason");
    let owner = [0x22; 16];
    for other in [
        Binding::entry(EntryId(owner), Purpose::Note),
        Binding::entry(EntryId([0x23; 16]), Purpose::Reason),
        Binding::subject(SubjectId(owner), Purpose::Reason),
        Binding::event(EventId(owner), Purpose::Reason),
        binding().with(Digest([0; 32])),
    ] {
        assert_eq!(sealer().open(&sealed, &other), Err(Broken), "{other:?}");
    }
    let moved = Sealed { key_id: KeyId([0x12; 16]), ..sealed };
    assert_eq!(sealer().open(&moved, &binding()), Err(Broken));
}

#[test]
fn every_flipped_bit_is_refused() {
    let sealed = seal(b"a reason");
    for byte in 0..sealed.ciphertext.len() {
        for bit in 0..8 {
            let mut altered = sealed.clone();
            altered.ciphertext[byte] ^= 1 << bit;
            assert_eq!(sealer().open(&altered, &binding()), Err(Broken), "byte {byte}, bit {bit}");
        }
    }
    for byte in 0..NONCE {
        let mut altered = sealed.clone();
        altered.nonce[byte] ^= 1;
        assert_eq!(sealer().open(&altered, &binding()), Err(Broken), "nonce {byte}");
    }
}

#[test]
fn cut_and_lengthened_texts_are_refused() {
    let sealed = seal(b"a reason");
    for length in 0..sealed.ciphertext.len() {
        let cut = Sealed { ciphertext: sealed.ciphertext[..length].to_vec(), ..sealed.clone() };
        assert_eq!(sealer().open(&cut, &binding()), Err(Broken), "{length}");
    }
    let long = Sealed { ciphertext: vec![0; MAX_CIPHERTEXT + 64], ..sealed };
    assert_eq!(sealer().open(&long, &binding()), Err(Broken));
}

#[test]
fn a_frame_that_we_would_not_write_is_refused() {
    let mut frame = vec![0; 64];
    frame[0] = FORMAT;
    frame[4] = 3;
    assert_eq!(text_length(&frame), Ok(3));
    let altered = |at: usize, byte: u8| {
        let mut altered = frame.clone();
        altered[at] = byte;
        text_length(&altered)
    };
    assert_eq!(altered(0, 2), Err(Broken), "another format");
    assert_eq!(altered(4, 60), Err(Broken), "longer than the frame");
    assert_eq!(altered(1, 0xff), Err(Broken), "much longer than the frame");
    assert_eq!(altered(63, 1), Err(Broken), "padding that is not zero");
    assert_eq!(text_length(&[frame.as_slice(), &[0; 64]].concat()), Err(Broken), "more padding than needed");
    assert_eq!(text_length(&frame[..4]), Err(Broken), "no room for a length");
}

/// Sealed by libsodium (`crypto_aead_xchacha20poly1305_ietf_encrypt`), from the description of the format alone: see
/// `tests/data/sealed.py`. Guards the format: journals are for ever.
#[test]
fn a_text_sealed_by_another_implementation_opens() {
    let ciphertext = hex::decode(include_str!("../../tests/data/sealed.hex").trim()).unwrap();
    let theirs = Sealed { key_id: KEY_ID, nonce: [0x40; NONCE], ciphertext };
    let binding = binding().with(Digest([0x33; 32]));
    assert_eq!(*sealer().open(&theirs, &binding).unwrap(), "Дата и место".as_bytes());
    assert_eq!(sealer().seal(KEY_ID, [0x40; NONCE], &binding, "Дата и место".as_bytes()), theirs);
}

proptest! {
    #[test]
    fn any_bytes_open_or_are_refused(ciphertext in prop::collection::vec(any::<u8>(), 0..300), nonce in any::<[u8; NONCE]>()) {
        let sealed = Sealed { key_id: KEY_ID, nonce, ciphertext };
        prop_assert!(sealer().open(&sealed, &binding()).is_err());
    }

    #[test]
    fn any_frame_is_one_we_write_or_is_refused(frame in prop::collection::vec(0_u8..3, 0..200)) {
        if let Ok(length) = text_length(&frame) {
            let text = frame[FRONT..FRONT + length].to_vec();
            let mut written = vec![FORMAT];
            written.extend_from_slice(&(length as u32).to_be_bytes());
            written.extend(text);
            written.resize((FRONT + length).next_multiple_of(STEP), 0);
            prop_assert_eq!(written, frame);
        }
    }
}
