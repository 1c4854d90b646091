//! A whole history, read and folded again.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use dossier_engine::{Until, fold_journal};
use dossier_journal::{Frame, Journal, OpenError, Place, Record, Verify};

use crate::{
    append::GROUP,
    arguments::Size,
    decider::{Saving, Versions},
    events::event,
    failure::Failure,
    log::{disk, open_in},
    processor,
    quantiles::median,
    report::{Figure, Section, Target, peak_memory},
};

/// Each reading is done so often; the figure is the median.
const TIMES: usize = 5;
/// A store that was closed a moment ago may still be letting go of its files.
const CLOSING: Duration = Duration::from_secs(30);

impl Size {
    /// How long the history is.
    pub(crate) const fn history(self) -> u64 {
        match self {
            Self::Small => 1_000_000,
            Self::Mix => 200_000,
        }
    }

    /// How many events a second are due, decoded and folded.
    const fn due(self) -> f64 {
        match self {
            Self::Small => 1_000_000.0,
            Self::Mix => 400_000.0,
        }
    }
}

/// Writes a history, opens it as after a start, and reads it.
pub(crate) fn measure(size: Size, directory: &Path) -> Result<Section, Failure> {
    let bytes = write(size, directory)?;
    let on_disk = disk(&directory.join("journal"))?;
    let (whole, journal) = timed(|| reopen(directory, &Verify::Whole))?;
    let read = Go::repeated(|| read_all(&journal, bytes))?;
    let folded = Go::repeated(|| fold_all(&journal, size))?;
    drop(journal);
    let (edge, journal) = timed(|| reopen(directory, &Verify::Edge))?;
    drop(journal);
    let events = size.history() as f64;
    let megabytes = bytes as f64 / 1e6;
    let mut figures = vec![
        Figure::due("decoded and folded", events / folded.seconds, "events/s", Target::AtLeast(size.due())),
        Figure::new("decoded and folded", megabytes / folded.seconds, "MB/s"),
        Figure::new("decoded and folded, all processors", folded.processor * 1e6 / events, "µs an event"),
        Figure::new("read, checksums verified", events / read.seconds, "events/s"),
        Figure::new("read, checksums verified", megabytes / read.seconds, "MB/s"),
        Figure::new("read, checksums verified, all processors", read.processor * 1e6 / events, "µs an event"),
        Figure::new("open, every event hashed and compared", whole, "s"),
        Figure::new("that is", events / whole, "events/s"),
        Figure::new("open, the edge only", edge, "s"),
        Figure::new("disk / event bytes", on_disk as f64 / bytes as f64, "times"),
    ];
    figures.extend(peak_memory());
    Ok(Section {
        subject: "replay".to_owned(),
        events: size.name().to_owned(),
        how: format!("{} events, median of {TIMES}; hashing is done by the opening and counted apart", size.history()),
        figures,
    })
}

/// Appends the history in groups; gives the bytes of its events.
pub(crate) fn write(size: Size, directory: &Path) -> Result<u64, Failure> {
    let (_journal, mut writer) = open_in(directory, Verify::Whole)?;
    let (mut next, mut bytes) = (0, 0);
    while next < size.history() {
        let until = (next + GROUP as u64).min(size.history());
        let records: Vec<_> = (next..until).map(|n| Record { event: event(size, n), beside: None }).collect();
        bytes += records.iter().map(|record| record.event.len() as u64).sum::<u64>();
        writer.append(Frame { records, followed: Vec::new() })?;
        next = until;
    }
    Ok(bytes)
}

/// Opens the journal once whoever had it before has let go.
fn reopen(directory: &Path, verify: &Verify) -> Result<Journal, Failure> {
    let until = Instant::now() + CLOSING;
    loop {
        match open_in(directory, verify.clone()) {
            Err(Failure::Open(OpenError::Busy { .. })) if Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(5)); // between looks
            }
            opened => return opened.map(|(journal, _writer)| journal),
        }
    }
}

fn read_all(journal: &Journal, bytes: u64) -> Result<(), Failure> {
    let mut seen = 0;
    journal.replay(Place { epoch: 0, sequence: 0 }, |stored| seen += stored.event.len() as u64)?;
    if seen == bytes { Ok(()) } else { Err(Failure::wrong(format!("{seen} of {bytes} bytes were read"))) }
}

fn fold_all(journal: &Journal, size: Size) -> Result<(), Failure> {
    let folded = fold_journal::<Saving, Versions>(journal, Until::End)?;
    if folded.events == size.history() && folded.view.events == size.history() {
        return Ok(());
    }
    Err(Failure::wrong(format!("{} of {} events were folded", folded.events, size.history())))
}

fn timed<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<(f64, T), Failure> {
    let begun = Instant::now();
    let done = work()?;
    Ok((begun.elapsed().as_secs_f64(), done))
}

/// What one of several goes took.
struct Go {
    /// The median, in seconds.
    seconds: f64,
    /// Processor time of all threads, on average, in seconds.
    processor: f64,
}

impl Go {
    fn repeated(mut work: impl FnMut() -> Result<(), Failure>) -> Result<Self, Failure> {
        let before = processor::used();
        let seconds: Result<Vec<_>, _> = (0..TIMES).map(|_| timed(&mut work).map(|(seconds, ())| seconds)).collect();
        let seconds = median(&seconds?);
        let used = processor::used().zip(before).map_or(0.0, |(after, before)| (after - before).as_secs_f64());
        Ok(Self { seconds, processor: used / TIMES as f64 })
    }
}
