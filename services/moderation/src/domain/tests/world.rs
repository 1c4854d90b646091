//! People, bodies, and an entry on its way.

use dossier_engine::testing::{Ask, Story};
use dossier_identity::{ReviewerKind, Role};
use dossier_proto::{Actor, Digest, EntryId, Event, Micros, Origin, Payload, Place, SubjectId, v1};
use sha2::{Digest as _, Sha256};

use crate::domain::{
    Approval, Command, Confirmation, CorrectedWords, Entry, Moderation, Refusal, Review, SubmittedWords,
};

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

pub(crate) const INTERNAL: SubjectId = SubjectId([13; 16]);
pub(crate) const EXTERNAL: [SubjectId; 4] =
    [SubjectId([14; 16]), SubjectId([15; 16]), SubjectId([16; 16]), SubjectId([17; 16])];
pub(crate) const THIRD_MODERATOR: SubjectId = SubjectId([18; 16]);

/// Events have no path here, as in registries of before; practices have all there is, reports need two moderators.
pub(crate) const REGISTRY: &str = r#"{
    "refusals":[{"key":"out_of_scope"},{"key":"spam"}],
    "version":"2026-1",
    "checklist":[{"key":"scope"},{"key":"measurable","types":["pledge"]}],
    "types":[
        {"key":"practice","fields":[{"key":"title","editorial":true},{"key":"summary","editorial":true},{"key":"contact"}],
         "review":{"clearance":"states","stages":[
            {"key":"desk","needs":[{"role":"moderator","count":1}]},
            {"key":"peer","needs":[{"role":"internal-reviewer","count":1},{"role":"external-reviewer","count":2}],
             "on_split":{"role":"external-reviewer","count":1}},
            {"key":"publisher","needs":[{"role":"publisher","count":1}]}
         ]}},
        {"key":"report","fields":[{"key":"title","editorial":true}],"review":{"stages":[{"key":"desk","needs":[{"role":"moderator","count":2}]}]}}
    ]
}"#;

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
        for (subject, kind) in [
            (INTERNAL, ReviewerKind::Internal),
            (EXTERNAL[0], ReviewerKind::External),
            (EXTERNAL[1], ReviewerKind::External),
            (EXTERNAL[2], ReviewerKind::External),
            (EXTERNAL[3], ReviewerKind::External),
        ] {
            world.given(Ask::by(SYSTEM, grant_reviewer(subject, kind)));
        }
        world.given(Ask::by(SYSTEM, grant(THIRD_MODERATOR, Role::Moderator, "", &[])));
        world.given(Ask::by(SYSTEM, adopt(REGISTRY)));
        world
    }

    /// The world with one revision of a record of this type submitted.
    pub(crate) fn in_review_of(record_type: &'static str) -> Self {
        let mut world = Self::ready();
        world.submit(ENTRY, &Filed { record_type, ..Filed::revision(1) });
        world
    }

    /// A practice whose stages up to this one are passed, each opinion by the first who can give it.
    pub(crate) fn practice_before(stage: &str) -> Self {
        let mut world = Self::in_review_of("practice");
        let peers = [INTERNAL, EXTERNAL[0], EXTERNAL[1]];
        let opinions: &[SubjectId] = match stage {
            "desk" => &[],
            "peer" => &[MODERATOR],
            _ => &[MODERATOR, peers[0], peers[1], peers[2]],
        };
        for by in opinions {
            world.given(approve(*by, 1));
        }
        assert_eq!(world.stage(), stage);
        world
    }

    /// An event that is public as edition 1.
    pub(crate) fn published() -> Self {
        let mut world = Self::in_review();
        world.given(approve(MODERATOR, 1));
        world.publish(1);
        world
    }

    /// The stage that the review is in; nothing when all are passed.
    pub(crate) fn stage(&self) -> &str {
        self.review().stage().map_or("", |stage| stage.key.as_str())
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
    pub(crate) answers: Vec<u32>,
    pub(crate) embargo: Option<Micros>,
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
            answers: Vec::new(),
            embargo: None,
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
                answers: self
                    .answers
                    .iter()
                    .map(|item| v1::Answer { item: *item, text: Some(sealed(95)), round: 0 })
                    .collect(),
                embargo_until: self.embargo.map(|at| at.0),
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
    v1::Content {
        revision,
        digest: digest(revision).to_vec(),
        sealed: Some(sealed(revision)),
        personal: Vec::new(),
        files: Vec::new(),
    }
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

pub(crate) fn grant_reviewer(subject: SubjectId, kind: ReviewerKind) -> Command {
    let Command::GrantDesignation(grant) = grant(subject, Role::Reviewer, "", &[]) else { unreachable!("a grant") };
    Command::GrantDesignation(v1::GrantDesignation { reviewer_kind: kind.number(), ..grant })
}

pub(crate) fn object(by: SubjectId, revision: u32) -> Ask<Command> {
    let object = v1::Object { digest: digest(revision).to_vec(), reason: Some(sealed(80)), checklist: Vec::new() };
    Ask::by(by, Command::Object(object)).on(ENTRY)
}

pub(crate) fn declare_conflict(by: SubjectId) -> Ask<Command> {
    Ask::by(by, Command::DeclareConflict(v1::DeclareConflict { reason: Some(sealed(81)) })).on(ENTRY)
}

pub(crate) fn settle(
    by: SubjectId,
    revision: u32,
    change: (u32, u32),
    outcome: v1::settle_change::Outcome,
) -> Ask<Command> {
    let (round, item) = change;
    let digest = digest(revision).to_vec();
    let settle = v1::SettleChange { digest, round, item, outcome: outcome.into(), text: Some(sealed(82)) };
    Ask::by(by, Command::SettleChange(settle)).on(ENTRY)
}

pub(crate) fn hold(by: SubjectId, awaited: &str, until: Option<Micros>) -> Ask<Command> {
    let until = until.map(|until| until.0);
    let hold = v1::Hold { awaited: awaited.to_owned(), reason: Some(sealed(83)), until };
    Ask::by(by, Command::Hold(hold)).on(ENTRY)
}

pub(crate) fn resume(by: SubjectId) -> Ask<Command> {
    Ask::by(by, Command::Resume(v1::Resume {})).on(ENTRY)
}

pub(crate) fn assign(by: SubjectId, to: SubjectId) -> Ask<Command> {
    let assign = v1::Assign { subject: to.to_vec(), note: Some(sealed(84)) };
    Ask::by(by, Command::Assign(assign)).on(ENTRY)
}

pub(crate) fn finish(by: SubjectId, revision: u32, comments: Vec<v1::Comment>) -> Ask<Command> {
    let finish = v1::FinishReview { digest: digest(revision).to_vec(), comments };
    Ask::by(by, Command::FinishReview(finish)).on(ENTRY)
}

pub(crate) fn mark_duplicate(by: SubjectId, revision: u32, of: EntryId) -> Ask<Command> {
    let digest = digest(revision).to_vec();
    let mark = v1::MarkDuplicate { digest, duplicate_of: of.0.to_vec(), reason: Some(sealed(85)) };
    Ask::by(by, Command::MarkDuplicate(mark)).on(ENTRY)
}

/// A correction of an edition with the content of one revision, to that of another.
pub(crate) fn propose(by: SubjectId, edition: u32, from: u32, to: u32) -> Ask<Command> {
    let propose = v1::ProposeCorrection {
        edition,
        base_digest: digest(from).to_vec(),
        content: Some(content(to)),
        fields: vec!["title".to_owned()],
        reason: Some(sealed(86)),
        faults: 0,
    };
    Ask::by(by, Command::ProposeCorrection(Box::new(propose))).on(ENTRY)
}

pub(crate) fn confirm(by: SubjectId, to: u32) -> Ask<Command> {
    let words =
        CorrectedWords { content: content(to), reason: Some(sealed(86)), notices: vec!["kosovo-1244".to_owned()] };
    confirm_with(by, to, Some(words))
}

pub(crate) fn confirm_with(by: SubjectId, to: u32, words: Option<CorrectedWords>) -> Ask<Command> {
    let confirm = v1::ConfirmCorrection { digest: digest(to).to_vec(), note: Some(sealed(87)) };
    Ask::by(by, Command::ConfirmCorrection(Box::new(Confirmation { confirm, words }))).on(ENTRY)
}

pub(crate) fn reject(by: SubjectId, to: u32) -> Ask<Command> {
    let reject = v1::RejectCorrection { digest: digest(to).to_vec(), reason: Some(sealed(88)) };
    Ask::by(by, Command::RejectCorrection(reject)).on(ENTRY)
}

/// The body appeals against the refusal of its submission.
pub(crate) fn appeal(world: &World) -> Payload {
    let review = world.review();
    Payload::AppealAsked(v1::AppealAsked {
        command: Some(v1::AskAppeal { reason: Some(sealed(89)) }),
        refused: review.ended.map(|ended| ended.moment.place.into()),
        submitted: Some(review.submitted.place.into()),
    })
}

/// An approval, changed.
pub(crate) fn approve_changed(by: SubjectId, revision: u32, change: impl FnOnce(&mut v1::Approve)) -> Ask<Command> {
    approve(by, revision).changed(|command| {
        if let Command::Approve(approval) = command {
            change(&mut approval.approve);
        }
    })
}
