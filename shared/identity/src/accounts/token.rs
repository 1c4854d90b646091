//! Opaque tokens, and the keyed digests that are kept of them.

use std::{fmt, str::FromStr};

use dossier_vault::MasterKey;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::AccountsError;

/// What tokens begin with, so that people and scanners for leaked secrets know one when they see it.
const PREFIX: &str = "dsr_";
/// What the secret of a session in a browser begins with. It stands in a cookie and nowhere else: what is kept is the digest of all of it, so
/// neither it nor what comes of it with another beginning is a token that a program can call with.
const PAGES: &str = "dsp_";
/// Bytes of chance in a token: as many as the digest has. Nobody guesses one.
const RANDOM: usize = 32;
/// The shortest and longest text: a generated token has 4 + 64 characters, a fixed one may be shorter.
const LENGTHS: std::ops::RangeInclusive<usize> = 16..=128;

/// The text of a token: whoever has it acts as its holder. Wiped when dropped, never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenText(Zeroizing<String>);

/// A text that is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a token begins with dsr_ and has 16 to 128 letters, digits, - and _")]
pub struct NoToken;

/// Who shows a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ShownBy {
    /// A program, in the header `Authorization`.
    Program,
    /// A browser, in a cookie.
    Browser,
}

impl TokenText {
    /// A new token of 32 random bytes.
    ///
    /// # Errors
    /// The operating system gives no random bytes.
    pub(super) fn generate(by: ShownBy) -> Result<Self, AccountsError> {
        let prefix = match by {
            ShownBy::Program => PREFIX,
            ShownBy::Browser => PAGES,
        };
        let mut random = Zeroizing::new([0; RANDOM]);
        getrandom::fill(random.as_mut_slice())?;
        let mut text = Zeroizing::new(String::with_capacity(prefix.len() + 2 * RANDOM));
        text.push_str(prefix);
        text.push_str(&Zeroizing::new(hex::encode(*random)));
        Ok(Self(text))
    }

    /// What stands in a cookie: a session's secret, or a token that somebody put there by hand.
    pub fn in_cookie(text: &str) -> Option<Self> {
        let fits = text.starts_with(PAGES) && is_plain(text);
        if fits { Some(Self(Zeroizing::new(text.to_owned()))) } else { text.parse().ok() }
    }

    /// The text itself, to be handed to its holder.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for TokenText {
    type Err = NoToken;
    fn from_str(text: &str) -> Result<Self, NoToken> {
        let fits = text.starts_with(PREFIX) && is_plain(text);
        if fits { Ok(Self(Zeroizing::new(text.to_owned()))) } else { Err(NoToken) }
    }
}

fn is_plain(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    LENGTHS.contains(&text.len()) && text.bytes().all(plain)
}

impl fmt::Debug for TokenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenText(…)")
    }
}

/// The secret that digests of tokens are keyed with. It follows from the master key and is on no disk, so that a copy
/// of the directory alone confirms no guess.
pub(super) struct Pepper(Zeroizing<[u8; 32]>);

impl Pepper {
    pub(super) fn of(master: &MasterKey) -> Self {
        Self(Zeroizing::new(master.derive("accounts/tokens/1")))
    }

    /// As it came with a copy of the accounts.
    pub(super) fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// For a copy of the accounts.
    pub(super) fn bytes(&self) -> [u8; 32] {
        *self.0
    }

    /// HMAC-SHA-256 of the text.
    pub(super) fn hash(&self, text: &TokenText) -> TokenHash {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice()).expect("HMAC takes a key of any length");
        mac.update(text.expose().as_bytes());
        TokenHash(mac.finalize().into_bytes().into())
    }
}

/// The keyed digest of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct TokenHash([u8; 32]);

impl TokenHash {
    pub(super) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(super) const fn bytes(&self) -> [u8; 32] {
        self.0
    }

    pub(super) fn id(&self) -> TokenId {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        TokenId([a, b, c, d, e, f, g, h])
    }
}

impl Serialize for TokenHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(self.0))
    }
}

impl<'de> Deserialize<'de> for TokenHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| de::Error::custom("not the digest of a token"))?;
        Ok(Self(bytes))
    }
}

/// The name of a token: the first 8 bytes of its keyed digest. Says nothing about the token.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenId([u8; 8]);

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenId({self})")
    }
}

impl FromStr for TokenId {
    type Err = AccountsError;
    fn from_str(text: &str) -> Result<Self, AccountsError> {
        let mut bytes = [0; 8];
        hex::decode_to_slice(text, &mut bytes)
            .map_err(|_| AccountsError::Text { what: "the name of a token", form: "16 hexadecimal digits" })?;
        Ok(Self(bytes))
    }
}

impl Serialize for TokenId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TokenId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
