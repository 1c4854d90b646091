//! Whether the master key opens the vaults, and whether they and the accounts are whole.

use std::path::Path;

use dossier_identity::accounts::Accounts;
use dossier_proto::Origin;
use dossier_vault::{MasterKey, Vault, VaultError};

use super::{Finding, Findings};
use crate::{Exit, Failure, Layout};

pub(super) fn look(layout: &Layout, master: &MasterKey, findings: &mut Findings) {
    if let Some(vault) = open(&layout.person_keys(), master, findings)
        && layout.accounts().exists()
        && let Err(error) = Accounts::open(layout.accounts(), vault, master)
    {
        findings.add(Finding::fault(Exit::Damaged as u8, "accounts", layout.accounts().display(), error));
    }
    for origin in Origin::ALL {
        open(&layout.service_keys(origin), master, findings);
    }
}

/// Opens a vault that was made before; one that was not is none of ours to make.
fn open(directory: &Path, master: &MasterKey, findings: &mut Findings) -> Option<Vault> {
    let holds_something = std::fs::read_dir(directory).is_ok_and(|mut items| items.next().is_some());
    if !holds_something {
        return None;
    }
    match Vault::open_unthreaded(directory, master) {
        Ok(vault) => Some(vault),
        Err(error) => {
            let place = match &error {
                VaultError::SlotFile { path, .. } | VaultError::Header { path, .. } => path.display().to_string(),
                _ => directory.display().to_string(),
            };
            let text = error.to_string();
            findings.add(Finding::fault(Failure::from(error).exit_code(), "vault", place, text));
            None
        }
    }
}
