//! A sound history: the story, lived through by a real house.

use std::{path::Path, sync::Arc};

use dossier_faults::{
    checker::{History, check, read_keys, read_notes, reading},
    exporting::export_all,
    load::{People, Town},
    notes::{Note, Notebook},
    process::{Process, Started},
    room, story,
};
use tempfile::TempDir;

use crate::words;

/// What was lived through, and where its files are.
pub(crate) struct Sound {
    /// Holds everything.
    pub(crate) directory: TempDir,
    /// As it was read.
    pub(crate) history: History,
    /// As it was noted.
    pub(crate) notes: Vec<Note>,
}

impl Sound {
    /// Lives through it.
    pub(crate) fn live() -> Self {
        let directory = room::in_memory("dossier-checker-");
        let (data, notes) = (directory.path().join("data"), directory.path().join("notes.jsonl"));
        let mut house = Process::under_fault(Path::new(env!("CARGO_BIN_EXE_under-fault")), &data, None, &[]);
        let Started::At(address) = house.address() else { panic!("it does not start: {:?}", house.wait()) };
        let town = Arc::new(Town::new(1, Notebook::open(&notes).unwrap()));
        town.set_address(Some(address));
        story::tell(&town, &People::learn(&town, &data));
        let ended = house.end();
        assert!(ended.status.success(), "{ended:?}");
        let exports = directory.path().join("exports");
        export_all(&data, &exports).unwrap();
        let verdict = check(&exports, &notes).unwrap();
        assert!(verdict.complaints.is_empty(), "a sound history is complained of:\n{}", words(&verdict));
        assert!(verdict.acknowledged >= 25, "{}", verdict.acknowledged);
        let mut complaints = Vec::new();
        let keys = read_keys(&exports).unwrap();
        let history = reading::history(&exports, &keys, &mut complaints);
        Self { directory, history, notes: read_notes(&notes).unwrap() }
    }
}
