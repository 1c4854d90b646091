use super::*;

/// SHA-256("abc"), from FIPS 180-4's examples.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn hash(hex: &str) -> Hash {
    hex.parse().expect("a hash")
}

#[test]
fn hex_is_written_and_read_in_one_form_only() {
    assert_eq!(entry_hash(b"abc").to_string(), ABC);
    assert_eq!(hash(ABC), entry_hash(b"abc"));
    assert_eq!(format!("{:?}", hash(ABC)), format!("Hash({ABC})"));
    assert_eq!(ABC.to_uppercase().parse::<Hash>(), Err(HashError::NotHex { offset: 0 }));
    let mut wrong = ABC.to_owned();
    wrong.replace_range(63.., "g");
    assert_eq!(wrong.parse::<Hash>(), Err(HashError::NotHex { offset: 63 }));
    for length in [0, 62, 63, 65, 66] {
        let text = "0".repeat(length);
        assert_eq!(text.parse::<Hash>(), Err(HashError::WrongLength { expected: 64, found: length }));
    }
    // 64 bytes, but not 64 digits.
    assert_eq!("é".repeat(32).parse::<Hash>(), Err(HashError::NotHex { offset: 0 }));
}

#[test]
fn base64_is_written_and_read_in_one_form_only() {
    let text = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    assert_eq!(Hash::EMPTY_ROOT.to_base64(), text);
    assert_eq!(Hash::from_base64(text), Ok(Hash::EMPTY_ROOT));
    // The last digit before the padding carries four bits; the two others must be zero.
    assert_eq!(Hash::from_base64(&text.replace("FU=", "FV=")), Err(HashError::NotBase64));
    // 31 and 33 bytes also have 44 characters.
    assert_eq!(Hash::from_base64(&text.replace("FU=", "A==")), Err(HashError::NotBase64));
    assert_eq!(Hash::from_base64(&text.replace("FU=", "FUA")), Err(HashError::NotBase64));
    assert_eq!(Hash::from_base64(&text.replace('+', "-")), Err(HashError::NotBase64));
    let unpadded = text.trim_end_matches('=');
    assert_eq!(Hash::from_base64(unpadded), Err(HashError::WrongLength { expected: 44, found: 43 }));
}

#[test]
fn leaves_and_nodes_are_those_of_rfc_6962() {
    // The hashes every RFC 6962 implementation is tested with: an empty tree, an empty leaf, a leaf and a node.
    assert_eq!(Hash::EMPTY_ROOT, entry_hash(b""));
    let empty_leaf = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
    assert_eq!(leaf_hash(b""), hash(empty_leaf));
    let leaf = "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56";
    assert_eq!(leaf_hash(b"L123456"), hash(leaf));
    let node = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125";
    assert_eq!(node_hash(&leaf_hash(b""), &leaf_hash(&[0])), hash(node));
}

#[test]
fn the_leaf_of_an_event_is_over_the_hash_of_its_bytes() {
    let event = b"any bytes";
    assert_eq!(leaf_of_event(event), leaf_hash(entry_hash(event).as_bytes()));
    assert_eq!(leaf_of_entry(&entry_hash(event)), leaf_of_event(event));
    // Computed with Python's hashlib: sha256(b"\0" + sha256(b"abc").digest()).
    let known = "8a7deab2cc5ee003b6394337538a52b3198f1a6ddeb10c7daf62fe1c9834b43b";
    assert_eq!(leaf_of_event(b"abc"), hash(known));
}

#[test]
fn no_leaf_is_a_node() {
    let (left, right) = (leaf_hash(b"a"), leaf_hash(b"b"));
    let both = [left.to_bytes(), right.to_bytes()].concat();
    assert_ne!(leaf_hash(&both), node_hash(&left, &right));
}
