//! What a certificate tells, from the copies and the checkpoints that were compared with them.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use dossier_identity::Role;
use dossier_proof::SignedCheckpoint;
use dossier_proto::{Digest, EntryId, Event, Micros, Origin, Payload, Place, v1};
use dossier_receipt::What;
use dossier_registry::Registry;
use serde_json::Value;
use v1::public_step::Kind;

use crate::{
    assembling::held,
    office::Office,
    outlines::events_at,
    receipts::{NoReceipt, deeds, prove},
    trail::Mark,
    words::committed,
};

/// For whom a certificate is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// Anybody: no person is named.
    Public,
    /// An auditor of the entry.
    Auditor,
}

/// How the entry stands in public now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is read.
    Public,
    /// It is withheld for a while, since then.
    Suspended(Micros),
    /// It was retracted then.
    Retracted(Micros),
    /// Another one, with this number, stands in its place since then.
    Superseded(Micros, String),
}

impl Standing {
    /// Whether the public reads its text.
    pub(crate) const fn is_read(&self) -> bool {
        matches!(self, Self::Public | Self::Superseded(..))
    }
}

/// The content of the edition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Text {
    /// It can be read.
    Read(Value),
    /// The public does not read it now.
    Withheld,
    /// Its key was destroyed.
    Erased,
}

/// The newest compared checkpoint over what the certificate names in one journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Root {
    pub(crate) origin: Origin,
    pub(crate) epoch: u32,
    pub(crate) size: u64,
    pub(crate) root: String,
    /// Who signed: the name of the key, and its id.
    pub(crate) signers: Vec<(String, String)>,
}

/// Somebody who acted, for auditors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Acted {
    pub(crate) what: What,
    pub(crate) name: Option<String>,
    pub(crate) role: Option<Role>,
    pub(crate) granted: Option<Place>,
    pub(crate) granted_at: Option<Micros>,
    pub(crate) until: Option<Micros>,
    pub(crate) note: String,
}

/// Everything that a certificate tells.
pub(crate) struct Facts {
    pub(crate) number: String,
    pub(crate) edition: u32,
    /// The newest edition there is.
    pub(crate) newest: u32,
    pub(crate) body: String,
    pub(crate) record_type: String,
    pub(crate) text: Text,
    pub(crate) digest: Digest,
    /// How it came to be public, as the public is told it.
    pub(crate) steps: Vec<(Kind, u32, Micros)>,
    pub(crate) published: Micros,
    pub(crate) standing: Standing,
    pub(crate) places: Vec<(What, Place)>,
    pub(crate) roots: Vec<Root>,
    /// Empty for the public.
    pub(crate) acted: Vec<Acted>,
    pub(crate) registry: Registry,
}

/// What there is to tell of an edition. Reads the copies and unseals a text: off the async threads. `name` is the entry's public number or
/// its id.
pub(crate) fn gather(office: &Office, name: &str, edition: u32, reader: Reader) -> Result<Facts, NoReceipt> {
    let entry = office.copies().numbered(name).or_else(|| name.parse().ok()).ok_or(NoReceipt::NotThere)?;
    let history = History::of(office, entry, edition)?;
    let (published, event) = history.found.ok_or(NoReceipt::NotThere)?;
    let unfit = |what: &str| NoReceipt::Unfit(what.to_owned());
    let content = published.content.as_ref().ok_or_else(|| unfit("an edition without content"))?;
    let digest = Digest::try_from(content.digest.as_slice()).map_err(|_| unfit("an edition without digest"))?;
    let deeds = deeds(office, event.head.place, &published)?;
    let mut roots: BTreeMap<(Origin, u32), Root> = BTreeMap::new();
    for (_, place) in &deeds {
        let proof = prove(office, *place)?;
        roots.insert((place.origin, place.epoch), root(*place, proof.unverified()));
    }
    let step = |step: &v1::PublicStep| (step.kind(), step.count, Micros(step.recorded_at));
    Ok(Facts {
        edition,
        newest: history.newest,
        body: published.body.clone(),
        record_type: published.record_type.clone(),
        text: text(office, entry, content, &history.standing)?,
        digest,
        steps: published.steps.iter().map(step).collect(),
        published: event.head.recorded_at,
        standing: history.standing,
        roots: roots.into_values().collect(),
        acted: match reader {
            Reader::Public => Vec::new(),
            Reader::Auditor => acted(office, &deeds)?,
        },
        places: deeds,
        registry: office.registries().get(office, event.head.registry),
        number: published.number,
    })
}

fn text(office: &Office, entry: EntryId, content: &v1::Content, standing: &Standing) -> Result<Text, NoReceipt> {
    if !standing.is_read() {
        return Ok(Text::Withheld);
    }
    match committed(office.vault(), entry, content) {
        Ok(value) => Ok(Text::Read(value)),
        Err(Mark::Erased) => Ok(Text::Erased),
        Err(other) => Err(NoReceipt::Unfit(format!("the text cannot be opened: {other:?}"))),
    }
}

/// What publication recorded of an entry.
struct History {
    found: Option<(v1::EditionPublished, Event)>,
    newest: u32,
    standing: Standing,
}

impl History {
    fn of(office: &Office, entry: EntryId, edition: u32) -> Result<Self, NoReceipt> {
        let journal = office.journal(Origin::Publication).ok_or(NoReceipt::NotThere)?;
        let places: Vec<Place> = journal
            .of_entry(entry.0)?
            .into_iter()
            .map(|at| Place { origin: Origin::Publication, epoch: at.epoch, sequence: at.sequence })
            .collect();
        let mut history = Self { found: None, newest: 0, standing: Standing::Public };
        for filed in events_at(office, &places)? {
            history.take(filed.event, edition);
        }
        Ok(history)
    }

    fn take(&mut self, event: Event, edition: u32) {
        let at = event.head.recorded_at;
        match &event.payload {
            Some(Payload::EditionPublished(published)) => {
                self.newest = self.newest.max(published.edition);
                if published.edition == edition && self.found.is_none() {
                    self.found = Some((published.clone(), event));
                }
            }
            Some(Payload::EntrySuspended(_)) => self.standing = Standing::Suspended(at),
            Some(Payload::EntryReinstated(_)) => self.standing = Standing::Public,
            Some(Payload::EntryRetracted(_)) => self.standing = Standing::Retracted(at),
            Some(Payload::EntrySuperseded(one)) => self.standing = Standing::Superseded(at, one.number.clone()),
            _ => {}
        }
    }
}

fn root(place: Place, signed: &SignedCheckpoint) -> Root {
    let checkpoint = signed.unverified();
    Root {
        origin: place.origin,
        epoch: place.epoch,
        size: checkpoint.size,
        root: checkpoint.root.to_base64(),
        signers: signers(signed.text()),
    }
}

/// The signature lines of a note ([C2SP signed-note](https://c2sp.org/signed-note)): a dash, the name of the key, and in base64 its id of four
/// bytes with the signature.
fn signers(note: &str) -> Vec<(String, String)> {
    let signer = |line: &str| {
        let (name, signature) = line.strip_prefix("— ")?.split_once(' ')?;
        let bytes = STANDARD.decode(signature.trim()).ok()?;
        let id: String = bytes.get(..4)?.iter().map(|byte| format!("{byte:02x}")).collect();
        Some((name.to_owned(), id))
    };
    let found: Vec<_> = note.lines().filter_map(signer).collect();
    let mut one_each: Vec<(String, String)> = Vec::new();
    for signer in found {
        if !one_each.contains(&signer) {
            one_each.push(signer);
        }
    }
    one_each
}

/// Who did what the edition rests on, and under which designation. Designations themselves were granted by the administration and are left out.
fn acted(office: &Office, deeds: &[(What, Place)]) -> Result<Vec<Acted>, NoReceipt> {
    let deeds: Vec<_> = deeds.iter().filter(|(what, _)| *what != What::Designated).collect();
    let places: Vec<Place> = deeds.iter().map(|(_, place)| *place).collect();
    let events = events_at(office, &places)?;
    let held = held(office, events.iter().map(|filed| &filed.event));
    let one = |(what, place): &&(What, Place)| {
        let head = &events.iter().find(|filed| filed.event.head.place == *place)?.event.head;
        let designation = head.authority.and_then(|authority| held.get(&authority.designation));
        Some(Acted {
            what: *what,
            name: head.actor.person().map(|subject| office.name_of(subject).unwrap_or_else(|| subject.to_string())),
            role: designation.map(|(held, _)| held.designation.role),
            granted: head.authority.map(|authority| authority.granted),
            granted_at: designation.and_then(|(_, at)| *at),
            until: designation.and_then(|(held, _)| held.designation.until),
            note: designation.map(|(held, _)| held.designation.note_number.clone()).unwrap_or_default(),
        })
    };
    Ok(deeds.iter().filter_map(one).collect())
}
