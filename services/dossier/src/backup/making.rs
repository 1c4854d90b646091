//! Making a backup.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use dossier_journal::export::{Cut, export_at};
use dossier_proto::{Micros, Origin};
use dossier_vault::{Vault, backup::BackupKey};
use serde::{Deserialize, Serialize};

use super::{
    archive::Packing,
    contents::{CONTENTS, Contents, digest, newest},
    holdings::Holdings,
};
use crate::{
    Exit, Failure,
    restore::{Draft, put_in_place, sweep},
    verification::{KEYS_FILE, write_keys},
};

/// So often the journals are looked at for a moment at which none had read what another did not have yet. That is looked up in memory, in
/// microseconds, and reading takes milliseconds.
const CUTS_MAX: usize = 1_000;

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Made {
    /// Where it is.
    pub(crate) at: PathBuf,
    /// The services, each with the epoch it was in and how many events that had.
    pub(crate) services: Vec<(Origin, u32, u64)>,
    /// How many files, and their bytes; those that are shared with the backup before included.
    pub(crate) files: usize,
    /// Their bytes.
    pub(crate) bytes: u64,
    /// Files of the backup before that are not what was written there any more: they were copied anew, and that backup is damaged.
    #[serde(default)]
    pub(crate) rotten: Vec<PathBuf>,
}

/// Copies everything into a directory of its own below `to`. It has its name when all of it is there and durable.
///
/// # Errors
/// [`Failure`]: the disk, or a journal cannot be read. A part that was written has another name then, and is removed by the next run.
pub(crate) fn make(holdings: &Holdings, to: &Path, key: &BackupKey, now: Micros) -> Result<Made, Failure> {
    must_be_elsewhere(holdings, to)?;
    fs::create_dir_all(to).map_err(|error| Failure::disk(to, &error))?;
    sweep(to);
    let former = newest(to).ok();
    let mut rotten = Vec::new();
    let place = to.join(name(now));
    let draft = Draft::begin(&place)?;
    let at = draft.path();
    let cuts = cut(holdings);
    for (origin, journal, cut) in &cuts {
        let folder = at.join("journals").join(origin.name());
        let before = former.as_ref().map(|former| former.join("journals").join(origin.name()));
        let exported = export_at(journal, cut, &folder, before.as_deref(), |_| ());
        let exported = exported.map_err(|error| Failure::new(Exit::Failed, format!("{origin}: {error}")))?;
        rotten.extend(exported.rotten);
    }
    write_keys(&at.join("journals").join(KEYS_FILE), &holdings.verifiers)?;
    copy_checkpoints(holdings, at)?;
    copy_attachments(holdings, at, &mut Former::read(former, &mut rotten))?;
    // Last: whatever is in the cut was sealed under keys that are there now.
    pack_secrets(holdings, at, key).map_err(|error| Failure::disk(at, &error))?;
    let contents = Contents::of(at, &holdings.installation, &key.fingerprint())?;
    write(&at.join(CONTENTS), contents.to_text().as_bytes())?;
    put_in_place(&draft)?;
    let services = cuts.iter().map(|(origin, _, cut)| (*origin, cut.head().epoch, cut.head().size)).collect();
    let bytes = contents.files.iter().map(|file| file.bytes).sum();
    Ok(Made { at: place, services, files: contents.files.len(), bytes, rotten })
}

/// A copy inside of what it is a copy of is lost with it.
fn must_be_elsewhere(holdings: &Holdings, to: &Path) -> Result<(), Failure> {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let data = real(holdings.layout.root());
    let above = to.ancestors().find(|path| path.exists()).map_or_else(|| to.to_owned(), real);
    if above.starts_with(&data) {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "{} lies in the data directory {}: a loss of the one takes the other with it. Name another with --to",
                to.display(),
                data.display()
            ),
        ));
    }
    Ok(())
}

/// The moment, to the microsecond: a name that sorts.
fn name(now: Micros) -> String {
    let moment = jiff::Timestamp::from_microsecond(now.0).unwrap_or_default();
    format!("{moment:.6}").replace(':', "-")
}

/// All journals as they were at one moment: nobody had read what somebody did not have.
fn cut(holdings: &Holdings) -> Vec<(Origin, &dossier_journal::Journal, Cut)> {
    let look =
        || -> Vec<_> { holdings.journals.iter().map(|(origin, journal)| (*origin, journal, journal.cut())).collect() };
    let mut cuts = look();
    for _ in 0..CUTS_MAX {
        if is_consistent(&cuts) {
            break;
        }
        cuts = look();
    }
    cuts
}

fn is_consistent<J>(cuts: &[(Origin, J, Cut)]) -> bool {
    let has = |followed: &dossier_journal::Followed| {
        let origin = cuts.iter().find(|(origin, ..)| origin.number() == followed.origin);
        origin.is_none_or(|(_, _, cut)| (followed.epoch, followed.next) <= (cut.head().epoch, cut.head().size))
    };
    cuts.iter().all(|(_, _, cut)| cut.followed().iter().all(has))
}

fn copy_checkpoints(holdings: &Holdings, at: &Path) -> Result<(), Failure> {
    let seen = holdings.layout.service(Origin::Audit).join("anchors").join("seen");
    let folder = at.join("checkpoints");
    each_file(&seen, |path, name| {
        if name.ends_with(".json") {
            fs::create_dir_all(&folder)?;
            fs::copy(path, folder.join(name))?;
        }
        Ok(())
    })
}

/// The backup before, with what it says of its files.
struct Former<'a> {
    at: PathBuf,
    listed: BTreeMap<String, (u64, String)>,
    rotten: &'a mut Vec<PathBuf>,
}

impl<'a> Former<'a> {
    /// Nothing is shared with one whose list cannot be read.
    fn read(at: Option<PathBuf>, rotten: &'a mut Vec<PathBuf>) -> Option<Self> {
        let at = at?;
        let Ok(contents) = Contents::read(&at) else {
            rotten.push(at.join(CONTENTS));
            return None;
        };
        let listed = contents.files.into_iter().map(|file| (file.path, (file.bytes, file.sha256))).collect();
        Some(Self { at, listed, rotten })
    }

    /// Gives a file of it another name, when its bytes are those that were written; whether that was done.
    fn share(&mut self, below: &Path, to: &Path) -> bool {
        let from = self.at.join(below);
        let Some(listed) = below.to_str().and_then(|below| self.listed.get(below)) else { return false };
        if digest(&from).is_ok_and(|found| found == *listed) {
            return fs::hard_link(&from, to).is_ok();
        }
        self.rotten.push(from);
        false
    }
}

/// An attached file never changes: one that the former backup has, and still has as it was written, is shared with it.
fn copy_attachments(holdings: &Holdings, at: &Path, former: &mut Option<Former<'_>>) -> Result<(), Failure> {
    for (origin, _) in &holdings.journals {
        let from = holdings.layout.service(*origin).join("attachments");
        let below = Path::new("attachments").join(origin.name());
        each_directory(&from, |directory, entry| {
            // What is being written is none of anybody's files yet.
            if entry == "half" {
                return Ok(());
            }
            let below = below.join(entry);
            each_file_io(directory, |path, name| {
                let to = at.join(&below).join(name);
                fs::create_dir_all(at.join(&below))?;
                let shared = former.as_mut().is_some_and(|former| former.share(&below.join(name), &to));
                if shared { Ok(()) } else { gone_is_well(fs::copy(path, to).map(drop)) }
            })
        })?;
    }
    Ok(())
}

/// A file that was removed meanwhile was erased.
fn gone_is_well(copied: io::Result<()>) -> io::Result<()> {
    copied.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

fn pack_secrets(holdings: &Holdings, at: &Path, key: &BackupKey) -> io::Result<()> {
    let layout = &holdings.layout;
    let mut packing = Packing::begin(at, key)?;
    packing.file(&layout.demo_tokens(), "demo-tokens.json")?;
    each_file_io(&layout.keys(), |path, name| match name {
        // Where the service was at work: a copy is somewhere else.
        "place" => Ok(()),
        name => packing.file(path, &format!("keys/{name}")),
    })?;
    // Before the keys of the people in them.
    packing.directory(&layout.accounts(), "accounts")?;
    let vaults: Vec<&(String, Vault)> = holdings.vaults.iter().collect();
    for (name, vault) in vaults {
        vault.at_rest(|directory| packing.directory(directory, name))?;
    }
    packing.finish()
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let written = File::create(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(|error| Failure::disk(path, &error))
}

fn each_file(directory: &Path, act: impl FnMut(&Path, &str) -> io::Result<()>) -> Result<(), Failure> {
    each_file_io(directory, act).map_err(|error| Failure::disk(directory, &error))
}

fn each_file_io(directory: &Path, mut act: impl FnMut(&Path, &str) -> io::Result<()>) -> io::Result<()> {
    each(directory, &mut |path, name, kind| if kind.is_file() { act(path, name) } else { Ok(()) })
}

fn each_directory(directory: &Path, mut act: impl FnMut(&Path, &str) -> io::Result<()>) -> Result<(), Failure> {
    let acted = each(directory, &mut |path, name, kind| if kind.is_dir() { act(path, name) } else { Ok(()) });
    acted.map_err(|error| Failure::disk(directory, &error))
}

fn each(directory: &Path, act: &mut dyn FnMut(&Path, &str, fs::FileType) -> io::Result<()>) -> io::Result<()> {
    let items = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        items => items?,
    };
    for item in items {
        let item = item?;
        let Ok(name) = item.file_name().into_string() else { continue };
        act(&item.path(), &name, item.file_type()?)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
