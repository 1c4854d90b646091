//! Opening a vault: the header, the slots, and what a crash left to finish.

use crate::{
    Damage, DamagedSlot, MasterKey, VaultError,
    disk::{Disk, FILE_BYTES, SLOTS_IN_FILE, slot_file},
    header,
    index::Index,
    scan::Scan,
    writer::{Writer, place_of},
};

/// What to do about slots that were in use and cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnDamage {
    /// Say so and open nothing.
    Refuse,
    /// Overwrite them and go on without the keys they held.
    GiveUp,
}

/// A vault that was read and put in order.
pub(crate) struct Opened {
    pub(crate) index: Index,
    pub(crate) writer: Writer,
    pub(crate) given_up: Vec<DamagedSlot>,
}

/// Reads a vault and puts it in order. Refuses before it changes anything.
pub(crate) fn open(disk: &dyn Disk, master: &MasterKey, on_damage: OnDamage) -> Result<Opened, VaultError> {
    check_header(disk, master)?;
    let scan = scan(disk)?;
    if !scan.damaged.is_empty() && on_damage == OnDamage::Refuse {
        return Err(VaultError::Damaged { directory: disk.directory().to_owned(), slots: scan.damaged });
    }
    let mut writer = Writer::new(scan.next);
    for slot in &scan.half_erased {
        writer.erase(disk, *slot)?;
    }
    for slot in scan.torn.iter().copied().chain(scan.damaged.iter().map(|damaged| damaged.slot)) {
        writer.void(disk, slot)?;
    }
    // What the last process wrote may be readable and still not durable: it was killed before its sync. Nothing may rest on it yet.
    for file in 0..disk.files() {
        disk.sync(file)?;
    }
    report(disk, &scan);
    Ok(Opened { index: scan.index, writer, given_up: scan.damaged })
}

fn check_header(disk: &dyn Disk, master: &MasterKey) -> Result<(), VaultError> {
    match disk.header()? {
        Some(bytes) => header::check(&bytes, master, disk.directory()),
        None if disk.files() == 0 => disk.make_header(&header::make(master)?),
        None => Err(VaultError::Header {
            path: disk.directory().join("header"),
            what: "is missing, but there are keys".to_owned(),
        }),
    }
}

fn scan(disk: &dyn Disk) -> Result<Scan, VaultError> {
    let mut scan = Scan::default();
    let mut bytes = vec![0; FILE_BYTES];
    for (file, first) in (0..disk.files()).zip((0..).step_by(SLOTS_IN_FILE as usize)) {
        disk.read(file, 0, &mut bytes)?;
        scan.read(first, &bytes);
    }
    scan.finish();
    Ok(scan)
}

fn report(disk: &dyn Disk, scan: &Scan) {
    tracing::info!(
        directory = %disk.directory().display(),
        keys = scan.index.live(),
        erased = scan.index.erased(),
        erasures_finished = scan.half_erased.len(),
        torn = scan.torn.len(),
        given_up = scan.damaged.len(),
        "the vault is open"
    );
}

/// A slot that was sound when the vault was opened and is not any more.
pub(crate) fn damaged_in_use(disk: &dyn Disk, slot: u32) -> VaultError {
    let (file, _) = place_of(slot);
    let damaged = DamagedSlot { slot, file: slot_file(file), damage: Damage::Altered };
    VaultError::Damaged { directory: disk.directory().to_owned(), slots: vec![damaged] }
}
