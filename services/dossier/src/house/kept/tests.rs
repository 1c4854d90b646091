//! What is given back, and what a service that was taken over does not get with events it forged.

use std::path::Path;

use dossier_exchange::give;
use dossier_journal::{Frame, MemoryStore, OpenOptions, Record};
use dossier_proof::SigningKey;
use dossier_proto::{Actor, EventId, Head, Micros, v1};
use dossier_vault::Kind;

use super::*;

/// Gives moderation what was submitted, and nobody anything else, as the submission service does.
struct SubmissionDesk {
    vault: Vault,
    submitted: KeyId,
}

impl KeyDesk for SubmissionDesk {
    fn grant(&self, asker: Origin, keys: &[KeyId]) -> Result<Vec<GrantedKey>, KeyRefusal> {
        give(&self.vault, asker, keys, |key| asker == Origin::Moderation && key == self.submitted)
    }
}

fn place(origin: Origin, sequence: u64) -> Place {
    Place { origin, epoch: 0, sequence }
}

fn event(place: Place, payload: Payload) -> Event {
    let head = Head {
        id: EventId::try_from(&[place.sequence as u8 + 1; 16][..]).unwrap(),
        place,
        schema: 1,
        must_understand: false,
        entry: None,
        part_version: 0,
        recorded_at: Micros(1),
        wall: Micros(1),
        actor: Actor::System(place.origin),
        on_behalf_of: None,
        authority: None,
        command: None,
        cause: None,
        rules: 0,
        registry: None,
        correlation: None,
    };
    Event { head, payload: Some(payload) }
}

/// An event that names a key.
fn naming(at: Place, key: KeyId) -> Event {
    let sealed = v1::Sealed { key_id: key.as_bytes().to_vec(), ..Default::default() };
    let command = v1::StartDraft { signatory: Some(sealed), ..Default::default() };
    event(at, Payload::DraftStarted(v1::DraftStarted { command: Some(command) }))
}

fn receipt(at: Place, of: &Event) -> Event {
    let received = v1::Received { place: Some(of.head.place.into()), ..Default::default() };
    event(at, Payload::Received(received))
}

/// The desk of the submission service over these events, each with what stands beside it.
fn submission(directory: &Path, events: &[(Event, Option<&Event>)], vault: Vault, submitted: KeyId) -> KeptDesk {
    let signer = SigningKey::from_seed("example.org/submission", &[7; 32]).unwrap();
    let options = OpenOptions::new("example.org/submission", directory.join("anchors"), signer, crate::offline::peek);
    let (journal, mut writer) = dossier_journal::open(MemoryStore::new(), options).unwrap();
    let record = |(event, beside): &(Event, Option<&Event>)| Record {
        event: event.encode().into(),
        beside: beside.map(|beside| beside.encode().into()),
    };
    writer.append(Frame { records: events.iter().map(record).collect(), followed: Vec::new() }).unwrap();
    KeptDesk {
        journal,
        copies: None,
        desk: Arc::new(SubmissionDesk { vault: vault.clone(), submitted }),
        files: FileStore::new(directory.join("attachments"), vault.clone()),
        people: (directory.join("people"), master(directory)),
        vault,
        entitled: Arc::default(),
    }
}

fn master(directory: &Path) -> MasterKey {
    MasterKey::create_or_read(directory.join("master.key")).unwrap()
}

fn given(desk: &KeptDesk, asker: Origin, keys: &[KeyId]) -> BTreeSet<KeyId> {
    let told = desk.keys(asker, keys).unwrap();
    let found = dossier_vault::decode_keys(&hex::decode(told.keys).unwrap()).unwrap();
    found.iter().map(GrantedKey::key_id).collect()
}

/// The ids of all keys stand in clear in what everybody reads: a publication that was taken over named the key of somebody's draft in an event of
/// its own, and was given it back as if it had lost it.
#[test]
fn a_forged_event_that_names_the_key_of_a_draft_does_not_get_it() {
    let directory = tempfile::tempdir().unwrap();
    let vault = Vault::open_unthreaded(directory.path().join("keys"), &master(directory.path())).unwrap();
    let [draft, submitted, comment, reason] = [(); 4].map(|()| vault.fresh(Kind::Revision).unwrap());
    let own = |sequence, key| (naming(place(Origin::Submission, sequence), key), None);
    let forged = [naming(place(Origin::Publication, 0), draft), naming(place(Origin::Moderation, 0), draft)];
    let said = [naming(place(Origin::Moderation, 1), comment), naming(place(Origin::Publication, 1), reason)];
    let receipts = forged
        .iter()
        .chain(&said)
        .zip(2..)
        .map(|(foreign, sequence)| (receipt(place(Origin::Submission, sequence), foreign), Some(foreign)));
    let events: Vec<_> = [own(0, draft), own(1, submitted)].into_iter().chain(receipts).collect();
    let desk = submission(directory.path(), &events, vault, submitted);
    let all = [draft, submitted, comment, reason];
    assert_eq!(given(&desk, Origin::Publication, &all), BTreeSet::from([reason]));
    // What it would get on any day, and what it named first.
    assert_eq!(given(&desk, Origin::Moderation, &all), BTreeSet::from([submitted, comment]));
    assert_eq!(given(&desk, Origin::Audit, &all), BTreeSet::new());
}

fn key(number: u8) -> KeyId {
    KeyId::try_from(&[number; 16][..]).unwrap()
}

/// The forger was quicker: moderation acted upon its event before it had the submission that the key is of.
#[test]
fn a_key_that_another_service_names_too_is_not_who_came_firsts() {
    let from = |foreign, number| Acted { foreign, keys: vec![key(number)] };
    let (submission, publication) = (Some(Origin::Submission), Some(Origin::Publication));
    let acted = [
        from(publication, 1),
        from(submission, 1),
        // An honest one: submitted, approved by us, published.
        from(submission, 2),
        from(None, 2),
        from(publication, 2),
        // One of ours.
        from(None, 3),
        from(publication, 3),
    ];
    let of = |asker| {
        firsts::in_a_journal(asker, &|each| {
            acted.iter().cloned().for_each(&mut *each);
            Ok(())
        })
    };
    assert_eq!(of(Origin::Publication).unwrap(), BTreeSet::new());
    assert_eq!(of(Origin::Submission).unwrap(), BTreeSet::from([key(2)]));
}

/// The audit service has copies of all: words that were submitted and are not approved went to whoever named their key.
#[test]
fn audit_gives_keys_back_to_who_named_them_first_and_to_no_forger() {
    let named = |origin, sequence, keys: &[u8], received| Named {
        place: place(origin, sequence),
        keys: keys.iter().copied().map(key).collect(),
        received,
    };
    use Origin::{Audit, Moderation, Publication, Submission};
    let all = BTreeMap::from([
        (Submission, vec![named(Submission, 0, &[1], None), named(Submission, 1, &[2], None)]),
        (
            Moderation,
            vec![
                named(Moderation, 0, &[], Some(place(Submission, 0))),
                named(Moderation, 1, &[1], None),
                named(Moderation, 2, &[3], None),
            ],
        ),
        (
            Publication,
            vec![
                named(Publication, 0, &[], Some(place(Moderation, 1))),
                named(Publication, 1, &[1, 4], None),
                named(Publication, 2, &[3], None),
            ],
        ),
        (Audit, vec![named(Audit, 0, &[5], None)]),
    ]);
    let of = |asker| {
        firsts::among_copies(asker, &|origin, each| {
            all[&origin].iter().cloned().for_each(&mut *each);
            Ok(())
        })
        .unwrap()
    };
    assert_eq!(of(Submission), BTreeSet::from([key(1), key(2)]), "approved and published ones come back too");
    assert_eq!(of(Publication), BTreeSet::from([key(4)]), "neither what it published of others, nor what it forged");
    assert!(!of(Moderation).contains(&key(1)), "{:?}", of(Moderation));
}
