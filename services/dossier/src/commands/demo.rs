//! `dossier demo practice`: the practice of Kenya, told where somebody watches.

use std::{ffi::OsString, path::Path, time::Instant};

use clap::Parser;
use serde_json::{Value, json};

use super::{story::read_tokens, telling, trail, up};
use crate::{
    Exit, Failure, Layout,
    cli::{Cli, Command, Demo, Practice, Up},
    client::Client,
    house::{House, Tokens},
    output::{Audience, line},
    paste::{program, typed},
    story::{
        self, Patient,
        practice::{self, Heard, Told},
    },
};

pub(super) fn run(demo: &Demo, audience: Audience) -> Result<(), Failure> {
    let Demo::Practice(asked) = demo;
    match &asked.server {
        Some(server) => at(server, asked, audience),
        None => up::run_with_practice(&as_up(asked)?),
    }
}

/// `dossier up --demo`, as one would type it.
fn as_up(asked: &Practice) -> Result<Up, Failure> {
    let listen = asked.listen.to_string();
    let typed: [OsString; 7] = [
        "dossier".into(),
        "up".into(),
        "--demo".into(),
        "--data".into(),
        asked.data.clone().into_os_string(),
        "--listen".into(),
        listen.into(),
    ];
    match Cli::try_parse_from(typed).map(|cli| cli.command) {
        Ok(Command::Up(up)) => Ok(up),
        Ok(_) | Err(_) => Err(Failure::new(Exit::Usage, format!("{} is no data directory", asked.data.display()))),
    }
}

/// On a demonstration that runs elsewhere.
fn at(server: &str, asked: &Practice, audience: Audience) -> Result<(), Failure> {
    let tokens = asked.tokens.clone().unwrap_or_else(|| Layout::of(&asked.data).demo_tokens());
    let tokens = read_tokens(&tokens)?;
    let told = play(server, &tokens, audience)?;
    sound(server, &tokens)?;
    let document = json!({
        "entry": told.entry, "number": told.number, "editions": told.editions, "steps": told.steps, "refusals": told.refusals,
    });
    if audience == Audience::Person {
        line("\nThe trail, as its auditor reads it (reading it is on record too):\n");
        line(trail::words(whole_trail(server, &tokens, &told.entry)?)?.trim_end());
    }
    audience.show(&document, |_| what_next(server, &typed(&where_tokens(asked)), &told));
    Ok(())
}

fn where_tokens(asked: &Practice) -> std::path::PathBuf {
    asked.tokens.clone().unwrap_or_else(|| Layout::of(&asked.data).demo_tokens())
}

/// In this process, which stays up.
pub(super) async fn tell(house: &House, base: &str, data: &Path) -> Result<(), Failure> {
    let (server, tokens) = (base.to_owned(), house.tokens.clone());
    let playing = tokio::task::spawn_blocking(move || {
        let told = play(&server, &tokens, Audience::Person)?;
        sound(&server, &tokens)?;
        Ok::<_, Failure>(told)
    });
    let told = playing.await.map_err(|error| Failure::new(Exit::Failed, format!("the story broke off: {error}")))??;
    if !house.is_level().await {
        return Err(Failure::new(Exit::Failed, "the services do not hear of each other"));
    }
    telling::verify(house)?;
    telling::print_trail(house, base, &told.entry).await?;
    line(&what_next(base, &typed(&Layout::of(data).demo_tokens()), &told));
    line(&format!(
        "  Kill it without warning, and verify what is on disk\n    kill -9 {}\n    {} verify --data {}\n\nCtrl-C ends it cleanly.",
        std::process::id(),
        program(),
        typed(data)
    ));
    Ok(())
}

fn play(server: &str, tokens: &Tokens, audience: Audience) -> Result<Told, Failure> {
    let started = Instant::now();
    audience.show(&json!({"server": server}), |_| {
        "\nA practice of Kenya, from its draft to its tombstone. Each line was durable before it was printed."
            .to_owned()
    });
    let told = practice::tell(server, tokens, &mut |heard| {
        audience.show(&document(&heard), |_| words(&heard));
    })?;
    audience.show(&json!({"milliseconds": started.elapsed().as_millis() as u64}), |_| {
        format!("\n{} steps and {} refusals in {} ms.", told.steps, told.refusals, started.elapsed().as_millis())
    });
    Ok(told)
}

fn words(heard: &Heard) -> String {
    match heard {
        Heard::Chapter(words) => format!("\n{words}\n"),
        Heard::Done(words) => format!("  {words}."),
        Heard::Refused(words, why) => format!("  {words}.\n    Refused. {why}"),
        Heard::Seen(words) => format!("    {words}"),
    }
}

fn document(heard: &Heard) -> Value {
    match heard {
        Heard::Chapter(words) => json!({"chapter": words}),
        Heard::Done(words) => json!({"done": words}),
        Heard::Refused(words, why) => json!({"refused": words, "why": why}),
        Heard::Seen(words) => json!({"seen": words}),
    }
}

/// The audit service, which has read everything of all, has found nothing wrong.
fn sound(server: &str, tokens: &Tokens) -> Result<(), Failure> {
    let findings = auditor(server, tokens)?.get("/audit/api/v1/findings")?.document()?;
    match findings["items"].as_array().map_or(0, Vec::len) {
        0 => Ok(()),
        some => {
            Err(Failure::new(Exit::NotProved, format!("the audit service has found {some} things that do not agree")))
        }
    }
}

fn whole_trail(server: &str, tokens: &Tokens, entry: &str) -> Result<Vec<Value>, Failure> {
    let auditor = auditor(server, tokens)?;
    trail::pages(|path| auditor.get(path), entry)
}

fn auditor(server: &str, tokens: &Tokens) -> Result<Patient, Failure> {
    let token = tokens.get("auditor").ok_or_else(|| Failure::not_there("nobody plays auditor"))?;
    Ok(Patient::new(Client::to(server, Some(token.clone())), story::PATIENCE))
}

fn what_next(server: &str, tokens: &str, told: &Told) -> String {
    let (program, number, entry) = (program(), &told.number, &told.entry);
    format!(
        "
The audit service has read everything of all and found nothing wrong. What you can look at now, in another terminal:

  The tombstone, and what it keeps of {editions} editions
    {server}/entries/{number}
    curl {server}/api/v1/entries/{number}

  The trail: who did what, and what was refused
    DOSSIER_TOKEN=$(python3 -c \"import json, sys; print(json.load(open(sys.argv[1]))['auditor'])\" {tokens}) {program} trail {entry} --server {server}

  Tell it again: that files another practice
    {program} demo practice --server {server} --tokens {tokens}
",
        editions = told.editions,
    )
}
