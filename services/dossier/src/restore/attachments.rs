//! The attached files of a service that is put back.

use dossier_vault::{Holding, Vault, files::FileStore};

use super::{keeper::Keeper, keys::Named, report::Unreadable};
use crate::Failure;

/// Fetches the files that events name, as far as there are keys to them, and answers how many came. Those that nobody has are noted.
///
/// # Errors
/// [`Failure`]: somebody could not be asked, or the disk.
pub(super) fn fetch(
    named: &Named,
    store: &FileStore,
    vault: &Vault,
    keeper: &dyn Keeper,
    unreadable: &mut Unreadable,
) -> Result<usize, Failure> {
    let mut came = 0;
    for ((entry, digest), key) in &named.files {
        let is_there = match vault.holding(*key) {
            Holding::Erased => continue,
            Holding::Unknown => false,
            Holding::Live => store.is_here(*entry, *digest) || keeper.file(*entry, *digest, store)?,
        };
        if is_there {
            came += 1;
        } else {
            *unreadable.files.entry(*entry).or_default() += 1;
        }
    }
    Ok(came)
}
