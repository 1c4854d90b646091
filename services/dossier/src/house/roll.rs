//! The copy of the accounts, written down by a service that has one: so that people come back with moderation when its disk is lost.
//!
//! `DATA/<service>/people.sealed`, sealed under a key that follows from the service's own master key. When it is replaced the former bytes are
//! overwritten where they stand: whoever was forgotten is not in the next copy, and soon in none.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use dossier_identity::{Accounts, accounts::WrittenCopy};
use dossier_vault::{
    MasterKey,
    backup::{BackupKey, Sealing, Unsealing},
};
use zeroize::Zeroizing;

use crate::{Failure, Layout};

/// How often it is looked whether the copy is another one. Somebody who is forgotten is so long in the file at most, after the service heard of it.
const LOOK_EVERY: Duration = Duration::from_secs(2);
const LABEL: &str = "copy of the accounts";

/// The file of a service.
pub(crate) fn file(layout: &Layout, service: dossier_proto::Origin) -> PathBuf {
    layout.service(service).join("people.sealed")
}

/// Writes the copy down whenever it is another one, and says so to whoever waits for it (`Accounts::will_be_written_down`). Drop the future to
/// stop.
pub(super) async fn keep(accounts: Arc<Accounts>, file: PathBuf, master: MasterKey) {
    let mut tick = tokio::time::interval(LOOK_EVERY);
    loop {
        tick.tick().await;
        let Some(copy) = accounts.unwritten() else { continue };
        let (place, key, edition) = (file.clone(), BackupKey::derived(&master, LABEL), copy.edition);
        let written = tokio::task::spawn_blocking(move || write(&place, &key, &copy)).await;
        match written {
            Ok(Ok(())) => accounts.written_down(edition),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the copy of the accounts could not be written down; it is tried again");
            }
            Err(_panicked) => tracing::error!("writing the copy of the accounts down failed"),
        }
    }
}

fn write(place: &Path, key: &BackupKey, copy: &WrittenCopy) -> io::Result<()> {
    let draft = place.with_extension("new");
    let mut sealing =
        Sealing::begin(OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?, key)?;
    sealing.write_all(&copy.bytes)?;
    sealing.finish()?.sync_all()?;
    let former = OpenOptions::new().write(true).open(place);
    fs::rename(&draft, place)?;
    if let Some(parent) = place.parent() {
        File::open(parent)?.sync_all()?;
    }
    match former {
        Ok(former) => overwrite(former),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// The file has no name any more; its bytes stand on the disk until something else is written there.
fn overwrite(mut former: File) -> io::Result<()> {
    let length = former.metadata()?.len();
    io::copy(&mut io::repeat(0).take(length), &mut former)?;
    former.sync_data()
}

/// Reads the copy of a service; nothing when it has none.
///
/// # Errors
/// [`Failure`]: the disk, or it is not what was written there.
pub(crate) fn read(file: &Path, master: &MasterKey) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
    let opened = match File::open(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(|error| Failure::disk(file, &error))?,
    };
    let damaged = |error: &dyn std::fmt::Display| Failure::damaged(format!("{}: {error}", file.display()));
    let mut from = Unsealing::begin(opened, &BackupKey::derived(master, LABEL)).map_err(|error| damaged(&error))?;
    let mut copy = Zeroizing::new(Vec::new());
    from.read_to_end(&mut copy).map_err(|error| damaged(&error))?;
    Ok(Some(copy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_back_as_it_was_and_the_former_one_is_gone() {
        let directory = tempfile::tempdir().unwrap();
        let master = MasterKey::create_or_read(directory.path().join("master.key")).unwrap();
        let (place, key) = (directory.path().join("people.sealed"), BackupKey::derived(&master, LABEL));
        assert_eq!(read(&place, &master).unwrap(), None);
        let copy = |text: &str| WrittenCopy { edition: 1, bytes: Zeroizing::new(text.as_bytes().to_vec()) };
        write(&place, &key, &copy("Aiman Oak")).unwrap();
        let (former, open) = (fs::read(&place).unwrap(), File::open(&place).unwrap());
        write(&place, &key, &copy("nobody")).unwrap();
        assert_eq!(read(&place, &master).unwrap().unwrap().as_slice(), b"nobody");
        let mut left = Vec::new();
        { open }.read_to_end(&mut left).unwrap();
        assert_eq!(left, vec![0; former.len()], "overwritten where it stood");
        fs::write(&place, &former[..former.len() - 1]).unwrap();
        assert!(read(&place, &master).is_err());
    }
}
