//! One event: it stands in the log of its origin, signed by that and by the audit service.

use dossier_proof::{
    CosignerKey, HistoryError, KeyFile, LogProof, SignedCheckpoint, VerifierKey, cosignature::CosignatureError,
    leaf_of_event,
};
use dossier_proto::{Event, Payload, Place};

use crate::{Proven, ReceiptError, What, keys::ReadKeys};

/// An event that is proven to stand where it says.
pub(super) struct ProvenEvent {
    pub(super) what: What,
    pub(super) event: Event,
    pub(super) payload: Payload,
    /// When the audit service saw the log that holds it, in seconds after 1970.
    pub(super) seen_at: u64,
    /// How many events that log had.
    pub(super) size: u64,
    /// Foreign witnesses that have cosigned that log.
    pub(super) witnesses: Vec<CosignerKey>,
    /// What its log signed that with.
    pub(super) key: VerifierKey,
    signed: SignedCheckpoint,
}

impl ProvenEvent {
    pub(super) fn verify(proven: &Proven, keys: &ReadKeys) -> Result<Self, ReceiptError> {
        let what = proven.what;
        let proof: LogProof = proven.proof.parse().map_err(|error| ReceiptError::Proof { what, error })?;
        if proof.to_string() != proven.proof {
            return Err(ReceiptError::Form("a proof is not written in its one form".to_owned()));
        }
        let event = Event::decode(proof.extra()).map_err(|error| ReceiptError::Event { what, error })?;
        let place = event.head.place;
        if place.origin != what.origin() {
            let said = format!("what is said to be \"{}\" stands in the journal of {}", what.name(), place.origin);
            return Err(ReceiptError::broken(said));
        }
        let no_key = || ReceiptError::broken(format!("nothing of {}'s own log stands in a receipt", place.origin));
        let known = keys.of(place.origin).ok_or_else(no_key)?;
        // The one that signed it; where none did, the first says so.
        let key =
            known.iter().find(|key| proof.unverified().verify(key).is_ok()).or(known.first()).ok_or_else(no_key)?;
        let log = format!("{}/{}", key.name().as_str(), place.epoch);
        let leaf = leaf_of_event(proof.extra());
        let checkpoint = proof.verify(leaf, &log, std::slice::from_ref(key));
        let checkpoint = checkpoint.map_err(|error| ReceiptError::NotProven { what, error })?;
        if proof.index() != place.sequence {
            return Err(ReceiptError::broken(format!("the event {place} stands at {} of its log", proof.index())));
        }
        let seen_at = proof.unverified().cosigned_at(&keys.cosigner);
        let seen_at = seen_at.map_err(|error| ReceiptError::NotSeen { what, error })?;
        let witnesses = cosigned_by(proof.unverified(), &keys.witnesses)
            .map_err(|error| ReceiptError::NotWitnessed { what, error })?;
        // Its log, the audit service, and each witness once: nothing else, so that no byte of it can be changed.
        if proof.unverified().note().signatures().len() != 2 + witnesses.len() {
            return Err(ReceiptError::broken("a checkpoint has signatures that nobody here knows"));
        }
        let unknown =
            || ReceiptError::broken(format!("the event {place} is of a kind that this program does not know"));
        let payload = event.payload.clone().ok_or_else(unknown)?;
        let (key, signed) = (key.clone(), proof.unverified().clone());
        Ok(Self { what, event, payload, seen_at, size: checkpoint.size, witnesses, key, signed })
    }

    /// Whether those who signed it are trusted, for what they signed: a key that was given up signs nothing of later.
    pub(super) fn is_trusted(&self, trusted: &KeyFile, cosigner: &CosignerKey) -> Result<(), ReceiptError> {
        let of = self.place().origin.name();
        let history = trusted.log_of(of).ok_or(ReceiptError::OtherKeys { of })?;
        history.verify(&self.signed).map_err(|error| match error {
            HistoryError::NotInForce { .. } => ReceiptError::broken(format!("what was {}: {error}", self.what.name())),
            _ => ReceiptError::OtherKeys { of },
        })?;
        let reign = trusted.cosigners.iter().find(|reign| reign.key == *cosigner);
        let reign = reign.ok_or(ReceiptError::OtherKeys { of: "the audit service" })?;
        if reign.covers(self.seen_at) {
            return Ok(());
        }
        Err(ReceiptError::broken(format!(
            "what was {} was cosigned by the audit service with a key that it did not have then",
            self.what.name()
        )))
    }

    pub(super) const fn place(&self) -> Place {
        self.event.head.place
    }
}

/// Those of the witnesses who have cosigned a checkpoint.
fn cosigned_by(signed: &SignedCheckpoint, witnesses: &[CosignerKey]) -> Result<Vec<CosignerKey>, CosignatureError> {
    let mut found = Vec::new();
    for key in witnesses {
        match signed.cosigned_at(key) {
            Ok(_) => found.push(key.clone()),
            Err(CosignatureError::Missing { .. }) => {}
            Err(bad) => return Err(bad),
        }
    }
    Ok(found)
}
