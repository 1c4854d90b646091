//! A journal from an export: restoring a backup.

use std::path::Path;

use crate::export::{ExportError, ExportSummary, Progress, each_record, verified_epochs};
use crate::store::Store;
use crate::{Frame, Journal, OpenOptions, Record, Writer, open};

/// Records are appended in groups of about this many bytes: large enough for the disk, small in memory.
const GROUP_BYTES: usize = 1024 * 1024;
const GROUP_RECORDS: usize = 4096;

/// Builds a journal in an empty store from the export in `directory`. The checkpoints must be signed by the key in
/// `options` or one of its former keys. Epochs, places and roots come out as they were; each epoch's root is compared with the signed
/// one, so nothing else needs to be verified before.
///
/// # Errors
/// [`ExportError`]; the store may then hold the part that was imported, and must be thrown away.
pub fn import(
    directory: &Path,
    store: impl Store,
    options: OpenOptions,
    mut progress: impl FnMut(Progress),
) -> Result<(Journal, Writer, ExportSummary), ExportError> {
    let mut keys = options.key.present_and_later();
    keys.extend(options.former_keys.iter().cloned());
    let manifest = verified_epochs(directory, &keys)?;
    if manifest.log != options.log {
        return Err(ExportError::damaged(
            directory,
            format!("it is of the log {}, not of {}", manifest.log, options.log),
        ));
    }
    let place = store.place();
    let (journal, mut writer) = open(store, options)?;
    if writer.next() != (crate::Place { epoch: 0, sequence: 0 }) {
        return Err(ExportError::NotFresh(place));
    }
    let total = manifest.summary().events;
    let mut done = 0;
    for line in &manifest.epochs {
        if line.epoch != writer.next().epoch {
            begin_epoch(&mut writer, line, directory)?;
        }
        let mut group = Group { writer: &mut writer, frame: Frame::default(), bytes: 0 };
        each_record(directory, &manifest, line, &mut |_, record, _| {
            group.add(record)?;
            done += 1;
            if done % 1024 == 0 {
                progress(Progress { done, total });
            }
            Ok(())
        })?;
        group.flush()?;
        if writer.head().root != line.root {
            return Err(ExportError::damaged(
                directory,
                format!("the events of epoch {} do not have the signed root", line.epoch),
            ));
        }
    }
    if !manifest.followed.is_empty() {
        writer.append(Frame { records: Vec::new(), followed: manifest.followed.clone() })?;
    }
    progress(Progress { done, total });
    Ok((journal, writer, manifest.summary()))
}

fn begin_epoch(writer: &mut Writer, line: &crate::export::EpochLine, directory: &Path) -> Result<(), ExportError> {
    let begun = writer.begin_epoch_above(line.epoch, line.lost)?;
    if begun == line.epoch {
        return Ok(());
    }
    Err(ExportError::damaged(directory, format!("epoch {} cannot follow on the one before it", line.epoch)))
}

/// Records on their way into the journal.
struct Group<'a> {
    writer: &'a mut Writer,
    frame: Frame,
    bytes: usize,
}

impl Group<'_> {
    fn add(&mut self, record: Record) -> Result<(), ExportError> {
        self.bytes += record.event.len() + record.beside.as_ref().map_or(0, bytes::Bytes::len);
        self.frame.records.push(record);
        if self.bytes >= GROUP_BYTES || self.frame.records.len() >= GROUP_RECORDS {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), ExportError> {
        if !self.frame.records.is_empty() {
            self.writer.append(std::mem::take(&mut self.frame))?;
            self.bytes = 0;
        }
        Ok(())
    }
}
