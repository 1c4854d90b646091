//! The changes that were requested, with the answers and with what became of them.

use dossier_proto::{EntryId, Payload, v1};
use dossier_vault::Purpose;
use dossier_web::Answer;

use super::{RequestedChangeDocument, assembling};
use crate::{
    domain::{Entry, Workflow},
    office::Office,
    views::{Happened, Moment},
};

/// A requested change, and what was said of it since.
struct Asked {
    round: u32,
    item: v1::RequestedChange,
    /// Whether a submission answered it, with or without words, since it was requested or opened again.
    answered: bool,
    answer: Option<v1::Answer>,
    settled: Option<v1::SettleChange>,
    /// Whether it was ever opened again.
    again: bool,
}

impl Asked {
    fn is_settled_as(&self, outcome: v1::settle_change::Outcome) -> bool {
        self.settled.as_ref().is_some_and(|settled| settled.outcome() == outcome)
    }
}

/// The items of the latest request, and those of earlier ones that were opened again or never answered.
pub(super) fn all(
    office: &Office,
    id: EntryId,
    entry: &Entry,
    timeline: &[Moment],
) -> Answer<Vec<RequestedChangeDocument>> {
    let (asked, latest) = asked(office, entry, timeline)?;
    let is_shown = |one: &&Asked| {
        let is_over = one.is_settled_as(v1::settle_change::Outcome::Accepted);
        one.round == latest || (!is_over && (one.again || !one.answered))
    };
    asked.iter().filter(is_shown).map(|one| document(office, id, one)).collect()
}

/// Every change that was requested, and the round of the latest request. While the answers await clearance they are shown as they will
/// be given.
fn asked(office: &Office, entry: &Entry, timeline: &[Moment]) -> Answer<(Vec<Asked>, u32)> {
    let (mut all, mut round, mut latest) = (Vec::<Asked>::new(), 0, 0);
    let mut waiting = None;
    for moment in timeline {
        match moment.what {
            Happened::Submitted { round: now, .. } => {
                round = now;
                if let Some(Payload::Submitted(one)) = assembling::payload(office, moment)? {
                    answer(&mut all, one.command.as_ref(), latest);
                }
            }
            Happened::ClearanceAsked { .. } => waiting = Some(moment),
            Happened::ChangesRequested { .. } => {
                if let Some(Payload::ChangesRequested(one)) = assembling::payload(office, moment)? {
                    let items = one.command.map(|command| command.items).unwrap_or_default();
                    latest = if items.is_empty() { latest } else { round };
                    all.extend(items.into_iter().map(|item| asked_in(round, item)));
                }
            }
            Happened::ChangeSettled => {
                if let Some(Payload::ChangeSettled(v1::ChangeSettled { command: Some(settled) })) =
                    assembling::payload(office, moment)?
                {
                    settle(&mut all, settled);
                }
            }
            _ => {}
        }
    }
    let waiting = waiting.filter(|_| matches!(entry.workflow, Workflow::AwaitingClearance { .. }));
    if let Some(moment) = waiting
        && let Some(Payload::ClearanceAsked(one)) = assembling::payload(office, moment)?
    {
        // What is said already; moderation has not heard it.
        let answers = one.command.map(|command| command.answers).unwrap_or_default();
        all.iter_mut().for_each(|asked| asked.answer = named(&answers, asked, latest).or(asked.answer.take()));
    }
    Ok((all, latest))
}

const fn asked_in(round: u32, item: v1::RequestedChange) -> Asked {
    Asked { round, item, answered: false, answer: None, settled: None, again: false }
}

/// As moderation folds it: what is named is answered; where nothing is named, all that is open.
fn answer(all: &mut [Asked], submit: Option<&v1::Submit>, latest: u32) {
    let answers = submit.map(|submit| submit.answers.as_slice()).unwrap_or_default();
    for asked in all.iter_mut().filter(|one| !one.is_settled_as(v1::settle_change::Outcome::Accepted)) {
        let said = named(answers, asked, latest);
        if said.is_some() || answers.is_empty() {
            asked.answered = true;
            asked.settled = None;
            asked.answer = said.or(asked.answer.take());
        }
    }
}

fn named(answers: &[v1::Answer], asked: &Asked, latest: u32) -> Option<v1::Answer> {
    let round_of = |answer: &v1::Answer| if answer.round == 0 { latest } else { answer.round };
    let is_meant = |answer: &&v1::Answer| (round_of(answer), answer.item) == (asked.round, asked.item.item);
    answers.iter().find(is_meant).cloned()
}

fn settle(all: &mut [Asked], settled: v1::SettleChange) {
    let meant = all.iter_mut().find(|one| (one.round, one.item.item) == (settled.round, settled.item));
    if let Some(asked) = meant {
        let again = settled.outcome() == v1::settle_change::Outcome::Reopened;
        asked.again |= again;
        asked.answered &= !again;
        asked.settled = Some(settled);
    }
}

fn document(office: &Office, id: EntryId, asked: &Asked) -> Answer<RequestedChangeDocument> {
    let text = |purpose, sealed: Option<&v1::Sealed>| assembling::text(office, id, purpose, sealed);
    let answer = asked.answer.as_ref().and_then(|answer| answer.text.as_ref());
    let settled = asked.settled.as_ref();
    let outcome = settled.and_then(|one| match one.outcome() {
        v1::settle_change::Outcome::Accepted => Some("accepted"),
        v1::settle_change::Outcome::Reopened => Some("reopened"),
        v1::settle_change::Outcome::Unspecified => None,
    });
    let item = &asked.item;
    Ok(RequestedChangeDocument {
        item: item.item,
        round: asked.round,
        field: item.field.clone(),
        language: (!item.language.is_empty()).then(|| item.language.clone()),
        quote: text(Purpose::Quote, item.quote.as_ref())?,
        text: text(Purpose::RequestedChange, item.text.as_ref())?,
        answer: text(Purpose::Answer, answer)?,
        answered: asked.answered,
        settled: outcome.map(str::to_owned),
        settled_text: text(Purpose::RequestedChange, settled.and_then(|one| one.text.as_ref()))?,
    })
}
