//! What was let through: each approval and each confirmed correction is published or declined once, with the content that was
//! judged.

use std::collections::{BTreeMap, BTreeSet};

use dossier_proto::{EntryId, Origin, Payload, Place, v1};

use super::{Complaint, Fault, History, Kept, history::place, workflow::Naming};

/// Judges.
pub fn judge(history: &History, complaints: &mut Vec<Complaint>) {
    let mut dealt: Naming<'_> = BTreeMap::new();
    let picked = history.with(Origin::Publication, |payload| match payload {
        Payload::EditionPublished(published) => Some((published.command.as_ref(), published.content.as_ref())),
        Payload::PublicationDeclined(declined) => Some((declined.command.as_ref(), None)),
        _ => None,
    });
    for (kept, (command, content)) in picked {
        let approved = command.and_then(|command| place(command.approved.as_ref()));
        let Some((approval, judged)) = approved.and_then(|approved| approval(history, approved, kept.entry())) else {
            let found = format!("it names {approved:?}, which is no approval or correction of its entry");
            complaints.push(Complaint::new(Fault::RestsOnNothing, kept.place(), found));
            continue;
        };
        if content.is_some_and(|content| content.digest != judged) {
            let found = format!("another content than {} let through", approval.place());
            complaints.push(Complaint::new(Fault::RestsOnNothing, kept.place(), found));
        }
        dealt.entry(approval.place()).or_default().push(kept);
    }
    let waiting = scheduled(history);
    for (kept, let_through) in history.with(Origin::Moderation, Some) {
        match let_through {
            Payload::Approved(approved) => rests_on_its_submission(history, kept, approved, complaints),
            Payload::CorrectionConfirmed(_) => {}
            _ => continue,
        }
        match dealt.get(&kept.place()).map(Vec::as_slice).unwrap_or_default() {
            [] if waiting.contains(&kept.place()) => {}
            [] => complaints.push(Complaint::new(Fault::NotPublished, kept.place(), "nothing came of this approval")),
            [_] => {}
            [first, second, ..] => {
                let found = format!("both {} and {} came of it", first.place(), second.place());
                complaints.push(Complaint::new(Fault::PublishedTwice, kept.place(), found));
            }
        }
    }
}

/// What was let through and had to wait for its time; it may wait still.
fn scheduled(history: &History) -> BTreeSet<Place> {
    let picked = history.with(Origin::Publication, |payload| match payload {
        Payload::EditionScheduled(scheduled) => place(scheduled.command.as_ref()?.approved.as_ref()),
        _ => None,
    });
    picked.map(|(_, approved)| approved).collect()
}

/// What lets a content of an entry through: an approval, or a correction confirmed by a second moderator. With the digest that was judged.
fn approval(history: &History, at: Place, entry: Option<EntryId>) -> Option<(&Kept, &[u8])> {
    let kept = history.at(at).filter(|kept| kept.entry() == entry)?;
    let digest = match &kept.event.payload {
        Some(Payload::Approved(approved)) => approved.command.as_ref().map(|command| command.digest.as_slice()),
        Some(Payload::CorrectionConfirmed(confirmed)) => {
            confirmed.command.as_ref().map(|command| command.digest.as_slice())
        }
        _ => return None,
    };
    Some((kept, digest.unwrap_or_default()))
}

/// Judged, let through and submitted are one content (P5).
fn rests_on_its_submission(history: &History, kept: &Kept, approved: &v1::Approved, complaints: &mut Vec<Complaint>) {
    let judged = approved.command.as_ref().map(|command| command.digest.clone());
    let let_through = approved.content.as_ref().map(|content| content.digest.clone());
    let submitted = place(approved.submitted.as_ref()).and_then(|place| history.at(place));
    let submitted = submitted.and_then(|kept| match &kept.event.payload {
        Some(Payload::Submitted(submitted)) => submitted.content.as_ref().map(|content| content.digest.clone()),
        _ => None,
    });
    if judged.is_none() || judged != let_through || judged != submitted {
        let found = "what was judged, let through and submitted is not one content";
        complaints.push(Complaint::new(Fault::RestsOnNothing, kept.place(), found));
    }
}
