//! Keys travel: a service that may read words asks the one that sealed them, and keeps the keys in its own vault.

use std::{collections::HashSet, fmt};

use dossier_proto::KeyId;
use zeroize::Zeroizing;

use crate::{
    KeyError, Kind, Vault, VaultError,
    index::Standing,
    material::{KEY, Material, SALT},
    writer::LARGEST_BATCH,
};

/// The format of a granted key.
const FORMAT: u8 = 1;

/// Bytes of a granted key: format 1, id 16, kind 1, key 32, salt 32. So 9 000 keys fit an answer of 768 KiB.
pub const GRANTED_KEY: usize = 1 + 16 + 1 + KEY + SALT;

/// A key in the clear, on its way to another vault. Wiped when dropped; never shown.
///
/// Its id commits to it: [`Vault::admit`] refuses any other key under that id.
#[derive(Clone, PartialEq, Eq)]
pub struct GrantedKey {
    key_id: KeyId,
    kind: Kind,
    material: Material,
}

/// These bytes are no granted keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// The length is not a multiple of [`GRANTED_KEY`].
    #[error("granted keys have {GRANTED_KEY} bytes each, here are {0} bytes")]
    Length(usize),
    /// A newer version wrote them.
    #[error("granted keys of format {0} are not known to this version")]
    Format(u8),
    /// There is no such kind.
    #[error("a granted key of kind {0} is not known to this version")]
    Kind(u8),
}

/// The answer to a request for keys.
#[derive(Debug, Default)]
pub struct Granted {
    /// The keys that are here.
    pub keys: Vec<GrantedKey>,
    /// Those that were erased: nobody needs to ask again.
    pub erased: Vec<KeyId>,
    /// Those that were never here.
    pub unknown: Vec<KeyId>,
}

/// What an admission did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Admitted {
    /// Keys that are new here, and durable.
    pub new: usize,
    /// Keys that were here already.
    pub known: usize,
    /// Keys that were refused, because they were erased here.
    pub erased: Vec<KeyId>,
}

impl GrantedKey {
    /// The id of the key.
    pub fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// What it is for.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The key as bytes, to be sent over a protected connection only.
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        encode_keys(std::slice::from_ref(self))
    }

    #[cfg(test)]
    pub(crate) fn of(material: Material, kind: Kind) -> Self {
        Self { key_id: material.id(kind), kind, material }
    }

    fn decode(bytes: &[u8; GRANTED_KEY]) -> Result<Self, GrantError> {
        if bytes[0] != FORMAT {
            return Err(GrantError::Format(bytes[0]));
        }
        let mut key_id = KeyId([0; 16]);
        key_id.0.copy_from_slice(&bytes[1..17]);
        let kind = Kind::from_number(bytes[17]).ok_or(GrantError::Kind(bytes[17]))?;
        let mut material = Material { key: [0; KEY], salt: [0; SALT] };
        material.key.copy_from_slice(&bytes[18..18 + KEY]);
        material.salt.copy_from_slice(&bytes[18 + KEY..]);
        Ok(Self { key_id, kind, material })
    }
}

impl fmt::Debug for GrantedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GrantedKey({}, {}, …)", self.key_id, self.kind)
    }
}

/// Keys one after the other, [`GRANTED_KEY`] bytes each.
pub fn encode_keys(keys: &[GrantedKey]) -> Zeroizing<Vec<u8>> {
    // With all the room it needs, so that growing leaves no copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(keys.len() * GRANTED_KEY));
    for GrantedKey { key_id, kind, material } in keys {
        bytes.push(FORMAT);
        bytes.extend_from_slice(&key_id.0);
        bytes.push(kind.number());
        bytes.extend_from_slice(&material.key);
        bytes.extend_from_slice(&material.salt);
    }
    bytes
}

/// Reads what [`encode_keys`] wrote. The caller bounds the bytes it reads from outside.
///
/// # Errors
/// [`GrantError`] when the bytes are of another length or format. That each key fits its id is checked by [`Vault::admit`].
pub fn decode_keys(bytes: &[u8]) -> Result<Vec<GrantedKey>, GrantError> {
    let (keys, rest) = bytes.as_chunks::<GRANTED_KEY>();
    if !rest.is_empty() {
        return Err(GrantError::Length(bytes.len()));
    }
    let mut decoded = Vec::with_capacity(keys.len());
    for key in keys {
        decoded.push(GrantedKey::decode(key)?);
    }
    Ok(decoded)
}

impl Vault {
    /// The keys in the clear, for a service that may read what they seal. Whether it may is the caller's decision.
    ///
    /// # Errors
    /// [`VaultError`] when the disk fails.
    pub fn grant(&self, key_ids: &[KeyId]) -> Result<Granted, VaultError> {
        // With all the room it needs, so that growing leaves no copy of a key behind.
        let mut granted = Granted { keys: Vec::with_capacity(key_ids.len()), ..Granted::default() };
        for key_id in key_ids {
            match self.inner().material(*key_id) {
                Ok((kind, material)) => granted.keys.push(GrantedKey { key_id: *key_id, kind, material }),
                Err(KeyError::Erased(id)) => granted.erased.push(id),
                Err(KeyError::Unknown(id)) => granted.unknown.push(id),
                Err(KeyError::Vault(error)) => return Err(error),
            }
        }
        Ok(granted)
    }

    /// Takes in keys of another vault: durable before this returns, so before the frame that needs them. Repeating it is harmless.
    /// An erased key is not taken in again.
    ///
    /// # Errors
    /// [`VaultError::NotThatKey`] when a key is not the one its id stands for; then none is admitted. Otherwise when the disk fails.
    pub fn admit(&self, keys: Vec<GrantedKey>) -> Result<Admitted, VaultError> {
        if let Some(wrong) = keys.iter().find(|key| key.material.id(key.kind) != key.key_id) {
            return Err(VaultError::NotThatKey(wrong.key_id));
        }
        let inner = self.inner();
        let mut writer = inner.writer();
        writer.check()?;
        let mut admitted = Admitted::default();
        let mut new = Vec::with_capacity(keys.len());
        let mut seen = HashSet::with_capacity(keys.len());
        for GrantedKey { key_id, kind, material } in keys {
            let standing = inner.index().get(key_id);
            match standing {
                Some(Standing::Erased(_)) => admitted.erased.push(key_id),
                Some(Standing::Live(_)) => admitted.known += 1,
                None if !seen.insert(key_id) => admitted.known += 1,
                None => new.push((key_id, kind, material)),
            }
        }
        for batch in new.chunks(LARGEST_BATCH) {
            inner.append(&mut writer, batch)?;
            admitted.new += batch.len();
        }
        Ok(admitted)
    }
}
