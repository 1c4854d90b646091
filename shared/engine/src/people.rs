//! Accounts at a distance: who keeps them answers, the others keep a copy, and every answer is signed.
//!
//! An answer says whose token is whose, so whoever could forge one could be anybody. The holder therefore signs it as it
//! signs its checkpoints, together with the question, which holds a random number: an answer fits one question of one asker.
//!
//! ```text
//! question: 16 random bytes ‖ the question of dossier-identity
//! answer:   length of the note, 2 bytes, big-endian ‖ signed note ‖ the answer of dossier-identity
//! note:     dossier people answer 1 ⏎ asker ⏎ SHA-256 of the question ⏎ SHA-256 of the answer ⏎
//! ```

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use dossier_exchange::{ANSWER_BYTES_MAX, Answerer, KeyRing, Question, Transport};
use dossier_identity::{
    Accounts,
    accounts::{COPY_ANSWER_BYTES_MAX, Names},
};
use dossier_journal::Signers;
use dossier_proof::{Note, SignedNote, SigningKey, VerifierKey};
use dossier_proto::{Digest, Origin};
use futures_util::{FutureExt, future::BoxFuture};
use sha2::{Digest as _, Sha256};

/// What a signed answer says first: no checkpoint of a journal begins so.
const SAYS: &str = "dossier people answer 1";
/// Random bytes of a question.
const NONCE: usize = 16;
/// A note: four lines of at most 64 bytes, and one signature line of a key name of at most 255.
const NOTE_BYTES_MAX: usize = 1024;
const _: () = assert!(2 + NOTE_BYTES_MAX + COPY_ANSWER_BYTES_MAX <= ANSWER_BYTES_MAX);
/// How often the figures say whether the accounts are heard.
const FIGURES_EVERY: Duration = Duration::from_secs(1);

/// Answers [`Question::People`], where the accounts are kept.
pub struct PeopleDesk {
    accounts: Arc<Accounts>,
    signers: Signers,
}

impl PeopleDesk {
    /// A desk of the service that signs with the present one of these keys.
    pub fn new(accounts: Arc<Accounts>, signers: impl Into<Signers>) -> Self {
        Self { accounts, signers: signers.into() }
    }
}

impl Answerer for PeopleDesk {
    fn answer(&self, asker: Origin, question: Question, body: Bytes) -> BoxFuture<'_, Result<Bytes, String>> {
        let (accounts, signer) = (Arc::clone(&self.accounts), self.signers.current());
        async move {
            if question != Question::People {
                return Err(format!("there are no {} here", question.name()));
            }
            // Names are opened with keys that are read from disk.
            let answering = tokio::task::spawn_blocking(move || answer(&accounts, &signer, asker, &body));
            answering.await.map_err(|_panicked| "the desk of the accounts failed".to_owned())?
        }
        .boxed()
    }
}

fn answer(accounts: &Accounts, signer: &SigningKey, asker: Origin, question: &[u8]) -> Result<Bytes, String> {
    let asked = question.get(NONCE..).ok_or("a question about people begins with 16 random bytes")?;
    let answer = accounts.answer(asked, names_for(asker)).map_err(|error| error.to_string())?;
    let note = note(asker, question, &answer)?.sign(signer).to_string();
    let length = u16::try_from(note.len()).map_err(|_| "the signature is too long")?;
    let mut bytes = Vec::with_capacity(2 + note.len() + answer.len());
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(note.as_bytes());
    bytes.extend_from_slice(&answer);
    Ok(bytes.into())
}

/// Publication shows nobody's name to anybody; it only has to know who is calling.
const fn names_for(asker: Origin) -> Names {
    match asker {
        Origin::Submission | Origin::Moderation | Origin::Audit => Names::Given,
        Origin::Publication => Names::Withheld,
    }
}

fn note(asker: Origin, question: &[u8], answer: &[u8]) -> Result<Note, String> {
    let digest = |bytes: &[u8]| Digest(Sha256::digest(bytes).into());
    let text = format!("{SAYS}\n{asker}\n{}\n{}\n", digest(question), digest(answer));
    Note::new(text).map_err(|error| error.to_string())
}

/// Keeps a copy of the accounts new, for as long as the future lives: they are asked of moderation, which signs with its present
/// one of `keys`. Returns at once where the accounts are kept ([`Accounts::keep_copy`]).
pub async fn keep_people(accounts: Arc<Accounts>, transport: Arc<dyn Transport>, keys: KeyRing, asker: Origin) {
    let ask = |question: Vec<u8>| {
        let (transport, keys) = (&transport, &keys);
        async move {
            let question = with_nonce(&question)?;
            let asked = transport.ask(Origin::Moderation, Question::People, question.clone()).await;
            let answer = asked.map_err(|error| error.to_string())?;
            let known = keys.current(Origin::Moderation).ok_or("moderation's verifier key is not known")?;
            checked(&[known], asker, &question, &answer)
        }
    };
    let figures = async {
        let mut tick = tokio::time::interval(FIGURES_EVERY);
        loop {
            tick.tick().await;
            let heard = if accounts.check().is_ok() { 1.0 } else { 0.0 };
            metrics::gauge!("dossier_accounts_heard", "origin" => asker.name()).set(heard);
        }
    };
    tokio::select! {
        () = accounts.keep_copy(ask) => {}
        () = figures => {}
    }
}

fn with_nonce(question: &[u8]) -> Result<Bytes, String> {
    let mut bytes = vec![0; NONCE];
    getrandom::fill(&mut bytes).map_err(|error| format!("the operating system gives no random bytes: {error}"))?;
    bytes.extend_from_slice(question);
    Ok(bytes.into())
}

/// The answer of dossier-identity in one that was signed for this question of this asker.
fn checked(keys: &[VerifierKey], asker: Origin, question: &[u8], answer: &[u8]) -> Result<Vec<u8>, String> {
    let cut = || "the answer about people is cut short".to_owned();
    if answer.len() > ANSWER_BYTES_MAX {
        return Err(format!("the answer about people has {} bytes, the limit is {ANSWER_BYTES_MAX}", answer.len()));
    }
    let (length, rest) = answer.split_first_chunk::<2>().ok_or_else(cut)?;
    let length = usize::from(u16::from_be_bytes(*length));
    if length > NOTE_BYTES_MAX {
        return Err(format!(
            "the signature of an answer about people has {length} bytes, the limit is {NOTE_BYTES_MAX}"
        ));
    }
    let (signed, content) = rest.split_at_checked(length).ok_or_else(cut)?;
    let signed = SignedNote::parse_bytes(signed).map_err(|error| format!("the answer about people: {error}"))?;
    let verified = signed.verify(keys).map_err(|error| format!("the answer about people: {error}"))?;
    if *verified.note != note(asker, question, content)? {
        return Err("moderation signed another answer about people than this one to this question".to_owned());
    }
    Ok(content.to_vec())
}

#[cfg(test)]
mod tests;
