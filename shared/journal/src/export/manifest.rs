//! The manifest: lines of words and numbers.
//!
//! ```text
//! dossier journal export 1
//! log example.org/dossier/submission
//! epoch 0 events 1200 root 9f…
//! epoch 2 events 17 root 03… lost 1 1210 7c…
//! file events-0-0.bin epoch 0 first 0 count 1200 sha256 5e…
//! followed 2 0 345 4b…,88…
//! end a7…
//! ```
//!
//! `lost` names epoch, size and root that others knew when the epoch began. `followed` names origin, epoch, next sequence and
//! edge (`-` where it is empty) of a foreign journal. `end` has the SHA-256 of all lines before it: it tells damage; what was
//! signed is in the checkpoints.

use std::path::Path;

use dossier_proof::{Hash, entry_hash};

use super::{ExportError, ExportSummary, MANIFEST};
use crate::frame::FOLLOWED_MAX;
use crate::{Followed, MirrorHead};

const FIRST_LINE: &str = "dossier journal export 1";
/// The longest manifest, in bytes: a line of 200 for each of 64 MiB of events would be 13 TB of them.
const TEXT_BYTES_MAX: u64 = 40 * 1024 * 1024;

/// What an export holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub(crate) log: String,
    pub(crate) epochs: Vec<EpochLine>,
    pub(crate) files: Vec<FileLine>,
    pub(crate) followed: Vec<Followed>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EpochLine {
    pub(crate) epoch: u32,
    pub(crate) size: u64,
    pub(crate) root: Hash,
    pub(crate) lost: Option<MirrorHead>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileLine {
    pub(crate) epoch: u32,
    pub(crate) first: u64,
    pub(crate) count: u64,
    pub(crate) sha256: [u8; 32],
}

impl FileLine {
    pub(crate) fn name(&self) -> String {
        format!("events-{}-{}.bin", self.epoch, self.first)
    }
}

impl Manifest {
    pub(crate) fn summary(&self) -> ExportSummary {
        let epochs: Vec<_> = self.epochs.iter().map(|line| (line.epoch, line.size)).collect();
        let events = epochs.iter().map(|(_, size)| size).sum();
        ExportSummary { log: self.log.clone(), epochs, events, rotten: Vec::new() }
    }

    pub(crate) fn to_text(&self) -> String {
        let mut lines = vec![FIRST_LINE.to_owned(), format!("log {}", self.log)];
        for EpochLine { epoch, size, root, lost } in &self.epochs {
            let lost = lost.map(|lost| format!(" lost {} {} {}", lost.epoch, lost.size, lost.root)).unwrap_or_default();
            lines.push(format!("epoch {epoch} events {size} root {root}{lost}"));
        }
        for file in &self.files {
            let FileLine { epoch, first, count, sha256 } = file;
            lines.push(format!(
                "file {} epoch {epoch} first {first} count {count} sha256 {}",
                file.name(),
                Hash::from_bytes(*sha256)
            ));
        }
        for Followed { origin, epoch, next, frontier } in &self.followed {
            let hashes: Vec<_> = frontier.iter().map(|hash| Hash::from_bytes(*hash).to_string()).collect();
            let hashes = if hashes.is_empty() { "-".to_owned() } else { hashes.join(",") };
            lines.push(format!("followed {origin} {epoch} {next} {hashes}"));
        }
        let text = lines.join("\n") + "\n";
        let end = entry_hash(text.as_bytes());
        format!("{text}end {end}\n")
    }

    pub(crate) fn load(directory: &Path) -> Result<Self, ExportError> {
        let path = directory.join(MANIFEST);
        let io = |source| ExportError::io(&path, source);
        if std::fs::metadata(&path).map_err(io)?.len() > TEXT_BYTES_MAX {
            return Err(ExportError::damaged(&path, "it is too long"));
        }
        let text = String::from_utf8(std::fs::read(&path).map_err(io)?);
        let text = text.map_err(|_| ExportError::damaged(&path, "it is not text"))?;
        Self::parse(&text).map_err(|line| ExportError::damaged(&path, format!("line {line} cannot be read")))
    }

    /// Reads a manifest; the number of the line that cannot be read is the error.
    pub(crate) fn parse(text: &str) -> Result<Self, usize> {
        let mut manifest = Self { log: String::new(), epochs: Vec::new(), files: Vec::new(), followed: Vec::new() };
        let (text, end) = text.rsplit_once("end ").ok_or(0_usize)?;
        if end != format!("{}\n", entry_hash(text.as_bytes())) {
            return Err(text.lines().count() + 1);
        }
        let mut lines = (1_usize..).zip(text.lines());
        lines.next().filter(|(_, line)| *line == FIRST_LINE).ok_or(1_usize)?;
        for (number, line) in lines {
            let words: Vec<_> = line.split(' ').collect();
            manifest.line(&words).ok_or(number)?;
        }
        manifest.check().then_some(manifest).ok_or(text.lines().count())
    }

    fn line(&mut self, words: &[&str]) -> Option<()> {
        match words {
            ["log", log] if self.log.is_empty() => (*log).clone_into(&mut self.log),
            ["epoch", epoch, "events", size, "root", root, lost @ ..] => {
                let lost = match lost {
                    [] => None,
                    ["lost", epoch, size, root] => Some(head(epoch, size, root)?),
                    _ => return None,
                };
                let MirrorHead { epoch, size, root } = head(epoch, size, root)?;
                self.epochs.push(EpochLine { epoch, size, root, lost });
            }
            ["file", name, "epoch", epoch, "first", first, "count", count, "sha256", sha256] => {
                let sha256 = sha256.parse::<Hash>().ok()?.to_bytes();
                let (epoch, first, count) = (epoch.parse().ok()?, first.parse().ok()?, count.parse().ok()?);
                self.files.push(FileLine { epoch, first, count, sha256 });
                // The name is never used as a path: it has to be the one that follows from the numbers.
                self.files.last().filter(|file| file.name() == *name)?;
            }
            ["followed", origin, epoch, next, hashes] if self.followed.len() < FOLLOWED_MAX => {
                let hashes: Vec<_> = hashes.split(',').filter(|hash| *hash != "-").collect();
                let frontier =
                    hashes.iter().map(|hash| Some(hash.parse::<Hash>().ok()?.to_bytes())).collect::<Option<_>>()?;
                let (origin, epoch, next) = (origin.parse().ok()?, epoch.parse().ok()?, next.parse().ok()?);
                self.followed.push(Followed { origin, epoch, next, frontier });
            }
            _ => return None,
        }
        Some(())
    }

    /// Epochs ascend, and the files cover each of them without gap or overlap, in order.
    fn check(&self) -> bool {
        let ascending = self.epochs.is_sorted_by(|one, other| one.epoch < other.epoch);
        let mut files = self.files.iter();
        let covered = self.epochs.iter().all(|line| {
            let mut next = 0_u64;
            while next < line.size {
                match files.next() {
                    Some(file) if file.epoch == line.epoch && file.first == next && file.count > 0 => {
                        next = next.saturating_add(file.count);
                    }
                    _ => return false,
                }
            }
            next == line.size
        });
        !self.log.is_empty() && !self.epochs.is_empty() && ascending && covered && files.next().is_none()
    }
}

fn head(epoch: &str, size: &str, root: &str) -> Option<MirrorHead> {
    Some(MirrorHead { epoch: epoch.parse().ok()?, size: size.parse().ok()?, root: root.parse().ok()? })
}
