//! Everything that signs for the installation, with its history: the file that receipts, checkpoints and exports are verified with.

use dossier_proof::{KeyFile, Witness};
use dossier_proto::Origin;

use crate::office::Office;

/// The file, as it is now.
pub(crate) fn published(office: &Office) -> KeyFile {
    let logs = Origin::ALL.into_iter().filter_map(|origin| office.keys(origin)).collect();
    KeyFile { logs, cosigners: office.cosigners().to_vec(), witnesses: witnesses(office) }
}

/// Others who cosign, as the configuration names them.
fn witnesses(office: &Office) -> Vec<Witness> {
    office.witnessed().witnesses().keys().map(|key| Witness { key: key.clone(), words: String::new() }).collect()
}
