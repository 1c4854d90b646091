//! From submit to readable by the public: all four services in one process, spoken to over HTTP on the loopback interface.

mod entries;
pub(crate) mod house;

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use crate::{
    arguments::Size,
    failure::Failure,
    quantiles::{Times, median},
    report::{Figure, Section, Target, peak_memory},
};
pub(crate) use entries::{People, Way};
use house::{Running, record};

/// Entries there are at least, one at a time.
const ENTRIES_MIN: u64 = 200;
/// The first ones open connections and fill caches; they do not count.
const WARM_UP: u64 = 20;
/// Between two looks of a moderator, or a reader, who waits.
const LOOK: Duration = Duration::from_micros(200);
/// Between two looks when many wait: the looks of all shall not be what is measured.
const PATIENT_LOOK: Duration = Duration::from_millis(2);
/// So many file at a time.
const CONTRIBUTORS: u64 = 8;
/// How long it may take, in milliseconds, from submit to public.
const DUE: f64 = 15.0;

/// One entry at a time, and then many.
pub(crate) fn measure(size: Size, seconds: u64, directory: &Path) -> Result<Section, Failure> {
    let running = Running::start(directory, record()?)?;
    let people = running.people()?;
    let mut ways = Vec::new();
    let mut n = 0;
    let until = Instant::now() + Duration::from_secs(seconds);
    while n < ENTRIES_MIN + WARM_UP || Instant::now() < until {
        let way = people.publish(n, size, LOOK)?;
        if n >= WARM_UP {
            ways.push(way);
        }
        n += 1;
    }
    let crowd = Crowd::measure(&running, size, n, Duration::from_secs(seconds))?;
    let mut figures = alone(&ways, DUE);
    figures.extend(crowd.figures());
    figures.extend(peak_memory());
    running.end();
    Ok(Section {
        subject: "pipeline".to_owned(),
        events: match size {
            Size::Small => "smallest contents".to_owned(),
            Size::Mix => size.name().to_owned(),
        },
        how: format!(
            "{} entries one at a time, a moderator who looks every {} µs and approves at once; then {CONTRIBUTORS} at a time",
            ways.len(),
            LOOK.as_micros()
        ),
        figures,
    })
}

/// What one entry at a time amounts to; so many milliseconds are due.
pub(crate) fn alone(ways: &[Way], due: f64) -> Vec<Figure> {
    let times = |part: fn(&Way) -> Duration| Times::of(ways.iter().map(part).collect());
    let whole = times(Way::whole);
    let milliseconds = |name: &str, times: &Times, percent| Figure::new(name, times.micros(percent) / 1e3, "ms");
    let shares: Vec<_> = ways.iter().map(|way| way.review.as_secs_f64() / way.whole().as_secs_f64()).collect();
    vec![
        Figure::due("submit until public, p50", whole.micros(50) / 1e3, "ms", Target::AtMost(due)),
        milliseconds("submit until public, p99", &whole, 99),
        milliseconds("  submit until answered, p50", &times(|way| way.submit), 50),
        milliseconds("  answered until the moderator has it, p50", &times(|way| way.review), 50),
        milliseconds("  approve until answered, p50", &times(|way| way.approve), 50),
        milliseconds("  answered until the public has it, p50", &times(|way| way.publish), 50),
        Figure::new("the moderator's looking, share of the whole", median(&shares), "of it"),
    ]
}

/// Many at a time.
struct Crowd {
    ways: Vec<Way>,
    took: Duration,
}

impl Crowd {
    fn measure(running: &Running, size: Size, first: u64, time: Duration) -> Result<Self, Failure> {
        let begun = Instant::now();
        let everybody: Result<Vec<Vec<Way>>, Failure> = thread::scope(|scope| {
            let one = |k: u64| {
                let people = running.people()?;
                let mut ways = Vec::new();
                while begun.elapsed() < time {
                    let n = first + k + CONTRIBUTORS * ways.len() as u64;
                    ways.push(people.publish(n, size, PATIENT_LOOK)?);
                }
                Ok(ways)
            };
            let threads: Vec<_> = (0..CONTRIBUTORS).map(|k| scope.spawn(move || one(k))).collect();
            let ended = threads.into_iter().map(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            ended.collect()
        });
        Ok(Self { ways: everybody?.into_iter().flatten().collect(), took: begun.elapsed() })
    }

    fn figures(&self) -> Vec<Figure> {
        let whole = Times::of(self.ways.iter().map(Way::whole).collect());
        let name = |what: &str| format!("{CONTRIBUTORS} at a time: {what}");
        vec![
            Figure::new(name("published"), self.ways.len() as f64 / self.took.as_secs_f64(), "entries/s"),
            Figure::new(name("submit until public, p50"), whole.micros(50) / 1e3, "ms"),
            Figure::new(name("submit until public, p99"), whole.micros(99) / 1e3, "ms"),
        ]
    }
}
