//! What a publisher's form brings, read.

use dossier_proto::Micros;
use dossier_web::{Answer, Problem, ProblemKind, limits::IDEMPOTENCY_KEY_MAX, visit::SentForm};
use jiff::{civil::DateTime, tz::TimeZone};

use crate::{api::deciding::OfForm, pages::publish::faults::Fault};

/// The hidden fields of a form.
///
/// # Errors
/// 400: no page of ours sends it so.
pub(super) fn hidden(form: &SentForm) -> Answer<OfForm> {
    let malformed = |what: &str| Problem::new(ProblemKind::MalformedRequest).detail(what);
    let key = form.value("key");
    let is_key = (1..=IDEMPOTENCY_KEY_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_key {
        return Err(malformed("The form has no key; open its page again."));
    }
    let version =
        form.value("version").parse().map_err(|_| malformed("The form names no version; open its page again."))?;
    Ok(OfForm { key: key.to_owned(), version })
}

/// What is drawn with a page, so that a double click does it once.
pub(super) fn fresh_key() -> String {
    dossier_engine::fresh_id().to_string()
}

/// A moment as a field for day and time has it, in UTC: `2026-12-18T09:00`.
pub(super) fn typed_moment(text: &str) -> Option<Micros> {
    let civil: DateTime = text.trim().parse().ok()?;
    let stamp = civil.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some(Micros(stamp.as_microsecond()))
}

/// The same the other way round, to the minute.
pub(super) fn as_typed(moment: Micros) -> String {
    let written = dossier_web::moment::written(moment);
    written.get(..16).unwrap_or_default().to_owned()
}

/// What a decision says against a form, by its fields; or the problem itself, where the page could not help.
///
/// # Errors
/// What is no matter of what was typed: who is asking, or that there is nothing to decide on.
pub(super) fn against(problem: &Problem) -> Option<Vec<Fault>> {
    match problem.kind() {
        ProblemKind::NotFound | ProblemKind::NotEntitled | ProblemKind::Unauthenticated => None,
        ProblemKind::InvalidRequest => Some(Fault::of(problem)),
        ProblemKind::StaleVersion => Some(vec![Fault::whole("publisher.stale")]),
        ProblemKind::WrongState => Some(vec![Fault::whole("publisher.wrong_state")]),
        _ => Some(vec![Fault::whole("publisher.not_done")]),
    }
}

#[cfg(test)]
mod tests {
    use super::{as_typed, typed_moment};

    #[test]
    fn moments_are_typed_in_utc() {
        let moment = typed_moment("2026-12-18T09:00").unwrap();
        assert_eq!(dossier_web::moment::written(moment), "2026-12-18T09:00:00Z");
        assert_eq!(as_typed(moment), "2026-12-18T09:00");
        assert!(typed_moment("2026-12-18T09:00:30").is_some());
        for odd in ["", "tomorrow", "2026-13-01T00:00", "2026-12-18T09:00Z"] {
            assert_eq!(typed_moment(odd), None, "{odd:?}");
        }
    }
}
