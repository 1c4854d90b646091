//! People, bodies, and an entry on its way.

use dossier_engine::testing::{Ask, Story};
use dossier_identity::Role;
use dossier_proto::{Actor, Digest, EntryId, Event, Micros, Origin, Payload, Place, SubjectId, v1};
use sha2::{Digest as _, Sha256};

use crate::domain::{Approval, Command, Entry, Moderation, Refusal, Review, SubmittedWords};

pub(crate) const ADMINISTRATOR: SubjectId = SubjectId([1; 16]);
pub(crate) const MODERATOR: SubjectId = SubjectId([2; 16]);
pub(crate) const OTHER_MODERATOR: SubjectId = SubjectId([3; 16]);
pub(crate) const REVIEWER: SubjectId = SubjectId([4; 16]);
pub(crate) const CONTRIBUTOR: SubjectId = SubjectId([5; 16]);
pub(crate) const COLLEAGUE: SubjectId = SubjectId([6; 16]);
pub(crate) const PUBLISHER: SubjectId = SubjectId([7; 16]);
pub(crate) const AUDITOR: SubjectId = SubjectId([8; 16]);
pub(crate) const AUTHORITY_KZ: SubjectId = SubjectId([9; 16]);
pub(crate) const NOBODY: SubjectId = SubjectId([10; 16]);
pub(crate) const MODERATOR_OF_PLEDGES: SubjectId = SubjectId([11; 16]);
pub(crate) const REGISTRAR: SubjectId = SubjectId([12; 16]);

pub(crate) const SYSTEM: Actor = Actor::System(Origin::Moderation);
pub(crate) const SERVICE: Actor = Actor::Service(Origin::Moderation);

pub(crate) const ENTRY: EntryId = EntryId([0x11; 16]);
pub(crate) const OTHER_ENTRY: EntryId = EntryId([0x22; 16]);

pub(crate) const REGISTRY: &str = r#"{"refusals":[{"key":"out_of_scope"},{"key":"spam"}],"version":"2026-1"}"#;

/// The world when moderation opens: everybody is designated, the registry is adopted.
pub(crate) struct World {
    pub(crate) story: Story<Moderation>,
}

impl World {
    pub(crate) fn empty() -> Self {
        Self { story: Story::new() }
    }

    pub(crate) fn ready() -> Self {
        let mut world = Self::empty();
        for (subject, role, body, record_types) in [
            (ADMINISTRATOR, Role::Administrator, "", &[][..]),
            (MODERATOR, Role::Moderator, "", &[]),
            (OTHER_MODERATOR, Role::Moderator, "", &[]),
            (REVIEWER, Role::Reviewer, "", &["event"]),
            (CONTRIBUTOR, Role::Contributor, "KAZ", &[]),
            (COLLEAGUE, Role::Contributor, "KAZ", &[]),
            (PUBLISHER, Role::Publisher, "", &[]),
            (AUDITOR, Role::Auditor, "", &[]),
            (AUTHORITY_KZ, Role::PublishingAuthority, "KAZ", &["event"]),
            (MODERATOR_OF_PLEDGES, Role::Moderator, "", &["pledge"]),
            (REGISTRAR, Role::Registrar, "", &[]),
        ] {
            world.given(Ask::by(SYSTEM, grant(subject, role, body, record_types)));
        }
        world.given(Ask::by(SYSTEM, adopt(REGISTRY)));
        world
    }

    /// The world with one revision submitted.
    pub(crate) fn in_review() -> Self {
        let mut world = Self::ready();
        world.submit(ENTRY, &Filed::revision(1));
        world
    }

    pub(crate) fn ask(&mut self, ask: Ask<Command>) -> Result<Vec<Event>, Refusal> {
        self.story.ask(ask)
    }

    pub(crate) fn given(&mut self, ask: Ask<Command>) -> Vec<Event> {
        self.story.given(ask)
    }

    /// What was recorded; the payload of the one event.
    pub(crate) fn one(&mut self, ask: Ask<Command>) -> Payload {
        let events = self.given(ask);
        assert_eq!(events.len(), 1, "{events:?}");
        events[0].payload.clone().expect("an event has a payload")
    }

    pub(crate) fn refused(&mut self, ask: Ask<Command>) -> Refusal {
        match self.ask(ask) {
            Ok(events) => panic!("this should have been refused, and led to {events:?}"),
            Err(refusal) => refusal,
        }
    }

    pub(crate) fn submit(&mut self, entry: EntryId, filed: &Filed) -> Event {
        let payload = Payload::Submitted(filed.event());
        self.story.hear(Actor::Person(filed.by), Origin::Submission, Some(entry), payload)
    }

    pub(crate) fn hear(&mut self, origin: Origin, by: SubjectId, payload: Payload) -> Event {
        self.story.hear(Actor::Person(by), origin, Some(ENTRY), payload)
    }

    pub(crate) fn entry(&self) -> &Entry {
        &self.story.state().entries[&ENTRY]
    }

    pub(crate) fn review(&self) -> &Review {
        self.entry().review().expect("an entry has a review")
    }

    /// The last event of the log.
    pub(crate) fn last(&self) -> &Event {
        &self.story.log().last().expect("something happened").0
    }

    /// Publication follows the last approval.
    pub(crate) fn publish(&mut self, edition: u32) -> Event {
        let approved = self.review().ended.expect("approved").moment.place;
        let digest = self.review().digest;
        let payload = Payload::EditionPublished(v1::EditionPublished {
            command: Some(v1::PublishEdition { approved: Some(approved.into()) }),
            number: "EVT-2026-00001".to_owned(),
            edition,
            content: Some(v1::Content { digest: digest.to_vec(), ..v1::Content::default() }),
            ..v1::EditionPublished::default()
        });
        self.story.hear(Actor::System(Origin::Publication), Origin::Publication, Some(ENTRY), payload)
    }
}

/// What is submitted.
#[derive(Debug, Clone)]
pub(crate) struct Filed {
    pub(crate) by: SubjectId,
    pub(crate) revision: u32,
    pub(crate) round: u32,
    pub(crate) authors: Vec<(SubjectId, u64)>,
    pub(crate) equals_revision: Option<u32>,
    pub(crate) base_edition: Option<u32>,
    pub(crate) record_type: &'static str,
}

impl Filed {
    pub(crate) fn revision(revision: u32) -> Self {
        Self {
            by: CONTRIBUTOR,
            revision,
            round: revision,
            authors: vec![(CONTRIBUTOR, 0)],
            equals_revision: None,
            base_edition: None,
            record_type: "event",
        }
    }

    pub(crate) fn event(&self) -> v1::Submitted {
        let lineage = self.authors.iter().map(|(subject, sequence)| v1::Author {
            subject: subject.to_vec(),
            fields: vec!["title".to_owned()],
            written: Some(in_submission(*sequence).into()),
        });
        v1::Submitted {
            command: Some(v1::Submit {
                revision: self.revision,
                digest: digest(self.revision).to_vec(),
                what_changed: Some(sealed(self.revision)),
                certified: true,
                equals_revision: self.equals_revision,
                ..v1::Submit::default()
            }),
            content: Some(content(self.revision)),
            record_type: self.record_type.to_owned(),
            body: "KAZ".to_owned(),
            original_language: "en".to_owned(),
            lineage: lineage.collect(),
            base_edition: self.base_edition,
            round: self.round,
            ..v1::Submitted::default()
        }
    }
}

pub(crate) fn in_submission(sequence: u64) -> Place {
    Place { origin: Origin::Submission, epoch: 0, sequence: 1_000 + sequence }
}

pub(crate) fn digest(revision: u32) -> Digest {
    Digest(Sha256::digest(revision.to_be_bytes()).into())
}

pub(crate) fn sealed(number: u32) -> v1::Sealed {
    let byte = u8::try_from(number % 256).expect("below 256");
    v1::Sealed { key_id: vec![byte; 16], nonce: vec![byte; 24], ciphertext: vec![byte; 40] }
}

pub(crate) fn content(revision: u32) -> v1::Content {
    v1::Content { revision, digest: digest(revision).to_vec(), sealed: Some(sealed(revision)), personal: Vec::new(), files: Vec::new() }
}

pub(crate) fn words(revision: u32) -> SubmittedWords {
    SubmittedWords { content: content(revision), what_changed: Some(sealed(revision)) }
}

pub(crate) fn claim(by: SubjectId) -> Ask<Command> {
    Ask::by(by, Command::Claim(v1::Claim {})).on(ENTRY)
}

pub(crate) fn release(by: SubjectId) -> Ask<Command> {
    Ask::by(by, Command::Release(v1::Release {})).on(ENTRY)
}

pub(crate) fn comment(by: SubjectId, revision: u32) -> Ask<Command> {
    let comment = v1::Comment {
        digest: digest(revision).to_vec(),
        field: "title".to_owned(),
        language: "en".to_owned(),
        text: Some(sealed(90)),
        ..v1::Comment::default()
    };
    Ask::by(by, Command::Comment(comment)).on(ENTRY)
}

pub(crate) fn item(number: u32, field: &str) -> v1::RequestedChange {
    v1::RequestedChange {
        item: number,
        field: field.to_owned(),
        language: "en".to_owned(),
        quote: Some(sealed(91)),
        text: Some(sealed(92)),
    }
}

pub(crate) fn request(by: SubjectId, revision: u32, items: Vec<v1::RequestedChange>) -> Ask<Command> {
    let request = v1::RequestChanges { digest: digest(revision).to_vec(), items, ..v1::RequestChanges::default() };
    Ask::by(by, Command::RequestChanges(request)).on(ENTRY)
}

pub(crate) fn approve(by: SubjectId, revision: u32) -> Ask<Command> {
    approve_with(by, revision, Some(words(revision)))
}

pub(crate) fn approve_with(by: SubjectId, revision: u32, words: Option<SubmittedWords>) -> Ask<Command> {
    let approve = v1::Approve {
        digest: digest(revision).to_vec(),
        note: Some(sealed(93)),
        notices: vec!["kosovo-1244".to_owned()],
        ..v1::Approve::default()
    };
    Ask::by(by, Command::Approve(Box::new(Approval { approve, words }))).on(ENTRY)
}

pub(crate) fn refuse(by: SubjectId, revision: u32, code: &str) -> Ask<Command> {
    let refuse = v1::Refuse { digest: digest(revision).to_vec(), code: code.to_owned(), reason: Some(sealed(94)) };
    Ask::by(by, Command::Refuse(refuse)).on(ENTRY)
}

pub(crate) fn grant(subject: SubjectId, role: Role, body: &str, record_types: &[&str]) -> Command {
    Command::GrantDesignation(v1::GrantDesignation {
        subject: subject.to_vec(),
        role: role.number(),
        body: body.to_owned(),
        record_types: record_types.iter().map(ToString::to_string).collect(),
        valid_from: 0,
        valid_until: None,
        note_digest: Vec::new(),
        ..v1::GrantDesignation::default()
    })
}

pub(crate) fn revoke(by: SubjectId, whose: SubjectId, world: &World) -> Ask<Command> {
    let held = world.story.state().designations.of_subject(whose).next().expect("designated");
    Ask::by(by, Command::RevokeDesignation(v1::RevokeDesignation { designation: held.designation.id.to_vec() }))
}

pub(crate) fn adopt(document: &str) -> Command {
    let document = document.as_bytes().to_vec();
    let digest = Sha256::digest(&document).to_vec();
    Command::AdoptRegistry(v1::AdoptRegistry { document, digest })
}

pub(crate) fn recall(submitted: &Event) -> Payload {
    Payload::RecallAsked(v1::RecallAsked {
        command: Some(v1::AskRecall {}),
        submitted: Some(submitted.head.place.into()),
    })
}

pub(crate) fn withdrawal(submitted: &Event) -> Payload {
    Payload::WithdrawalAsked(v1::WithdrawalAsked {
        command: Some(v1::Withdraw { reason: None }),
        submitted: Some(submitted.head.place.into()),
    })
}

pub(crate) fn retracted() -> Payload {
    Payload::EntryRetracted(v1::EntryRetracted { command: None, edition: 1 })
}

/// So many hours, in microseconds.
pub(crate) const fn hours(count: i64) -> i64 {
    count * 60 * 60 * Micros::SECOND
}
