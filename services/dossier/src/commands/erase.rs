//! `dossier erase`: has words destroyed wherever they are, or a person forgotten; and tells who has done it.

use std::{thread, time::Duration};

use serde_json::{Value, json};

use crate::{
    Exit, Failure,
    cli::{Erase, Erasures},
    client::Client,
    output::{Audience, aside, line, text},
    terminal,
};

const ADDRESS: &str = "/review/api/v1/erasures";
/// Services destroy within moments; one that is down does when it is back.
const LOOKS: u32 = 60;
const BETWEEN_LOOKS: Duration = Duration::from_millis(250);

pub(super) fn run(erase: &Erase, audience: Audience) -> Result<(), Failure> {
    let client = Client::new(&erase.server);
    let is_person = erase.scope == "person";
    let named = if is_person { erase.what.clone() } else { entry_id(&client, &erase.what)? };
    let confirm = match &erase.confirm {
        Some(confirm) => confirm.clone(),
        None => {
            let what = &erase.what;
            aside(&format!(
                "{}\nIt cannot be undone, by nobody. Receipts that were given out still verify; backups of keys made before still open it.",
                in_words(&erase.scope, what)
            ));
            terminal::ask(&format!("Type {what} to go on"))?
        }
    };
    if confirm.trim() != erase.what {
        return Err(Failure::new(
            Exit::Usage,
            format!("{:?} is not {:?}: nothing was erased", confirm.trim(), erase.what),
        ));
    }
    let mut body = json!({"scope": erase.scope, "reason": erase.reason, "confirm": confirm.trim()});
    body[if is_person { "subject" } else { "entry" }] = json!(named);
    if !erase.digests.is_empty() {
        body["digests"] = json!(erase.digests);
    }
    if let Some(note) = &erase.note {
        body["note"] = json!(note);
    }
    let ordered = client.post(ADDRESS, &body)?.document()?;
    let seen = until_complete(&client, is_person, &named, ordered)?;
    audience.show(&seen, said);
    Ok(())
}

fn in_words(scope: &str, what: &str) -> String {
    match scope {
        "person" => format!("The name, the address and the account of {what} are destroyed."),
        "personal-values" => format!("All personal values in contents of {what} are destroyed, in every service."),
        "content" => {
            format!("The contents of {what} that are named are destroyed, with their files, in every service.")
        }
        _ => format!(
            "Everything anybody wrote in {what} is destroyed, in every service: contents, files, comments, reasons."
        ),
    }
}

/// The id behind a public number; an id as it is.
fn entry_id(client: &Client, name: &str) -> Result<String, Failure> {
    if !name.contains('-') {
        return Ok(name.to_owned());
    }
    let editions = client.get(&format!("/api/v1/entries/{name}/editions"))?.document()?;
    Ok(text(&editions, "id").to_owned())
}

/// Looks for some seconds whether all have confirmed; what has not is told and no failure.
fn until_complete(client: &Client, is_person: bool, named: &str, ordered: Value) -> Result<Value, Failure> {
    let mut seen = ordered;
    let place = seen["order"].clone();
    let whose = if is_person { "subject" } else { "entry" };
    for _ in 0..LOOKS {
        if seen["complete"] == json!(true) {
            break;
        }
        // The others hear of it within milliseconds.
        thread::sleep(BETWEEN_LOOKS);
        let list = client.get(&format!("{ADDRESS}?{whose}={named}"))?.document()?;
        let items = list["items"].as_array().cloned().unwrap_or_default();
        if let Some(found) = items.into_iter().find(|item| item["order"] == place) {
            seen = found;
        }
    }
    Ok(seen)
}

pub(super) fn list(erasures: &Erasures, audience: Audience) -> Result<(), Failure> {
    let client = Client::new(&erasures.server);
    let waiting = if erasures.waiting { "&waiting=true" } else { "" };
    let mut address = format!("{ADDRESS}?limit=200{waiting}");
    loop {
        let page = client.get(&address)?.document()?;
        for item in page["items"].as_array().into_iter().flatten() {
            audience.show(item, said);
        }
        let Some(next) = page["next"].as_str() else { return Ok(()) };
        address = format!("{ADDRESS}?limit=200{waiting}&cursor={next}");
        if page["items"].as_array().is_none_or(Vec::is_empty) {
            line("");
            return Ok(());
        }
    }
}

fn said(erasure: &Value) -> String {
    let what = ["number", "entry", "subject"].into_iter().find_map(|name| erasure[name].as_str()).unwrap_or_default();
    let order = format!("{}/{}", text(&erasure["order"], "origin"), erasure["order"]["sequence"]);
    let done = erasure["confirmed"].as_array().into_iter().flatten();
    let done: Vec<_> =
        done.map(|one| format!("{} ({} keys, {})", text(one, "service"), one["destroyed"], text(one, "at"))).collect();
    let waiting = erasure["waiting"].as_array().into_iter().flatten();
    let waiting: Vec<_> = waiting.filter_map(Value::as_str).collect();
    let mut said = format!(
        "{what}: {} erased by order {order} of {} ({})",
        text(erasure, "scope"),
        text(erasure, "ordered_at"),
        text(erasure, "reason")
    );
    if !done.is_empty() {
        said.push_str(&format!("\n  destroyed by {}", done.join(", ")));
    }
    if !waiting.is_empty() {
        said.push_str(&format!(
            "\n  NOT YET confirmed by {}; a service that is down does it before it serves anybody again",
            waiting.join(", ")
        ));
    }
    said
}
