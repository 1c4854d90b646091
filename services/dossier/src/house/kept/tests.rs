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
        learnt: BTreeMap::<Origin, dossier_proof::KeyHistory>::new().into(),
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

/// A content that names an attached file, with the key that it says the file is sealed under.
fn attaching(at: Place, entry: EntryId, file: Digest, key: KeyId) -> Event {
    // A content has a key of its own.
    let sealed = v1::Sealed { key_id: vec![at.sequence as u8 + 100; 16], ..Default::default() };
    let file = v1::AttachedFile { digest: file.to_vec(), key_id: key.as_bytes().to_vec(), ..Default::default() };
    let (digest, files) = (vec![1; 32], vec![file]);
    let content = v1::Content { digest, sealed: Some(sealed), files, ..Default::default() };
    let command = v1::StartDraft { content: Some(content), ..Default::default() };
    let mut event = event(at, Payload::DraftStarted(v1::DraftStarted { command: Some(command) }));
    event.head.entry = Some(entry);
    event
}

/// The digest of a file stands in clear too. Who names it beside a key of its own has not made that file: what it is sealed under here decides.
#[test]
fn a_forged_event_that_names_the_file_of_a_draft_does_not_get_it() {
    let directory = tempfile::tempdir().unwrap();
    let vault = Vault::open_unthreaded(directory.path().join("keys"), &master(directory.path())).unwrap();
    let store = FileStore::new(directory.path().join("attachments"), vault.clone());
    let entry = EntryId::try_from(&[9; 16][..]).unwrap();
    let keep = |bytes: &[u8]| {
        let mut incoming = store.receive(entry, 1_000).unwrap();
        incoming.write(bytes).unwrap();
        incoming.finish("text/plain").unwrap()
    };
    let (secret, theirs, submitted) = (keep(b"of a draft"), keep(b"of the publisher"), keep(b"submitted"));
    let own_key = vault.fresh(Kind::Revision).unwrap();
    let draft = attaching(place(Origin::Submission, 0), entry, secret.digest, secret.key);
    let forged = [
        // Its digest beside a key of the forger's own, and with the very key.
        attaching(place(Origin::Publication, 0), entry, secret.digest, own_key),
        attaching(place(Origin::Publication, 1), entry, secret.digest, secret.key),
        attaching(place(Origin::Publication, 2), entry, theirs.digest, theirs.key),
    ];
    let receipts = forged
        .iter()
        .zip(1..)
        .map(|(foreign, sequence)| (receipt(place(Origin::Submission, sequence), foreign), Some(foreign)));
    let events: Vec<_> = [(draft, None)].into_iter().chain(receipts).collect();
    let desk = submission(directory.path(), &events, vault, submitted.key);
    let about = |asker, digest| desk.file(asker, entry, digest).unwrap().map(|told| told.key);
    assert_eq!(about(Origin::Publication, secret.digest), None);
    assert!(desk.part(Origin::Publication, entry, secret.digest, 0).is_err(), "nor a part of it");
    assert_eq!(about(Origin::Publication, theirs.digest), Some(theirs.key), "what it named first comes back");
    assert!(!desk.part(Origin::Publication, entry, theirs.digest, 0).unwrap().is_empty());
    // What moderation would get on any day, and nothing of a draft.
    assert_eq!(about(Origin::Moderation, submitted.digest), Some(submitted.key));
    assert_eq!(about(Origin::Moderation, secret.digest), None);
    assert_eq!(about(Origin::Moderation, theirs.digest), None, "under a key that it neither named nor may have");
}

/// A service that came back asks what the others learnt its keys by: it is given the proofs of its own turns, in order, and nobody else's.
#[test]
fn p9_who_lost_a_turn_is_given_the_proofs_that_others_learnt_it_by() {
    use dossier_exchange::{Source as _, conformance::Shelf};
    let directory = tempfile::tempdir().unwrap();
    let vault = Vault::open_unthreaded(directory.path().join("keys"), &master(directory.path())).unwrap();
    let submitted = vault.fresh(Kind::Revision).unwrap();
    let own = [(naming(place(Origin::Submission, 0), submitted), None)];
    let mut desk = submission(directory.path(), &own, vault, submitted);
    let shelf = Shelf::new(Origin::Publication);
    shelf.fill(2);
    for seed in 101..=170 {
        shelf.rotate(SigningKey::from_seed("test/publication", &[seed; 32]).unwrap());
    }
    let first = dossier_exchange::conformance::signer(Origin::Publication).verifier();
    desk.learnt = BTreeMap::from([(Origin::Publication, first.clone())]).into();
    desk.learnt.learn(Origin::Publication, &shelf.key_turns(0, 1_000).unwrap()).unwrap();
    let asked = |asker, from| {
        let question = serde_json::to_vec(&KeptAsked::Turns { from }).unwrap();
        let proofs: Vec<String> = serde_json::from_slice(&desk.answer(asker, &question).unwrap()).unwrap();
        proofs.iter().map(|proof| proof.parse().unwrap()).collect::<Vec<dossier_proof::LogProof>>()
    };
    let (some, rest) = (asked(Origin::Publication, 0), asked(Origin::Publication, TURNS_PER_ANSWER));
    assert_eq!((some.len(), rest.len()), (TURNS_PER_ANSWER, 70 - TURNS_PER_ANSWER));
    let ring = KeyRing::from(BTreeMap::from([(Origin::Publication, first)]));
    ring.learn(Origin::Publication, &[some, rest].concat()).unwrap();
    assert_eq!(ring.current(Origin::Publication), desk.learnt.current(Origin::Publication));
    assert!(asked(Origin::Publication, 70).is_empty());
    for other in [Origin::Submission, Origin::Moderation, Origin::Audit] {
        assert!(asked(other, 0).is_empty(), "{other}");
    }
}
