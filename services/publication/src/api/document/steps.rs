//! How an edition came to be published, step by step.

use dossier_proto::{Micros, Place, v1};
use dossier_web::PlaceShown;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{moment, shelf::Edition};

/// A step of how an edition came to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct StepShown {
    /// `submitted`, `cleared`, `changes-requested`, `resubmitted`, `stage-passed`, `approved`, `corrected` or `published`.
    #[schema(example = "approved")]
    pub(crate) kind: String,
    /// When.
    pub(crate) at: String,
    /// Of requested changes: how many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) count: Option<u32>,
    /// The event that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<PlaceShown>,
}

/// The steps of an edition, its publication last.
pub(super) fn steps(edition: &Edition) -> Vec<StepShown> {
    use v1::public_step::Kind;
    let mut steps: Vec<StepShown> = Vec::with_capacity(edition.record.steps.len() + 1);
    for step in &edition.record.steps {
        let kind = match step.kind() {
            Kind::Submitted => "submitted",
            Kind::ChangesRequested => "changes-requested",
            Kind::Resubmitted => "resubmitted",
            Kind::Approved => "approved",
            Kind::Cleared => "cleared",
            Kind::StagePassed => "stage-passed",
            Kind::Corrected => "corrected",
            Kind::Unspecified => continue,
        };
        steps.push(StepShown {
            kind: kind.to_owned(),
            at: moment::written(Micros(step.recorded_at)),
            count: (step.kind() == Kind::ChangesRequested).then_some(step.count),
            place: step.place.as_ref().and_then(|place| Place::try_from(place).ok()).map(Into::into),
        });
    }
    steps.push(StepShown {
        kind: "published".to_owned(),
        at: moment::written(edition.facts.at),
        count: None,
        place: Some(edition.place.into()),
    });
    steps
}
