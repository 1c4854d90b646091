//! How long moderation takes, how often it refuses and overrides: by body, language and record type, and by month.
//!
//! Counted as the copies grow: what was read once is not read again. A decision takes 24 bytes; a million of them 24 MB.

mod count;
mod table;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};

use dossier_journal::Journal;
use dossier_proto::{Event, Origin};

pub(crate) use table::{Dimension, Row, Tables};

use crate::{copies::CopyReadError, office::Office};
use count::Counted;

/// Events read at once, and bytes of them at most.
const CHUNK: usize = 256;
const CHUNK_BYTES: usize = 1024 * 1024;

/// The figures, as far as the copies were read.
#[derive(Default)]
pub(crate) struct Figures(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    counted: Counted,
    submission: (u32, u64),
    moderation: (u32, u64),
    /// The tables of so many decisions.
    tables: Option<(usize, Arc<Tables>)>,
}

impl Figures {
    /// The tables as they are now. Reads what is new, so the first time it reads everything: off the async threads.
    ///
    /// # Errors
    /// [`CopyReadError`].
    pub(crate) fn tables(&self, office: &Office) -> Result<Arc<Tables>, CopyReadError> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.catch_up(office)?;
        let decided = kept.counted.decisions.len();
        if let Some((_, tables)) = kept.tables.as_ref().filter(|(of, _)| *of == decided) {
            return Ok(Arc::clone(tables));
        }
        let tables = Arc::new(Tables::of(&kept.counted));
        kept.tables = Some((decided, Arc::clone(&tables)));
        Ok(tables)
    }
}

impl Kept {
    /// Decisions rest on submissions, which are copied before them: whatever moderation's copy has now finds its submission.
    fn catch_up(&mut self, office: &Office) -> Result<(), CopyReadError> {
        let (Some(submission), Some(moderation)) =
            (office.journal(Origin::Submission), office.journal(Origin::Moderation))
        else {
            return Ok(());
        };
        let until = moderation.head();
        let counted = &mut self.counted;
        read(submission, &mut self.submission, None, &mut |event| counted.submitted(event))?;
        let until = Some((until.epoch, until.size));
        read(moderation, &mut self.moderation, until, &mut |event| counted.judged(event))
    }
}

/// Reads on from `next`, which is moved; up to `until` or the end.
fn read(
    journal: &Journal,
    next: &mut (u32, u64),
    until: Option<(u32, u64)>,
    take: &mut dyn FnMut(&Event),
) -> Result<(), CopyReadError> {
    while until.is_none_or(|until| *next < until) {
        let events = journal.read(next.0, next.1, CHUNK, CHUNK_BYTES)?;
        if events.is_empty() {
            let later = journal.epochs().into_iter().map(|(epoch, _)| epoch).find(|epoch| *epoch > next.0);
            let Some(later) = later else { return Ok(()) };
            *next = (later, 0);
        }
        for stored in events {
            if until.is_some_and(|until| (stored.epoch, stored.sequence) >= until) {
                return Ok(());
            }
            *next = (stored.epoch, stored.sequence + 1);
            // What cannot be decoded is for the findings.
            if let Ok(event) = Event::decode(&stored.event) {
                take(&event);
            }
        }
    }
    Ok(())
}
