//! One command at a time through the engine, beside raw appends of the same size.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use dossier_engine::{Engine, EngineSettings, MachineClock, Request, command_id, fresh_id};
use dossier_proto::{Actor, Digest, v1};

use crate::{
    arguments::Size,
    decider::{Saving, Versions},
    events::{event, person, save},
    failure::Failure,
    log::{LOG, disk, signer},
    quantiles::{Times, median},
    raw::RawFile,
    report::{Figure, Section, Target, peak_memory},
};

/// Commands, and raw appends, in one turn: short, so that both sides see the same minute.
const TURN: u64 = 64;
/// Turns there are at least, however short the time.
const TURNS_MIN: usize = 10;
/// So many raw syncs a command may take.
const DUE: f64 = 3.0;

/// Commands and raw appends in turns.
pub(crate) fn measure(size: Size, seconds: u64, directory: &Path) -> Result<Section, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(Failure::disk("(threads)"))?;
    let settings = EngineSettings::new(directory, LOG, signer()?, Arc::new(MachineClock));
    let engine: Engine<Saving, Versions> = Engine::open(settings)?;
    let mut raw = RawFile::create(directory)?;
    let mut tally = Tally::default();
    let until = Instant::now() + Duration::from_secs(seconds);
    while tally.turns.len() < TURNS_MIN || Instant::now() < until {
        let first = tally.own.len() as u64;
        let raw_times = raw_turn(&mut raw, size, first)?;
        let own_times = runtime.block_on(turn(&engine, size, first))?;
        tally.add(raw_times, own_times);
    }
    let head = engine.journal().head();
    if head.size != tally.own.len() as u64 {
        return Err(Failure::wrong(format!("{} commands made {} events", tally.own.len(), head.size)));
    }
    let mut bytes = 0;
    engine.journal().replay(dossier_journal::Place { epoch: 0, sequence: 0 }, |stored| bytes += stored.event.len())?;
    let on_disk = disk(&directory.join("journal"))?;
    Ok(tally.section(size, on_disk as f64 / bytes as f64))
}

fn raw_turn(raw: &mut RawFile, size: Size, first: u64) -> Result<Vec<Duration>, Failure> {
    (first..first + TURN).map(|n| raw.append(&event(size, n))).collect()
}

async fn turn(engine: &Engine<Saving, Versions>, size: Size, first: u64) -> Result<Vec<Duration>, Failure> {
    let mut times = Vec::new();
    for n in first..first + TURN {
        let request = request(n, save(n, size));
        let begun = Instant::now();
        engine.execute(request).await.map_err(Failure::wrong)?;
        times.push(begun.elapsed());
    }
    Ok(times)
}

fn request(n: u64, command: v1::SaveDraft) -> Request<v1::SaveDraft> {
    Request {
        command,
        entry: None,
        actor: Actor::Person(person(n)),
        on_behalf_of: None,
        fresh: fresh_id(),
        expected_version: Some(0),
        command_id: command_id(person(n).as_bytes(), &n.to_be_bytes()),
        request_digest: Digest([9; 32]),
        correlation: None,
    }
}

#[derive(Default)]
struct Tally {
    /// Command p50 / raw p50 of each turn.
    turns: Vec<f64>,
    raw: Vec<Duration>,
    own: Vec<Duration>,
}

impl Tally {
    fn add(&mut self, raw: Vec<Duration>, own: Vec<Duration>) {
        self.raw.extend(&raw);
        self.own.extend(&own);
        self.turns.push(Times::of(own).micros(50) / Times::of(raw).micros(50));
    }

    fn section(self, size: Size, disk: f64) -> Section {
        let (raw, own) = (Times::of(self.raw), Times::of(self.own));
        let multiple = own.micros(50) / raw.micros(50);
        let mut figures = vec![
            Figure::due("command p50 / raw p50", multiple, "raw syncs", Target::AtMost(DUE)),
            Figure::new("the same, median of turns", median(&self.turns), "raw syncs"),
            Figure::new("command p99 / raw p99", own.micros(99) / raw.micros(99), "raw syncs"),
            Figure::new("command until acknowledged, p50", own.micros(50), "µs"),
            Figure::new("command until acknowledged, p99", own.micros(99), "µs"),
            Figure::new("raw append + fdatasync, p50", raw.micros(50), "µs"),
            Figure::new("raw append + fdatasync, p99", raw.micros(99), "µs"),
            Figure::new("disk / event bytes", disk, "times"),
        ];
        figures.extend(peak_memory());
        Section {
            subject: "command".to_owned(),
            events: size.name().to_owned(),
            how: format!(
                "one at a time, {} of them, in turns of {TURN} with raw appends of the same size",
                own.count()
            ),
            figures,
        }
    }
}
