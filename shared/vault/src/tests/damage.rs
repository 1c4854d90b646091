//! Damage is told apart from what a crash leaves, and named.

use dossier_proto::KeyId;

use super::{binding, master, simulated::Simulated};
use crate::{Damage, DamagedSlot, Kind, UnsealError, Vault, VaultError, inner::Refill, opening::OnDamage};

fn open(disk: &Simulated) -> Result<Vault, VaultError> {
    Vault::open_on(Box::new(disk.clone()), &master(), OnDamage::Refuse, Refill::WhenMissed).map(|(vault, _)| vault)
}

/// A vault of two batches: slots 0 to 7 and 8 to 23.
fn sample() -> (Simulated, Vec<KeyId>) {
    let disk = Simulated::default();
    let vault = open(&disk).unwrap();
    let ids = (0..24).map(|_| vault.fresh(Kind::Review).unwrap()).collect();
    assert_eq!(vault.counts().slots, 24);
    (disk, ids)
}

fn damaged(disk: &Simulated) -> Vec<(u32, Damage)> {
    match open(disk) {
        Err(VaultError::Damaged { slots, .. }) => slots.iter().map(|slot| (slot.slot, slot.damage)).collect(),
        Err(error) => panic!("{error}"),
        Ok(_) => Vec::new(),
    }
}

#[test]
fn a_flipped_bit_is_told_with_its_slot_and_what_to_do() {
    let (disk, _) = sample();
    disk.damage(0, 3 * 128 + 50, |bytes| bytes[0] ^= 4);
    assert_eq!(damaged(&disk), [(3, Damage::Altered)]);
    let message = open(&disk).unwrap_err().to_string();
    assert!(message.contains("slot 3 in slots-0000 (altered)") && message.contains("backup"), "{message}");
}

#[test]
fn a_flipped_bit_in_the_last_batch_is_damage_too() {
    let (disk, _) = sample();
    disk.damage(0, 23 * 128 + 50, |bytes| bytes[0] ^= 4);
    assert_eq!(damaged(&disk), [(23, Damage::Altered)]);
}

#[test]
fn a_blank_slot_before_the_last_batch_is_damage() {
    let (disk, _) = sample();
    disk.damage(0, 7 * 128, |bytes| bytes[..128].fill(0));
    disk.damage(0, 2 * 128 + 64, |bytes| bytes[..64].fill(0));
    assert_eq!(damaged(&disk), [(2, Damage::Altered), (7, Damage::Blank)]);
}

#[test]
fn blank_and_torn_slots_in_the_last_batch_are_what_a_crash_leaves() {
    let (disk, _) = sample();
    disk.damage(0, 12 * 128, |bytes| bytes[..128].fill(0));
    disk.damage(0, 13 * 128 + 64, |bytes| bytes[..64].fill(0));
    disk.damage(0, 14 * 128, |bytes| bytes[..64].fill(0));
    assert_eq!(damaged(&disk), []);
    // They were put out of use, durably: later batches go behind, and the same slots are never taken for damage.
    let vault = open(&disk).unwrap();
    assert_eq!((vault.counts().live, vault.counts().slots), (21, 24));
    vault.fresh(Kind::Review).unwrap();
    drop(vault);
    assert_eq!(damaged(&disk), []);
}

#[test]
fn the_same_key_twice_is_damage() {
    let (disk, _) = sample();
    let first = disk.bytes(0)[..128].to_vec();
    disk.damage(0, 5 * 128, |bytes| bytes[..128].copy_from_slice(&first));
    assert_eq!(damaged(&disk), [(5, Damage::Repeated)]);
}

#[test]
fn many_damaged_slots_are_counted() {
    let (disk, _) = sample();
    disk.damage(0, 0, |bytes| bytes[..24 * 128].iter_mut().for_each(|byte| *byte ^= 0xff));
    let message = open(&disk).unwrap_err().to_string();
    assert!(message.contains("slot 7 in slots-0000 (altered) and 16 more"), "{message}");
}

#[test]
fn salvage_gives_up_what_cannot_be_read_and_nothing_else() {
    let (disk, ids) = sample();
    disk.damage(0, 3 * 128 + 50, |bytes| bytes[0] ^= 4);
    let before = disk.bytes(0)[3 * 128 + 60..3 * 128 + 124].to_vec();
    let opened = Vault::open_on(Box::new(disk.clone()), &master(), OnDamage::GiveUp, Refill::WhenMissed);
    let (vault, given_up) = opened.unwrap();
    assert_eq!(given_up, [DamagedSlot { slot: 3, file: "slots-0000".to_owned(), damage: Damage::Altered }]);
    assert_eq!(ids.iter().filter(|id| !vault.holds(**id)).count(), 1);
    assert!(!disk.bytes(0).windows(before.len()).any(|window| window == before), "no rest of a key stays behind");
    drop(vault);
    open(&disk).unwrap();
}

/// Damage that comes while the vault is open is told as damage, neither as an erasure nor as an altered text.
#[test]
fn damage_in_use_is_told() {
    let (disk, _) = sample();
    let vault = open(&disk).unwrap();
    let id = vault.fresh(Kind::Person).unwrap();
    let sealed = vault.seal(id, &binding(), b"a name").unwrap();
    let slot = disk.bytes(0).chunks(128).position(|slot| slot[..16] == id.0).unwrap();
    disk.damage(0, slot * 128 + 60, |bytes| bytes[0] ^= 1);
    assert!(matches!(vault.unseal(&sealed, &binding()), Err(UnsealError::Vault(VaultError::Damaged { .. }))));
}
