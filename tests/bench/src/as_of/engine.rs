//! The engine alone: one entry in a long journal, as of moments all over it, beside folding everything.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use dossier_engine::{AsOf, Clock, Engine, EngineError, EngineSettings};
use dossier_journal::OpenError;
use dossier_proto::{EntryId, Micros};

use super::{DUE, LOOKS};
use crate::{
    arguments::Size,
    decider::{Saving, Versions},
    failure::Failure,
    log::{LOG, signer},
    quantiles::Times,
    replay::write,
    report::{Figure, Target},
};

/// A store that was closed a moment ago may still be letting go of its files.
const CLOSING: Duration = Duration::from_secs(30);

/// After the last event of every history that is made here.
struct Late;

impl Clock for Late {
    fn now(&self) -> Micros {
        Micros(4_102_444_800_000_000)
    }
}

pub(super) fn measure(size: Size, directory: &Path) -> Result<Vec<Figure>, Failure> {
    write(size, directory)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(Failure::disk("(threads)"))?;
    let engine = open(directory)?;
    let events = size.history();
    let mut samples = Vec::with_capacity(LOOKS);
    for k in 0..LOOKS as u64 {
        // Neighbours here are far from each other in the history.
        let head = engine.recorded(k * 7_919_993 % events).map_err(Failure::wrong)?.event.head;
        let entry = head.entry.ok_or_else(|| Failure::wrong("an event of no entry"))?;
        samples.push((entry, head.recorded_at));
    }
    let (live, back) = runtime.block_on(looks(&engine, &samples))?;
    let begun = Instant::now();
    runtime.block_on(engine.as_of(AsOf::Instant(samples[0].1))).map_err(Failure::wrong)?;
    let whole = begun.elapsed();
    Ok(vec![
        Figure::new("the engine alone: events in the journal", events as f64, ""),
        Figure::new("  one entry's events, read and decoded, p50", live.micros(50) / 1e3, "ms"),
        Figure::due("  one entry as of a moment, p50", back.micros(50) / 1e3, "ms", Target::AtMost(DUE)),
        Figure::new("  one entry as of a moment, p99", back.micros(99) / 1e3, "ms"),
        Figure::new("  everything as of a moment, folded", whole.as_secs_f64() * 1e3, "ms"),
    ])
}

async fn looks(engine: &Engine<Saving, Versions>, samples: &[(EntryId, Micros)]) -> Result<(Times, Times), Failure> {
    let (mut live, mut back) = (Vec::new(), Vec::new());
    for (entry, instant) in samples {
        let begun = Instant::now();
        engine.of_entry(*entry).map_err(Failure::wrong)?;
        live.push(begun.elapsed());
        let begun = Instant::now();
        let past = engine.entry_as_of(*entry, AsOf::Instant(*instant)).await.map_err(Failure::wrong)?;
        back.push(begun.elapsed());
        if !past.view.entries.contains_key(entry) {
            return Err(Failure::wrong("an entry was not there when it was written to"));
        }
    }
    Ok((Times::of(live), Times::of(back)))
}

/// Opens the journal once whoever had it before has let go.
fn open(directory: &Path) -> Result<Engine<Saving, Versions>, Failure> {
    let until = Instant::now() + CLOSING;
    loop {
        let settings = EngineSettings::new(directory, LOG, signer()?, Arc::new(Late));
        match Engine::open(settings) {
            Err(EngineError::Journal(OpenError::Busy { .. })) if Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(5)); // between looks
            }
            opened => return Ok(opened?),
        }
    }
}
