use super::*;
use crate::keys::VerifierKey;

const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const ENOCH: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const PETER_PRIVATE: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const TEXT: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const PETER_LINE: &str = "— PeterNeumann \
    x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const ENOCH_LINE: &str = "— EnochRoot \
    rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

fn key(text: &str) -> VerifierKey {
    VerifierKey::parse(text).unwrap()
}

fn note(lines: &str) -> String {
    format!("{TEXT}\n{lines}")
}

fn parse(text: &str) -> SignedNote {
    SignedNote::parse(text).unwrap()
}

#[test]
fn the_note_of_gos_example_is_made_bit_for_bit() {
    let peter = SigningKey::parse_private(PETER_PRIVATE).unwrap();
    let mut signed = Note::new(TEXT).unwrap().sign(&peter);
    assert_eq!(signed.to_string(), note(PETER_LINE));
    // Go's second example: a key made from a seed of zeros adds its signature.
    let enoch = SigningKey::from_seed("EnochRoot", &[0; 32]).unwrap();
    assert_eq!(enoch.verifier().to_string(), ENOCH);
    signed.sign(&enoch).unwrap();
    assert_eq!(signed.to_string(), note(&format!("{PETER_LINE}{ENOCH_LINE}")));
    // Signing again replaces: the order changes, the number does not.
    signed.sign(&peter).unwrap();
    assert_eq!(signed.to_string(), note(&format!("{ENOCH_LINE}{PETER_LINE}")));
}

#[test]
fn the_example_of_the_specification_verifies() {
    let text = "This is an example message.\n\n— example.com/foo \
        Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    let keys = [key("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")];
    let signed = parse(text);
    let verified = signed.verify(&keys).unwrap();
    assert_eq!(verified.note.text(), "This is an example message.\n");
    assert_eq!(signed.to_string(), text);
}

#[test]
fn the_last_empty_line_separates() {
    // The poem of the specification: its text has an empty line of its own.
    let text = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n";
    let line = "— quasimodo.example/salvatore \
        NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";
    let signed = parse(&format!("{text}\n{line}"));
    assert_eq!(signed.unverified_note().text(), text);
    assert_eq!(signed.signatures()[0].name().as_str(), "quasimodo.example/salvatore");
    assert_eq!(signed.signatures()[0].signature().len(), 64);
    for text in ["\n", "\n\n", "a\n\n", "\na\n", "a\n\n— b AAAAAAA=\n"] {
        let peter = SigningKey::parse_private(PETER_PRIVATE).unwrap();
        let signed = Note::new(text).unwrap().sign(&peter);
        assert_eq!(SignedNote::parse(&signed.to_string()), Ok(signed.clone()), "{text:?}");
        assert_eq!(signed.verify(&[key(PETER)]).unwrap().note.text(), text);
    }
}

#[test]
fn signatures_of_unknown_keys_are_ignored_and_kept() {
    let text = note(&format!("{PETER_LINE}{ENOCH_LINE}"));
    let signed = parse(&text);
    let (peter, enoch) = ([key(PETER)], [key(ENOCH)]);
    let verified = signed.verify(&peter).unwrap();
    assert_eq!(verified.signers, [&peter[0]]);
    assert_eq!(verified.unknown, [&signed.signatures()[1]]);
    assert_eq!(signed.verify(&enoch).unwrap().signers, [&enoch[0]]);
    let both = [key(ENOCH), key(PETER)];
    assert_eq!(signed.verify(&both).unwrap().signers, [&both[1], &both[0]]);
    assert_eq!(signed.verify(&[]), Err(VerifyError::NoKnownSignature));
    assert_eq!(signed.to_string(), text);
    // The same id under another name, or the same name with another id, is another key.
    for line in [PETER_LINE.replace("PeterNeumann", "CarmenSandiego"), PETER_LINE.replace("x08g", "xxxx")] {
        assert_eq!(parse(&note(&line)).verify(&peter), Err(VerifyError::NoKnownSignature));
    }
}

#[test]
fn one_bad_signature_of_a_known_key_spoils_the_note() {
    let known = [key(PETER)];
    let bad = VerifyError::BadSignature { name: known[0].name().clone(), id: known[0].id() };
    let changed = PETER_LINE.replace("ZJkuBS", "ZJkuBT");
    let longer = PETER_LINE.replace("ZJkuBS", "ZJkuABCDBS");
    for lines in [
        changed.clone(),
        longer,
        format!("{PETER_LINE}{changed}"),
        format!("{changed}{PETER_LINE}"),
        format!("{ENOCH_LINE}{changed}"),
    ] {
        assert_eq!(parse(&note(&lines)).verify(&known), Err(bad.clone()), "{lines}");
    }
    let other_text = note(PETER_LINE).replace("problem is", "problem was");
    assert_eq!(parse(&other_text).verify(&known), Err(bad));
}

#[test]
fn a_key_that_signed_twice_or_is_given_twice_counts_once() {
    let signed = parse(&note(&format!("{PETER_LINE}{PETER_LINE}")));
    let keys = [key(PETER), key(PETER)];
    assert_eq!(signed.verify(&keys).unwrap().signers.len(), 1);
    assert_eq!(signed.signatures().len(), 2, "what was read is kept as it was");
}

#[test]
fn a_note_has_room_for_the_signatures_its_limit_says() {
    let mut signed = parse(&note(&PETER_LINE.repeat(MAX_SIGNATURES)));
    assert_eq!(signed.signatures().len(), 64);
    let one_more = note(&PETER_LINE.repeat(MAX_SIGNATURES + 1));
    assert_eq!(SignedNote::parse(&one_more), Err(NoteError::TooManySignatures));
    // A signature of the same key takes the place of all its earlier ones.
    signed.sign(&SigningKey::parse_private(PETER_PRIVATE).unwrap()).unwrap();
    assert_eq!(signed.to_string(), note(PETER_LINE));
    for index in 1..MAX_SIGNATURES {
        let key = SigningKey::from_seed(&format!("key{index}"), &[3; 32]).unwrap();
        signed.sign(&key).unwrap();
    }
    let full = signed.clone();
    let key = SigningKey::from_seed("one-more", &[3; 32]).unwrap();
    assert_eq!(signed.sign(&key), Err(NoteError::TooManySignatures));
    assert_eq!(signed, full, "a refused signature changes nothing");
    // Replacing is possible in a full note.
    signed.sign(&SigningKey::from_seed("key1", &[3; 32]).unwrap()).unwrap();
    assert_eq!(signed.signatures().len(), MAX_SIGNATURES);
}

#[test]
fn the_largest_note_of_all_limits_is_read() {
    let name = KeyName::new(&"n".repeat(MAX_NAME_BYTES)).unwrap();
    let signature = |index: usize| {
        let bytes = vec![7; MAX_SIGNATURE_BYTES - KeyId::BYTES];
        NoteSignature::new(name.clone(), KeyId::from_bytes([index as u8; 4]), bytes).unwrap()
    };
    let text = format!("{}\n", "t".repeat(MAX_TEXT_BYTES - 1));
    let lines: String = (0..MAX_SIGNATURES).map(|index| format!("{}\n", signature(index))).collect();
    let largest = format!("{text}\n{lines}");
    assert_eq!(largest.len(), MAX_NOTE_BYTES);
    assert_eq!(parse(&largest).to_string(), largest);
    let longer = format!("t{largest}");
    let limit = MAX_NOTE_BYTES;
    assert_eq!(SignedNote::parse(&longer), Err(NoteError::TooLong { bytes: limit + 1, limit }));
    assert_eq!(SignedNote::parse_bytes(longer.as_bytes()), Err(NoteError::TooLong { bytes: limit + 1, limit }));
    assert_eq!(NoteSignature::new(name.clone(), KeyId::from_bytes([0; 4]), vec![]), None);
    let too_long = vec![7; MAX_SIGNATURE_BYTES - KeyId::BYTES + 1];
    assert_eq!(NoteSignature::new(name, KeyId::from_bytes([0; 4]), too_long), None);
}

#[test]
fn each_kind_of_mistake_has_its_name() {
    let error = |text: &str| SignedNote::parse(text).unwrap_err();
    let line = |line, reason| NoteError::SignatureLine { line, reason };
    assert_eq!(error(""), NoteError::MissingNewline);
    assert_eq!(error(TEXT), NoteError::NoSignatures);
    assert_eq!(error(&note("")), NoteError::NoSignatures);
    assert_eq!(error(PETER_LINE), NoteError::NoSignatures);
    assert_eq!(error(&format!("\n{PETER_LINE}")), NoteError::NoSignatures);
    assert_eq!(error(&note(PETER_LINE.trim_end())), NoteError::MissingNewline);
    assert_eq!(error(&note(&format!("{PETER_LINE}\n"))), line(2, SignatureLineError::Form));
    assert_eq!(error(&note(&format!("{PETER_LINE}more\n"))), line(2, SignatureLineError::Form));
    assert_eq!(error(&note(&PETER_LINE.replace('—', "-"))), line(1, SignatureLineError::Form));
    assert_eq!(error(&note(&PETER_LINE.replace("— ", "—"))), line(1, SignatureLineError::Form));
    assert_eq!(error(&note("— PeterNeumann\n")), line(1, SignatureLineError::Form));
    assert_eq!(error(&note("—  x08go/ZJ\n")), line(1, SignatureLineError::Name));
    assert_eq!(error(&note("— a+b x08go/ZJ\n")), line(1, SignatureLineError::Name));
    assert_eq!(error(&note(&PETER_LINE.replace("Peter", "Peter "))), line(1, SignatureLineError::NotBase64));
    assert_eq!(error(&note(&PETER_LINE.replace("AM=", "AM"))), line(1, SignatureLineError::NotBase64));
    assert_eq!(error(&note(&PETER_LINE.replace("AM=", "AN="))), line(1, SignatureLineError::NotBase64));
    assert_eq!(error(&note("— a x08gow==\n")), line(1, SignatureLineError::WrongLength { bytes: 4 }));
    assert_eq!(error(&note("— a \n")), line(1, SignatureLineError::WrongLength { bytes: 0 }));
    let long = "A".repeat(7000);
    assert_eq!(error(&note(&format!("— a {long}\n"))), line(1, SignatureLineError::WrongLength { bytes: 7000 }));
    assert_eq!(error(&format!("\u{1}{}", note(PETER_LINE))), NoteError::ControlCharacter { offset: 0 });
    assert_eq!(error(&note(PETER_LINE).replace('\n', "\r\n")), NoteError::ControlCharacter { offset: 56 });
    let not_utf8 = [note(PETER_LINE).as_bytes(), b"\xff"].concat();
    let offset = not_utf8.len() - 1;
    assert_eq!(SignedNote::parse_bytes(&not_utf8), Err(NoteError::NotUtf8 { offset }));
    assert_eq!(SignedNote::parse_bytes(note(PETER_LINE).as_bytes()), Ok(parse(&note(PETER_LINE))));
}

#[test]
fn a_text_that_cannot_be_signed_is_refused() {
    assert_eq!(Note::new(""), Err(NoteError::MissingNewline));
    assert_eq!(Note::new("a"), Err(NoteError::MissingNewline));
    assert_eq!(Note::new("a\tb\n"), Err(NoteError::ControlCharacter { offset: 1 }));
    let limit = MAX_TEXT_BYTES;
    let long = format!("{}\n", "a".repeat(limit));
    assert_eq!(Note::new(long), Err(NoteError::TooLong { bytes: limit + 1, limit }));
    // Only what is below U+0020 is forbidden.
    assert!(Note::new("\u{7f}\u{85}\u{feff}—\n").is_ok());
}
