//! What an instance says of itself, signed.
//!
//! ```text
//! dossier presence 1
//! <log>
//! <instance> <established | starting>
//! <what it asks of others now: 16 random bytes, hexadecimal>
//! <what others asked that it heard, hexadecimal: up to eight lines>
//! ```
//!
//! as the text of a [signed note](https://c2sp.org/signed-note), under the key that signs the journal's checkpoints. Whoever carries a
//! claim can carry it again a year later. So it proves something to one only, to whom it gives back what that one asked a moment before:
//! that an instance with the service's own key is there.

#[cfg(test)]
mod tests;

use bytes::Bytes;
use dossier_proof::{Note, SignedNote, SigningKey, VerifierKey};
use dossier_proto::v1::PresenceClaim;
use prost::Message as _;
use ulid::Ulid;

const SAYS: &str = "dossier presence 1";
/// What others asked, at most, in one claim: there is hardly ever one other.
pub(super) const ANSWERS_MAX: usize = 8;
/// A note: 19, 256, 39, and 33 for each of nine random numbers, is 611; and a signature line with a key name of at most 255.
const NOTE_BYTES_MAX: usize = 1152;
/// The note, an instance (18), nine random numbers (18 each), and some bytes that say so.
pub(super) const CLAIM_BYTES_MAX: usize = NOTE_BYTES_MAX + 256;

/// Sixteen random bytes that were never used before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Nonce(pub(super) [u8; 16]);

impl Nonce {
    /// A fresh one; none where the operating system gives no random bytes.
    pub(super) fn fresh() -> Option<Self> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).ok()?;
        Some(Self(bytes))
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    fn text(self) -> String {
        use std::fmt::Write as _;
        self.0.iter().fold(String::with_capacity(32), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

/// An instance as it speaks of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Instance {
    pub(super) id: Ulid,
    /// It has begun to work, and was never cut off for long since.
    pub(super) established: bool,
}

impl Instance {
    /// Whether the other one stays and this one goes.
    pub(super) fn yields_to(self, other: Self) -> bool {
        if self.id == other.id {
            return false;
        }
        if self.established != other.established { other.established } else { other.id < self.id }
    }
}

/// What an instance says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) instance: Instance,
    /// What it asks of the others.
    pub(super) asks: Nonce,
    /// What others asked.
    pub(super) answers: Vec<Nonce>,
}

impl Claim {
    pub(super) fn sign(&self, signer: &SigningKey) -> Bytes {
        let claim = PresenceClaim {
            instance: self.instance.id.to_bytes().to_vec(),
            established: self.instance.established,
            asks: self.asks.0.to_vec(),
            answers: self.answers.iter().map(|nonce| nonce.0.to_vec()).collect(),
            note: self.note(signer.name().as_str()).sign(signer).to_string(),
        };
        claim.encode_to_vec().into()
    }

    /// Reads a claim that was signed with one of `keys`: the service's own, this instance's or later ones, of which an older copy of it does not know
    /// yet. A key that was given up says nothing any more.
    pub(super) fn read(bytes: &[u8], keys: &[VerifierKey]) -> Result<Self, &'static str> {
        if bytes.len() > CLAIM_BYTES_MAX {
            return Err("it is too long");
        }
        let sent = PresenceClaim::decode(bytes).map_err(|_| "it cannot be read")?;
        let claim = Self::of(&sent).ok_or("it is incomplete")?;
        let signed = SignedNote::parse(&sent.note).map_err(|_| "it is not signed")?;
        let verified = signed.verify(keys).map_err(|_| "it is not signed with the service's key")?;
        let log = keys.first().map_or("", |key| key.name().as_str());
        if *verified.note != claim.note(log) { Err("something else was signed") } else { Ok(claim) }
    }

    fn of(sent: &PresenceClaim) -> Option<Self> {
        let id = Ulid::from_bytes(sent.instance.as_slice().try_into().ok()?);
        if sent.answers.len() > ANSWERS_MAX {
            return None;
        }
        Some(Self {
            instance: Instance { id, established: sent.established },
            asks: Nonce::of(&sent.asks)?,
            answers: sent.answers.iter().map(|nonce| Nonce::of(nonce)).collect::<Option<_>>()?,
        })
    }

    /// A log is named as its key.
    fn note(&self, log: &str) -> Note {
        let Instance { id, established } = self.instance;
        let standing = if established { "established" } else { "starting" };
        let mut text = format!("{SAYS}\n{log}\n{id} {standing}\n{}\n", self.asks.text());
        for nonce in &self.answers {
            text.push_str(&nonce.text());
            text.push('\n');
        }
        Note::new(text).expect("short lines of names and digits")
    }
}
