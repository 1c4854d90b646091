//! Asks everybody everywhere for everything, and writes down what came of it.

mod by_itself;

use std::{collections::BTreeMap, fmt::Write as _};

use dossier_engine::testing::Ask;
use dossier_identity::Role;
use dossier_moderation::domain::Standing as Reviewed;
use dossier_proto::{Actor, Event, Origin, SubjectId};
use dossier_simulation::{
    asking::{moderation, name, publication, submission},
    people::{ADMINISTRATOR, AIGERIM, AUDITOR, DAMIR, EXTERNAL, GULNARA, INTERNAL, KIPTOO, PIERRE, RECORDS, REGISTRAR},
    scenes::Scene,
};
use dossier_submission::domain::WorkState;

/// Whose command it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Service {
    Submission,
    Moderation,
    Publication,
}

impl Service {
    pub(crate) const ALL: [Self; 3] = [Self::Submission, Self::Moderation, Self::Publication];

    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Submission => "submission",
            Self::Moderation => "moderation",
            Self::Publication => "publication",
        }
    }
}

/// Somebody of each role, who had no part in what happened before.
fn people() -> [(&'static str, SubjectId); 11] {
    [
        (Role::Contributor, AIGERIM),
        (Role::NationalFocalPoint, GULNARA),
        (Role::PublishingAuthority, DAMIR),
        (Role::Reviewer, INTERNAL[1]),
        (Role::Reviewer, EXTERNAL[2]),
        (Role::Moderator, PIERRE),
        (Role::Publisher, KIPTOO),
        (Role::Registrar, REGISTRAR),
        (Role::Auditor, AUDITOR),
        (Role::RecordsManager, RECORDS),
        (Role::Administrator, ADMINISTRATOR),
    ]
    .map(|(role, who)| (role.key(), who))
}

/// What came of asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// This was recorded, and left the entry there.
    Done { events: String, to: String },
    /// It is so already.
    Nothing,
    /// Refused, with this code.
    Refused(&'static str),
}

/// One command, one place, one person.
#[derive(Debug, Clone)]
pub(crate) struct Trial {
    pub(crate) service: Service,
    pub(crate) command: String,
    pub(crate) from: String,
    pub(crate) by: &'static str,
    pub(crate) outcome: Outcome,
}

pub(crate) fn submission_state(scene: &Scene) -> WorkState {
    submission::entry(&scene.town, scene.id).state()
}

pub(crate) fn standing(scene: &Scene) -> Option<Reviewed> {
    let entry = moderation::entry(&scene.town, scene.id)?;
    entry.standing().map(|(standing, _)| standing)
}

fn state(scene: &Scene, service: Service) -> String {
    let (town, id) = (&scene.town, scene.id);
    match service {
        Service::Submission => by_itself::written(town.submission.state(), id),
        Service::Moderation => by_itself::reviewed(town.moderation.state(), id),
        Service::Publication => by_itself::published(town.publication.state(), id),
    }
}

/// Every command, by everybody, here.
pub(crate) fn try_all(scene: &Scene) -> Vec<Trial> {
    let callers = people().map(|(by, who)| (by, Actor::Person(who)));
    Service::ALL.into_iter().flat_map(|service| try_service(scene, service, &callers)).collect()
}

fn try_service(scene: &Scene, service: Service, callers: &[(&'static str, Actor)]) -> Vec<Trial> {
    let count = ask(scene, service, None).len();
    let origin = match service {
        Service::Submission => Origin::Submission,
        Service::Moderation => Origin::Moderation,
        Service::Publication => Origin::Publication,
    };
    let system = [("system", Actor::System(origin))];
    let callers = callers.iter().chain(&system);
    callers
        .flat_map(|(by, actor)| (0..count).map(move |index| (*by, *actor, index)))
        .flat_map(|(by, actor, index)| ask(scene, service, Some((by, actor, index))))
        .collect()
}

/// Asks for one of the commands; or lists them, without an outcome worth anything.
fn ask(scene: &Scene, service: Service, which: Option<(&'static str, Actor, usize)>) -> Vec<Trial> {
    let mut after = scene.clone();
    let id = scene.id;
    let (by, actor, index) = which.unwrap_or(("", Actor::System(Origin::Audit), usize::MAX));
    let from = state(scene, service);
    // What begins an entry is about none.
    let from = |command: &str| if command == "StartDraft" { "–".to_owned() } else { from.clone() };
    let trial = |command: String, outcome| Trial { service, from: from(&command), command, by, outcome };
    match service {
        Service::Submission => {
            let all = submission::all(&mut after.town, id);
            let Some(command) = all.get(index).cloned() else {
                return all.iter().map(|one| trial(name(one), Outcome::Nothing)).collect();
            };
            let command_name = name(&command);
            let version = submission::entry(&after.town, id).version;
            let body = submission::entry(&after.town, id).facts.body.clone();
            let ask = Ask::by(actor, command);
            let ask = if command_name == "StartDraft" { ask } else { ask.on(id).expecting(version) };
            let ask = if actor == Actor::Person(RECORDS) { ask.on_behalf_of(body) } else { ask };
            let answer = after.town.ask_submission(ask);
            vec![trial(command_name, outcome(&after, service, answer))]
        }
        Service::Moderation => {
            let all = moderation::all(&mut after.town, id);
            let Some(command) = all.get(index).cloned() else {
                return all.iter().map(|one| trial(name(one), Outcome::Nothing)).collect();
            };
            let command_name = name(&command);
            let answer = after.town.ask_moderation(Ask::by(actor, command).on(id));
            vec![trial(command_name, outcome(&after, service, answer))]
        }
        Service::Publication => {
            let all = publication::all(&mut after.town, id);
            let Some(command) = all.get(index).cloned() else {
                return all.iter().map(|one| trial(name(one), Outcome::Nothing)).collect();
            };
            let command_name = name(&command);
            let answer = after.town.ask_publication(Ask::by(actor, command).on(id));
            vec![trial(command_name, outcome(&after, service, answer))]
        }
    }
}

fn outcome(after: &Scene, service: Service, answer: Result<Vec<Event>, &'static str>) -> Outcome {
    match answer {
        Err(code) => Outcome::Refused(code),
        Ok(events) if events.is_empty() => Outcome::Nothing,
        Ok(events) => {
            let begun = events[0].head.entry.filter(|entry| *entry != after.id);
            let to = Scene { id: begun.unwrap_or(after.id), ..after.clone() };
            let names: Vec<String> = events.iter().map(|event| name(event.payload.as_ref().unwrap())).collect();
            Outcome::Done { events: names.join(", "), to: state(&to, service) }
        }
    }
}

/// Refusals that say no more than that the caller is the wrong one.
const NO_RIGHT: [&str; 8] = [
    "no-designation",
    "designated-for-another-body",
    "designated-for-another-record-type",
    "designation-revoked",
    "designation-ended",
    "designation-not-yet-valid",
    "wrong-actor",
    "system-only",
];

const HEAD: &str = "# States and commands

Made by asking the deciders (`tests/simulation/tests/states.rs`): every command, in every place where an entry can stand, by somebody of
each role who had no part in what happened before. `DOSSIER_WRITE=1 cargo nextest run -p dossier-simulation --test states` writes it anew;
a change of a decider that changes this table fails until somebody has read the difference.

Each service knows the state of an entry as far as it has heard of the others. `unknown`: it has never heard of the entry. What is not
in a first table is refused, as the second one says: to somebody who has the right to ask. To everybody else the answer is that they have no
designation for it. The third says what a service does by itself: because it has heard of an event of another one, or because a time has
come. An event that leaves the state as it is is shown with the same state on both sides.
";

/// The whole file.
pub(crate) fn written(trials: &[Trial], scenes: &[Scene]) -> String {
    let mut text = HEAD.to_owned();
    for service in Service::ALL {
        let own: Vec<&Trial> = trials.iter().filter(|trial| trial.service == service).collect();
        let follows = by_itself::table(scenes, service);
        write!(text, "\n## {}\n\n{}\n{}\n{follows}", title(service), accepted(&own), refused(&own)).unwrap();
    }
    text
}

fn title(service: Service) -> &'static str {
    match service {
        Service::Submission => "Submission",
        Service::Moderation => "Moderation",
        Service::Publication => "Publication",
    }
}

/// Where each thing was seen first: the order of the tables.
fn first_seen<'a>(all: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    let mut order = BTreeMap::new();
    for (index, one) in all.enumerate() {
        order.entry(one).or_insert(index);
    }
    order
}

/// Where a row stands: by command, by state, then by what follows.
type Place<'a> = (usize, usize, &'a str, &'a str);

fn accepted(trials: &[&Trial]) -> String {
    let commands = first_seen(trials.iter().map(|trial| trial.command.as_str()));
    let states = first_seen(trials.iter().map(|trial| trial.from.as_str()));
    let roles = first_seen(trials.iter().map(|trial| trial.by));
    let mut rows: BTreeMap<Place<'_>, (&Trial, Vec<&str>)> = BTreeMap::new();
    for trial in trials {
        let (events, to) = match &trial.outcome {
            Outcome::Done { events, to } => (events.as_str(), to.as_str()),
            Outcome::Nothing | Outcome::Refused(_) => continue,
        };
        let key = (commands[trial.command.as_str()], states[trial.from.as_str()], events, to);
        let by = &mut rows.entry(key).or_insert_with(|| (trial, Vec::new())).1;
        if !by.contains(&trial.by) {
            by.push(trial.by);
        }
    }
    let mut text = "| command | from | by | event | to |\n|---|---|---|---|---|\n".to_owned();
    for ((_, _, events, to), (trial, mut by)) in rows {
        by.sort_by_key(|role| roles[role]);
        writeln!(text, "| {} | {} | {} | {events} | {to} |", trial.command, trial.from, by.join(", ")).unwrap();
    }
    text
}

fn refused(trials: &[&Trial]) -> String {
    let commands = first_seen(trials.iter().map(|trial| trial.command.as_str()));
    let states = first_seen(trials.iter().map(|trial| trial.from.as_str()));
    let mut rows: BTreeMap<(usize, &str), (&str, Vec<&str>)> = BTreeMap::new();
    for trial in trials {
        let why = match trial.outcome {
            Outcome::Refused(code) if !NO_RIGHT.contains(&code) => code,
            Outcome::Nothing => "nothing changes",
            _ => continue,
        };
        let row = rows.entry((commands[trial.command.as_str()], why)).or_insert((&trial.command, Vec::new()));
        if !row.1.contains(&trial.from.as_str()) {
            row.1.push(&trial.from);
        }
    }
    let mut text = "| command | refused with | in |\n|---|---|---|\n".to_owned();
    for ((_, why), (command, mut from)) in rows {
        from.sort_by_key(|state| states[state]);
        writeln!(text, "| {command} | {why} | {} |", from.join(", ")).unwrap();
    }
    text
}
