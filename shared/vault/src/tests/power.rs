//! Loss of power at any point of random work, over several lives of one vault.

use dossier_proto::KeyId;

use super::{
    binding, master,
    simulated::{Chance, Simulated, Unsynced},
};
use crate::{
    GrantedKey, Holding, Kind, Sealed, UnsealError, Vault, VaultError, inner::Refill, material::Material,
    opening::OnDamage,
};

/// What the outside was told, and so must find again.
#[derive(Default)]
struct Told {
    sealed: Vec<Sealed>,
    /// Erased, with what stood in the slot before.
    erased: Vec<(KeyId, Vec<u8>)>,
    /// The erasure was asked for and not answered: either is right.
    asked: Vec<KeyId>,
}

fn open(disk: &Simulated, refill: Refill) -> Result<Vault, VaultError> {
    Vault::open_on(Box::new(disk.clone()), &master(), OnDamage::Refuse, refill).map(|(vault, _)| vault)
}

fn granted(chance: &mut Chance) -> Vec<GrantedKey> {
    let keys = (0..chance.below(100) + 1).map(|_| GrantedKey::of(Material::random().unwrap(), Kind::Review));
    keys.collect()
}

/// The bytes of a slot as they are on the disk.
fn slot_of(disk: &Simulated, id: KeyId) -> Vec<u8> {
    let bytes = disk.bytes(0);
    let slot = bytes.chunks(128).find(|slot| slot[..16] == id.0).unwrap();
    slot[20..124].to_vec()
}

impl Told {
    /// One piece of work; `Err` when the disk is gone.
    fn work(&mut self, vault: &Vault, disk: &Simulated, chance: &mut Chance) -> Result<(), VaultError> {
        match chance.below(10) {
            0 if !self.sealed.is_empty() => {
                let id = self.sealed.remove(chance.below(self.sealed.len())).key_id;
                let bytes = slot_of(disk, id);
                self.asked.push(id);
                vault.erase(id)?;
                self.asked.pop();
                self.erased.push((id, bytes));
            }
            1 => {
                let keys = granted(chance);
                let ids = keys.iter().map(GrantedKey::key_id).collect::<Vec<_>>();
                vault.admit(keys)?;
                self.sealed.extend(ids.iter().map(|id| vault.seal(*id, &binding(), b"granted").unwrap()));
            }
            2 => {
                let never_held = Material::random().unwrap().id(Kind::Person);
                self.asked.push(never_held);
                vault.erase(never_held)?;
                self.asked.pop();
                self.erased.push((never_held, vec![1; 104]));
            }
            _ => {
                let id = vault.fresh(Kind::ALL[chance.below(Kind::ALL.len())])?;
                self.sealed.push(vault.seal(id, &binding(), b"fresh").unwrap());
            }
        }
        Ok(())
    }

    fn check(&self, vault: &Vault, disk: &Simulated) {
        for sealed in &self.sealed {
            vault.unseal(sealed, &binding()).expect("what was told opens");
        }
        let bytes = disk.bytes(0);
        for (id, before) in &self.erased {
            assert_eq!(vault.holding(*id), Holding::Erased);
            let rests = bytes.chunks(128).any(|slot| slot[20..44] == before[..24] || slot[44..124] == before[24..]);
            assert!(!rests, "the key of {id} is still there");
        }
        for id in &self.asked {
            assert!(vault.holding(*id) != Holding::Live || vault.salt(*id).is_ok(), "{id} is neither here nor erased");
        }
    }
}

fn lives(chance: &mut Chance, unsynced: Unsynced, refill: Refill) {
    let mut disk = Simulated::default();
    let mut told = Told::default();
    for life in 0..4 {
        let cut = chance.below(30);
        disk.fail_after(cut);
        match open(&disk, refill) {
            Ok(vault) => {
                told.check(&vault, &disk);
                while told.work(&vault, &disk, chance).is_ok() {}
            }
            Err(VaultError::Disk { .. } | VaultError::Stopped { .. }) => {}
            Err(error) => panic!("life {life}, cut {cut}, {unsynced:?}: {error}"),
        }
        disk = disk.after_power_loss(unsynced, chance);
        let vault = open(&disk, Refill::WhenMissed);
        let vault = vault.unwrap_or_else(|error| panic!("after life {life}, cut {cut}, {unsynced:?}: {error}"));
        told.check(&vault, &disk);
    }
}

#[test]
fn what_was_told_survives_a_loss_of_power_at_any_point() {
    let mut chance = Chance::seeded();
    for _ in 0..25 {
        for unsynced in [Unsynced::Lost, Unsynced::Kept, Unsynced::Mixed, Unsynced::Mixed] {
            lives(&mut chance, unsynced, Refill::WhenMissed);
        }
    }
}

#[test]
fn also_with_the_thread_that_makes_spare_keys() {
    let mut chance = Chance::seeded();
    for _ in 0..15 {
        lives(&mut chance, Unsynced::Mixed, Refill::InBackground);
    }
}

/// An admission that is repeated after a crash must not rest on bytes that only the cache holds.
#[test]
fn a_key_that_was_read_but_not_durable_becomes_durable_at_the_next_start() {
    let mut chance = Chance::seeded();
    let disk = Simulated::default();
    let vault = open(&disk, Refill::WhenMissed).unwrap();
    let key = GrantedKey::of(Material::random().unwrap(), Kind::Review);
    // The file is added and the slot written; the sync fails, as when the process is killed before it.
    disk.fail_after(2);
    vault.admit(vec![key.clone()]).unwrap_err();
    drop(vault);
    disk.fail_after(usize::MAX);
    let vault = open(&disk, Refill::WhenMissed).unwrap();
    assert_eq!(vault.admit(vec![key.clone()]).unwrap().known, 1);
    let vault = open(&disk.after_power_loss(Unsynced::Lost, &mut chance), Refill::WhenMissed).unwrap();
    assert!(vault.holds(key.key_id()));
}

#[test]
fn an_erased_text_stays_erased_after_a_loss_of_power() {
    let mut chance = Chance::seeded();
    let disk = Simulated::default();
    let vault = open(&disk, Refill::WhenMissed).unwrap();
    let id = vault.fresh(Kind::Person).unwrap();
    let sealed = vault.seal(id, &binding(), b"a name").unwrap();
    vault.erase(id).unwrap();
    let vault = open(&disk.after_power_loss(Unsynced::Lost, &mut chance), Refill::WhenMissed).unwrap();
    assert!(matches!(vault.unseal(&sealed, &binding()), Err(UnsealError::Erased(erased)) if erased == id));
}
