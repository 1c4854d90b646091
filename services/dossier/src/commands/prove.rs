//! `dossier prove`: fetches the receipt of a published edition, verifies it, and keeps it in a file.

use std::{fs::File, io::Write, path::PathBuf};

use dossier_receipt::{Receipt, verify};
use serde_json::{Value, json};

use super::verify::receipt::words;
use crate::{Exit, Failure, cli::Prove, client::Client, output::Audience};

pub(super) fn run(prove: &Prove, audience: Audience) -> Result<(), Failure> {
    let client = Client::new(&prove.server);
    let number = &prove.number;
    let edition = match prove.edition {
        Some(edition) => u64::from(edition),
        None => {
            let entry = client.get(&format!("/api/v1/entries/{number}"))?.document()?;
            entry["edition"].as_u64().ok_or_else(|| unknown("it names no edition"))?
        }
    };
    let document = client.get(&format!("/audit/api/v1/receipts/{number}/{edition}"))?.document()?;
    let receipt: Receipt = serde_json::from_value(document).map_err(|error| unknown(&error.to_string()))?;
    let text = receipt.to_text();
    let verified = verify(text.as_bytes(), None);
    let verified = verified.map_err(|error| Failure::new(Exit::NotProved, format!("{error}. Nothing was written")))?;
    if (verified.number.as_str(), u64::from(verified.edition)) != (number, edition) {
        return Err(unknown(&format!("it is of edition {} of {}", verified.edition, verified.number)));
    }
    let path = prove.to.clone().unwrap_or_else(|| PathBuf::from(format!("{number}-{edition}.receipt.json")));
    let written = File::create_new(&path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| Failure::disk(&path, &error))?;
    let shown =
        json!({ "written": path, "number": verified.number, "edition": verified.edition, "steps": verified.steps });
    audience.show(&shown, |_: &Value| {
        let keys = format!("{}/audit/api/v1/verifier-keys.txt", prove.server.server.trim_end_matches('/'));
        format!(
            "{}\nWritten to {path}. Anybody verifies it, without this server: dossier verify {path} --keys FILE, with the keys of {keys}, \
             got by a way that they trust.",
            words(&verified, None),
            path = path.display()
        )
    });
    Ok(())
}

fn unknown(what: &str) -> Failure {
    Failure::new(Exit::Failed, format!("the server's answer is not one this version reads: {what}"))
}
