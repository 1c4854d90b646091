//! Groups of events into the journal, beside a raw file.

use std::{
    path::Path,
    sync::mpsc::sync_channel,
    thread,
    time::{Duration, Instant},
};

use bytes::Bytes;
use dossier_journal::{Frame, Record, Scribe, Staged, Stager, Syncer, Verify};

use crate::{
    arguments::Size,
    events::event,
    failure::Failure,
    log::{disk, open_in},
    quantiles::{Times, median},
    raw::RawFile,
    report::{Figure, Section, Target, peak_memory},
};

/// Events in a group, as many as the engine takes at most.
pub(crate) const GROUP: usize = 512;
/// Bytes of events in a round, about: enough for sixty-odd small groups or sixteen of the mix.
const ROUND_BYTES: usize = 16 * 1024 * 1024;
/// Rounds there are at least, however short the time.
const ROUNDS_MIN: usize = 5;
/// The least ratio to the raw file.
const DUE: f64 = 0.5;

/// Appends in rounds: a raw file, the journal, a raw file, the journal …
pub(crate) fn measure(size: Size, seconds: u64, directory: &Path) -> Result<Section, Failure> {
    let (_journal, writer) = open_in(directory, Verify::Whole)?;
    let (stager, scribe, syncer) = writer.into_stages()?;
    let mut line = Line { stager, scribe, syncer };
    let mut raw = RawFile::create(directory)?;
    let mut tally = Tally::default();
    let until = Instant::now() + Duration::from_secs(seconds);
    while tally.ratios.len() < ROUNDS_MIN || Instant::now() < until {
        let round = Round::make(size, tally.events);
        let raw_times = round.append_to(&mut raw)?;
        let events = round.events();
        let begun = Instant::now();
        let times = line.append(round.frames)?;
        tally.add(events, round.bytes, &raw_times, begun.elapsed(), times);
    }
    drop(line);
    let on_disk = disk(&directory.join("journal"))?;
    Ok(tally.section(size, on_disk))
}

/// The groups of one round, ready to be written.
struct Round {
    frames: Vec<Frame>,
    bytes: u64,
}

impl Round {
    fn make(size: Size, first: u64) -> Self {
        let mut round = Self { frames: Vec::new(), bytes: 0 };
        let mut next = first;
        while round.bytes < ROUND_BYTES as u64 {
            let events: Vec<Bytes> = (next..next + GROUP as u64).map(|n| event(size, n)).collect();
            next += GROUP as u64;
            round.bytes += events.iter().map(|event| event.len() as u64).sum::<u64>();
            let records = events.into_iter().map(|event| Record { event, beside: None }).collect();
            round.frames.push(Frame { records, followed: Vec::new() });
        }
        round
    }

    fn events(&self) -> u64 {
        self.frames.iter().map(|frame| frame.records.len() as u64).sum()
    }

    /// The same bytes into a raw file, a write and a sync for each group.
    fn append_to(&self, raw: &mut RawFile) -> Result<Vec<Duration>, Failure> {
        let groups: Vec<Vec<u8>> = self.frames.iter().map(joined).collect();
        groups.iter().map(|group| raw.append(group)).collect()
    }
}

fn joined(frame: &Frame) -> Vec<u8> {
    frame.records.iter().flat_map(|record| record.event.iter().copied()).collect()
}

/// The journal's stages, on three threads as the engine runs them: one stages, one writes, one syncs.
struct Line {
    stager: Stager,
    scribe: Scribe,
    syncer: Syncer,
}

impl Line {
    /// Appends all groups; says of each how long it took from the beginning of its staging until it was durable.
    fn append(&mut self, frames: Vec<Frame>) -> Result<Vec<Duration>, Failure> {
        // From hand to hand, as in the engine: nothing waits between two threads.
        let (to_write, staged) = sync_channel::<(Instant, Staged)>(0);
        let (to_sync, written) = sync_channel(0);
        let (scribe, syncer) = (&mut self.scribe, &mut self.syncer);
        thread::scope(|scope| {
            let writing = scope.spawn(move || -> Result<(), Failure> {
                for (begun, group) in staged {
                    if to_sync.send((begun, scribe.write(group)?)).is_err() {
                        break; // the syncing thread says why
                    }
                }
                Ok(())
            });
            let syncing = scope.spawn(move || -> Result<Vec<Duration>, Failure> {
                let mut times = Vec::new();
                for (begun, group) in written {
                    syncer.sync(group)?;
                    times.push(begun.elapsed());
                }
                Ok(times)
            });
            for frame in frames {
                let begun = Instant::now();
                if to_write.send((begun, self.stager.stage(frame)?)).is_err() {
                    break; // one of the other threads says why
                }
            }
            drop(to_write);
            let times = syncing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            writing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            Ok(times)
        })
    }
}

/// What all rounds amount to.
#[derive(Default)]
struct Tally {
    ratios: Vec<f64>,
    events: u64,
    bytes: u64,
    raw: Vec<Duration>,
    own: Vec<Duration>,
    own_seconds: f64,
}

impl Tally {
    fn add(&mut self, events: u64, bytes: u64, raw: &[Duration], elapsed: Duration, own: Vec<Duration>) {
        self.ratios.push(raw.iter().sum::<Duration>().as_secs_f64() / elapsed.as_secs_f64());
        self.events += events;
        self.bytes += bytes;
        self.raw.extend(raw);
        self.own.extend(own);
        self.own_seconds += elapsed.as_secs_f64();
    }

    fn section(self, size: Size, on_disk: u64) -> Section {
        let raw_seconds = self.raw.iter().sum::<Duration>().as_secs_f64();
        let (raw, own) = (Times::of(self.raw), Times::of(self.own));
        let megabytes = self.bytes as f64 / 1e6;
        let mut figures = vec![
            Figure::due("speed / raw speed, median of rounds", median(&self.ratios), "of raw", Target::AtLeast(DUE)),
            Figure::new("append", megabytes / self.own_seconds, "MB/s"),
            Figure::new("raw append + fdatasync", megabytes / raw_seconds, "MB/s"),
            Figure::new("events", self.events as f64 / self.own_seconds, "events/s"),
            Figure::new("a group until durable, p50", own.micros(50), "µs"),
            Figure::new("a group until durable, p99", own.micros(99), "µs"),
            Figure::new("raw group, p50", raw.micros(50), "µs"),
            Figure::new("raw group, p99", raw.micros(99), "µs"),
            Figure::new("disk / event bytes", on_disk as f64 / self.bytes as f64, "times"),
        ];
        figures.extend(peak_memory());
        Section {
            subject: "append".to_owned(),
            events: size.name().to_owned(),
            how: format!(
                "groups of {GROUP} events, {} rounds of {} groups, raw file and journal in turn",
                self.ratios.len(),
                own.count() / self.ratios.len().max(1)
            ),
            figures,
        }
    }
}
