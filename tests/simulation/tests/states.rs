//! The table of states and commands, `services/STATES.md`, made by asking the deciders: every command, in every place where an entry can
//! stand, by everybody. `DOSSIER_WRITE=1` writes it anew; without that, a table that says anything else fails.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod table;

use std::{collections::BTreeSet, path::Path};

use dossier_moderation::domain::Standing as Reviewed;
use dossier_simulation::scenes;
use dossier_submission::domain::WorkState;
use table::{Service, Trial};

/// What is asked about no entry.
const ABOUT_NO_ENTRY: [&str; 6] =
    ["GrantDesignation", "InvitePerson", "RevokeDesignation", "AdoptRegistry", "RecordLetters", "ReadInbox"];

#[test]
fn the_table_of_states_and_commands_is_what_the_deciders_say() {
    let scenes = scenes::all();
    let trials: Vec<Trial> = scenes.iter().flat_map(table::try_all).collect();
    let made = table::written(&trials, &scenes);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../services/STATES.md");
    if std::env::var_os("DOSSIER_WRITE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let stands = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = made.lines().zip(stands.lines()).find(|(made, stands)| made != stands);
    assert!(
        made == stands,
        "services/STATES.md does not say what the deciders do ({differs:?}); write it anew with DOSSIER_WRITE=1, and read the difference"
    );
}

#[test]
fn the_scenes_are_everywhere() {
    let scenes = scenes::all();
    let states: BTreeSet<WorkState> = scenes.iter().map(table::submission_state).collect();
    assert_eq!(states, BTreeSet::from(WorkState::ALL), "a state of the workflow has no scene");
    let standings: BTreeSet<Reviewed> = scenes.iter().filter_map(table::standing).collect();
    assert_eq!(standings, BTreeSet::from(Reviewed::ALL), "a standing of a review has no scene");
}

/// What the services do when its time has come: a new one stands here, and some scene shows it.
const BY_THE_CLOCK: [&str; 6] =
    ["EditionPublished", "ErasureConfirmed", "Expired", "Reminded", "ReviewReleased", "ReviewResumed"];

#[test]
fn everything_that_happens_by_the_clock_is_in_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../services/STATES.md");
    let table = std::fs::read_to_string(&path).unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(": its time has come"));
    let shown: BTreeSet<&str> = rows.map(|(event, _)| event).collect();
    assert_eq!(shown, BTreeSet::from(BY_THE_CLOCK));
}

/// A command that nobody tries would be missing from the table, and nobody would see it.
#[test]
fn every_command_there_is_was_tried() {
    let tried: BTreeSet<(Service, String)> =
        scenes::all().iter().take(1).flat_map(table::try_all).map(|trial| (trial.service, trial.command)).collect();
    for service in Service::ALL {
        let file = format!("../../services/{}/src/domain/command.rs", service.key());
        let source = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        let body = source.split("pub enum Command {").nth(1).unwrap().split("\n}").next().unwrap();
        let variants = body.lines().filter_map(|line| {
            let line = line.strip_prefix("    ")?;
            line.starts_with(|first: char| first.is_ascii_uppercase()).then(|| line.split(['(', ' ', ',']).next())?
        });
        for variant in variants.filter(|variant| !ABOUT_NO_ENTRY.contains(variant)) {
            assert!(tried.contains(&(service, variant.to_owned())), "nobody tries {variant} of {}", service.key());
        }
    }
}
