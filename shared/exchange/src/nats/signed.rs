//! Questions that were never asked before, and answers that fit one of them alone.
//!
//! Whoever carries an answer could give an old one again, or one of his own. So each question holds a random number, and who is asked
//! signs the answer together with the question, with the key that signs its checkpoints. What is not signed so was not answered:
//! carrying, changing and repeating answers can delay, and do nothing else.
//!
//! ```text
//! dossier answer 1
//! <topic> <holder> <asker>
//! <SHA-256 of the question, hexadecimal>
//! <SHA-256 of the answer, hexadecimal>
//! ```
//!
//! as the text of a [signed note](https://c2sp.org/signed-note). No checkpoint of a log begins so: logs have no spaces in their names.

#[cfg(test)]
mod tests;

use bytes::Bytes;
use dossier_proof::{Note, SignedNote, SigningKey, VerifierKey};
use dossier_proto::{Digest, Origin, v1};
use prost::Message;
use sha2::{Digest as _, Sha256};

use super::{
    names::Topic,
    wire::{QUESTION_BYTES_MAX, WireError},
};
use crate::ANSWER_BYTES_MAX;

const SAYS: &str = "dossier answer 1";
/// Random bytes of a question.
const NONCE_BYTES: usize = 16;
/// Besides the body: the nonce with its tag and length (18), and tag and length of the body (1 + 3).
const QUESTION_OVERHEAD_BYTES: usize = 24;
/// A note: lines of 17, 40, 65 and 65 bytes at most, and a signature line with a key name of at most 255.
const NOTE_BYTES_MAX: usize = 1024;
/// Of the largest body of an answer its envelope takes six bytes more, and this one as many again.
const SIGNED_BYTES_MAX: usize = ANSWER_BYTES_MAX + 64 + NOTE_BYTES_MAX + 64;

/// A question under way, and of whom.
#[derive(Debug)]
pub(crate) struct Asked {
    topic: Topic,
    holder: Origin,
    asker: Origin,
    bytes: Bytes,
}

impl Asked {
    /// Makes a question that was never asked before.
    pub(crate) fn new(topic: Topic, holder: Origin, asker: Origin, body: Bytes) -> Result<Self, WireError> {
        let mut nonce = vec![0; NONCE_BYTES];
        getrandom::fill(&mut nonce)
            .map_err(|error| WireError(format!("the operating system gives no random bytes: {error}")))?;
        let bytes = v1::ExchangeQuestion { nonce, body }.encode_to_vec().into();
        Ok(Self { topic, holder, asker, bytes })
    }

    /// One that came.
    pub(crate) const fn received(topic: Topic, holder: Origin, asker: Origin, bytes: Bytes) -> Self {
        Self { topic, holder, asker, bytes }
    }

    pub(crate) const fn topic(&self) -> Topic {
        self.topic
    }

    pub(crate) const fn asker(&self) -> Origin {
        self.asker
    }

    /// As it travels.
    pub(crate) fn bytes(&self) -> Bytes {
        self.bytes.clone()
    }

    /// What is asked.
    pub(crate) fn body(&self) -> Result<Bytes, WireError> {
        let found = self.bytes.len();
        if found > QUESTION_BYTES_MAX + QUESTION_OVERHEAD_BYTES {
            return Err(WireError(format!("it has {found} bytes; at most {QUESTION_BYTES_MAX} are read")));
        }
        let question =
            v1::ExchangeQuestion::decode(self.bytes.clone()).map_err(|error| WireError(error.to_string()))?;
        if question.nonce.len() != NONCE_BYTES {
            return Err(WireError(format!("it holds {} random bytes instead of {NONCE_BYTES}", question.nonce.len())));
        }
        Ok(question.body)
    }

    /// The answer with its signature.
    pub(crate) fn sign(&self, answer: Bytes, signer: &SigningKey) -> Bytes {
        let note = self.note(&answer).sign(signer).to_string();
        v1::SignedAnswer { answer, note }.encode_to_vec().into()
    }

    /// The answer, when it is signed by `verifier` for this question.
    pub(crate) fn open(&self, signed: Bytes, verifier: &VerifierKey) -> Result<Bytes, WireError> {
        if signed.len() > SIGNED_BYTES_MAX {
            return Err(WireError(format!("it has {} bytes; at most {SIGNED_BYTES_MAX} are read", signed.len())));
        }
        let signed = v1::SignedAnswer::decode(signed).map_err(|error| WireError(error.to_string()))?;
        if signed.note.len() > NOTE_BYTES_MAX {
            return Err(WireError(format!("its signature has {} bytes", signed.note.len())));
        }
        let note = SignedNote::parse(&signed.note).map_err(|error| WireError(error.to_string()))?;
        let verified = note.verify(std::slice::from_ref(verifier)).map_err(|error| WireError(error.to_string()))?;
        if *verified.note != self.note(&signed.answer) {
            return Err(WireError("another answer was signed, or this one to another question".to_owned()));
        }
        Ok(signed.answer)
    }

    /// The answer without regard to who signed it: of use for what proves itself alone.
    pub(crate) fn carried(signed: Bytes) -> Result<Bytes, WireError> {
        if signed.len() > SIGNED_BYTES_MAX {
            return Err(WireError(format!("it has {} bytes; at most {SIGNED_BYTES_MAX} are read", signed.len())));
        }
        let signed = v1::SignedAnswer::decode(signed).map_err(|error| WireError(error.to_string()))?;
        Ok(signed.answer)
    }

    fn note(&self, answer: &[u8]) -> Note {
        let Self { topic, holder, asker, bytes } = self;
        let digest = |bytes: &[u8]| Digest(Sha256::digest(bytes).into());
        let text = format!("{SAYS}\n{} {holder} {asker}\n{}\n{}\n", topic.name(), digest(bytes), digest(answer));
        Note::new(text).expect("four short lines of names and digits")
    }
}
