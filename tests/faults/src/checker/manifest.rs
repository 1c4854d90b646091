//! The manifest of an export, read from the description of its form in `dossier_journal::export`.

use std::str::FromStr;

use dossier_proof::Hash;
use sha2::{Digest as _, Sha256};

use super::history::SignedEpoch;

/// A manifest.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    pub(super) log: String,
    pub(super) epochs: Vec<SignedEpoch>,
    pub(super) files: Vec<FileLine>,
}

/// A file of events.
#[derive(Debug)]
pub(super) struct FileLine {
    pub(super) name: String,
    pub(super) epoch: u32,
    pub(super) first: u64,
    pub(super) count: u64,
    pub(super) sha256: String,
}

impl Manifest {
    /// Reads it; the error says which line is wrong.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (lines, end) = text.rsplit_once("end ").ok_or("it has no end")?;
        let sum: String = Sha256::digest(lines.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        if end != format!("{sum}\n") {
            return Err("its last line does not fit the others".to_owned());
        }
        let mut manifest = Self::default();
        for (number, line) in lines.lines().enumerate() {
            let words: Vec<_> = line.split(' ').collect();
            let read = if number == 0 { is_first(line) } else { manifest.line(&words) };
            read.ok_or_else(|| format!("line {} cannot be read: {line}", number + 1))?;
        }
        Ok(manifest)
    }

    fn line(&mut self, words: &[&str]) -> Option<()> {
        match words {
            ["log", log] => (*log).clone_into(&mut self.log),
            ["epoch", epoch, "events", size, "root", root, ..] => {
                let (epoch, size, root) = (read(epoch)?, read(size)?, root.parse::<Hash>().ok()?);
                self.epochs.push(SignedEpoch { epoch, size, root });
            }
            ["file", name, "epoch", epoch, "first", first, "count", count, "sha256", sha256] => {
                let (name, sha256) = ((*name).to_owned(), (*sha256).to_owned());
                let (epoch, first, count) = (read(epoch)?, read(first)?, read(count)?);
                self.files.push(FileLine { name, epoch, first, count, sha256 });
            }
            ["followed", ..] => {}
            _ => return None,
        }
        Some(())
    }
}

fn is_first(line: &str) -> Option<()> {
    (line == "dossier journal export 1").then_some(())
}

fn read<T: FromStr>(word: &str) -> Option<T> {
    word.parse().ok()
}
