//! Receipts of invented logs, whole and broken.

mod rotation;
mod witnesses;

use dossier_proof::{
    Checkpoint, CosigningKey, KeyFile, LogProof, MemoryTree, SignedCheckpoint, SigningKey, Witness, inclusion,
    leaf_of_event,
};
use dossier_proto::{
    Actor, Authority, CommandRef, Digest, EntryId, Event, EventId, Head, Micros, Origin, Payload, Place, SubjectId, v1,
};
use sha2::{Digest as _, Sha256};

use super::*;

const TEXT: &str = r#"{"original_language":"en","title":{"en":"A forum"}}"#;
const SALT: [u8; 32] = [0x5a; 32];
const ENTRY: EntryId = EntryId([0x11; 16]);
const AUTHOR: SubjectId = SubjectId([0x21; 16]);
const MODERATOR: SubjectId = SubjectId([0x22; 16]);
const OTHER: SubjectId = SubjectId([0x23; 16]);
const TIME: i64 = 1_790_000_000_000_000;
const WHEN: u64 = 1_790_000_100;

fn signer(origin: Origin) -> SigningKey {
    SigningKey::from_seed(&format!("test/{origin}"), &[origin.number(); 32]).unwrap()
}

fn cosigner() -> CosigningKey {
    CosigningKey::from_seed("test/audit/cosigner", &[9; 32]).unwrap()
}

fn keys() -> Keys {
    let of = |origin| signer(origin).verifier().to_string();
    Keys {
        cosigner: cosigner().verifier().to_string(),
        moderation: of(Origin::Moderation),
        publication: of(Origin::Publication),
        submission: of(Origin::Submission),
        witnesses: Vec::new(),
    }
}

/// The same as a file of keys.
fn trusted() -> KeyFile {
    let of = |origin| signer(origin).verifier().into();
    KeyFile {
        logs: [Origin::Submission, Origin::Moderation, Origin::Publication].map(of).to_vec(),
        cosigners: vec![cosigner().verifier().into()],
        witnesses: Vec::new(),
    }
}

fn digest_of(text: &str) -> Vec<u8> {
    Sha256::new().chain_update(SALT).chain_update(text).finalize().to_vec()
}

fn content() -> Option<v1::Content> {
    Some(v1::Content { revision: 1, digest: digest_of(TEXT), ..v1::Content::default() })
}

fn place(origin: Origin, sequence: u64) -> Place {
    Place { origin, epoch: 0, sequence }
}

/// Logs that grow, and the receipts of what is in them.
#[derive(Clone)]
struct Logs {
    logs: Vec<Vec<Event>>,
}

impl Logs {
    fn new() -> Self {
        let mut logs = Self { logs: vec![Vec::new(); 3] };
        // Something stands before, so that no place is 0 everywhere.
        for origin in [Origin::Submission, Origin::Moderation, Origin::Publication] {
            let epoch =
                Payload::EpochStarted(v1::EpochStarted { former_epoch: 0, known_size: 0, known_root: vec![1; 32] });
            logs.put(origin, Actor::System(origin), None, None, epoch);
        }
        logs
    }

    fn log(&mut self, origin: Origin) -> &mut Vec<Event> {
        &mut self.logs[usize::from(origin.number()) - 1]
    }

    fn put(
        &mut self,
        origin: Origin,
        actor: Actor,
        entry: Option<EntryId>,
        authority: Option<Authority>,
        payload: Payload,
    ) -> Place {
        let count: usize = self.logs.iter().map(Vec::len).sum();
        let log = self.log(origin);
        let place = place(origin, log.len() as u64);
        let at = Micros(TIME + i64::try_from(count).unwrap() * 1_000_000);
        let head = Head {
            id: EventId([u8::try_from(count).unwrap() + 1; 16]),
            place,
            schema: dossier_proto::schema_of(&payload),
            must_understand: dossier_proto::must_understand(&payload),
            entry,
            part_version: 1,
            recorded_at: at,
            wall: at,
            actor,
            on_behalf_of: None,
            authority,
            command: Some(CommandRef {
                id: dossier_proto::CommandId([3; 16]),
                request_digest: Digest([4; 32]),
                index: 0,
                expected_version: None,
            }),
            cause: None,
            rules: 1,
            registry: None,
            correlation: None,
        };
        log.push(Event { head, payload: Some(payload) });
        place
    }

    fn designate(&mut self, subject: SubjectId, role: v1::Role, body: &str) -> Authority {
        let grant = v1::GrantDesignation {
            subject: subject.as_bytes().to_vec(),
            role: role.into(),
            body: body.to_owned(),
            valid_from: TIME,
            ..v1::GrantDesignation::default()
        };
        let granted = Payload::DesignationGranted(v1::DesignationGranted { command: Some(grant) });
        let granted = self.put(Origin::Moderation, Actor::System(Origin::Moderation), None, None, granted);
        let id = self.log(Origin::Moderation).last().unwrap().head.id;
        Authority { designation: dossier_proto::DesignationId(id.0), granted }
    }

    fn prove(&self, what: What, place: Place) -> Proven {
        let log = &self.logs[usize::from(place.origin.number()) - 1];
        let bytes: Vec<Vec<u8>> = log.iter().map(Event::encode).collect();
        let tree: MemoryTree = bytes.iter().map(|event| leaf_of_event(event)).collect();
        let checkpoint = Checkpoint::new(format!("test/{}/0", place.origin), tree.head());
        let mut signed = SignedCheckpoint::sign(&checkpoint, &signer(place.origin)).unwrap();
        signed.cosign(&cosigner(), WHEN).unwrap();
        let path = inclusion::prove(place.sequence, tree.size(), &tree).unwrap();
        let extra = bytes[usize::try_from(place.sequence).unwrap()].clone();
        Proven::new(what, &LogProof::new(extra, place.sequence, path, signed).unwrap())
    }
}

/// An entry on its way into the public, each part of which can be made wrong.
struct Story {
    logs: Logs,
    submitted: Place,
    approved: Place,
    published: Place,
    designations: Vec<Place>,
}

#[derive(Clone)]
struct Said {
    submitted: v1::Submitted,
    approved: v1::Approved,
    published: v1::EditionPublished,
    author: SubjectId,
    moderator: SubjectId,
    moderator_for: &'static str,
    decides_as: v1::Role,
    decided_in: Origin,
}

fn said() -> Said {
    let (body, record_type, original_language) = ("KAZ".to_owned(), "event".to_owned(), "en".to_owned());
    Said {
        submitted: v1::Submitted {
            command: Some(v1::Submit {
                revision: 1,
                digest: digest_of(TEXT),
                certified: true,
                ..v1::Submit::default()
            }),
            content: content(),
            record_type: record_type.clone(),
            body: body.clone(),
            original_language: original_language.clone(),
            lineage: vec![v1::Author {
                subject: AUTHOR.as_bytes().to_vec(),
                fields: vec!["title".into()],
                written: Some(place(Origin::Submission, 0).into()),
            }],
            round: 1,
            ..v1::Submitted::default()
        },
        approved: v1::Approved {
            command: Some(v1::Approve { digest: digest_of(TEXT), ..v1::Approve::default() }),
            content: content(),
            record_type: record_type.clone(),
            body: body.clone(),
            original_language: original_language.clone(),
            ..v1::Approved::default()
        },
        published: v1::EditionPublished {
            number: "EVT-2026-00001".to_owned(),
            edition: 1,
            content: content(),
            record_type,
            body,
            original_language,
            ..v1::EditionPublished::default()
        },
        author: AUTHOR,
        moderator: MODERATOR,
        moderator_for: "",
        decides_as: v1::Role::Moderator,
        decided_in: Origin::Moderation,
    }
}

fn tell(said: Said) -> Story {
    let mut logs = Logs::new();
    let writes = logs.designate(said.author, v1::Role::Contributor, "KAZ");
    let decides = logs.designate(said.moderator, said.decides_as, said.moderator_for);
    let submitted = Payload::Submitted(said.submitted);
    let submitted = logs.put(Origin::Submission, Actor::Person(said.author), Some(ENTRY), Some(writes), submitted);
    let approved = v1::Approved { submitted: said.approved.submitted.or(Some(submitted.into())), ..said.approved };
    let approved = logs.put(
        said.decided_in,
        Actor::Person(said.moderator),
        Some(ENTRY),
        Some(decides),
        Payload::Approved(approved),
    );
    let command = said.published.command.or(Some(v1::PublishEdition { approved: Some(approved.into()) }));
    let published = Payload::EditionPublished(v1::EditionPublished { command, ..said.published });
    let published = logs.put(Origin::Publication, Actor::System(Origin::Publication), Some(ENTRY), None, published);
    Story { logs, submitted, approved, published, designations: vec![writes.granted, decides.granted] }
}

impl Story {
    fn proofs(&self) -> Vec<Proven> {
        let deeds =
            [(What::Submitted, self.submitted), (What::Approved, self.approved), (What::Published, self.published)];
        let designations = self.designations.iter().map(|place| (What::Designated, *place));
        deeds.into_iter().chain(designations).map(|(what, place)| self.logs.prove(what, place)).collect()
    }

    fn receipt(&self) -> Receipt {
        Receipt::new("EVT-2026-00001".to_owned(), 1, TEXT.to_owned(), hex::encode(SALT), keys(), self.proofs())
    }
}

fn told(receipt: &Receipt) -> Result<Verified, String> {
    verify(receipt.to_text().as_bytes(), Some(&trusted())).map_err(|error| error.to_string())
}

#[test]
fn a_published_edition_is_proven_offline() {
    let verified = told(&tell(said()).receipt()).unwrap();
    assert_eq!((verified.number.as_str(), verified.edition, verified.body.as_str()), ("EVT-2026-00001", 1, "KAZ"));
    assert_eq!((verified.content.as_str(), verified.seen_at), (TEXT, WHEN));
    assert_eq!(verified.steps.len(), 4, "{:#?}", verified.steps);
    for (step, word) in verified.steps.iter().zip([
        "digest",
        "Submitted for KAZ",
        "approved by somebody",
        "edition 1 of EVT-2026-00001",
    ]) {
        assert!(step.contains(word), "{step}");
    }
}

#[test]
fn no_byte_of_a_receipt_can_be_changed() {
    let text = tell(said()).receipt().to_text();
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1 << (at % 8);
        assert!(verify(&bytes, None).is_err(), "byte {at}: {}", &text[at.saturating_sub(20)..at + 1]);
    }
    for (cut, longer) in [(text.len() - 1, ""), (text.len(), "\n"), (text.len(), " ")] {
        assert!(verify(format!("{}{longer}", &text[..cut]).as_bytes(), None).is_err());
    }
}

#[test]
fn what_was_not_so_is_told() {
    let another = || Some(v1::Content { revision: 2, digest: digest_of("{}"), ..v1::Content::default() });
    let cases: Vec<(&str, Said)> = vec![
        ("not one content", Said { submitted: v1::Submitted { content: another(), ..said().submitted }, ..said() }),
        ("not one content", Said { approved: v1::Approved { content: another(), ..said().approved }, ..said() }),
        (
            "not the one that was published",
            Said { published: v1::EditionPublished { content: another(), ..said().published }, ..said() },
        ),
        (
            "the approval names another event",
            Said {
                approved: v1::Approved { submitted: Some(place(Origin::Submission, 0).into()), ..said().approved },
                ..said()
            },
        ),
        (
            "the edition names another event",
            Said {
                published: v1::EditionPublished {
                    command: Some(v1::PublishEdition { approved: None }),
                    ..said().published
                },
                ..said()
            },
        ),
        ("different bodies", Said { approved: v1::Approved { body: "KEN".to_owned(), ..said().approved }, ..said() }),
        (
            "different bodies",
            Said { published: v1::EditionPublished { record_type: "pledge".to_owned(), ..said().published }, ..said() },
        ),
        ("written or submitted", Said { moderator: AUTHOR, ..said() }),
        ("another body or type", Said { moderator_for: "KEN", ..said() }),
        (
            "the receipt is of edition 1",
            Said { published: v1::EditionPublished { edition: 2, ..said().published }, ..said() },
        ),
        (
            "the receipt is of edition 1",
            Said {
                published: v1::EditionPublished { number: "EVT-2026-00002".to_owned(), ..said().published },
                ..said()
            },
        ),
    ];
    for (expected, said) in cases {
        let told = told(&tell(said).receipt()).unwrap_err();
        assert!(told.contains(expected), "{expected:?}: {told}");
    }
    let by_an_author = v1::Author {
        subject: MODERATOR.as_bytes().to_vec(),
        fields: vec![],
        written: Some(place(Origin::Submission, 0).into()),
    };
    let mut lineage = said().submitted.lineage;
    lineage.push(by_an_author);
    let own = Said { submitted: v1::Submitted { lineage, ..said().submitted }, ..said() };
    assert!(told(&tell(own).receipt()).unwrap_err().contains("written or submitted"), "P6");
}

#[test]
fn what_is_missing_too_much_or_in_the_wrong_place_is_told() {
    let story = tell(said());
    let with = |change: &dyn Fn(&mut Vec<Proven>)| {
        let mut receipt = story.receipt();
        change(&mut receipt.proofs);
        told(&receipt).unwrap_err()
    };
    assert!(with(&|proofs| drop(proofs.remove(0))).contains("either submitted and approved"));
    assert!(with(&|proofs| drop(proofs.remove(2))).contains("published is missing"));
    assert!(with(&|proofs| drop(proofs.remove(3))).contains("designation that it names is missing"));
    assert!(with(&|proofs| proofs.push(proofs[0].clone())).contains("two events"));
    assert!(with(&|proofs| proofs.push(proofs[3].clone())).contains("nobody used"));
    assert!(with(&|proofs| proofs[0].what = What::Approved).contains("stands in the journal"));
    assert!(
        with(&|proofs| (proofs[1].what, proofs[3].what) = (What::Designated, What::Approved)).contains("another one")
    );
    assert!(with(&|proofs| proofs.extend(vec![proofs[0].clone(); 16])).contains("at most 16"));
}

#[test]
fn other_keys_than_the_trusted_are_told() {
    let text = tell(said()).receipt().to_text();
    let stranger = SigningKey::from_seed("test/moderation", &[77; 32]).unwrap().verifier();
    let mut file = trusted();
    file.logs[1] = stranger.clone().into();
    let told = verify(text.as_bytes(), Some(&file)).unwrap_err();
    assert_eq!(told, ReceiptError::OtherKeys { of: "moderation" });
    let other = Keys { moderation: stranger.to_string(), ..keys() };
    let own = Receipt { keys: other, ..tell(said()).receipt() };
    assert!(matches!(
        verify(own.to_text().as_bytes(), None),
        Err(ReceiptError::NotProven { what: What::Approved, .. })
    ));
}

#[test]
fn a_correction_rests_on_two_persons() {
    let tell = |confirmed_by: SubjectId| {
        let mut logs = Logs::new();
        let first = logs.designate(MODERATOR, v1::Role::Moderator, "");
        let second =
            if confirmed_by == MODERATOR { first } else { logs.designate(confirmed_by, v1::Role::Moderator, "KAZ") };
        let proposed = v1::CorrectionProposed {
            command: Some(v1::ProposeCorrection { edition: 1, content: content(), ..v1::ProposeCorrection::default() }),
        };
        let proposed = logs.put(
            Origin::Moderation,
            Actor::Person(MODERATOR),
            Some(ENTRY),
            Some(first),
            Payload::CorrectionProposed(proposed),
        );
        let confirmed = v1::CorrectionConfirmed {
            command: Some(v1::ConfirmCorrection { digest: digest_of(TEXT), note: None }),
            proposed: Some(proposed.into()),
            base_edition: 1,
            content: content(),
            record_type: "event".to_owned(),
            body: "KAZ".to_owned(),
            original_language: "en".to_owned(),
            ..v1::CorrectionConfirmed::default()
        };
        let confirmed = logs.put(
            Origin::Moderation,
            Actor::Person(confirmed_by),
            Some(ENTRY),
            Some(second),
            Payload::CorrectionConfirmed(confirmed),
        );
        let published = v1::EditionPublished {
            command: Some(v1::PublishEdition { approved: Some(confirmed.into()) }),
            edition: 2,
            ..said().published
        };
        let published = logs.put(
            Origin::Publication,
            Actor::System(Origin::Publication),
            Some(ENTRY),
            None,
            Payload::EditionPublished(published),
        );
        let mut parts = vec![
            (What::CorrectionProposed, proposed),
            (What::CorrectionConfirmed, confirmed),
            (What::Published, published),
            (What::Designated, first.granted),
        ];
        parts.extend((second != first).then_some((What::Designated, second.granted)));
        let proofs = parts.into_iter().map(|(what, place)| logs.prove(what, place)).collect();
        told(&Receipt::new("EVT-2026-00001".to_owned(), 2, TEXT.to_owned(), hex::encode(SALT), keys(), proofs))
    };
    let verified = tell(OTHER).unwrap();
    assert!(verified.steps[2].contains("confirmed by another person"), "{:#?}", verified.steps);
    assert!(tell(MODERATOR).unwrap_err().contains("one person proposed and confirmed"));
}

#[test]
fn what_is_no_receipt_is_told() {
    let text = tell(said()).receipt().to_text();
    for wrong in [
        "",
        "{}",
        "null",
        "[1]",
        "\u{feff}{}",
        &text[1..],
        &text.replace("dossier-receipt/1", "dossier-receipt/2"),
        &text.replace(",\"edition\"", ", \"edition\""),
    ] {
        assert!(
            matches!(verify(wrong.as_bytes(), None), Err(ReceiptError::Form(_))),
            "{:?}",
            &wrong[..wrong.len().min(40)]
        );
    }
    let long = vec![b' '; RECEIPT_BYTES_MAX + 1];
    assert!(matches!(verify(&long, None), Err(ReceiptError::Form(_))));
}
