//! `dossier registry`: checks, compares and adopts registries.

use std::{fs, path::Path};

use dossier_registry::{Change, Registry as Rules, RegistryChange, RegistryFault, changes};
use serde_json::{Value, json};

use crate::{
    Exit, Failure,
    cli::{Registry, Server},
    client::Client,
    output::{Audience, line, text},
};

pub(super) fn run(what: &Registry, audience: Audience) -> Result<(), Failure> {
    match what {
        Registry::Check { directory } => check(directory.as_deref(), audience),
        Registry::Compare { before, after } => compare(before, after.as_deref(), audience),
        Registry::Adopt { directory, server } => adopt(directory, server, audience),
    }
}

fn check(directory: Option<&Path>, audience: Audience) -> Result<(), Failure> {
    let registry = match directory {
        Some(directory) => of_directory(directory, audience)?,
        None => Rules::embedded(),
    };
    let document = json!({
        "digest": registry.digest().to_string(), "version": registry.version(), "bytes": registry.bytes().len(), "faults": [],
        "types": registry.types().iter().map(|one| one.key.clone()).collect::<Vec<_>>(),
    });
    audience.show(&document, |document| format!("sound: {} bytes, digest {}", document["bytes"], registry.digest()));
    Ok(())
}

fn compare(before: &Path, after: Option<&Path>, audience: Audience) -> Result<(), Failure> {
    let before = any(before, audience)?;
    let after = after.map_or_else(|| Ok(Rules::embedded()), |after| any(after, audience))?;
    let found = changes(&before, &after);
    let document = json!({
        "before": {"digest": before.digest().to_string(), "version": before.version()},
        "after": {"digest": after.digest().to_string(), "version": after.version()},
        "changes": found,
    });
    audience.show(&document, |_| in_words(&found));
    Ok(())
}

fn adopt(directory: &Path, server: &Server, audience: Audience) -> Result<(), Failure> {
    let registry = of_directory(directory, audience)?;
    // The bytes are the canonical form, which is text.
    let document = String::from_utf8_lossy(registry.bytes());
    let answer = Client::new(server).post("/review/api/v1/registry", &json!({"document": document}))?.document()?;
    audience.show(&answer, |answer| {
        let changes = answer["changes"].as_array().map_or(0, Vec::len);
        let way = if answer.get("recorded").is_some() { "in force now" } else { "in force already" };
        format!("{way}: version {}, digest {}, {changes} changes", text(answer, "version"), text(answer, "digest"))
    });
    Ok(())
}

/// A registry given by its directory, or by a file with its bytes.
fn any(path: &Path, audience: Audience) -> Result<Rules, Failure> {
    if path.is_dir() || !path.exists() {
        return of_directory(path, audience);
    }
    let size = fs::metadata(path).map_err(|error| Failure::disk(path, &error))?.len();
    if size > Rules::BYTES_MAX as u64 {
        return Err(Failure::new(Exit::Failed, format!("{} is too long for a registry", path.display())));
    }
    let bytes = fs::read(path).map_err(|error| Failure::disk(path, &error))?;
    let json: Value = serde_json::from_slice(&bytes)
        .map_err(|error| Failure::new(Exit::Failed, format!("{} is not JSON: {error}", path.display())))?;
    Rules::from_json(&json).map_err(|error| Failure::new(Exit::Failed, format!("{}: {error}", path.display())))
}

fn of_directory(directory: &Path, audience: Audience) -> Result<Rules, Failure> {
    Rules::from_directory(directory).map_err(|faults| report(&faults, audience))
}

fn in_words(found: &[RegistryChange]) -> String {
    if found.is_empty() {
        return "they say the same".to_owned();
    }
    let line = |one: &RegistryChange| {
        let mark = match one.change {
            Change::Added => "+",
            Change::Removed => "-",
            Change::Changed => "~",
        };
        let keys = if one.keys.is_empty() { String::new() } else { format!(" ({})", one.keys.join(", ")) };
        let remark = one.remark.as_ref().map(|remark| format!("\n    {remark}")).unwrap_or_default();
        format!("{mark} {}{keys}{remark}", one.part)
    };
    found.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn report(faults: &[RegistryFault], audience: Audience) -> Failure {
    match audience {
        Audience::Program => {
            let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
            line(&json!({"faults": faults}).to_string());
        }
        Audience::Person => faults.iter().for_each(|fault| line(&fault.to_string())),
    }
    let count = if faults.len() == 1 { "1 fault".to_owned() } else { format!("{} faults", faults.len()) };
    Failure::new(Exit::NotProved, format!("{count} in the registry's files; mend them and check again"))
}
