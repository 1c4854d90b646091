//! A receipt: the proof that goes with a published edition. Needs no server and no data directory.

use std::{fs::File, io::Read as _, path::Path};

use dossier_receipt::{RECEIPT_BYTES_MAX, ReceiptError, Verified, verify as verify_receipt};
use serde_json::json;

use crate::{Exit, Failure, output::Audience, verification::read_keys};

/// `cosigners`: so many foreign witnesses that are trusted must have cosigned all of it.
pub(super) fn verify(path: &Path, given: Option<&Path>, cosigners: usize, audience: Audience) -> Result<(), Failure> {
    let trusted = given.map(read_keys).transpose()?;
    let verified = verify_receipt(&read(path)?, trusted.as_ref()).map_err(|error| {
        let exit = if matches!(error, ReceiptError::Form(_)) { Exit::Damaged } else { Exit::NotProved };
        Failure::new(exit, format!("{} does not hold: {error}", path.display()))
    })?;
    enough(path, &verified, cosigners)?;
    let shown = json!({
        "holds": true, "number": verified.number, "edition": verified.edition, "body": verified.body, "type": verified.record_type,
        "witnesses": verified.witnesses, "seen_at_seconds": verified.seen_at, "steps": verified.steps, "keys": verified.keys, "keys_are_trusted": trusted.is_some(),
    });
    audience.show(&shown, |_| words(&verified, given));
    Ok(())
}

/// Whether as many others have seen the same history as somebody asks for.
fn enough(path: &Path, verified: &Verified, wanted: usize) -> Result<(), Failure> {
    let found = verified.witnesses.len();
    if found >= wanted {
        return Ok(());
    }
    let said = format!(
        "{} holds, but {found} of the witnesses that you trust have cosigned all of it, and you ask for {wanted}. Fetch it again later: witnesses \
         cosign what they have seen; or see whether --keys names them",
        path.display()
    );
    Err(Failure::new(Exit::NotProved, said))
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
    words.push_str(&match verified.witnesses.len() {
        0 => "Nobody but the installation has cosigned all of it.\n".to_owned(),
        count => format!("Cosigned by {count} that {} not the installation.\n", if count == 1 { "is" } else { "are" }),
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
