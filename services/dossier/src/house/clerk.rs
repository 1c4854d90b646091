//! Makes backups for an operator, where the services have everything open.

use dossier_engine::Clock;
use dossier_proof::KeyFile;
use dossier_vault::backup::BackupKey;

use super::{plot::Plot, room::Room};
use crate::{
    Failure,
    backup::{Asked, BackupDoor, Holdings, Made, PERSONS, Told, make},
};

/// Opens the door at which a backup of these services can be asked for. It is open as long as the answer lives.
///
/// # Errors
/// [`Failure`]: the socket cannot be made.
pub(super) fn open_door<'a>(plot: &Plot, rooms: impl IntoIterator<Item = &'a Room>) -> Result<BackupDoor, Failure> {
    let (mut journals, mut vaults) = (Vec::new(), Vec::new());
    for room in rooms {
        journals.push((room.origin, room.journal().clone()));
        vaults.push((format!("{}/keys", room.origin), room.ground.vault.clone()));
    }
    vaults.extend(plot.persons.get().map(|persons| (PERSONS.to_owned(), persons.clone())));
    let (keys, clock) = (plot.keys.clone(), std::sync::Arc::clone(&plot.settings.clock));
    let holdings = Holdings {
        layout: plot.layout.clone(),
        installation: plot.secrets.installation.name.clone(),
        verifiers: KeyFile::default(),
        journals,
        vaults,
    };
    let directory = plot.layout.keys();
    let opened = BackupDoor::open(&directory, move |asked| {
        // Keys may have been learnt since the start.
        let verifiers = KeyFile { logs: keys.histories().into_values().collect(), ..KeyFile::default() };
        answer(&Holdings { verifiers, ..holdings.clone() }, asked, &*clock)
    });
    opened.map_err(|error| Failure::disk(&directory, &error))
}

fn answer(holdings: &Holdings, asked: &Asked, clock: &dyn Clock) -> Told {
    let made = || -> Result<Made, Failure> { make(holdings, &asked.to, &BackupKey::read(&asked.key)?, clock.now()) };
    match made() {
        Ok(made) => Told::Made(made),
        Err(failure) => Told::Refused(failure.to_string(), failure.exit_code()),
    }
}
