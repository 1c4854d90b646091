//! A receipt: the proof that goes with a published edition. Needs no server and no data directory.

use std::{
    fs::{self, File},
    io::Read as _,
    path::Path,
};

use dossier_proof::{CosignerKey, VerifierKey};
use dossier_receipt::{Keys, RECEIPT_BYTES_MAX, ReceiptError, Verified, verify as verify_receipt};
use serde_json::json;

use crate::{Exit, Failure, output::Audience};

/// A file of keys has a handful of lines of some 100 bytes.
const KEYS_BYTES_MAX: u64 = 64 * 1024;

pub(super) fn verify(path: &Path, given: Option<&Path>, audience: Audience) -> Result<(), Failure> {
    let trusted = given.map(keys_in).transpose()?;
    let verified = verify_receipt(&read(path)?, trusted.as_ref()).map_err(|error| {
        let exit = if matches!(error, ReceiptError::Form(_)) { Exit::Damaged } else { Exit::NotProved };
        Failure::new(exit, format!("{} does not hold: {error}", path.display()))
    })?;
    let shown = json!({
        "holds": true, "number": verified.number, "edition": verified.edition, "body": verified.body, "type": verified.record_type,
        "seen_at_seconds": verified.seen_at, "steps": verified.steps, "keys": verified.keys, "keys_are_trusted": trusted.is_some(),
    });
    audience.show(&shown, |_| words(&verified, given));
    Ok(())
}

/// What holds, for a person; `trusted` is where the keys come from.
pub(in crate::commands) fn words(verified: &Verified, trusted: Option<&Path>) -> String {
    let Verified { number, edition, body, record_type, .. } = verified;
    let mut words = format!("The receipt of edition {edition} of {number} ({record_type}, {body}) holds:\n");
    for step in &verified.steps {
        words.push_str(&format!("  - {step}\n"));
    }
    words.push_str(&match trusted {
        Some(file) => format!("Everything is signed with the keys in {}.\n", file.display()),
        None => "It rests on the keys that came with it: that shows that nothing was changed since, and not who made it. Get the installation's keys by \
                 another way and name them with --keys.\n"
            .to_owned(),
    });
    words.push_str("Whether the entry was corrected or retracted since is not in a receipt: its address says so.\n");
    words
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| Failure::disk(path, &error))?;
    // One byte more than the longest, so that a longer one is told as such.
    let read = file.take(RECEIPT_BYTES_MAX as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::disk(path, &error))?;
    Ok(bytes)
}

/// The keys of an installation in a file: a line each, of whom says their name.
fn keys_in(path: &Path) -> Result<Keys, Failure> {
    let length = fs::metadata(path).map_err(|error| Failure::disk(path, &error))?.len();
    if length > KEYS_BYTES_MAX {
        return Err(Failure::damaged(format!("{} is too long for a file of keys", path.display())));
    }
    let text = fs::read_to_string(path).map_err(|error| Failure::disk(path, &error))?;
    let lines: Vec<&str> =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let of = |service: &str| {
        let mut named = lines.iter().filter(|line| {
            let name = VerifierKey::parse(line).map(|key| key.name().as_str().to_owned());
            let name = name.or_else(|_| CosignerKey::parse(line).map(|key| key.name().as_str().to_owned()));
            name.is_ok_and(|name| name.rsplit_once('/').is_some_and(|(_, last)| last == service))
        });
        match (named.next(), named.next()) {
            (Some(key), None) => Ok((*key).to_owned()),
            (None, _) => Err(Failure::damaged(format!("{} has no key of {service}", path.display()))),
            (Some(_), Some(_)) => Err(Failure::damaged(format!(
                "{} has two keys of {service}: of several installations?",
                path.display()
            ))),
        }
    };
    Ok(Keys {
        cosigner: of("cosigner")?,
        moderation: of("moderation")?,
        publication: of("publication")?,
        submission: of("submission")?,
    })
}
