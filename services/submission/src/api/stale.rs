//! Two people write on one draft: the second gets both versions, and nothing is lost.

use dossier_proto::{EntryId, Payload};
use dossier_web::{Part, Problem, Tag, moment};
use serde_json::{Value, json};

use super::{assembling, contents};
use crate::{
    domain::{Entry, Revision},
    office::Office,
    views::{Happened, Moment},
    words,
};

/// How many changes are named: the latest. The whole is in the history.
const CHANGES_MAX: usize = 20;

/// The refusal of a stale save with what is needed to go on. `expected` is the version the caller had read, `typed` what they
/// sent.
pub(super) fn with_both(
    office: &Office,
    id: EntryId,
    expected: Option<u64>,
    typed: &Value,
    problem: Problem,
) -> Problem {
    let Some((entry, timeline)) = known(office, id) else { return problem };
    let mut problem =
        problem.with("current_digest", entry.working.digest.to_string()).with("current_revision", entry.working.number);
    if let Some(version) = expected {
        problem = problem.with("changes", changes(office, &timeline, version));
        problem = with_read(office, id, &entry, version, typed, problem);
    }
    let Some(current) = content(office, id, entry.working) else { return problem };
    let difference = contents::registry(office)
        .ok()
        .and_then(|registry| contents::compare(&registry, &entry.facts, &current, typed));
    let problem = problem.with("current_content", current);
    difference.into_iter().fold(problem, |problem, difference| problem.with("difference", difference))
}

fn known(office: &Office, id: EntryId) -> Option<(Entry, Vec<Moment>)> {
    let entries = office.engine().view();
    Some((entries.entry(id)?.clone(), entries.timeline(id).to_vec()))
}

/// Which fields changed on which side since the version the caller had read.
fn with_read(office: &Office, id: EntryId, entry: &Entry, version: u64, typed: &Value, problem: Problem) -> Problem {
    let Some(read) = contents::digest_of_version(office, id, version) else { return problem };
    let problem = problem.with("read_digest", read.to_string());
    let number = contents::number_of_version(office, id, version);
    let read = number.and_then(|number| content(office, id, Revision { number, digest: read }));
    let (Some(read), Some(current)) = (read, content(office, id, entry.working)) else { return problem };
    let others = words::changed(&read, &current);
    let yours = words::changed(&read, typed);
    let both: Vec<&String> = others.iter().filter(|field| yours.contains(field)).collect();
    let both = json!(both);
    problem.with("changed_by_others", others).with("changed_by_you", yours).with("changed_by_both", both)
}

fn content(office: &Office, id: EntryId, revision: Revision) -> Option<Value> {
    let sealed = contents::sealed(office, id, revision).ok()?;
    Some(contents::opened(office, id, &sealed).ok()??.content)
}

/// Who wrote what after a version, the oldest first.
fn changes(office: &Office, timeline: &[Moment], version: u64) -> Vec<Value> {
    let wrote = |what: Happened| what.wrote().is_some() || matches!(what, Happened::RevisionOpened { .. });
    let since: Vec<&Moment> = timeline.iter().filter(|moment| moment.version > version && wrote(moment.what)).collect();
    let latest = since.len().saturating_sub(CHANGES_MAX);
    since[latest..].iter().map(|moment| change(office, moment)).collect()
}

fn change(office: &Office, moment: &Moment) -> Value {
    let fields = match assembling::payload(office, moment) {
        Ok(Some(Payload::DraftSaved(saved))) => saved.command.map(|command| command.fields).unwrap_or_default(),
        _ => Vec::new(),
    };
    json!({
        "kind": moment.what.key(),
        "at": moment::written(moment.at),
        "by": assembling::by(office, moment.by),
        "etag": Tag::Version(Part::Draft, moment.version).to_string(),
        "revision": moment.what.wrote(),
        "fields": fields,
    })
}
