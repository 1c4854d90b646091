//! Who may see and ask what: every door of this interface goes through the table of `identity` (DOMAIN section 5).

use std::collections::BTreeSet;

use dossier_identity::{Role, Sight, Stage, Thing, Viewers};
use dossier_proto::{BodyCode, EntryId, Micros};
use dossier_web::{
    Answer, Problem, ProblemKind,
    extract::{Bearer, FieldError},
};

use crate::{
    domain::{Entry, EntryFacts, State},
    views::Entries,
};

/// The entry, if the caller sees drafts of its body here; else 404, whether it exists or not (P13). Whoever sees other
/// stages of it (moderators, auditors) does so at other doors.
pub(crate) fn visible<'a>(entries: &'a Entries, caller: &Bearer, id: EntryId, now: Micros) -> Answer<&'a Entry> {
    let entry = entries.entry(id).filter(|entry| sees(entries.state(), caller, entry, now));
    entry.ok_or_else(|| Problem::new(ProblemKind::NotFound))
}

/// The entry, if the caller may know that it exists: those who see it, and those whose designation for its body has
/// ended or was revoked. They get the refusal with its reason, and it is recorded.
pub(crate) fn addressed<'a>(entries: &'a Entries, caller: &Bearer, id: EntryId, now: Micros) -> Answer<&'a Entry> {
    let state = entries.state();
    let knows = |entry: &&Entry| {
        sees(state, caller, entry, now) || (is_bound_to(caller, &entry.facts.body) && once_wrote(state, caller, entry))
    };
    entries.entry(id).filter(knows).ok_or_else(|| Problem::new(ProblemKind::NotFound))
}

/// The bodies whose entries the caller sees here.
pub(crate) fn bodies(state: &State, caller: &Bearer, now: Micros) -> BTreeSet<BodyCode> {
    let held = state.designations.of_subject(caller.subject);
    let named: BTreeSet<BodyCode> = held.filter_map(|held| held.designation.body.clone()).collect();
    named.into_iter().filter(|body| sees_body(state, caller, body, now)).collect()
}

/// For which body the caller begins an entry: the one named, else the one of the token, else the only one. None when
/// there is none at all: then the decision says why.
///
/// # Errors
/// 403 when the token is bound to another body, 422 when there are several to choose from.
pub(crate) fn body_to_write_for(
    state: &State,
    caller: &Bearer,
    named: Option<&BodyCode>,
    now: Micros,
) -> Answer<Option<BodyCode>> {
    if let Some(named) = named {
        caller.check_body(named)?;
        return Ok(Some(named.clone()));
    }
    if let Some(bound) = &caller.body {
        return Ok(Some(bound.clone()));
    }
    let bodies = state.designations.bodies_of(caller.subject, Role::Contributor, now);
    let mut choice = bodies.iter();
    match (choice.next(), choice.next()) {
        (Some(only), None) => Ok(Some((*only).clone())),
        (None, _) => Ok(formerly(state, caller)),
        _ => {
            let listed: Vec<_> = bodies.iter().map(ToString::to_string).collect();
            let detail = format!("you write for several bodies; name one of {}", listed.join(", "));
            let error = FieldError { pointer: "/on_behalf_of".to_owned(), detail };
            Err(FieldError::problem(ProblemKind::InvalidRequest, &[error]))
        }
    }
}

/// The only body the caller ever wrote for, so that the refusal can say what became of the designation.
fn formerly(state: &State, caller: &Bearer) -> Option<BodyCode> {
    let held = state.designations.of_subject(caller.subject);
    let wrote = held.filter(|held| held.designation.role.serves_as(Role::Contributor));
    let bodies: BTreeSet<_> = wrote.filter_map(|held| held.designation.body.clone()).collect();
    if bodies.len() == 1 { bodies.into_iter().next() } else { None }
}

/// In whose name the caller acts on an entry that the secretariat filed on behalf of its body; none for who writes for the
/// body itself, and for who has nothing to do with it.
pub(crate) fn in_the_name_of(state: &State, caller: &Bearer, facts: &EntryFacts, now: Micros) -> Option<BodyCode> {
    let is = |role| {
        let (body, record_type) = (Some(&facts.body), Some(facts.record_type.as_str()));
        state.designations.entitled(caller.subject, role, body, record_type, now).is_ok()
    };
    let files = facts.received_at.is_some() && is_bound_to(caller, &facts.body) && is(Role::RecordsManager);
    (files && !is(Role::Contributor)).then(|| facts.body.clone())
}

/// Whether the caller files papers for the secretariat: then what was filed so is listed too.
pub(crate) fn files_papers(state: &State, caller: &Bearer, now: Micros) -> bool {
    caller.body.is_none() && state.designations.holds(caller.subject, Role::RecordsManager, now).is_ok()
}

/// Whether the caller sees this entry, wherever it stands.
pub(crate) fn sees(state: &State, caller: &Bearer, entry: &Entry, now: Micros) -> bool {
    let facts = &entry.facts;
    sees_as(state, caller, &facts.body, &facts.record_type, now) || in_the_name_of(state, caller, facts, now).is_some()
}

fn sees_body(state: &State, caller: &Bearer, body: &BodyCode, now: Micros) -> bool {
    sees_as(state, caller, body, "", now)
}

fn sees_as(state: &State, caller: &Bearer, body: &BodyCode, record_type: &str, now: Micros) -> bool {
    let viewers = Viewers::of(&state.designations, caller.subject, body, record_type, now);
    is_bound_to(caller, body) && viewers.sight(Thing::Content, Stage::Draft) == Sight::Shown
}

fn is_bound_to(caller: &Bearer, body: &BodyCode) -> bool {
    caller.body.as_ref().is_none_or(|bound| bound == body)
}

fn once_wrote(state: &State, caller: &Bearer, entry: &Entry) -> bool {
    let mut held = state.designations.of_subject(caller.subject);
    held.any(|held| {
        held.designation.role.acts_for_a_body() && held.designation.body.as_ref() == Some(&entry.facts.body)
    })
}
