//! Links that are used once: an invitation, a forgotten password.
//!
//! Of the secret in a link only a keyed digest is kept, and each attempt to send a link makes a new secret: what was sent last
//! works, and nothing before it.

use std::{fmt, str::FromStr};

use dossier_proto::Micros;
use dossier_vault::MasterKey;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::AccountsError;

/// What it is good for. A link for one is none for the other: the beginnings differ, and so do the digests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkKind {
    /// Somebody comes in for the first time and chooses a password.
    Invitation,
    /// Somebody forgot theirs.
    Reset,
}

impl LinkKind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Invitation => "dsi_",
            Self::Reset => "dsp_",
        }
    }

    /// How long a link works after it was sent: two weeks for whoever did not ask for it, an hour for whoever just did.
    pub const fn lasts(self) -> i64 {
        match self {
            Self::Invitation => 14 * 24 * 60 * 60 * Micros::SECOND,
            Self::Reset => 60 * 60 * Micros::SECOND,
        }
    }
}

/// Bytes of chance in a secret.
const RANDOM: usize = 32;

/// The secret of a link: whoever has it chooses the password of the account. Wiped when dropped, never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkSecret {
    kind: LinkKind,
    text: Zeroizing<String>,
}

/// A text that is no secret of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret of a link begins with dsi_ or dsp_ and has 64 hexadecimal digits behind that")]
pub struct NoSecret;

impl LinkSecret {
    pub(super) fn generate(kind: LinkKind) -> Result<Self, AccountsError> {
        let mut random = Zeroizing::new([0; RANDOM]);
        getrandom::fill(random.as_mut_slice())?;
        let mut text = Zeroizing::new(String::with_capacity(4 + 2 * RANDOM));
        text.push_str(kind.prefix());
        text.push_str(&Zeroizing::new(hex::encode(*random)));
        Ok(Self { kind, text })
    }

    /// What it is good for.
    pub const fn kind(&self) -> LinkKind {
        self.kind
    }

    /// The secret itself, to be sent to its owner.
    pub fn expose(&self) -> &str {
        &self.text
    }
}

impl FromStr for LinkSecret {
    type Err = NoSecret;
    fn from_str(text: &str) -> Result<Self, NoSecret> {
        let kinds = [LinkKind::Invitation, LinkKind::Reset];
        let kind = kinds.into_iter().find(|kind| text.starts_with(kind.prefix())).ok_or(NoSecret)?;
        let digits = text.get(4..).ok_or(NoSecret)?;
        let fits =
            digits.len() == 2 * RANDOM && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if fits { Ok(Self { kind, text: Zeroizing::new(text.to_owned()) }) } else { Err(NoSecret) }
    }
}

impl fmt::Debug for LinkSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LinkSecret({:?}, …)", self.kind)
    }
}

/// A keyed digest, of a link's secret or of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct KeyedDigest([u8; 32]);

impl Serialize for KeyedDigest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(self.0))
    }
}

impl<'de> Deserialize<'de> for KeyedDigest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| de::Error::custom("not a digest"))?;
        Ok(Self(bytes))
    }
}

/// What digests are keyed with. It follows from the master key and is on no disk, and in no copy.
pub(super) struct Keyed(Zeroizing<[u8; 32]>);

impl Keyed {
    pub(super) fn for_links(master: &MasterKey) -> Self {
        Self(Zeroizing::new(master.derive("accounts/links/1")))
    }

    pub(super) fn for_mails(master: &MasterKey) -> Self {
        Self(Zeroizing::new(master.derive("accounts/mails/1")))
    }

    /// HMAC-SHA-256.
    pub(super) fn digest(&self, text: &str) -> KeyedDigest {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice()).expect("HMAC takes a key of any length");
        mac.update(text.as_bytes());
        KeyedDigest(mac.finalize().into_bytes().into())
    }
}

/// What is kept of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Link {
    /// When it was asked for.
    pub(super) asked: Micros,
    /// Of the secret that was sent last, or is being sent; none before the first attempt, and none that was taken back.
    pub(super) digest: Option<KeyedDigest>,
    /// Until when it works.
    pub(super) expires: Micros,
    /// Until when it must still be sent; none once it was, or was taken back.
    pub(super) send_until: Option<Micros>,
    /// When a mail server took it over, or an operator had it shown.
    pub(super) sent: Option<Micros>,
    /// When it was used.
    pub(super) used: Option<Micros>,
}

impl Link {
    /// One that is to be sent.
    pub(super) const fn asked(kind: LinkKind, now: Micros) -> Self {
        let end = Micros(now.0.saturating_add(kind.lasts()));
        Self { asked: now, digest: None, expires: end, send_until: Some(end), sent: None, used: None }
    }

    /// The mark of an account that was made for an invitation which nobody has decided on yet: there is no link, and none is sent.
    pub(super) const fn proposed(now: Micros) -> Self {
        Self { asked: now, digest: None, expires: now, send_until: None, sent: None, used: None }
    }

    /// Whether it is that mark. A link that was asked for ends after it was asked for.
    pub(super) fn is_proposed(&self) -> bool {
        *self == Self::proposed(self.asked)
    }

    /// Dead from now on, and not sent any more.
    pub(super) fn end(&mut self, now: Micros) {
        self.used = self.digest.map(|_| now);
        self.send_until = None;
    }
}
