//! How an edition came to be published, step by step.

use dossier_proto::{Micros, v1};

use crate::{pages::frame::Paper, shelf::Edition, texts::fill};

/// One step.
pub(super) struct Step {
    pub(super) mark: &'static str,
    pub(super) said: String,
    pub(super) at: (String, String),
}

/// How the edition came to be, from the public steps: no person, no words.
pub(super) fn steps(edition: &Edition, body: &str, paper: &Paper<'_>) -> Vec<Step> {
    use v1::public_step::Kind;
    let w = paper.words;
    let mut steps: Vec<Step> = Vec::new();
    let mut approved_at = None;
    for step in &edition.record.steps {
        let at = Micros(step.recorded_at);
        let (mark, said, at) = match step.kind() {
            Kind::Submitted => ("mark", w.with("record.step_submitted", "body", body), paper.day(at)),
            Kind::Resubmitted => ("mark", w.with("record.step_resubmitted", "body", body), paper.day(at)),
            Kind::ChangesRequested => {
                ("square", w.count("record.step_changes_requested", u64::from(step.count)), paper.day(at))
            }
            Kind::Approved => {
                approved_at = Some(at);
                ("square", w.text("record.step_approved").to_owned(), paper.minute(at))
            }
            Kind::Cleared | Kind::StagePassed | Kind::Corrected | Kind::Unspecified => continue,
        };
        steps.push(Step { mark, said, at });
    }
    let (at, number) = (edition.facts.at, edition.facts.edition);
    let at_once = approved_at.is_some_and(|approved: Micros| (0..Micros::SECOND).contains(&(at.0 - approved.0)));
    let said = if at_once {
        fill(&paper.texts.step_published_at_once, &[("n", &number.to_string())])
    } else {
        w.with("record.step_published", "number", number)
    };
    steps.push(Step { mark: "mark", said, at: paper.minute(at) });
    steps
}
