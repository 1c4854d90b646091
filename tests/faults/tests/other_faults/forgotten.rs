//! Views and snapshots may be deleted at any time, after whatever end: the digests of state and view are the same (P2).

use std::{fs, path::Path, sync::Arc, time::Duration};

use dossier_faults::{
    load::{Caller, People, Town, Workers},
    notes::Notebook,
    point::Point,
    process::{Process, Started},
    room,
    seeded::Seeded,
};
use dossier_proto::Origin;
use serde_json::Value;

/// So many ends for each seed.
const ENDS: usize = 4;

#[test]
fn what_may_be_deleted_is_not_missed() {
    for seed in 1..=3 {
        one(seed);
    }
}

fn one(seed: u64) {
    let directory = room::in_memory("dossier-forgotten-");
    let data = directory.path().join("data");
    let town = Arc::new(Town::new(seed, Notebook::open(&directory.path().join("notes.jsonl")).unwrap()));
    let people = {
        let (process, _) = start(&data, &town);
        let people = People::learn(&town, &data);
        drop(process);
        people
    };
    town.set_address(None);
    let workers = Workers::begin(&town, &people);
    let mut seeded = Seeded::new(seed, "forgotten");
    for end in 0..ENDS {
        let mut points = Point::all(5 + seeded.below(10) as u64);
        points.retain(|point| point.origin != Origin::Publication && point.origin != Origin::Audit);
        let point = *seeded.one_of(&points).unwrap();
        live_until(point, &data, &town);
        // Nobody asks for anything between two looks: the workers do not know where the house is.
        let onlooker = Arc::new(Town::new(seed, Notebook::open(&directory.path().join("nothing.jsonl")).unwrap()));
        let told = format!("seed {seed}, end {end} at {point}");
        let as_left = digests(&data, &onlooker, &people);
        let from_snapshots = digests(&data, &onlooker, &people);
        assert_eq!(as_left, from_snapshots, "{told}: from the snapshots that the start before left");
        for origin in Origin::ALL {
            for place in ["snapshots", "views"] {
                let place = data.join(origin.name()).join(place);
                if place.exists() {
                    fs::remove_dir_all(place).unwrap();
                }
            }
        }
        assert_eq!(as_left, digests(&data, &onlooker, &people), "{told}: without snapshots and views");
    }
    let (process, _) = start(&data, &town);
    workers.finish().unwrap_or_else(|wrong| panic!("seed {seed}: {wrong}"));
    drop(process);
}

fn live_until(point: Point, data: &Path, town: &Town) {
    let mut process = Process::under_fault(Path::new(env!("CARGO_BIN_EXE_under-fault")), data, Some(point), &[]);
    if let Started::At(address) = process.address() {
        town.set_address(Some(address));
    }
    let ended = process.wait_for(Duration::from_secs(30));
    town.set_address(None);
    assert!(ended.is_some_and(|ended| ended.was_killed()), "{point}");
}

fn start(data: &Path, town: &Town) -> (Process, String) {
    let mut process = Process::under_fault(Path::new(env!("CARGO_BIN_EXE_under-fault")), data, None, &[]);
    let Started::At(address) = process.address() else { panic!("{:?}", process.wait()) };
    town.set_address(Some(address.clone()));
    (process, address)
}

/// Starts, lets everybody read everything, asks what they know, and ends cleanly.
fn digests(data: &Path, onlooker: &Arc<Town>, people: &People) -> Value {
    let (process, _) = start(data, onlooker);
    let mut auditor = Caller::new(onlooker, "yew", people.of("auditor").clone());
    auditor.read("/under-fault/level");
    let state = auditor.read("/audit/api/v1/state");
    assert_eq!(state.body.as_array().map(Vec::len), Some(4), "{state:?}");
    let ended = process.end();
    assert!(ended.status.success(), "{ended:?}");
    state.body
}
