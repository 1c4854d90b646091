//! Looking back: one entry as it was, in each service, beside the same entry as it stands; and the receipts of editions.
//!
//! The history is made as people make it: `--entries` are filed, approved and published over HTTP, 12 events each in four journals (84 000
//! of them are a million events), so that keys, snapshots, copies and cosigned checkpoints are what they are in a house that is at work.

mod engine;

use std::{
    collections::BTreeMap,
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use dossier::client::{Answer, Client};
use serde_json::Value;

use crate::{
    arguments::Size,
    failure::Failure,
    pipeline::house::{Running, record},
    quantiles::Times,
    report::{Figure, Section, Target, peak_memory},
};

/// So many publish at a time.
const AT_A_TIME: u64 = 16;
/// Between two looks of somebody who waits.
const LOOK: Duration = Duration::from_millis(2);
/// So many looks of each kind; the entries are chosen anew for each, from all over the history.
const LOOKS: usize = 1_000;
/// How many entries are looked at, from all over the history.
const SAMPLES: usize = 500;
/// How long one look back may take, in milliseconds.
const DUE: f64 = 5.0;
/// How long the auditor's copies may take to be level and cosigned.
const COPYING: Duration = Duration::from_secs(600);

/// An entry, and a moment at which it was public.
struct Sample {
    id: String,
    instant: String,
}

/// Fills a house and looks back in it.
pub(crate) fn measure(size: Size, entries: u64, directory: &Path) -> Result<Section, Failure> {
    let alone = engine::measure(size, &directory.join("alone"))?;
    let house = Running::start(directory, record()?)?;
    let begun = Instant::now();
    fill(&house, entries, size)?;
    let filled = begun.elapsed();
    let events = level(&house)?;
    let samples = samples(&house)?;
    let mut figures = vec![
        Figure::new("filled in", filled.as_secs_f64(), "s"),
        Figure::new("events in all journals", events as f64, ""),
    ];
    figures.extend(by_service(&house, &samples)?);
    figures.extend(receipts(&house, &samples)?);
    figures.extend(alone);
    figures.extend(peak_memory());
    house.end();
    Ok(Section {
        subject: "as-of".to_owned(),
        events: match size {
            Size::Small => "smallest contents".to_owned(),
            Size::Mix => size.name().to_owned(),
        },
        how: format!(
            "{entries} entries published over HTTP, then {LOOKS} looks of each kind at {SAMPLES} of them, each as of a moment of its own"
        ),
        figures,
    })
}

fn fill(house: &Running, entries: u64, size: Size) -> Result<(), Failure> {
    let next = AtomicU64::new(0);
    thread::scope(|scope| {
        let one = || {
            let people = house.people()?;
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= entries {
                    return Ok(());
                }
                people.publish(n, size, LOOK)?;
            }
        };
        let threads: Vec<_> = (0..AT_A_TIME).map(|_| scope.spawn(one)).collect();
        threads.into_iter().try_for_each(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// Waits until the last edition has its receipt; gives the number of events that were signed.
fn level(house: &Running) -> Result<u64, Failure> {
    let reader = house.reader();
    let newest = done(reader.get("/api/v1/entries?limit=1"))?;
    let id = text(&newest["items"][0], "id")?.to_owned();
    let until = Instant::now() + COPYING;
    while reader.get(&format!("/audit/api/v1/receipts/{id}/1")).map_err(Failure::wrong)?.status != 200 {
        if Instant::now() > until {
            return Err(Failure::wrong("the newest edition gets no receipt"));
        }
        thread::sleep(Duration::from_millis(50)); // between looks
    }
    let logs = done(reader.get("/audit/api/v1/checkpoints"))?;
    let mut sizes = BTreeMap::new();
    note_sizes(&logs, &mut sizes);
    Ok(sizes.values().sum())
}

/// The size of each origin's journal, wherever a document tells it.
fn note_sizes(document: &Value, sizes: &mut BTreeMap<String, u64>) {
    if let (Some(origin), Some(size)) = (document["origin"].as_str(), document["size"].as_u64()) {
        let known = sizes.entry(origin.to_owned()).or_default();
        *known = size.max(*known);
    }
    let members = document.as_object().into_iter().flat_map(|members| members.values());
    let items = document.as_array().into_iter().flatten();
    members.chain(items).for_each(|one| note_sizes(one, sizes));
}

/// Entries from all over the history, each with the moment in which another one was published later.
fn samples(house: &Running) -> Result<Vec<Sample>, Failure> {
    let reader = house.reader();
    let total = done(reader.get("/api/v1/entries?limit=1"))?["total"].as_u64().unwrap_or_default();
    let mut found: Vec<Sample> = Vec::new();
    let pages = (SAMPLES as u64).div_ceil(50);
    for k in 0..pages {
        let page = k * (total / 50) / pages + 1;
        let list = done(reader.get(&format!("/api/v1/entries?limit=50&page={page}")))?;
        let items = list["items"].as_array().cloned().unwrap_or_default();
        // The newest come first: what is before an entry on its page was published later.
        for pair in items.windows(2) {
            let (later, earlier) = (&pair[0], &pair[1]);
            found
                .push(Sample { id: text(earlier, "id")?.to_owned(), instant: text(later, "published_at")?.to_owned() });
        }
    }
    if found.is_empty() { Err(Failure::wrong("nothing was published")) } else { Ok(found) }
}

fn by_service(house: &Running, samples: &[Sample]) -> Result<Vec<Figure>, Failure> {
    let (contributor, moderator) = (house.client("contributor-kz")?, house.client("moderator-a")?);
    let (auditor, reader) = (house.client("auditor")?, house.reader());
    let mut figures = Vec::new();
    let of = |prefix: &'static str, more: &'static str| move |one: &Sample| format!("{prefix}/{}{more}", one.id);
    for (name, client, path) in [
        ("submission, entry", &contributor, of("/contribute/api/v1/entries", "")),
        ("submission, history", &contributor, of("/contribute/api/v1/entries", "/history")),
        ("moderation, review", &moderator, of("/review/api/v1/reviews", "")),
        ("publication, entry", &reader, of("/api/v1/entries", "")),
        ("publication, editions", &reader, of("/api/v1/entries", "/editions")),
    ] {
        let live = looks(client, samples, path)?;
        let back = looks(client, samples, |one: &Sample| format!("{}?as_of={}", path(one), one.instant))?;
        figures.extend(beside(name, &live, &back));
    }
    let page = |_: &Sample| "/api/v1/entries?limit=50&text=Event".to_owned();
    let live = looks(&reader, samples, page)?;
    let back = looks(&reader, samples, |one: &Sample| format!("{}&as_of={}", page(one), one.instant))?;
    figures.push(Figure::new("publication, a search, as it stands, p50", live.micros(50) / 1e3, "ms"));
    figures.push(Figure::new("  as of a moment, p50", back.micros(50) / 1e3, "ms"));
    // A reading is durable before it is answered: the sync of the disk is in both.
    let trail = looks(&auditor, samples, of("/audit/api/v1/entries", "/trail"))?;
    let moment = |one: &Sample| format!("/audit/api/v1/entries/{}/moment?as_of={}", one.id, one.instant);
    figures.extend(beside("audit, trail and moment", &trail, &looks(&auditor, samples, moment)?));
    Ok(figures)
}

fn beside(name: &str, live: &Times, back: &Times) -> Vec<Figure> {
    vec![
        Figure::new(format!("{name}, as it stands, p50"), live.micros(50) / 1e3, "ms"),
        Figure::due("  as of a moment, p50", back.micros(50) / 1e3, "ms", Target::AtMost(DUE)),
        Figure::new("  as of a moment, p99", back.micros(99) / 1e3, "ms"),
    ]
}

fn receipts(house: &Running, samples: &[Sample]) -> Result<Vec<Figure>, Failure> {
    let reader = house.reader();
    let times = looks(&reader, samples, |one: &Sample| format!("/audit/api/v1/receipts/{}/1", one.id))?;
    Ok(vec![
        Figure::due("receipt of an edition, p50", times.micros(50) / 1e3, "ms", Target::AtMost(DUE)),
        Figure::new("  p99", times.micros(99) / 1e3, "ms"),
    ])
}

fn looks(client: &Client, samples: &[Sample], path: impl Fn(&Sample) -> String) -> Result<Times, Failure> {
    let mut times = Vec::with_capacity(LOOKS);
    for k in 0..LOOKS {
        // Neighbours in the history are far from each other here.
        let path = path(&samples[k * 7_919 % samples.len()]);
        let begun = Instant::now();
        let answer = client.get(&path).map_err(Failure::wrong)?;
        times.push(begun.elapsed());
        if answer.status != 200 {
            return Err(Failure::wrong(format!("{path}: {}", answer.status)));
        }
    }
    Ok(Times::of(times))
}

fn done(answer: Result<Answer, dossier::Failure>) -> Result<Value, Failure> {
    answer.and_then(Answer::document).map_err(Failure::wrong)
}

fn text<'a>(document: &'a Value, name: &str) -> Result<&'a str, Failure> {
    document[name].as_str().ok_or_else(|| Failure::wrong(format!("there is no {name} in {document}")))
}
