//! Write, then sync, then answer: read off the record of the disk.

use dossier_proto::KeyId;

use super::{
    master,
    simulated::{Done, Simulated},
};
use crate::{GrantedKey, Kind, Vault, inner::Refill, material::Material, opening::OnDamage, slot::ERASED};

fn open(disk: &Simulated) -> Vault {
    Vault::open_on(Box::new(disk.clone()), &master(), OnDamage::Refuse, Refill::InBackground).unwrap().0
}

/// The position of the write that holds an id, and of the first sync of that file after it.
fn written_and_synced(done: &[Done], id: KeyId) -> (usize, usize) {
    let is_write = |done: &Done| matches!(done, Done::Wrote { bytes, .. } if bytes.chunks(128).any(|slot| slot.starts_with(&id.0)));
    let written = done.iter().position(is_write).expect("the id was written");
    let Done::Wrote { file, .. } = done[written] else { unreachable!("it is a write") };
    let synced = done[written..].iter().position(|done| *done == Done::Synced { file }).expect("and synced");
    (written, written + synced)
}

#[test]
fn a_key_is_durable_before_its_id_is_told() {
    let disk = Simulated::default();
    let vault = open(&disk);
    for round in 0..500 {
        let id = vault.fresh(Kind::ALL[round % Kind::ALL.len()]).unwrap();
        written_and_synced(&disk.done(), id);
    }
}

#[test]
fn a_granted_key_is_durable_before_the_admission_is_answered() {
    let disk = Simulated::default();
    let vault = open(&disk);
    let keys = [(); 1500].map(|()| GrantedKey::of(Material::random().unwrap(), Kind::Revision)).to_vec();
    let ids = keys.iter().map(GrantedKey::key_id).collect::<Vec<_>>();
    vault.admit(keys).unwrap();
    let done = disk.done();
    for id in ids {
        written_and_synced(&done, id);
    }
    let syncs = done.iter().filter(|done| matches!(done, Done::Synced { .. })).count();
    assert_eq!(syncs, 2, "1500 keys are two batches");
}

#[test]
fn an_erasure_is_marked_durably_then_overwritten_durably() {
    let disk = Simulated::default();
    let vault = open(&disk);
    let id = vault.fresh(Kind::Person).unwrap();
    let before = disk.done().len();
    vault.erase(id).unwrap();
    let done = disk.done().split_off(before);
    let steps = done.iter().filter(|done| !matches!(done, Done::Wrote { bytes, .. } if bytes.len() > 128));
    let steps = steps.map(|done| match done {
        Done::Wrote { bytes, .. } if *bytes == [ERASED] => "mark",
        Done::Wrote { bytes, .. } if bytes.starts_with(&id.0) => "overwrite",
        Done::Synced { .. } => "sync",
        other => panic!("{other:?}"),
    });
    let steps = steps.collect::<Vec<_>>().join(" ");
    assert!(steps.contains("mark sync overwrite sync") || steps.contains("mark sync sync overwrite sync"), "{steps}");
}

#[test]
fn keys_go_on_in_a_second_file() {
    let disk = Simulated::default();
    let vault = open(&disk);
    let mut ids = Vec::new();
    for _ in 0..33 {
        let keys = [(); 1000].map(|()| GrantedKey::of(Material::random().unwrap(), Kind::Revision)).to_vec();
        ids.extend(keys.iter().map(GrantedKey::key_id));
        vault.admit(keys).unwrap();
    }
    assert_eq!(disk.done().iter().filter(|done| matches!(done, Done::Added { .. })).count(), 2);
    drop(vault);
    let vault = open(&disk);
    assert!(ids.iter().all(|id| vault.salt(*id).is_ok()));
    assert_eq!(vault.counts().live, 33_000);
}
