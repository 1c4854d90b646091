//! What a key is made of, the id that follows from it, and its wrapping under the master key.

use chacha20poly1305::{AeadInOut, KeyInit, Tag, XChaCha20Poly1305, XNonce};
use dossier_proto::KeyId;
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{Kind, Salt};

/// Bytes of a key: 256 bits, as XChaCha20-Poly1305 takes.
pub(crate) const KEY: usize = 32;
/// Bytes of the salt that is kept with each key.
pub(crate) const SALT: usize = 32;
/// Bytes of a nonce of XChaCha20: 192 bits, so many that random ones do not meet.
pub(crate) const NONCE: usize = 24;
/// Bytes of a tag of Poly1305.
pub(crate) const TAG: usize = 16;
/// Bytes of key and salt when wrapped: 32 + 32 + 16.
pub(crate) const WRAPPED: usize = KEY + SALT + TAG;

/// A key and its salt in the clear. Wiped when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Material {
    pub(crate) key: [u8; KEY],
    pub(crate) salt: [u8; SALT],
}

impl Material {
    /// New material from the operating system's random source.
    pub(crate) fn random() -> Result<Self, getrandom::Error> {
        let mut material = Self { key: [0; KEY], salt: [0; SALT] };
        getrandom::fill(&mut material.key)?;
        getrandom::fill(&mut material.salt)?;
        Ok(material)
    }

    /// The id of a key: the first 16 bytes of SHA-256 over a label, the kind, the key and the salt.
    ///
    /// So an id commits to one key: who receives a key by a grant can tell that it is the one meant, and nobody can give two
    /// readers two keys under one id. It tells nothing about a key of 256 random bits, nor does it help to guess one.
    pub(crate) fn id(&self, kind: Kind) -> KeyId {
        let mut hash = Sha256::new();
        hash.update(b"dossier-vault/1/key-id");
        hash.update([kind.number()]);
        hash.update(self.key);
        hash.update(self.salt);
        let digest = hash.finalize();
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        KeyId(id)
    }

    pub(crate) fn salt(&self) -> Salt {
        Salt::from(self.salt)
    }
}

/// The key under which all others are wrapped. Derived from the master key, never written anywhere.
#[derive(Clone)]
pub(crate) struct Wrapper(XChaCha20Poly1305);

/// Key and salt as they stand on disk.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Wrapped {
    pub(crate) nonce: [u8; NONCE],
    pub(crate) bytes: [u8; WRAPPED],
}

impl Wrapper {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(key.into()))
    }

    /// Wraps key and salt; id and kind are authenticated with them.
    pub(crate) fn wrap(&self, id: KeyId, kind: Kind, material: &Material) -> Result<Wrapped, getrandom::Error> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce)?;
        let mut bytes = [0; WRAPPED];
        bytes[..KEY].copy_from_slice(&material.key);
        bytes[KEY..KEY + SALT].copy_from_slice(&material.salt);
        let (text, tag) = bytes.split_at_mut(KEY + SALT);
        let sum = self
            .0
            .encrypt_inout_detached(&XNonce::from(nonce), &associated(id, kind), text.into())
            .expect("64 bytes are far below the limit of the cipher (256 GiB)");
        tag.copy_from_slice(&sum);
        Ok(Wrapped { nonce, bytes })
    }

    /// Unwraps; `None` when the bytes, the id or the kind are not the ones that were wrapped together.
    pub(crate) fn unwrap(&self, id: KeyId, kind: Kind, wrapped: &Wrapped) -> Option<Material> {
        let mut text = Zeroizing::new([0; KEY + SALT]);
        text.copy_from_slice(&wrapped.bytes[..KEY + SALT]);
        let tag: [u8; TAG] = wrapped.bytes[KEY + SALT..].try_into().expect("WRAPPED is KEY + SALT + TAG");
        self.0
            .decrypt_inout_detached(
                &XNonce::from(wrapped.nonce),
                &associated(id, kind),
                text.as_mut_slice().into(),
                &Tag::from(tag),
            )
            .ok()?;
        let mut material = Material { key: [0; KEY], salt: [0; SALT] };
        material.key.copy_from_slice(&text[..KEY]);
        material.salt.copy_from_slice(&text[KEY..]);
        Some(material)
    }
}

/// What is authenticated with a wrapped key: a label, the id, the kind.
fn associated(id: KeyId, kind: Kind) -> [u8; 36] {
    let mut bytes = [0; 36];
    bytes[..19].copy_from_slice(b"dossier-vault/1/key");
    bytes[19..35].copy_from_slice(&id.0);
    bytes[35] = kind.number();
    bytes
}
