//! Who is told of what happens to an entry: those who write for its body, and its publishing authority.
//!
//! Whoever does something is not told of it. People of moderation and publication are told by those.

use std::collections::BTreeSet;

use dossier_identity::Role;
use dossier_post::letters::{Call, Concern, Mover, News, Notice, Onward, Step};
use dossier_proto::{EntryId, Event, Micros, Payload, SubjectId, v1};

use super::Entries;
use crate::{
    domain::{Entry, Holder, Move, Next, Turn},
    policy::is_for_the_body,
};

/// Who hears of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hearers {
    /// Those who write for the body.
    Writers,
    /// The publishing authority of the state.
    Authority,
    /// Both.
    Body,
}

impl Entries {
    /// Tells those concerned of an event that was folded; `former` is who had the move before it.
    pub(super) fn tell(&mut self, id: EntryId, event: &Event, beside: Option<&Event>, former: Option<Turn>) {
        let source = beside.unwrap_or(event);
        let Some((news, hearers)) = source.payload.as_ref().and_then(|payload| news(payload, former)) else {
            return;
        };
        let Some(entry) = self.state.entries.get(&id) else { return };
        let (turn, recorded) = (entry.turn(), event.head.recorded_at);
        let notice = Notice {
            place: event.head.place,
            at: source.head.recorded_at,
            entry: id,
            news,
            onward: onward(turn, entry.next()),
        };
        let is_given = former != Some(turn) || matches!(news, News::Reminded { .. });
        let call = |holder| if is_given && turn.who == holder { Call::Yours } else { Call::Told };
        let actor = source.head.actor.person();
        let told = |subject: &SubjectId| Some(*subject) != actor;
        let authorities: BTreeSet<SubjectId> = match hearers {
            Hearers::Body | Hearers::Authority => {
                self.hearers(entry, Role::PublishingAuthority, recorded).filter(told).collect()
            }
            Hearers::Writers => BTreeSet::new(),
        };
        let mut writers: BTreeSet<SubjectId> = match hearers {
            Hearers::Body | Hearers::Writers => self.hearers(entry, Role::Contributor, recorded).filter(told).collect(),
            Hearers::Authority => BTreeSet::new(),
        };
        if entry.facts.received_at.is_some() && hearers != Hearers::Authority {
            writers.extend(self.hearers(entry, Role::RecordsManager, recorded).filter(told));
        }
        // Whoever is both is told what they have to do.
        let (first, then) = match turn.who {
            Holder::PublishingAuthority => ((authorities, Holder::PublishingAuthority), (writers, Holder::Contributor)),
            _ => ((writers, Holder::Contributor), (authorities, Holder::PublishingAuthority)),
        };
        for (people, holder) in [first, then] {
            self.inboxes.tell(people, notice, call(holder), recorded);
        }
    }

    fn hearers<'a>(&'a self, entry: &'a Entry, role: Role, now: Micros) -> impl Iterator<Item = SubjectId> + 'a {
        let concern = Concern { body: &entry.facts.body, record_type: &entry.facts.record_type, now };
        self.roll.entitled(&self.state.designations, role, concern)
    }

    /// Whether somebody may read of an entry now: as those who are told of it may.
    pub fn may_hear(&self, subject: SubjectId, id: EntryId, now: Micros) -> bool {
        let Some(entry) = self.entry(id) else { return false };
        let facts = &entry.facts;
        let is = |role| {
            let (body, record_type) = (Some(&facts.body), Some(facts.record_type.as_str()));
            self.state.designations.entitled(subject, role, body, record_type, now).is_ok()
        };
        is(Role::Contributor)
            || is(Role::PublishingAuthority)
            || (facts.received_at.is_some() && is(Role::RecordsManager))
    }
}

/// What an event is to those who hear of it; nothing for what they do all day. `former` is who had the move before it.
fn news(payload: &Payload, former: Option<Turn>) -> Option<(News, Hearers)> {
    use Hearers::{Authority, Body, Writers};
    let is_of_authority = former.is_some_and(|turn| turn.who == Holder::PublishingAuthority);
    Some(match payload {
        Payload::Submitted(submitted) if submitted.clearance_asked.is_some() => (News::Cleared, Body),
        Payload::Submitted(_) => (News::Submitted, Writers),
        Payload::ClearanceAsked(_) => (News::ClearanceAsked, Body),
        Payload::ClearanceReturned(_) => (News::ClearanceReturned, Body),
        Payload::ClearanceRecalled(_) => (News::ClearanceRecalled, Body),
        Payload::RecallAsked(_) => (News::RecallAsked, Writers),
        Payload::RecallGranted(_) => (News::Recalled, Writers),
        Payload::WithdrawalAsked(_) => (News::WithdrawalAsked, Writers),
        Payload::Withdrawn(_) | Payload::WithdrawalGranted(_) => (News::Withdrawn, Writers),
        Payload::RequestTooLate(_) => (News::RequestTooLate, Writers),
        Payload::ChangesRequested(requested) => {
            let count = requested.command.as_ref().map_or(0, |command| command.items.len());
            (News::ChangesRequested { count: u32::try_from(count).unwrap_or(u32::MAX) }, Writers)
        }
        Payload::CommentMade(made) if is_for_the_body(made.command.as_ref()) => (News::Commented, Writers),
        Payload::ReviewFinished(v1::ReviewFinished { command: Some(finish) })
            if finish.comments.iter().any(|comment| is_for_the_body(Some(comment))) =>
        {
            (News::Commented, Writers)
        }
        Payload::ChangeSettled(v1::ChangeSettled { command: Some(settle), .. })
            if settle.outcome() == v1::settle_change::Outcome::Reopened =>
        {
            (News::ChangeReopened, Writers)
        }
        Payload::ReviewHeld(_) => (News::Held, Body),
        Payload::ReviewResumed(_) => (News::Resumed, Body),
        Payload::Approved(_) => (News::Approved, Writers),
        Payload::EntryRefused(_) => (News::Refused, Body),
        Payload::MarkedDuplicate(_) => (News::MarkedDuplicate, Body),
        Payload::AppealAsked(_) => (News::AppealAsked, Writers),
        Payload::EditionScheduled(_) | Payload::EditionRescheduled(_) => (News::Scheduled, Body),
        Payload::EditionPublished(published) if published.kind == i32::from(v1::EditionKind::Correction) => {
            (News::Corrected { edition: published.edition }, Body)
        }
        Payload::EditionPublished(published) => (News::Published { edition: published.edition }, Body),
        Payload::PublicationDeclined(_) => (News::PublicationDeclined, Writers),
        Payload::CorrectionObjected(_) => (News::CorrectionObjected, Writers),
        Payload::RetractionProposed(_) => (News::RetractionProposed, Body),
        Payload::RetractionAsked(_) | Payload::RetractionCleared(_) => (News::RetractionAsked, Body),
        Payload::RetractionReturned(_) => (News::RetractionReturned, Body),
        Payload::RetractionDeclined(_) => (News::RetractionDeclined, Body),
        Payload::EntrySuspended(_) => (News::Suspended, Body),
        Payload::EntryReinstated(_) => (News::Reinstated, Body),
        Payload::EntrySuperseded(_) => (News::Superseded, Body),
        Payload::EntryRetracted(_) => (News::Retracted, Body),
        Payload::Expired(_) => (News::Expired, if is_of_authority { Body } else { Writers }),
        Payload::Reminded(v1::Reminded { command: Some(remind) }) => {
            let reminded_at = i64::from(remind.days);
            let days_left = u32::try_from(crate::domain::EXPIRY_DAYS - reminded_at).unwrap_or(0);
            (News::Reminded { days_left }, if is_of_authority { Authority } else { Writers })
        }
        _ => return None,
    })
}

fn onward(turn: Turn, next: Next) -> Onward {
    let who = match turn.who {
        Holder::Contributor => Mover::Contributor,
        Holder::PublishingAuthority => Mover::PublishingAuthority,
        Holder::Moderator => Mover::Moderator,
        Holder::Publisher => Mover::Publisher,
        Holder::Others => Mover::Others,
        Holder::System => Mover::System,
        Holder::Nobody => Mover::Nobody,
    };
    let what = match next.what {
        Move::Submit => Step::Submit,
        Move::Answer => Step::Answer,
        Move::Clear => Step::Clear,
        Move::Decide | Move::AnswerRecall | Move::AnswerWithdrawal => Step::Decide,
        Move::Resume => Step::Resume,
        Move::Publish => Step::Publish,
        Move::DecideRetraction => Step::DecideRetraction,
        Move::ClearRetraction => Step::ClearRetraction,
        Move::Reinstate => Step::Reinstate,
        Move::Nothing => Step::Nothing,
    };
    Onward { who, what, by: next.by }
}
