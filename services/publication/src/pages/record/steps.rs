//! How an edition came to be published, step by step.

use dossier_proto::{
    Micros,
    v1::{self, public_step::Kind},
};

use crate::{
    pages::{frame::Paper, turned::Turned},
    shelf::Edition,
    texts::fill,
};

/// One step.
pub(super) struct Step {
    pub(super) mark: &'static str,
    pub(super) said: String,
    pub(super) at: (String, String),
    /// What a publisher explained to the public.
    pub(super) words: Vec<String>,
}

/// How the edition came to be, from the public steps: no person, no words. Then what publishers decided on the entry since.
pub(super) fn steps(edition: &Edition, body: &str, turns: Vec<Turned>, paper: &Paper<'_>) -> Vec<Step> {
    let mut steps: Vec<(Micros, Step)> = Vec::new();
    let mut approved_at = None;
    for step in &edition.record.steps {
        let at = Micros(step.recorded_at);
        let Some((mark, said)) = in_words(step, body, paper) else { continue };
        let minute = matches!(step.kind(), Kind::Approved | Kind::Corrected);
        if minute {
            approved_at = Some(at);
        }
        let shown = if minute { paper.minute(at) } else { paper.day(at) };
        steps.push((at, Step { mark, said, at: shown, words: Vec::new() }));
    }
    let (at, number) = (edition.facts.at, edition.facts.edition);
    let at_once = approved_at.is_some_and(|approved: Micros| (0..Micros::SECOND).contains(&(at.0 - approved.0)));
    let said = if at_once {
        fill(&paper.texts.step_published_at_once, &[("n", &number.to_string())])
    } else {
        paper.words.with("record.step_published", "number", number)
    };
    steps.push((at, Step { mark: "mark", said, at: paper.minute(at), words: Vec::new() }));
    for turn in turns {
        let words = turn.explanation.unwrap_or_default();
        steps.push((turn.moment, Step { mark: "square", said: turn.said, at: turn.at, words }));
    }
    // What was suspended may have got this edition before it was given back. Equal moments keep their order.
    steps.sort_by_key(|(at, _)| *at);
    steps.into_iter().map(|(_, step)| step).collect()
}

/// A public step, with its mark.
fn in_words(step: &v1::PublicStep, body: &str, paper: &Paper<'_>) -> Option<(&'static str, String)> {
    let (w, t) = (paper.words, paper.texts);
    let said = match step.kind() {
        Kind::Submitted => ("mark", w.with("record.step_submitted", "body", body)),
        Kind::Cleared => ("mark", fill(&t.step_cleared, &[("body", body)])),
        Kind::Resubmitted => ("mark", w.with("record.step_resubmitted", "body", body)),
        // Asked for in a message, without items: there is no number to tell.
        Kind::ChangesRequested if step.count == 0 => ("square", w.text("record.step_changes_asked").to_owned()),
        Kind::ChangesRequested => ("square", w.count("record.step_changes_requested", u64::from(step.count))),
        Kind::StagePassed => ("square", t.step_stage_passed.clone()),
        Kind::Approved => ("square", w.text("record.step_approved").to_owned()),
        Kind::Corrected => ("square", t.step_corrected.clone()),
        Kind::Unspecified => return None,
    };
    Some(said)
}
