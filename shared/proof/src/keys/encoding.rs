//! Keys as text: [C2SP signed-note, "Verifier keys"](https://c2sp.org/signed-note#verifier-keys).

use base64::prelude::{BASE64_STANDARD, Engine as _};
use zeroize::Zeroizing;

use super::pair::PUBLIC_KEY_BYTES;
use super::{KeyError, KeyId, KeyName, MAX_NAME_BYTES, PrivateHalf, PublicHalf, SEED_BYTES, SignatureType};

const PRIVATE_PREFIX: &str = "PRIVATE+KEY+";

/// The type byte and 32 bytes of key: 44 characters of base64.
const MATERIAL_BYTES: usize = 1 + PUBLIC_KEY_BYTES;
const MATERIAL_TEXT_BYTES: usize = MATERIAL_BYTES.div_ceil(3) * 4;
const _: () = assert!(SEED_BYTES == PUBLIC_KEY_BYTES && MATERIAL_TEXT_BYTES == 44);

/// Prefix 12, name 255, `+`, id 8, `+`, material 44: 321 bytes.
const MAX_KEY_TEXT_BYTES: usize =
    PRIVATE_PREFIX.len() + MAX_NAME_BYTES + 1 + KeyId::BYTES * 2 + 1 + MATERIAL_TEXT_BYTES;

/// The parts of a key's text, of the wanted type. The material may be secret.
struct Parts {
    name: KeyName,
    id: KeyId,
    material: Zeroizing<[u8; 32]>,
}

pub(crate) fn parse_public(text: &str, kind: SignatureType) -> Result<PublicHalf, KeyError> {
    let parts = split(text, kind)?;
    let key = PublicHalf::from_bytes(parts.name, kind, &parts.material)?;
    check_id(&key, parts.id)?;
    Ok(key)
}

pub(crate) fn format_public(key: &PublicHalf) -> String {
    format(key, key.bytes())
}

pub(crate) fn parse_private(text: &str, kind: SignatureType) -> Result<PrivateHalf, KeyError> {
    let parts = split(text.strip_prefix(PRIVATE_PREFIX).ok_or(KeyError::Malformed)?, kind)?;
    let key = PrivateHalf::from_seed(parts.name, kind, &parts.material);
    check_id(key.public(), parts.id)?;
    Ok(key)
}

pub(crate) fn format_private(key: &PrivateHalf) -> Zeroizing<String> {
    // With room for all of it from the start: a string that grows would leave a copy behind.
    let mut text = Zeroizing::new(String::with_capacity(MAX_KEY_TEXT_BYTES));
    text.push_str(PRIVATE_PREFIX);
    text.push_str(&Zeroizing::new(format(key.public(), key.seed())));
    text
}

fn check_id(key: &PublicHalf, found: KeyId) -> Result<(), KeyError> {
    if key.id() != found {
        return Err(KeyError::WrongId { expected: key.id(), found });
    }
    Ok(())
}

fn split(text: &str, kind: SignatureType) -> Result<Parts, KeyError> {
    if text.len() > MAX_KEY_TEXT_BYTES {
        return Err(KeyError::TooLong { bytes: text.len() });
    }
    // Only the base64 part may contain further plus signs.
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(material)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(KeyError::Malformed);
    };
    let name = KeyName::new(name)?;
    let id = KeyId::parse(id).ok_or(KeyError::Malformed)?;
    let material = decode_material(material)?;
    let (found, key) = material.split_first().ok_or(KeyError::Malformed)?;
    if *found != kind as u8 {
        return Err(KeyError::WrongType { expected: kind as u8, found: *found });
    }
    let material = Zeroizing::new(<[u8; 32]>::try_from(key).map_err(|_| KeyError::Malformed)?);
    Ok(Parts { name, id, material })
}

fn decode_material(text: &str) -> Result<Zeroizing<[u8; MATERIAL_BYTES]>, KeyError> {
    if text.len() != MATERIAL_TEXT_BYTES {
        return Err(KeyError::Malformed);
    }
    let mut material = Zeroizing::new([0; MATERIAL_BYTES]);
    let written = BASE64_STANDARD.decode_slice(text, &mut *material).map_err(|_| KeyError::Malformed)?;
    if written != MATERIAL_BYTES {
        return Err(KeyError::Malformed);
    }
    Ok(material)
}

fn format(key: &PublicHalf, bytes: &[u8; 32]) -> String {
    let mut material = Zeroizing::new([key.kind() as u8; MATERIAL_BYTES]);
    material[1..].copy_from_slice(bytes);
    let mut text = format!("{}+{}+", key.name(), key.id());
    text.reserve_exact(MATERIAL_TEXT_BYTES);
    BASE64_STANDARD.encode_string(material.as_slice(), &mut text);
    text
}
