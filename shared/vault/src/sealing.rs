//! Sealing a text under a key, and opening it: pure, the key is given.
//!
//! Before encryption a text gets a frame: format 1, its length in 4 bytes big-endian, the text, and zeros up to the next
//! multiple of 64 bytes. So the log tells lengths in steps of 64 bytes: a refused "no" and a refused "see the guidance" look alike, and so do
//! nearly all names. Padding contents further (say to powers of two) would cost a third of the journal and
//! hide little: the content of a published record is public, and its size with it.

use chacha20poly1305::{AeadInOut, KeyInit, XChaCha20Poly1305, XNonce};
use dossier_proto::KeyId;
use zeroize::Zeroizing;

use crate::{
    Binding, MAX_CONTENT,
    material::{KEY, NONCE, TAG},
};

/// The longest text that can be sealed: 448 KiB, the limit of a content.
pub const MAX_TEXT: usize = MAX_CONTENT;

/// Lengths are told in steps of so many bytes.
const STEP: usize = 64;
/// The format of the frame.
const FORMAT: u8 = 1;
/// Format 1, length 4.
const FRONT: usize = 5;

/// The longest ciphertext: the longest frame and its tag, 458 832 bytes.
pub const MAX_CIPHERTEXT: usize = (FRONT + MAX_TEXT).next_multiple_of(STEP) + TAG;

/// A text under seal, as it stands in events.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sealed {
    /// The key that opens it.
    pub key_id: KeyId,
    /// Random, new for each text.
    pub nonce: [u8; NONCE],
    /// The framed text and the tag of XChaCha20-Poly1305: a multiple of 64 bytes, and 16.
    pub ciphertext: Vec<u8>,
}

/// The text does not open: other bytes, another key, or another binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken;

/// A cipher for one key.
pub(crate) struct Sealer(XChaCha20Poly1305);

impl Sealer {
    pub(crate) fn new(key: &[u8; KEY]) -> Self {
        Self(XChaCha20Poly1305::new(key.into()))
    }

    /// Seals a text of at most [`MAX_TEXT`] bytes; the caller has looked at the length.
    pub(crate) fn seal(&self, key_id: KeyId, nonce: [u8; NONCE], binding: &Binding, text: &[u8]) -> Sealed {
        debug_assert!(text.len() <= MAX_TEXT);
        let framed = (FRONT + text.len()).next_multiple_of(STEP);
        let mut bytes = Vec::with_capacity(framed + TAG);
        bytes.push(FORMAT);
        bytes.extend_from_slice(&(text.len() as u32).to_be_bytes());
        bytes.extend_from_slice(text);
        bytes.resize(framed, 0);
        let tag = self
            .0
            .encrypt_inout_detached(&XNonce::from(nonce), &binding.associated(key_id), bytes.as_mut_slice().into())
            .expect("a text of 448 KiB is far below the limit of the cipher (256 GiB)");
        bytes.extend_from_slice(&tag);
        Sealed { key_id, nonce, ciphertext: bytes }
    }

    /// Opens a sealed text.
    pub(crate) fn open(&self, sealed: &Sealed, binding: &Binding) -> Result<Zeroizing<Vec<u8>>, Broken> {
        if sealed.ciphertext.len() > MAX_CIPHERTEXT {
            return Err(Broken);
        }
        let (framed, tag) = sealed.ciphertext.split_last_chunk::<TAG>().ok_or(Broken)?;
        let mut bytes = Zeroizing::new(framed.to_vec());
        self.0
            .decrypt_inout_detached(
                &XNonce::from(sealed.nonce),
                &binding.associated(sealed.key_id),
                bytes.as_mut_slice().into(),
                &(*tag).into(),
            )
            .map_err(|_| Broken)?;
        let length = text_length(&bytes)?;
        bytes.copy_within(FRONT..FRONT + length, 0);
        bytes.truncate(length);
        Ok(bytes)
    }
}

/// The length of the text in a frame; refuses what [`Sealer::seal`] would not have written, so that a text has one frame.
fn text_length(framed: &[u8]) -> Result<usize, Broken> {
    let [FORMAT, a, b, c, d, rest @ ..] = framed else { return Err(Broken) };
    let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
    let padding = rest.get(length..).ok_or(Broken)?;
    let exact = framed.len() == (FRONT + length).next_multiple_of(STEP);
    if exact && padding.iter().all(|byte| *byte == 0) { Ok(length) } else { Err(Broken) }
}

#[cfg(test)]
mod tests;
