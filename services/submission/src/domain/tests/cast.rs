//! The people and the things of the tests.

use dossier_engine::testing::{Ask, Story};
use dossier_identity::Role;
use dossier_proto::{Actor, BodyCode, EntryId, Event, Micros, Origin, Payload, Place, SubjectId, v1};
use dossier_registry::Registry;

use crate::domain::{Command, Entry, Refusal, Submission, WorkState, Workflow};

pub(super) const AIGERIM: SubjectId = SubjectId([1; 16]);
pub(super) const BOLAT: SubjectId = SubjectId([2; 16]);
pub(super) const WANJIRU: SubjectId = SubjectId([3; 16]);
/// The publishing authorities of Kazakhstan.
pub(super) const DAMIR: SubjectId = SubjectId([4; 16]);
pub(super) const SAULE: SubjectId = SubjectId([5; 16]);
/// Files papers for the secretariat.
pub(super) const RECORDS: SubjectId = SubjectId([6; 16]);
pub(super) const MODERATOR: Actor = Actor::Person(SubjectId([9; 16]));
pub(super) const PUBLISHER: Actor = Actor::Person(SubjectId([10; 16]));
pub(super) const SYSTEM: Actor = Actor::System(Origin::Submission);

pub(super) type Asked = Ask<Command>;

/// A service in which Aigerim and Bolat write for Kazakhstan and Wanjiru writes for Kenya.
pub(super) fn opened() -> Told {
    let mut told = Told(Story::new());
    for (subject, body) in [(AIGERIM, "KAZ"), (BOLAT, "KAZ"), (WANJIRU, "KEN")] {
        told.designate(subject, body, &[]);
    }
    told
}

/// The same with the registry of the program in force, publishing authorities, and a records manager: there, practices of
/// states are cleared, and events are not.
pub(super) fn cleared() -> Told {
    let mut told = opened();
    told.adopt(&Registry::embedded());
    for subject in [DAMIR, SAULE] {
        told.designate_as(subject, Role::PublishingAuthority, "KAZ", &[]);
    }
    told.designate_as(RECORDS, Role::RecordsManager, "", &[]);
    told
}

/// A story with the words of this service.
#[derive(Clone)]
pub(super) struct Told(pub(super) Story<Submission>);

impl Told {
    pub(super) fn designate(&mut self, subject: SubjectId, body: &str, types: &[&str]) -> Event {
        self.designate_as(subject, Role::Contributor, body, types)
    }

    pub(super) fn adopt(&mut self, registry: &Registry) {
        let command =
            Some(v1::AdoptRegistry { document: registry.bytes().to_vec(), digest: registry.digest().to_vec() });
        self.moderation(None, Payload::RegistryAdopted(v1::RegistryAdopted { command }));
    }

    pub(super) fn designate_as(&mut self, subject: SubjectId, role: Role, body: &str, types: &[&str]) -> Event {
        let command = v1::GrantDesignation {
            subject: subject.to_vec(),
            role: role.number(),
            body: body.to_owned(),
            record_types: types.iter().map(ToString::to_string).collect(),
            valid_from: 0,
            valid_until: None,
            note_digest: Vec::new(),
            ..v1::GrantDesignation::default()
        };
        self.moderation(None, Payload::DesignationGranted(v1::DesignationGranted { command: Some(command) }))
    }

    pub(super) fn revoke(&mut self, granted: &Event) -> Event {
        let command = v1::RevokeDesignation { designation: granted.head.id.to_vec() };
        self.moderation(None, Payload::DesignationRevoked(v1::DesignationRevoked { command: Some(command) }))
    }

    pub(super) fn moderation(&mut self, entry: Option<EntryId>, payload: Payload) -> Event {
        self.0.hear(MODERATOR, Origin::Moderation, entry, payload)
    }

    pub(super) fn publication(&mut self, entry: EntryId, payload: Payload) -> Event {
        self.0.hear(PUBLISHER, Origin::Publication, Some(entry), payload)
    }

    pub(super) fn ask(&mut self, ask: Asked) -> Result<Vec<Event>, Refusal> {
        self.0.ask(ask)
    }

    /// Asks for what must succeed with one event.
    pub(super) fn one(&mut self, ask: Asked) -> Event {
        let mut events = self.0.given(ask);
        assert_eq!(events.len(), 1, "one event: {events:?}");
        events.remove(0)
    }

    /// Aigerim begins an entry for Kazakhstan.
    pub(super) fn started(&mut self) -> EntryId {
        self.one(Ask::by(AIGERIM, start("KAZ"))).head.entry.unwrap()
    }

    /// Aigerim begins a practice for Kazakhstan, which is cleared before it is reviewed.
    pub(super) fn practice(&mut self) -> EntryId {
        self.one(Ask::by(AIGERIM, start_of("practice", "KAZ"))).head.entry.unwrap()
    }

    /// What awaits clearance: where it was asked, and what.
    pub(super) fn awaiting(&self, entry: EntryId) -> (Place, v1::ClearanceAsked) {
        let Workflow::AwaitingClearance { asked: place, .. } = self.entry(entry).workflow else {
            panic!("nothing awaits clearance")
        };
        let (event, _) = &self.0.log()[usize::try_from(place.sequence).unwrap()];
        let Some(Payload::ClearanceAsked(asked)) = &event.payload else { panic!("not asked: {event:?}") };
        (place, asked.clone())
    }

    /// The command that clears what awaits it.
    pub(super) fn clear(&self, entry: EntryId) -> Command {
        let (_, asked) = self.awaiting(entry);
        let clear = v1::Clear { digest: self.entry(entry).working.digest.to_vec(), note: Some(sealed(70)) };
        Command::Clear { clear, asked: Some(Box::new(asked)) }
    }

    /// A practice that was submitted and cleared. Returns where it was submitted.
    pub(super) fn cleared(&mut self, entry: EntryId) -> Place {
        self.one(Ask::by(AIGERIM, submit(self.entry(entry))).on(entry));
        let events = self.0.given(Ask::by(DAMIR, self.clear(entry)).on(entry));
        events[1].head.place
    }

    /// Somebody saves the next revision.
    pub(super) fn saved(&mut self, by: SubjectId, entry: EntryId, fields: &[&str]) -> Event {
        let version = self.entry(entry).version;
        let command = save(self.entry(entry).saved + 1, fields);
        self.one(Ask::by(by, command).on(entry).expecting(version))
    }

    /// Somebody submits the working content. Returns where the event stands.
    pub(super) fn submitted(&mut self, by: SubjectId, entry: EntryId) -> Place {
        let command = submit(self.entry(entry));
        self.one(Ask::by(by, command).on(entry)).head.place
    }

    /// A moderator asks for one change in the title.
    pub(super) fn changes_requested(&mut self, entry: EntryId) -> Event {
        let submitted = self.under_review(entry);
        let item = v1::RequestedChange {
            item: 1,
            field: "title".to_owned(),
            language: "en".to_owned(),
            quote: Some(sealed(40)),
            text: Some(sealed(41)),
        };
        let payload = Payload::ChangesRequested(v1::ChangesRequested {
            command: Some(v1::RequestChanges {
                digest: vec![0; 32],
                items: vec![item],
                ..v1::RequestChanges::default()
            }),
            revision: 1,
            submitted: Some(submitted.into()),
        });
        self.moderation(Some(entry), payload)
    }

    pub(super) fn approved(&mut self, entry: EntryId) -> Event {
        let submitted = Some(self.under_review(entry).into());
        self.moderation(Some(entry), Payload::Approved(v1::Approved { submitted, ..Default::default() }))
    }

    pub(super) fn refused(&mut self, entry: EntryId) -> Event {
        let submitted = Some(self.under_review(entry).into());
        self.moderation(Some(entry), Payload::EntryRefused(v1::EntryRefused { submitted, ..Default::default() }))
    }

    /// Publication makes an edition of what was approved.
    pub(super) fn published(&mut self, entry: EntryId, approved: &Event) -> Event {
        let working = self.entry(entry).working;
        let edition = self.entry(entry).public.as_ref().map_or(1, |public| public.edition + 1);
        let payload = Payload::EditionPublished(v1::EditionPublished {
            command: Some(v1::PublishEdition { approved: Some(approved.head.place.into()) }),
            number: "EVT-2026-00001".to_owned(),
            edition,
            content: Some(v1::Content { digest: working.digest.to_vec(), ..content(working.number) }),
            ..Default::default()
        });
        self.publication(entry, payload)
    }

    /// Two moderators correct the public edition, under a revision number of their own.
    pub(super) fn corrected(&mut self, entry: EntryId) -> Event {
        self.corrected_as(entry, 90)
    }

    pub(super) fn corrected_as(&mut self, entry: EntryId, number: u32) -> Event {
        let confirmed = self.moderation(Some(entry), Payload::CorrectionConfirmed(v1::CorrectionConfirmed::default()));
        let public = self.entry(entry).public.clone().expect("it is public");
        let payload = Payload::EditionPublished(v1::EditionPublished {
            command: Some(v1::PublishEdition { approved: Some(confirmed.head.place.into()) }),
            number: public.number,
            edition: public.edition + 1,
            content: Some(v1::Content {
                digest: vec![0xC0 + u8::try_from(public.edition % 60).unwrap(); 32],
                ..content(number)
            }),
            kind: v1::EditionKind::Correction.into(),
            ..Default::default()
        });
        self.publication(entry, payload)
    }

    /// An entry that went all the way to edition 1.
    pub(super) fn public(&mut self) -> EntryId {
        let entry = self.started();
        self.submitted(AIGERIM, entry);
        let approved = self.approved(entry);
        self.published(entry, &approved);
        entry
    }

    pub(super) fn retracted(&mut self, entry: EntryId) -> Event {
        self.publication(entry, Payload::EntryRetracted(v1::EntryRetracted { command: None, edition: 1 }))
    }

    pub(super) fn entry(&self, entry: EntryId) -> &Entry {
        &self.0.state().entries[&entry]
    }

    pub(super) fn state_of(&self, entry: EntryId) -> WorkState {
        self.entry(entry).state()
    }

    pub(super) fn under_review(&self, entry: EntryId) -> Place {
        self.entry(entry).workflow.under_review().expect("it is in review")
    }
}

pub(super) fn sealed(tag: u8) -> v1::Sealed {
    v1::Sealed { key_id: vec![tag; 16], nonce: vec![tag; 24], ciphertext: vec![tag; 8] }
}

/// The content of revision `number`; its digest tells the number.
pub(super) fn content(number: u32) -> v1::Content {
    let mut digest = vec![0; 32];
    digest[..4].copy_from_slice(&number.to_be_bytes());
    v1::Content {
        revision: number,
        digest,
        sealed: Some(sealed(number.to_be_bytes()[3])),
        personal: Vec::new(),
        files: Vec::new(),
    }
}

pub(super) fn start(body: &str) -> Command {
    start_of("event", body)
}

pub(super) fn start_of(record_type: &str, body: &str) -> Command {
    Command::StartDraft(v1::StartDraft {
        record_type: record_type.to_owned(),
        body: body.to_owned(),
        original_language: "en".to_owned(),
        content: Some(content(1)),
        fields: vec!["title".to_owned(), "dates".to_owned()],
        source_digest: Vec::new(),
        ..v1::StartDraft::default()
    })
}

pub(super) fn save(number: u32, fields: &[&str]) -> Command {
    Command::SaveDraft(v1::SaveDraft {
        content: Some(content(number)),
        fields: fields.iter().map(ToString::to_string).collect(),
    })
}

/// The command that submits what is in work, certified and without faults.
pub(super) fn submit(entry: &Entry) -> Command {
    submit_with(entry, |_| {})
}

/// The same, with something changed about it.
pub(super) fn submit_with(entry: &Entry, change: impl FnOnce(&mut v1::Submit)) -> Command {
    let mut submit = v1::Submit {
        revision: entry.working.number,
        digest: entry.working.digest.to_vec(),
        what_changed: Some(sealed(30)),
        certified: true,
        faults: 0,
        equals_revision: None,
        answers: Vec::new(),
        ..v1::Submit::default()
    };
    change(&mut submit);
    let content = v1::Content { digest: entry.working.digest.to_vec(), ..content(entry.working.number) };
    Command::Submit { submit, content: Some(content) }
}

pub(super) fn withdraw() -> Command {
    Command::Withdraw(v1::Withdraw { reason: Some(sealed(50)) })
}

pub(super) fn ask_retraction() -> Command {
    Command::AskRetraction(v1::AskRetraction { reason: Some(sealed(51)) })
}

pub(super) fn give_back(entry: &Entry) -> Command {
    Command::ReturnToBody(v1::ReturnToBody { digest: entry.working.digest.to_vec(), reason: Some(sealed(52)) })
}

pub(super) fn appeal() -> Command {
    Command::AskAppeal(v1::AskAppeal { reason: Some(sealed(53)) })
}

pub(super) fn object() -> Command {
    Command::ObjectToCorrection(v1::ObjectToCorrection { reason: Some(sealed(54)) })
}

pub(super) fn body(code: &str) -> BodyCode {
    code.parse().unwrap()
}

pub(super) fn days(count: i64) -> i64 {
    count * Micros::DAY
}
