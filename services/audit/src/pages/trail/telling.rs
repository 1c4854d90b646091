//! What is said about a trail as a whole.

use dossier_web::page::Words;

use crate::{pages::said, trail::Trail};

/// Who has the next move, since which step.
pub(super) fn waiting(trail: &Trail, words: &Words) -> Vec<String> {
    let one = |pending: &crate::trail::Pending| {
        let whom = said::turn(words, pending.whom);
        let since = words.fill("auditor.trail.next_move", &[("whom", whom), ("step", &pending.step.to_string())]);
        if pending.held { format!("{since} {}", words.text("auditor.trail.on_hold")) } else { since }
    };
    if trail.waiting.is_empty() {
        return vec![words.text("auditor.trail.nobody_waits").to_owned()];
    }
    trail.waiting.iter().map(one).collect()
}

/// What stands before its cause, which there is only when a journal was tampered with.
pub(super) fn out_of_order(trail: &Trail, words: &Words) -> Option<String> {
    let places: Vec<String> = trail.before_their_cause.iter().take(20).map(|place| said::address_of(*place)).collect();
    (!places.is_empty()).then(|| words.with("auditor.trail.before_their_cause", "places", places.join(", ")))
}
