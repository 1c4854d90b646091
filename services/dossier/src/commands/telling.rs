//! The story as `dossier up --demo --story` prints it.

use std::{path::Path, time::Instant};

use dossier_audit::trail;
use dossier_identity::Role;
use dossier_proof::KeyFile;
use dossier_proto::{DesignationId, Event};
use serde_json::Value;

use super::trail as trail_command;
use crate::{
    Exit, Failure,
    client::Client,
    house::{House, Narrator},
    output::line,
    paste::{program, typed},
    story::{self, Patient, Told},
    verification::{KeptCheckpoint, Sources, read_through},
};

/// Tells the story, verifies every journal, prints the trail, and says what can be tried.
pub(super) async fn tell(house: &House, base: &str, data: &Path, sample: &Path) -> Result<(), Failure> {
    let started = Instant::now();
    let told = play(house, base, sample).await?;
    if !house.is_level().await {
        return Err(Failure::new(Exit::Failed, "the services do not hear of each other"));
    }
    match told.steps {
        0 => line(&format!(
            "\nEverything is there already: {} was published before. Nothing was filed twice.",
            told.number
        )),
        steps => line(&format!("\n{} steps in {} ms.", steps, started.elapsed().as_millis())),
    }
    verify(house)?;
    print_trail(house, base, &told.entry).await?;
    line(&what_next(base, data, sample, &told));
    Ok(())
}

async fn play(house: &House, base: &str, sample: &Path) -> Result<Told, Failure> {
    let mut narrator = Narrator::begin(house.journals());
    let (base, tokens, sample) = (base.to_owned(), house.tokens.clone(), sample.to_owned());
    let roles = house.moderation.engine().clone();
    line("\nEach line was durable before it was printed: origin and sequence, who, what.\n");
    let playing = tokio::task::spawn_blocking(move || {
        let role = |designation: DesignationId| -> Option<Role> {
            roles.view().state.designations.get(designation).map(|held| held.designation.role)
        };
        let mut hear = |_: &str, _: story::Moment| {
            narrator.look().iter().filter(|event| is_told(event)).for_each(|event| line(&words(event, &role)));
        };
        story::tell(&base, &tokens, &sample, &mut hear)
    });
    playing.await.map_err(|error| Failure::new(Exit::Failed, format!("the story broke off: {error}")))?
}

/// Receptions are the machinery's; people hear of what follows.
fn is_told(event: &Event) -> bool {
    trail::kind(event.payload.as_ref()) != "received"
}

fn words(event: &Event, role: &dyn Fn(DesignationId) -> Option<Role>) -> String {
    let place = event.head.place;
    let role = event.head.authority.and_then(|authority| role(authority.designation));
    format!("  {:<11} {:>4}  {}", place.origin.name(), place.sequence, trail::sentence(event, role))
}

/// Reads every journal from its first event, decides every command again, and compares with the signed checkpoint.
pub(super) fn verify(house: &House) -> Result<(), Failure> {
    line("\nVerifying every journal: bytes, order, causes, rules, and what was signed.\n");
    let logs = house.journals().iter().map(|(_, journal)| journal.keys()).collect();
    let keys = KeyFile { logs, ..KeyFile::default() };
    let mut sources = Sources::default();
    let journals = house.journals();
    for (origin, journal) in &journals {
        sources.put(*origin, journal.clone());
    }
    let mut doubts = 0;
    for (origin, journal) in &journals {
        let signed = journal.checkpoint().map_err(|error| Failure::damaged(format!("{origin}: {error}")))?;
        let root = signed.unverified().root;
        let head = KeptCheckpoint::of("signed a moment ago".to_owned(), signed)?.head(&keys);
        let head = head.map_err(|doubt| Failure::new(Exit::NotProved, doubt.to_string()))?;
        let reading = read_through(*origin, &sources, [head], &mut |_| {});
        doubts += reading.doubts.len();
        let verdict = if reading.doubts.is_empty() { "sound" } else { "NOT SOUND" };
        line(&format!("  {:<11} {:>4} events  {verdict}  root {root}", origin.name(), reading.events));
        reading.doubts.iter().for_each(|doubt| line(&doubt.to_string()));
    }
    if doubts == 0 { Ok(()) } else { Err(Failure::new(Exit::NotProved, format!("{doubts} things do not hold"))) }
}

pub(super) async fn print_trail(house: &House, base: &str, entry: &str) -> Result<(), Failure> {
    let auditor = Client::to(base, house.tokens.get("auditor").cloned());
    let entry = entry.to_owned();
    let reading = tokio::task::spawn_blocking(move || trail_command::words(whole_trail(auditor, &entry)?));
    let words = reading.await.map_err(|error| Failure::new(Exit::Failed, error.to_string()))??;
    line("\nThe trail, as its auditor reads it (reading it is on record too):\n");
    line(words.trim_end());
    Ok(())
}

/// Over a broker, audit may still have to hear of rights for a moment.
fn whole_trail(auditor: Client, entry: &str) -> Result<Vec<Value>, Failure> {
    let auditor = Patient::new(auditor, story::PATIENCE);
    trail_command::pages(|path| auditor.get(path), entry)
}

fn what_next(base: &str, data: &Path, sample: &Path, told: &Told) -> String {
    let tokens = typed(&data.join("demo-tokens.json"));
    let (data, sample, program, process) = (typed(data), typed(sample), program(), std::process::id());
    let token = |who: &str| {
        format!("$(python3 -c \"import json, sys; print(json.load(open(sys.argv[1]))['{who}'])\" {tokens})")
    };
    format!(
        "
What you can do now, in another terminal (paste as it is; put the entry and the digest that you see for ENTRY and DIGEST):

  Open the page
    {base}/entries/{number}

  File a record as Kenya's contributor, and submit it
    DOSSIER_TOKEN={kenya} {program} import {sample} --submit --server {base}

  See what waits, read it, approve exactly what you read (the review prints the command with its digest)
    export DOSSIER_TOKEN={moderator}
    {program} queue --server {base}
    {program} review ENTRY --server {base}

  Try to approve as the one who wrote it: the refusal names the reason, and is on record
    DOSSIER_TOKEN={kenya} {program} approve ENTRY --digest DIGEST --server {base}

  See the trail of the published entry
    DOSSIER_TOKEN={auditor} {program} trail {entry} --server {base}

  Kill it without warning, and verify what is on disk
    kill -9 {process}
    {program} verify --data {data}

Ctrl-C ends it cleanly. Run ./demo again: nothing is filed twice.
",
        number = told.number,
        entry = told.entry,
        kenya = token("contributor-ke"),
        moderator = token("moderator-b"),
        auditor = token("auditor"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::answering;

    /// A demonstration over a broker ended with "the server refused", because audit had not heard of rights for a moment.
    #[test]
    fn a_house_does_not_end_because_audit_cannot_tell_the_trail_yet() {
        let (base, served) = answering(&[503, 503, 200]);
        let pages = whole_trail(Client::to(&base, None), "EVT-2026-00001").unwrap();
        assert_eq!((pages.len(), served.join().unwrap().len()), (1, 3));
    }
}
