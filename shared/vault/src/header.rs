//! The header of a vault: which format, and under which master key. Written once.
//!
//! ```text
//! dossier-vault 1
//! master 8f3a06c1d2b94e57
//! check <nonce and sealed known text, hexadecimal>
//! ```

use std::path::Path;

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};

use crate::{MasterKey, VaultError, material::NONCE};

const FIRST_LINE: &str = "dossier-vault 1";
const KNOWN: &[u8] = b"the master key is the right one";
const ASSOCIATED: &[u8] = b"dossier-vault/1/header";

/// A new header.
pub(crate) fn make(master: &MasterKey) -> Result<Vec<u8>, VaultError> {
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce)?;
    let sealed = cipher(master)
        .encrypt(&XNonce::from(nonce), Payload { msg: KNOWN, aad: ASSOCIATED })
        .expect("a text of 31 bytes is far below the limit of the cipher");
    let check = hex::encode([nonce.as_slice(), &sealed].concat());
    Ok(format!("{FIRST_LINE}\nmaster {}\ncheck {check}\n", master.fingerprint()).into_bytes())
}

/// Refuses a header of another format, a damaged one, and one made under another master key.
pub(crate) fn check(bytes: &[u8], master: &MasterKey, directory: &Path) -> Result<(), VaultError> {
    let wrong = |what: &str| VaultError::Header { path: directory.join("header"), what: what.to_owned() };
    let text = str::from_utf8(bytes).map_err(|_| wrong("is not text"))?;
    let mut lines = text.lines();
    match lines.next() {
        Some(FIRST_LINE) => {}
        Some(other) if other.starts_with("dossier-vault ") => {
            let found = other.chars().take(64).collect();
            return Err(VaultError::Format { directory: directory.to_owned(), found });
        }
        _ => return Err(wrong("does not begin as one")),
    }
    let made_with = lines.next().and_then(|line| line.strip_prefix("master ")).ok_or_else(|| wrong("is damaged"))?;
    let check = lines.next().and_then(|line| line.strip_prefix("check ")).ok_or_else(|| wrong("is damaged"))?;
    let check = hex::decode(check).map_err(|_| wrong("is damaged"))?;
    let (nonce, sealed) = check.split_first_chunk::<NONCE>().ok_or_else(|| wrong("is damaged"))?;
    let known = cipher(master).decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: ASSOCIATED });
    match (made_with == master.fingerprint(), known.is_ok_and(|text| text == KNOWN)) {
        (true, true) => Ok(()),
        (false, false) => Err(VaultError::WrongMasterKey {
            directory: directory.to_owned(),
            made_with: made_with.chars().take(16).collect(),
            given: master.fingerprint(),
        }),
        // One line says yes and the other no: a line is damaged, whatever the key.
        _ => Err(wrong("is damaged")),
    }
}

fn cipher(master: &MasterKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new((&*master.wrapping_key()).into())
}
