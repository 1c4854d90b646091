//! What only a page that was drawn for a session can hold.

use std::fmt;

use dossier_identity::accounts::TokenText;
use sha2::{Digest, Sha256};

/// The name of the hidden field.
pub const FORM_TOKEN_FIELD: &str = "form";
/// Nothing else is hashed with this before it.
const CONTEXT: &[u8] = b"dossier form 1\0";

/// Follows from the session's token, which has 32 random bytes: whoever does not have that one cannot make it, and whoever sees it on a page cannot go back.
/// It holds as long as the session, so a page that stood open over lunch can still be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct FormToken(String);

impl FormToken {
    /// Of a session.
    pub fn of(session: &TokenText) -> Self {
        let digest = Sha256::new().chain_update(CONTEXT).chain_update(session.expose()).finalize();
        Self(hex::encode(&digest[..16]))
    }

    /// What stands in the hidden field.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is it, in the same time for every wrong one.
    pub fn is(&self, said: &str) -> bool {
        let differing = self.0.bytes().zip(said.bytes()).fold(0, |sum, (own, other)| sum | (own ^ other));
        said.len() == self.0.len() && differing == 0
    }
}

impl fmt::Debug for FormToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FormToken(…)")
    }
}
