//! A journal written again, event by event, under the places it had.

use std::path::Path;

use bytes::Bytes;
use dossier_journal::{
    Frame, Head, Journal, MirrorHead, OpenOptions, Place, Record, SledStore, WriteError, Writer, open,
};
use dossier_proto::{Micros, Origin};

use crate::{Failure, Secrets, offline::peek};

/// Events are appended in groups of about this many bytes, as at an import: large enough for the disk, small in memory.
const GROUP_BYTES: usize = 1024 * 1024;
const GROUP_RECORDS: usize = 4096;
/// 2026-01-01T00:00:00Z, in seconds since 1970.
const YEAR_2026: i64 = 1_767_225_600;

/// A journal that is being written again.
pub(crate) struct Rebuild {
    journal: Journal,
    writer: Writer,
    frame: Frame,
    bytes: usize,
}

impl Rebuild {
    /// Begins in the directory of a service that is empty.
    ///
    /// # Errors
    /// [`Failure`]: the disk.
    pub(crate) fn begin(service: &Path, origin: Origin, secrets: &Secrets) -> Result<Self, Failure> {
        let mut options = OpenOptions::new(secrets.log(origin), service.join("anchors"), secrets.signer(origin), peek);
        // What is written again has the events by which it took its keys.
        options.turn = dossier_engine::key_turn;
        let store = SledStore::open(service.join("journal")).map_err(dossier_journal::OpenError::from)?;
        let (journal, writer) = open(store, options)?;
        Ok(Self { journal, writer, frame: Frame::default(), bytes: 0 })
    }

    /// The place of the next event.
    pub(crate) fn next(&self) -> Place {
        let next = self.writer.next();
        Place { sequence: next.sequence + self.frame.records.len() as u64, ..next }
    }

    /// Goes on in another epoch, when this is not the present one.
    ///
    /// # Errors
    /// [`Failure`]: the disk.
    pub(crate) fn come_to(&mut self, epoch: u32) -> Result<(), Failure> {
        if epoch == self.writer.next().epoch {
            return Ok(());
        }
        self.flush()?;
        self.writer.begin_epoch_above(epoch, None).map(drop).map_err(|error| failure(&error))
    }

    /// Appends an event.
    ///
    /// # Errors
    /// [`Failure`]: the event is not the one that stands here, or the disk.
    pub(crate) fn take(&mut self, event: Bytes, beside: Option<Bytes>) -> Result<(), Failure> {
        self.bytes += event.len() + beside.as_ref().map_or(0, Bytes::len);
        self.frame.records.push(Record { event, beside });
        if self.bytes >= GROUP_BYTES || self.frame.records.len() >= GROUP_RECORDS {
            self.flush()?;
        }
        Ok(())
    }

    /// Where it ends now, durably.
    ///
    /// # Errors
    /// As [`Rebuild::take`].
    pub(crate) fn head(&mut self) -> Result<Head, Failure> {
        self.flush()?;
        Ok(self.writer.head())
    }

    /// For reading what was written.
    pub(crate) const fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Ends what was put back, and begins the epoch in which the service will go on: its first event, which names what is known, is
    /// written by the service itself when it starts. `lost` is the most that anybody knows, where that is more.
    ///
    /// # Errors
    /// As [`Rebuild::take`].
    pub(crate) fn go_on(mut self, now: Micros, lost: Option<MirrorHead>) -> Result<u32, Failure> {
        self.flush()?;
        self.writer.begin_epoch_above(unused(now), lost).map_err(|error| failure(&error))
    }

    fn flush(&mut self) -> Result<(), Failure> {
        if self.frame.records.is_empty() {
            return Ok(());
        }
        self.bytes = 0;
        self.writer.append(std::mem::take(&mut self.frame)).map(drop).map_err(|error| failure(&error))
    }
}

/// A number for an epoch that nobody can have used: one that is below or equal was begun before this second. Room until 2162.
fn unused(now: Micros) -> u32 {
    u32::try_from(now.0 / Micros::SECOND - YEAR_2026).unwrap_or(0)
}

fn failure(error: &WriteError) -> Failure {
    match error {
        WriteError::Refused(_) => Failure::damaged(format!("what was kept does not fit into a journal: {error}")),
        WriteError::Stopped(_) => Failure::new(crate::Exit::Disk, error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_an_epoch_is_the_seconds_since_2026() {
        let moment: jiff::Timestamp = "2026-01-01T00:01:00Z".parse().unwrap();
        assert_eq!(unused(Micros(moment.as_microsecond())), 60);
        assert_eq!(unused(Micros(0)), 0, "a clock that was never set leaves it to what is known");
    }
}
