//! What somebody may do at a review now, asked of the same decider that will decide it.

use dossier_engine::{Request, foresee, fresh_id};
use dossier_identity::Role;
use dossier_proto::{CommandId, Digest, EntryId, SubjectId, v1};
use dossier_web::{Answer, extract::Bearer};

use super::{Desk, at_hand::Act, errors};
use crate::domain::{Approval, Chair, Command, Moderation, Refusal, Stage, State};

/// May, or why not.
pub(crate) type Offer = Result<(), Refusal>;

/// What is offered on the page of a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offers {
    pub(crate) claim: Offer,
    pub(crate) release: Offer,
    pub(crate) comment: Offer,
    pub(crate) approve: Offer,
    pub(crate) object: Offer,
    pub(crate) request_changes: Offer,
    pub(crate) refuse: Offer,
    pub(crate) hold: Offer,
    pub(crate) resume: Offer,
    pub(crate) assign: Offer,
    pub(crate) duplicate: Offer,
    pub(crate) conflict: Offer,
    pub(crate) confirm: Offer,
    pub(crate) reject: Offer,
}

/// Asks the decider what it would say to `bearer`.
pub(crate) struct Asking<'a> {
    desk: &'a Desk,
    bearer: &'a Bearer,
    entry: EntryId,
}

impl<'a> Asking<'a> {
    pub(crate) const fn new(desk: &'a Desk, bearer: &'a Bearer, entry: EntryId) -> Self {
        Self { desk, bearer, entry }
    }

    fn ask(&self, state: &State, command: Command) -> Offer {
        match self.foresee(state, command) {
            // What is only missing or odd because nothing was typed yet keeps nobody from typing it.
            Err(Refusal::WordsMissing | Refusal::Invalid(_) | Refusal::NotPublished) => Ok(()),
            other => other,
        }
    }

    fn foresee(&self, state: &State, command: Command) -> Offer {
        let request = Request {
            command,
            entry: Some(self.entry),
            actor: self.bearer.caller(),
            on_behalf_of: None,
            fresh: fresh_id(),
            expected_version: None,
            command_id: CommandId([0; 16]),
            request_digest: Digest([0; 32]),
            correlation: None,
        };
        foresee::<Moderation>(state, &request, self.desk.clock.now())
    }

    /// Whether they may take it up.
    pub(crate) fn claim(&self) -> Offer {
        self.ask(&self.desk.engine.view().state, Command::Claim(v1::Claim {}))
    }

    /// Whether they deliberate at all: whoever may say something at the review, or could if it were open.
    pub(crate) fn takes_part(&self) -> bool {
        let now = self.desk.clock.now();
        let view = self.desk.engine.view();
        let Some(entry) = view.state.entries.get(&self.entry) else { return false };
        let holds = |role| {
            let (body, record_type) = (Some(&entry.body), Some(entry.record_type.as_str()));
            view.state.designations.entitled(self.bearer.subject, role, body, record_type, now).is_ok()
        };
        let chairs = entry.review().into_iter().flat_map(|review| &review.stages).flat_map(Stage::chairs);
        holds(Role::Moderator)
            || holds(Role::Reviewer)
            || (chairs.into_iter().any(|chair| chair == Chair::Publisher) && holds(Role::Publisher))
    }

    /// What would be refused as things stand, and is known to be before the words are sealed.
    ///
    /// # Errors
    /// The refusal, as the act itself would answer it.
    pub(crate) fn foreseen(&self, act: &Act) -> Answer<()> {
        let Some(offers) = self.all() else { return Ok(()) };
        let view = self.desk.engine.view();
        let current = view.state.entries.get(&self.entry).and_then(|entry| entry.review()).map(|review| review.digest);
        let (offer, judged) = match act {
            Act::Approve(body) => (offers.approve, body.digest),
            Act::Object(body) => (offers.object, body.digest),
            Act::Refuse(body) => (offers.refuse, body.digest),
            _ => return Ok(()),
        };
        let refusal = match (offer, current) {
            (Err(refusal), _) => refusal,
            (Ok(()), Some(current)) if current != judged => Refusal::DigestMismatch { current },
            _ => return Ok(()),
        };
        Err(errors::of_refusal(&refusal))
    }

    /// To whom the review could be handed, of those who are designated as moderators: at most so many are asked about.
    pub(crate) fn assignees(&self, most: usize) -> Vec<SubjectId> {
        let view = self.desk.engine.view();
        let now = self.desk.clock.now();
        let held = view.state.designations.all();
        let moderators = held.filter(|held| held.designation.role == Role::Moderator && held.is_valid(now));
        let mut subjects: Vec<SubjectId> = moderators.map(|held| held.designation.subject).collect();
        subjects.sort_unstable();
        subjects.dedup();
        let others = subjects.into_iter().filter(|subject| *subject != self.bearer.subject).take(most);
        let assign = |to: SubjectId| Command::Assign(v1::Assign { subject: to.to_vec(), note: None });
        others.filter(|to| self.foresee(&view.state, assign(*to)).is_ok()).collect()
    }

    /// Everything; none where there is no review.
    pub(crate) fn all(&self) -> Option<Offers> {
        let view = self.desk.engine.view();
        let state = &view.state;
        let entry = state.entries.get(&self.entry)?;
        let digest = entry.review()?.digest.to_vec();
        let words = || Some(v1::Sealed::default());
        let registry = state.registry.as_ref();
        let code = registry.and_then(|registry| registry.refusal_codes.first().cloned()).unwrap_or_default();
        let comment = v1::Comment { digest: digest.clone(), text: words(), ..v1::Comment::default() };
        let item = v1::RequestedChange { item: 1, text: words(), ..v1::RequestedChange::default() };
        let approve = v1::Approve { digest: digest.clone(), ..v1::Approve::default() };
        let correction = entry.correction.as_ref().map(|one| one.digest.to_vec()).unwrap_or_default();
        let confirm = v1::ConfirmCorrection { digest: correction.clone(), ..v1::ConfirmCorrection::default() };
        let ask = |command| self.ask(state, command);
        Some(Offers {
            claim: ask(Command::Claim(v1::Claim {})),
            release: ask(Command::Release(v1::Release {})),
            comment: ask(Command::Comment(comment)),
            approve: ask(Command::Approve(Box::new(Approval { approve, words: None }))),
            object: ask(Command::Object(v1::Object { digest: digest.clone(), reason: words(), checklist: Vec::new() })),
            request_changes: ask(Command::RequestChanges(v1::RequestChanges {
                digest: digest.clone(),
                items: vec![item],
                comments: Vec::new(),
            })),
            refuse: ask(Command::Refuse(v1::Refuse { digest: digest.clone(), code, reason: words() })),
            hold: ask(Command::Hold(v1::Hold { awaited: String::new(), reason: words(), until: None })),
            resume: ask(Command::Resume(v1::Resume {})),
            assign: ask(Command::Assign(v1::Assign { subject: self.bearer.subject.to_vec(), note: None })),
            duplicate: ask(Command::MarkDuplicate(v1::MarkDuplicate {
                digest,
                duplicate_of: Vec::new(),
                reason: words(),
            })),
            conflict: ask(Command::DeclareConflict(v1::DeclareConflict { reason: words() })),
            confirm: ask(Command::ConfirmCorrection(Box::new(crate::domain::Confirmation { confirm, words: None }))),
            reject: ask(Command::RejectCorrection(v1::RejectCorrection { digest: correction, reason: words() })),
        })
    }
}
