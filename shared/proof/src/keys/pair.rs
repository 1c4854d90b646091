//! The two halves of an Ed25519 key of any signature type ([RFC 8032](https://www.rfc-editor.org/rfc/rfc8032.html)).

use ed25519_dalek::{Signature, Signer as _};

use super::{KeyError, KeyId, KeyName, SEED_BYTES, SignatureType};

/// Length of an Ed25519 signature in bytes.
pub(crate) const SIGNATURE_BYTES: usize = ed25519_dalek::SIGNATURE_LENGTH;

/// Length of an Ed25519 public key in bytes.
pub(super) const PUBLIC_KEY_BYTES: usize = ed25519_dalek::PUBLIC_KEY_LENGTH;

/// A named public key. The id is kept, as it is compared with every signature of a note.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct PublicHalf {
    name: KeyName,
    id: KeyId,
    kind: SignatureType,
    point: ed25519_dalek::VerifyingKey,
}

impl PublicHalf {
    pub(crate) fn from_bytes(name: KeyName, kind: SignatureType, bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let point = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::UnusablePoint)?;
        if point.is_weak() {
            return Err(KeyError::UnusablePoint);
        }
        Ok(Self::new(name, kind, point))
    }

    fn new(name: KeyName, kind: SignatureType, point: ed25519_dalek::VerifyingKey) -> Self {
        let id = KeyId::compute(&name, kind, point.as_bytes());
        Self { name, id, kind, point }
    }

    pub(crate) fn name(&self) -> &KeyName {
        &self.name
    }

    pub(crate) fn id(&self) -> KeyId {
        self.id
    }

    pub(super) fn kind(&self) -> SignatureType {
        self.kind
    }

    pub(crate) fn bytes(&self) -> &[u8; PUBLIC_KEY_BYTES] {
        self.point.as_bytes()
    }

    /// Strict verification: besides RFC 8032, keys and nonces of small order are refused, so that a signature binds one
    /// message and one key.
    pub(crate) fn accepts(&self, message: &[u8], signature: &[u8]) -> bool {
        let Ok(signature) = Signature::from_slice(signature) else {
            return false;
        };
        self.point.verify_strict(message, &signature).is_ok()
    }
}

/// A named private key; the seed is wiped on drop (by ed25519-dalek).
#[derive(Clone)]
pub(crate) struct PrivateHalf {
    public: PublicHalf,
    secret: ed25519_dalek::SigningKey,
}

impl PrivateHalf {
    pub(crate) fn from_seed(name: KeyName, kind: SignatureType, seed: &[u8; SEED_BYTES]) -> Self {
        let secret = ed25519_dalek::SigningKey::from_bytes(seed);
        Self { public: PublicHalf::new(name, kind, secret.verifying_key()), secret }
    }

    pub(crate) fn public(&self) -> &PublicHalf {
        &self.public
    }

    pub(super) fn seed(&self) -> &[u8; SEED_BYTES] {
        self.secret.as_bytes()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_BYTES] {
        self.secret.sign(message).to_bytes()
    }
}
