use super::*;

/// The key pair in the examples of Go's `note` package, which the specification comes from.
const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETER_PRIVATE: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
/// The example of the specification.
const FOO: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

#[test]
fn published_keys_are_read_and_written_alike() {
    for text in [PETER, FOO] {
        let key = VerifierKey::parse(text).unwrap();
        assert_eq!(key.to_string(), text);
        assert_eq!(VerifierKey::from_public_key(key.name().as_str(), key.public_key()), Ok(key));
    }
    let private = SigningKey::parse_private(PETER_PRIVATE).unwrap();
    assert_eq!(private.to_private_string().as_str(), PETER_PRIVATE);
    assert_eq!(private.verifier().to_string(), PETER);
    assert_eq!((private.name().as_str(), private.id().to_string()), ("PeterNeumann", "c74f20a3".to_owned()));
}

#[test]
fn a_seed_gives_the_key_of_rfc_8032() {
    // RFC 8032, section 7.1, test 1.
    let seed = [
        0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, //
        0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
    ];
    let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let key = SigningKey::from_seed("rfc8032", &seed).unwrap();
    assert_eq!(crate::Hash::from_bytes(*key.verifier().public_key()).to_string(), public);
    assert_eq!(SigningKey::parse_private(&key.to_private_string()).unwrap().verifier(), key.verifier());
}

#[test]
fn every_part_and_every_change_of_a_key_is_refused() {
    for start in 0..PETER.len() {
        for end in start..=PETER.len() {
            if (start, end) != (0, PETER.len()) {
                assert!(VerifierKey::parse(&PETER[start..end]).is_err(), "{}", &PETER[start..end]);
            }
        }
    }
    for offset in 0..PETER.len() {
        for bit in 0..7 {
            let mut changed = PETER.as_bytes().to_vec();
            changed[offset] ^= 1 << bit;
            let changed = String::from_utf8(changed).unwrap();
            assert!(VerifierKey::parse(&changed).is_err(), "{changed}");
        }
    }
    for offset in 0..PETER_PRIVATE.len() {
        assert!(SigningKey::parse_private(&PETER_PRIVATE[offset + 1..]).is_err());
        assert!(SigningKey::parse_private(&PETER_PRIVATE[..offset]).is_err());
        let mut changed = PETER_PRIVATE.as_bytes().to_vec();
        changed[offset] ^= 1;
        assert!(SigningKey::parse_private(&String::from_utf8(changed).unwrap()).is_err());
    }
}

#[test]
fn each_kind_of_mistake_has_its_name() {
    let error = |text: &str| VerifierKey::parse(text).unwrap_err();
    // From the tests of Go's `note`: a key of another length, and an unknown type, each with its right id.
    let long = "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==";
    assert_eq!(error(long), KeyError::Malformed);
    let unknown_type = "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    assert_eq!(error(unknown_type), KeyError::WrongType { expected: 0x01, found: 0x65 });
    let cosigner = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";
    assert_eq!(error(cosigner), KeyError::WrongType { expected: 0x01, found: 0x04 });
    let (right, wrong) = (KeyId::from_bytes([0xc7, 0x4f, 0x20, 0xa3]), KeyId::from_bytes([0xc7, 0x4f, 0x20, 0xa4]));
    let other_id = PETER.replace("c74f20a3", "c74f20a4");
    assert_eq!(error(&other_id), KeyError::WrongId { expected: right, found: wrong });
    assert_eq!(error(&PETER.replace("c74f20a3", "C74F20A3")), KeyError::Malformed);
    assert_eq!(error(&PETER.replace("c74f20a3", "+74f20a3")), KeyError::Malformed);
    assert_eq!(error(""), KeyError::Malformed);
    assert_eq!(error(&PETER.replace("Peter", "Peter ")), KeyError::Name);
    assert_eq!(error(&"a".repeat(1000)), KeyError::TooLong { bytes: 1000 });
    assert_eq!(SigningKey::parse_private(PETER).unwrap_err(), KeyError::Malformed);
}

#[test]
fn names_are_those_of_the_specification() {
    let longest = "n".repeat(MAX_NAME_BYTES);
    for name in ["a", "example.org/dossier/submission", "Ünïcode—名前", longest.as_str()] {
        let key = SigningKey::from_seed(name, &[1; 32]).unwrap();
        let public = key.verifier();
        assert_eq!(VerifierKey::parse(&public.to_string()), Ok(public));
        assert_eq!(key.to_private_string().parse_back(), key.verifier());
    }
    let too_long = "n".repeat(MAX_NAME_BYTES + 1);
    for name in
        ["", " ", "a b", "a+b", "a\nb", "a\tb", "a\0b", "a\u{1f}b", "a\u{a0}b", "a\u{2003}b", "a\u{85}b", &too_long]
    {
        assert_eq!(SigningKey::from_seed(name, &[1; 32]).unwrap_err(), KeyError::Name, "{name:?}");
        assert_eq!(VerifierKey::from_public_key(name, &[1; 32]).unwrap_err(), KeyError::Name, "{name:?}");
    }
}

#[test]
fn keys_under_which_any_message_verifies_are_refused() {
    // The neutral element, and a point of order two: with either, a signature made for nothing fits everything.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let mut order_two = [0xff; 32];
    order_two[0] = 0xec;
    order_two[31] = 0x7f;
    // Not on the curve.
    let mut no_point = [0; 32];
    no_point[0] = 2;
    for bytes in [neutral, order_two, no_point, [0; 32]] {
        assert_eq!(VerifierKey::from_public_key("weak", &bytes), Err(KeyError::UnusablePoint));
    }
}

#[test]
fn neither_debug_nor_errors_show_a_seed() {
    let key = SigningKey::parse_private(PETER_PRIVATE).unwrap();
    let shown = format!("{key:?}");
    assert_eq!(shown, "SigningKey(PeterNeumann+c74f20a3, seed hidden)");
    let error = SigningKey::parse_private(&PETER_PRIVATE.replace("c74f", "c74e")).unwrap_err();
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(!text.contains("AYEKFALVFGyN"), "{text}");
    }
}

trait ParseBack {
    fn parse_back(&self) -> VerifierKey;
}

impl ParseBack for Zeroizing<String> {
    fn parse_back(&self) -> VerifierKey {
        SigningKey::parse_private(self).unwrap().verifier()
    }
}
