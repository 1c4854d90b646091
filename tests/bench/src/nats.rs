//! The exchange over NATS: a real nats-server on loopback.
//!
//! The pipeline runs as it is deployed: four processes, the files of `deploy/`. The relay and its readers are measured in this
//! process, over a journal on the same disk.

mod deployed;
mod reader;
mod relay;

use std::path::Path;

use crate::{
    arguments::Size,
    failure::Failure,
    report::{Figure, Section, Target, peak_memory},
};
use dossier_exchange::nats::STREAM_EVENTS_MAX;
use relay::Carried;

/// Milliseconds from submit to public, through three processes.
const PIPELINE_DUE: f64 = 30.0;
/// Events a second from a journal into its stream.
const RELAY_DUE: f64 = 20_000.0;
/// Seconds until everything is as it was after the broker lost 100 000 events.
const RECOVERY_DUE: f64 = 20.0;
/// Events in the journal that the broker loses.
const RECOVERED: u64 = 100_000;
/// Events that a reader has missed.
const MISSED: u64 = 1_000_000;
/// Every event is synced by the broker too: fewer are enough.
const SYNCED: u64 = 20_000;

/// From submit to public; the relay; recovery; catching up.
pub(crate) fn measure(size: Size, seconds: u64, directory: &Path) -> Result<Section, Failure> {
    let mut figures = deployed::measure(size, seconds, &directory.join("deployed"), PIPELINE_DUE)?;
    figures.extend(relayed(size, directory)?);
    figures.extend(peak_memory());
    Ok(Section {
        subject: "nats".to_owned(),
        events: size.name().to_owned(),
        how: format!(
            "four processes and nats-server over TLS, one entry at a time; then a relay and a reader in this process: {RECOVERED} events that \
             the broker loses, {MISSED} that a reader missed; a stream holds the last {STREAM_EVENTS_MAX}, the rest is asked of the journal"
        ),
        figures,
    })
}

fn relayed(size: Size, directory: &Path) -> Result<Vec<Figure>, Failure> {
    let mut figures = Vec::new();
    let lost = Carried::measure(size, RECOVERED, "", &directory.join("lost"))?;
    figures.push(Figure::due("relay, the broker's default sync", lost.relayed, "events/s", Target::AtLeast(RELAY_DUE)));
    figures.push(Figure::new(format!("{RECOVERED} events behind: catching up"), lost.read, "events/s"));
    figures.push(Figure::due(
        format!("{RECOVERED} events lost by the broker: back, and read by somebody new"),
        lost.recovered,
        "s",
        Target::AtMost(RECOVERY_DUE),
    ));
    let synced = Carried::measure(size, SYNCED, "sync_interval: always", &directory.join("synced"))?;
    figures.push(Figure::new("relay, the broker syncs each event", synced.relayed, "events/s"));
    let missed = Carried::measure(size, MISSED, "", &directory.join("missed"))?;
    figures.push(Figure::new(format!("{MISSED} events behind: catching up"), missed.read, "events/s"));
    Ok(figures)
}
