//! A disk that only promises what was synced.
//!
//! Stricter than any real file system: a name is durable when its directory was synced, bytes when their file was, and a
//! sync covers only what had returned before it began.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::Random;
use crate::trace::Call;

/// Bytes that survive or are lost together.
const BLOCK: u64 = 4096;

/// What becomes of the bytes and names that were not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Survive {
    Nothing,
    /// Each block of each write with one chance in two; of the names, a prefix of the changes, as a journalling file system keeps them.
    Half,
}

pub(crate) struct Disk {
    /// Index into `files` by name, as the process sees it.
    live: BTreeMap<PathBuf, Name>,
    /// The same, as it is certain to be found.
    durable: BTreeMap<PathBuf, Name>,
    changes: Vec<Change>,
    files: Vec<FileState>,
    /// Calls that have begun a sync: what they cover.
    syncs: BTreeMap<usize, Covered>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Directory,
    File(usize),
}

#[derive(Debug)]
struct Change {
    call: usize,
    done: bool,
    removed: Option<PathBuf>,
    added: Option<(PathBuf, Name)>,
}

#[derive(Debug, Default)]
struct FileState {
    durable: Vec<u8>,
    waiting: Vec<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    call: usize,
    done: bool,
    effect: Effect,
}

#[derive(Debug)]
enum Effect {
    Write { offset: u64, data: Vec<u8> },
    SetLength(u64),
}

#[derive(Debug)]
enum Covered {
    File(usize, Vec<usize>),
    Names(Vec<usize>),
}

impl Disk {
    /// A disk with one directory, empty.
    pub(crate) fn new(directory: PathBuf) -> Self {
        let names = BTreeMap::from([(directory, Name::Directory)]);
        Self { live: names.clone(), durable: names, changes: Vec::new(), files: Vec::new(), syncs: BTreeMap::new() }
    }

    pub(crate) fn begin(&mut self, call: usize, what: &Call) {
        match what {
            Call::Write { path, offset, data } => {
                self.wait(call, path, Effect::Write { offset: *offset, data: data.clone() });
            }
            Call::SetLength { path, length } => self.wait(call, path, Effect::SetLength(*length)),
            Call::Sync { path } => {
                if let Some(covered) = self.covered(path) {
                    self.syncs.insert(call, covered);
                }
            }
            Call::Open { path, create: true, .. } if !self.live.contains_key(path) => {
                self.files.push(FileState::default());
                let name = Name::File(self.files.len() - 1);
                self.change(call, None, Some((path.clone(), name)));
            }
            Call::Open { path, truncate: true, .. } => self.wait(call, path, Effect::SetLength(0)),
            Call::Open { .. } => {}
            Call::MakeDirectory { path } => self.change(call, None, Some((path.clone(), Name::Directory))),
            Call::Unlink { path } => self.change(call, Some(path.clone()), None),
            Call::Rename { from, to } => {
                let name = self.live[from];
                self.change(call, Some(from.clone()), Some((to.clone(), name)));
            }
        }
    }

    pub(crate) fn end(&mut self, call: usize, what: &Call) {
        match what {
            Call::Sync { .. } => {
                if let Some(covered) = self.syncs.remove(&call) {
                    self.settle(covered);
                }
            }
            _ => {
                let waiting = self.files.iter_mut().flat_map(|file| &mut file.waiting);
                waiting.filter(|waiting| waiting.call == call).for_each(|waiting| waiting.done = true);
                self.changes.iter_mut().filter(|change| change.call == call).for_each(|change| change.done = true);
            }
        }
    }

    fn wait(&mut self, call: usize, path: &Path, effect: Effect) {
        // Files outside of the house, such as the list of acknowledgements.
        if let Some(Name::File(file)) = self.live.get(path) {
            self.files[*file].waiting.push(Waiting { call, done: false, effect });
        }
    }

    fn change(&mut self, call: usize, removed: Option<PathBuf>, added: Option<(PathBuf, Name)>) {
        if let Some(path) = &removed {
            self.live.remove(path);
        }
        self.live.extend(added.clone());
        self.changes.push(Change { call, done: false, removed, added });
    }

    /// What a sync that begins now is sure to have made durable when it ends.
    fn covered(&self, path: &Path) -> Option<Covered> {
        match self.live.get(path)? {
            Name::File(file) => {
                let done = self.files[*file].waiting.iter().filter(|waiting| waiting.done);
                Some(Covered::File(*file, done.map(|waiting| waiting.call).collect()))
            }
            Name::Directory => {
                let done = self.changes.iter().filter(|change| change.done && change.is_in(path));
                Some(Covered::Names(done.map(|change| change.call).collect()))
            }
        }
    }

    fn settle(&mut self, covered: Covered) {
        match covered {
            Covered::File(file, calls) => {
                let FileState { durable, waiting } = &mut self.files[file];
                waiting.retain(|one| {
                    let settled = calls.contains(&one.call);
                    if settled {
                        one.effect.apply(durable, |_| true);
                    }
                    !settled
                });
            }
            Covered::Names(calls) => {
                let durable = &mut self.durable;
                self.changes.retain(|change| {
                    let settled = calls.contains(&change.call);
                    if settled {
                        change.apply(durable);
                    }
                    !settled
                });
            }
        }
    }

    /// Writes the disk as it may be found after a loss of power at this moment.
    pub(crate) fn rebuild(&self, target: &Path, survive: Survive, random: &mut Random) {
        let _ = fs::remove_dir_all(target);
        fs::create_dir_all(target).unwrap();
        let mut names = self.durable.clone();
        if survive == Survive::Half {
            let kept = random.below(self.changes.len() as u64 + 1) as usize;
            self.changes[..kept].iter().for_each(|change| change.apply(&mut names));
        }
        // Directories sort before what is in them; what lies in a lost directory is lost.
        for (path, name) in &names {
            let path = target.join(path);
            match name {
                Name::Directory => drop(fs::create_dir(path)),
                Name::File(file) => {
                    let mut bytes = self.files[*file].durable.clone();
                    if survive == Survive::Half {
                        let waiting = self.files[*file].waiting.iter();
                        waiting.for_each(|waiting| waiting.effect.apply(&mut bytes, |_| random.below(2) == 0));
                    }
                    drop(fs::write(path, bytes));
                }
            }
        }
    }
}

impl Change {
    fn is_in(&self, directory: &Path) -> bool {
        let paths = self.removed.iter().chain(self.added.iter().map(|(path, _)| path));
        paths.into_iter().all(|path| path.parent() == Some(directory))
    }

    fn apply(&self, names: &mut BTreeMap<PathBuf, Name>) {
        if let Some(path) = &self.removed {
            names.remove(path);
        }
        names.extend(self.added.clone());
    }
}

impl Effect {
    /// Takes effect in those blocks that `survives` says.
    fn apply(&self, bytes: &mut Vec<u8>, mut survives: impl FnMut(u64) -> bool) {
        let (offset, data) = match self {
            Self::Write { offset, data } => (*offset, data),
            Self::SetLength(length) => {
                if survives(0) {
                    bytes.resize(*length as usize, 0);
                }
                return;
            }
        };
        let end = offset + data.len() as u64;
        let mut at = offset;
        while at < end {
            let until = (at / BLOCK + 1).saturating_mul(BLOCK).min(end);
            if survives(at / BLOCK) {
                if bytes.len() < until as usize {
                    bytes.resize(until as usize, 0);
                }
                let piece = &data[(at - offset) as usize..(until - offset) as usize];
                bytes[at as usize..until as usize].copy_from_slice(piece);
            }
            at = until;
        }
    }
}
