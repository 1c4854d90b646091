//! P12: somebody has the next move, unless it is over; and when everybody has heard everything, all say the same.

use dossier_moderation::domain::{Standing as Reviewed, Turn};
use dossier_proto::EntryId;
use dossier_publication::domain::Standing;
use dossier_submission::domain::{Entry, Holder, Move, WorkState};

use crate::{Town, asking::moderation};

/// Whose move it is, at any moment, as far as submission has heard.
pub(super) fn stand(town: &Town) {
    for (id, entry) in &town.submission.state().entries {
        let (turn, next) = (entry.turn(), entry.next());
        assert!(turn.since <= town.now(), "{id} waits since a time to come (P12)");
        assert_eq!(turn.who == Holder::Nobody, next.what == Move::Nothing, "{id}: {turn:?} {next:?} (P12)");
        let is_over = matches!(
            entry.state(),
            WorkState::Published
                | WorkState::Superseded
                | WorkState::Retracted
                | WorkState::Refused
                | WorkState::Duplicate
                | WorkState::Withdrawn
        );
        assert!(turn.who != Holder::Nobody || is_over, "nobody has the next move in {} (P12)", entry.state());
    }
    for (id, entry) in &town.moderation.state().entries {
        let (standing, _) = entry.standing().expect("a review stands somewhere");
        let (turn, since) = entry.turn().expect("somebody, or nobody");
        assert!(since <= town.now(), "{id} waits since a time to come (P12)");
        let waits = matches!(standing, Reviewed::InReview | Reviewed::OnHold | Reviewed::ChangesRequested);
        assert!(!waits || turn != Turn::Nobody, "nobody has the next move: {standing} (P12)");
    }
}

/// When everybody has heard everything, the three say the same of each entry.
pub(super) fn agree(town: &Town) {
    for (id, entry) in &town.submission.state().entries {
        with_moderation(town, *id, entry);
        with_publication(town, *id, entry);
    }
}

fn with_moderation(town: &Town, id: EntryId, entry: &Entry) {
    let state = entry.state();
    let reviewed = moderation::entry(town, id).and_then(|entry| entry.standing()).map(|(standing, _)| standing);
    let fits = match reviewed {
        None => {
            matches!(state, WorkState::Draft | WorkState::AwaitingClearance | WorkState::ChangesRequested)
                || state == WorkState::Withdrawn
        }
        Some(Reviewed::InReview) => state == WorkState::InReview,
        Some(Reviewed::OnHold) => state == WorkState::OnHold,
        Some(Reviewed::Scheduled) => state == WorkState::Scheduled,
        Some(Reviewed::Approved) => false,
        Some(Reviewed::Retracted) => state == WorkState::Retracted,
        // From here on the body may go on by itself.
        Some(_) => !matches!(
            state,
            WorkState::InReview | WorkState::OnHold | WorkState::Approved | WorkState::Scheduled | WorkState::Retracted
        ),
    };
    assert!(fits, "{id} is {state} for its body, and {reviewed:?} for moderation");
}

fn with_publication(town: &Town, id: EntryId, entry: &Entry) {
    let publication = town.publication.state();
    assert_eq!(entry.state() == WorkState::Scheduled, publication.schedule.get(id).is_some(), "{id}: the schedule");
    let told = entry.public.as_ref().map(|public| (public.number.clone(), public.edition));
    let known = publication.entries.get(&id);
    assert_eq!(told, known.map(|known| (known.number.to_string(), known.edition)), "{id}: the edition");
    let Some(known) = known else { return };
    let is_retracted = known.standing() == Standing::Retracted;
    assert_eq!(entry.state() == WorkState::Retracted, is_retracted, "{id}: {:?}", entry.workflow);
    let (told, is) = (entry.public.as_ref().map(|public| public.standing()), known.standing());
    assert_eq!(entry.is_shown(), is == Standing::Published, "{id} is {is:?}, and its body is told {told:?}");
}
