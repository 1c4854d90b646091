//! Whether a receipt holds: first each event by itself, then what they say of each other.

mod chain;
mod event;

use dossier_proof::{CosignerKey, KeyFile, VerifierKey};
use dossier_proto::{Origin, v1};
use sha2::{Digest as _, Sha256};

use crate::{Keys, Receipt, ReceiptError, What, keys::ReadKeys};
use chain::Chain;
use event::ProvenEvent;

/// What a receipt proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The public number of the entry.
    pub number: String,
    /// Which edition.
    pub edition: u32,
    /// The body that put it on record.
    pub body: String,
    /// The record type.
    pub record_type: String,
    /// The text that was published: canonical JSON.
    pub content: String,
    /// When the audit service had seen the last of it, in seconds after 1970.
    pub seen_at: u64,
    /// What was checked, step by step, in words for a person.
    pub steps: Vec<String>,
    /// The keys that it rests on. Somebody has to trust them: where they were not given, they are the receipt's own.
    pub keys: Keys,
    /// Foreign witnesses that have cosigned all of it: of those that are trusted, where keys were given. So many others than the installation have seen
    /// the same history.
    pub witnesses: Vec<String>,
}

/// Verifies a receipt. With `trusted` every signature must be of a key of that file, and one that signs there: former keys sign what was written
/// before they were given up. Without, it rests on its own keys, and whoever reads it compares them with those that the installation publishes. A witness that is not trusted is not counted; its signature has to hold all the same.
///
/// # Errors
/// [`ReceiptError`]: the first thing that does not hold.
pub fn verify(bytes: &[u8], trusted: Option<&KeyFile>) -> Result<Verified, ReceiptError> {
    let receipt = Receipt::parse(bytes)?;
    let keys = receipt.keys.read()?;
    if let Some(trusted) = trusted {
        are_known(&keys, trusted)?;
    }
    let events =
        receipt.proofs.iter().map(|proven| ProvenEvent::verify(proven, &keys)).collect::<Result<Vec<_>, _>>()?;
    if let Some(trusted) = trusted {
        events.iter().try_for_each(|event| event.is_trusted(trusted, &keys.cosigner))?;
    }
    every_key_signed(&keys, &events)?;
    every_witness_signed(&keys.witnesses, &events)?;
    let chain = Chain::of(&events)?;
    let mut steps = vec![is_the_text(&receipt, chain.content)?];
    steps.extend(chain.check(&receipt)?);
    let published = chain.published_as;
    Ok(Verified {
        number: receipt.number,
        edition: receipt.edition,
        body: published.body.clone(),
        record_type: published.record_type.clone(),
        content: receipt.content,
        seen_at: events.iter().map(|event| event.seen_at).max().unwrap_or_default(),
        steps,
        witnesses: witnesses(&events, trusted),
        keys: receipt.keys,
    })
}

/// Nobody is named who has signed nothing: such a line could be taken out or put in.
fn every_witness_signed(named: &[CosignerKey], events: &[ProvenEvent]) -> Result<(), ReceiptError> {
    let is_idle = |key: &&CosignerKey| !events.iter().any(|event| event.witnesses.contains(key));
    match named.iter().find(is_idle) {
        Some(idle) => Err(ReceiptError::broken(format!("the witness {} has signed nothing of it", idle.name()))),
        None => Ok(()),
    }
}

/// Who has cosigned every log in it, and is trusted.
fn witnesses(events: &[ProvenEvent], trusted: Option<&KeyFile>) -> Vec<String> {
    let Some((first, others)) = events.split_first() else { return Vec::new() };
    let signed_all = |key: &&CosignerKey| others.iter().all(|event| event.witnesses.contains(key));
    let is_trusted =
        |key: &&CosignerKey| trusted.is_none_or(|file| file.witnesses.iter().any(|witness| witness.key == **key));
    first.witnesses.iter().filter(signed_all).filter(is_trusted).map(ToString::to_string).collect()
}

/// Every key that the receipt names is one of those that are trusted.
fn are_known(keys: &ReadKeys, trusted: &KeyFile) -> Result<(), ReceiptError> {
    for origin in [Origin::Submission, Origin::Moderation, Origin::Publication] {
        let history = trusted.log_of(origin.name());
        let is_known =
            |key: &VerifierKey| history.is_some_and(|history| history.reigns().any(|reign| reign.key == key));
        if !keys.of(origin).unwrap_or_default().iter().all(is_known) {
            return Err(ReceiptError::OtherKeys { of: origin.name() });
        }
    }
    match trusted.cosigners.iter().any(|reign| reign.key == keys.cosigner) {
        true => Ok(()),
        false => Err(ReceiptError::OtherKeys { of: "the audit service" }),
    }
}

/// Where a log has several keys each has signed something: otherwise one could be taken out or put in.
fn every_key_signed(keys: &ReadKeys, events: &[ProvenEvent]) -> Result<(), ReceiptError> {
    for origin in [Origin::Submission, Origin::Moderation, Origin::Publication] {
        let Some(named) = keys.of(origin).filter(|named| named.len() > 1) else { continue };
        if named.iter().any(|key| !events.iter().any(|event| event.key == *key)) {
            return Err(ReceiptError::broken(format!("a key of {origin} has signed nothing of it")));
        }
    }
    Ok(())
}

/// The digest that everybody judged is that of this text.
fn is_the_text(receipt: &Receipt, content: &v1::Content) -> Result<String, ReceiptError> {
    let mut salt = [0; 32];
    let lower = receipt.salt.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !lower || hex::decode_to_slice(&receipt.salt, &mut salt).is_err() {
        return Err(ReceiptError::Form("the salt is not 64 lower-case hexadecimal digits".to_owned()));
    }
    let digest: [u8; 32] = Sha256::new().chain_update(salt).chain_update(&receipt.content).finalize().into();
    if content.digest != digest {
        return Err(ReceiptError::broken(
            "the text is not the one that was published: salt and text give another digest",
        ));
    }
    Ok(format!("The text has the digest {}: every event below names it.", hex::encode(digest)))
}

impl What {
    /// The one event of this kind among some.
    fn only(self, events: &[ProvenEvent]) -> Result<Option<&ProvenEvent>, ReceiptError> {
        let mut found = events.iter().filter(|event| event.what == self);
        let first = found.next();
        match found.next() {
            Some(_) => Err(ReceiptError::broken(format!("two events are said to be \"{}\"", self.name()))),
            None => Ok(first),
        }
    }
}
