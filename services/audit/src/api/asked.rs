//! What several lists are asked for, checked.

use dossier_proto::Micros;
use dossier_web::{Answer, Problem, ProblemKind};

/// 422: a parameter that does not fit.
pub(super) fn unfit(parameter: &'static str, why: &str) -> Problem {
    Problem::new(ProblemKind::InvalidRequest).detail(format!("{parameter}: {why}")).with("parameter", parameter)
}

/// How many on a page.
pub(super) fn size(limit: Option<usize>, usual: usize, most: usize) -> Answer<usize> {
    match limit.unwrap_or(usual) {
        limit if (1..=most).contains(&limit) => Ok(limit),
        _ => Err(unfit("limit", &format!("A page holds 1 to {most} items"))),
    }
}

/// A moment of a period.
pub(super) fn moment(parameter: &'static str, text: Option<&str>) -> Answer<Option<Micros>> {
    let Some(text) = text else { return Ok(None) };
    let read = dossier_web::moment::read(text);
    read.map(Some)
        .ok_or_else(|| unfit(parameter, "It is a moment such as 2026-03-09T09:00:00Z (a plus sign is written as %2B)"))
}
