//! Answers to the moderator's checklist: they ride on an opinion.

use std::collections::BTreeSet;

use dossier_proto::v1;

use crate::domain::{CHECKLIST_MAX, Invalid, Refusal, State};

/// Each answer is to a question that the registry in force asks about such a record, says something, and is the only one.
/// Nobody has to answer: what was not answered is seen as such.
pub(super) fn answered(state: &State, record_type: &str, answers: &[v1::ChecklistAnswer]) -> Result<(), Refusal> {
    let wrong = Err(Refusal::Invalid(Invalid::Checklist));
    if answers.len() > CHECKLIST_MAX {
        return wrong;
    }
    let mut seen = BTreeSet::new();
    for answer in answers {
        let question = state.registry.as_ref().and_then(|registry| registry.checklist.get(&answer.key));
        let is_asked = question.is_some_and(|types| types.is_empty() || types.contains(record_type));
        let says = v1::checklist_answer::Said::try_from(answer.said);
        let says_something = says.is_ok_and(|said| said != v1::checklist_answer::Said::Unspecified);
        if !is_asked || !says_something || !seen.insert(answer.key.as_str()) {
            return wrong;
        }
    }
    Ok(())
}
