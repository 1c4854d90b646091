//! A disk that refuses: no id is told on doubt.

use super::{
    binding, master,
    simulated::{Chance, Simulated, Unsynced},
};
use crate::{Erased, Holding, Kind, Vault, VaultError, inner::Refill, opening::OnDamage};

fn open(disk: &Simulated) -> Vault {
    Vault::open_on(Box::new(disk.clone()), &master(), OnDamage::Refuse, Refill::WhenMissed).unwrap().0
}

#[test]
fn after_a_failed_sync_nothing_is_written_any_more() {
    let disk = Simulated::default();
    let vault = open(&disk);
    let id = vault.fresh(Kind::Person).unwrap();
    let sealed = vault.seal(id, &binding(), b"a name").unwrap();
    disk.fail_after(1);
    assert_eq!(vault.trouble(), None);
    assert!(matches!(vault.fresh(Kind::Review), Err(VaultError::Disk { .. })));
    assert!(vault.trouble().is_some(), "whoever looks on is told at once");
    // The disk recovers: what it did with the lost write is not known, so the vault does not.
    disk.fail_after(usize::MAX);
    assert!(matches!(vault.fresh(Kind::Review), Err(VaultError::Stopped { .. })));
    assert!(matches!(vault.erase(id), Err(VaultError::Stopped { .. })));
    assert!(matches!(vault.admit(Vec::new()), Err(VaultError::Stopped { .. })));
    assert!(vault.trouble().is_some());
    assert_eq!(*vault.unseal(&sealed, &binding()).unwrap(), *b"a name", "reading goes on");
    drop(vault);
    let vault = open(&disk);
    vault.fresh(Kind::Review).unwrap();
    assert_eq!(vault.trouble(), None);
}

#[test]
fn a_full_disk_stops_nothing_for_good() {
    let disk = Simulated::default();
    disk.fail_after(1);
    let vault = open(&disk);
    // The first slot file cannot be made.
    assert!(matches!(vault.fresh(Kind::Review), Err(VaultError::Disk { .. })));
    assert!(vault.trouble().is_some());
    disk.fail_after(usize::MAX);
    vault.fresh(Kind::Review).unwrap();
    assert_eq!(vault.trouble(), None, "it has passed");
}

/// Wherever the disk fails within an erasure, this process does not use the key again, and a later start knows it is to be finished or
/// still has the key whole.
#[test]
fn a_failed_erasure_leaves_no_usable_key_in_this_process() {
    let mut chance = Chance::seeded();
    for changes in 0..4 {
        let disk = Simulated::default();
        let vault = open(&disk);
        let id = vault.fresh(Kind::Person).unwrap();
        disk.fail_after(changes);
        vault.erase(id).unwrap_err();
        assert_eq!(vault.holding(id), Holding::Erased);
        vault.salt(id).unwrap_err();
        drop(vault);
        let disk = disk.after_power_loss(Unsynced::Lost, &mut chance);
        let vault = open(&disk);
        match changes {
            // The mark was not durable: the caller, who has no answer, erases again.
            0 | 1 => assert_eq!(vault.erase(id).unwrap(), Erased::Now),
            _ => assert_eq!(vault.erase(id).unwrap(), Erased::Before),
        }
        let slot = &disk.bytes(0)[..];
        let slot = slot.chunks(128).find(|slot| slot[..16] == id.0).unwrap();
        assert!(slot[20..124].iter().all(|byte| *byte == 0), "{changes}");
    }
}
