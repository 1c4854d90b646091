//! Makes receipts: of an edition that the public reads, from the copies and the checkpoints that were compared with them.

use dossier_proof::{CosignerKey, LogProof, Stand};
use dossier_proto::{EntryId, Event, Origin, Payload, Place, v1};
use dossier_receipt::{Keys, Proven, Receipt, What};
use dossier_vault::{Binding, KeyError, Purpose};

use crate::{copies::CopyReadError, office::Office, sealed_parts::key_of, words};

/// Why there is no receipt.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoReceipt {
    /// No such edition was ever published.
    #[error("no edition with this number was published")]
    NotThere,
    /// The public does not read the entry: its tombstone is where it was.
    #[error("the entry is withheld")]
    Withheld,
    /// Its words were erased; what is left are digests.
    #[error("the text was erased")]
    Erased,
    /// A log that holds it was not signed so far yet, or has not been compared. Passes by itself.
    #[error("it is not signed and compared yet")]
    NotYet,
    /// It stands in an epoch that has ended before a checkpoint of it was seen. Nothing will be signed there any more.
    #[error("it stands in an epoch of {0} that ended before it was signed and seen")]
    EpochEnded(Origin),
    /// What is held does not fit itself: for the findings, and nobody else.
    #[error("what is held of it does not fit: {0}")]
    Unfit(String),
    /// A copy cannot be read.
    #[error(transparent)]
    Copy(#[from] CopyReadError),
}

impl From<dossier_journal::ReadError> for NoReceipt {
    fn from(error: dossier_journal::ReadError) -> Self {
        Self::Copy(error.into())
    }
}

/// The receipt of an edition. Reads the copies and unseals a text: off the async threads.
/// `name` is the entry's public number or its id.
pub(crate) fn make(office: &Office, name: &str, edition: u32) -> Result<Receipt, NoReceipt> {
    let entry = office.copies().numbered(name).or_else(|| name.parse().ok()).ok_or(NoReceipt::NotThere)?;
    let (published, event) = edition_of(office, entry, edition)?;
    let deeds = deeds(office, event.head.place, &published)?;
    let mut proofs = Vec::new();
    for (what, place) in deeds {
        proofs.push((what, prove(office, place)?));
    }
    let content = published.content.as_ref().ok_or_else(|| unfit("an edition without content"))?;
    let (text, salt) = text_of(office, entry, content)?;
    let keys = keys(office, &proofs)?;
    Ok(Receipt::new(
        published.number,
        edition,
        text,
        salt,
        keys,
        proofs.iter().map(|(what, proof)| Proven::new(*what, proof)).collect(),
    ))
}

/// The keys that a receipt rests on: of each log those that signed what is proven.
fn keys(office: &Office, proofs: &[(What, LogProof)]) -> Result<Keys, NoReceipt> {
    let of = |origin| {
        let history = office.keys(origin).ok_or_else(|| unfit("a service has no key"))?;
        let stands = proofs.iter().filter_map(|(_, proof)| Stand::of(proof.unverified().unverified(), history.log()));
        let used: Vec<_> = stands.map(|stand| history.key_at(stand).clone()).collect();
        let mut texts: Vec<_> =
            history.reigns().filter(|reign| used.contains(reign.key)).map(|reign| reign.key.to_string()).collect();
        if texts.is_empty() {
            texts.push(history.current().to_string());
        }
        Ok::<_, NoReceipt>(texts.join(" "))
    };
    Ok(Keys {
        cosigner: office.cosigner().verifier().to_string(),
        moderation: of(Origin::Moderation)?,
        publication: of(Origin::Publication)?,
        submission: of(Origin::Submission)?,
        witnesses: witnesses_in(office, proofs),
    })
}

/// Which foreign witnesses have signed something of it, in order.
fn witnesses_in(office: &Office, proofs: &[(What, LogProof)]) -> Vec<String> {
    let has_signed = |key: &&CosignerKey| proofs.iter().any(|(_, proof)| proof.unverified().cosigned_at(key).is_ok());
    let mut found: Vec<_> = office.witnessed().witnesses().keys().filter(has_signed).map(ToString::to_string).collect();
    found.sort();
    found
}

fn unfit(what: &str) -> NoReceipt {
    NoReceipt::Unfit(what.to_owned())
}

/// The edition, if the public reads its entry now.
fn edition_of(office: &Office, entry: EntryId, edition: u32) -> Result<(v1::EditionPublished, Event), NoReceipt> {
    let journal = office.copies().journal(Origin::Publication).ok_or(NoReceipt::NotThere)?;
    let (mut found, mut is_withheld) = (None, false);
    for place in journal.of_entry(entry.0)? {
        let place = Place { origin: Origin::Publication, epoch: place.epoch, sequence: place.sequence };
        let Some(filed) = office.copies().get(place)? else { continue };
        match &filed.event.payload {
            Some(Payload::EditionPublished(published)) if published.edition == edition => {
                found.get_or_insert((published.clone(), filed.event));
            }
            Some(Payload::EntrySuspended(_) | Payload::EntryRetracted(_)) => is_withheld = true,
            Some(Payload::EntryReinstated(_)) => is_withheld = false,
            _ => {}
        }
    }
    match found {
        None => Err(NoReceipt::NotThere),
        Some(_) if is_withheld => Err(NoReceipt::Withheld),
        Some(found) => Ok(found),
    }
}

/// The events that the edition rests on, and the designations that these rest on.
pub(crate) fn deeds(
    office: &Office,
    published_at: Place,
    published: &v1::EditionPublished,
) -> Result<Vec<(What, Place)>, NoReceipt> {
    let approved_at = named(published.command.as_ref().and_then(|command| command.approved.as_ref()))?;
    let approved = event_at(office, approved_at)?;
    let (before, let_through) = match &approved.payload {
        Some(Payload::Approved(approved)) => {
            ((What::Submitted, named(approved.submitted.as_ref())?), (What::Approved, approved_at))
        }
        Some(Payload::CorrectionConfirmed(confirmed)) => {
            ((What::CorrectionProposed, named(confirmed.proposed.as_ref())?), (What::CorrectionConfirmed, approved_at))
        }
        _ => return Err(unfit("an edition rests on neither an approval nor a correction")),
    };
    let mut all = vec![before, let_through, (What::Published, published_at)];
    let mut designations = Vec::new();
    for (_, place) in &all {
        let granted = event_at(office, *place)?.head.authority.map(|authority| authority.granted);
        designations.extend(granted.filter(|granted| !designations.contains(granted)));
    }
    all.extend(designations.into_iter().map(|place| (What::Designated, place)));
    Ok(all)
}

fn named(place: Option<&v1::Place>) -> Result<Place, NoReceipt> {
    place.and_then(|place| Place::try_from(place).ok()).ok_or_else(|| unfit("an event names no other"))
}

fn event_at(office: &Office, place: Place) -> Result<Event, NoReceipt> {
    // Publication acts upon what the audit service may read a moment later.
    office.copies().get(place)?.map(|filed| filed.event).ok_or(NoReceipt::NotYet)
}

pub(crate) fn prove(office: &Office, place: Place) -> Result<LogProof, NoReceipt> {
    let journal = office.copies().journal(place.origin).ok_or_else(|| unfit("an event of no copy"))?;
    let newest = office.copies().seen().newest(place.origin).ok_or(NoReceipt::NotYet)?;
    let has_ended = place.epoch < newest.epoch;
    let seen = office.copies().seen().of_epoch(place.origin, place.epoch);
    let seen = seen.filter(|seen| !has_ended || seen.size() > place.sequence);
    let Some(seen) = seen else {
        return Err(if has_ended { NoReceipt::EpochEnded(place.origin) } else { NoReceipt::NotYet });
    };
    // Checkpoints that were kept by an older version are cosigned with the next event.
    if seen.size() <= place.sequence || seen.signed.cosigned_at(&office.cosigner().verifier()).is_err() {
        return Err(NoReceipt::NotYet);
    }
    let at = dossier_journal::Place { epoch: place.epoch, sequence: place.sequence };
    let stored = journal.get(at)?.ok_or(NoReceipt::NotYet)?;
    // One that others have cosigned, where there is one that holds the event.
    let signed = office.witnessed().best(place).unwrap_or(seen.signed);
    let path = journal.inclusion(at, signed.unverified().size)?;
    let proof = LogProof::new(stored.event.to_vec(), place.sequence, path, signed);
    proof.map_err(|error| NoReceipt::Unfit(error.to_string()))
}

/// The text of a content as it was judged, and its salt.
fn text_of(office: &Office, entry: EntryId, content: &v1::Content) -> Result<(String, String), NoReceipt> {
    let sealed = content.sealed.as_ref().ok_or_else(|| unfit("a content without a text"))?;
    let key = key_of(sealed).ok_or_else(|| unfit("a sealed text without a key"))?;
    let bytes = words::open(office.vault(), sealed, &Binding::entry(entry, Purpose::Content));
    let bytes = bytes.map_err(|mark| match mark {
        crate::trail::Mark::Erased => NoReceipt::Erased,
        other => NoReceipt::Unfit(format!("the text cannot be opened: {other:?}")),
    })?;
    let text = String::from_utf8(bytes).map_err(|_| unfit("the text is not UTF-8"))?;
    let salt = office.vault().salt(key).map_err(|error| match error {
        KeyError::Erased(_) => NoReceipt::Erased,
        other => NoReceipt::Unfit(other.to_string()),
    })?;
    Ok((text, salt.disclose()))
}
