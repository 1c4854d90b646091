//! An entry with ten thousand events: how fast a page of its trail is, at the end of the list as at its beginning, beside reading the same bytes from a
//! file.

use std::{
    fs::File,
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
    time::{Duration, Instant},
};

use dossier::client::{Answer, Client};
use serde_json::{Value, json};

use crate::{
    arguments::Size,
    failure::Failure,
    pipeline::house::{Running, record},
    quantiles::Times,
    queue::crowd,
    report::{Figure, Section, Target, peak_memory},
};

/// Events of the entry.
const EVENTS: u64 = 10_000;
/// Every so many of them is a comment, with words to be unsealed.
const COMMENT_EACH: u64 = 10;
/// So many looks of each kind.
const LOOKS: usize = 100;
/// How long a page may take, in milliseconds.
const DUE: f64 = 20.0;
/// Steps on a page.
const STEPS: usize = 200;

/// Makes the entry, and looks at its trail.
pub(crate) fn measure(size: Size, directory: &Path) -> Result<Section, Failure> {
    let house = Running::start(&directory.join("house"), record()?)?;
    let contributor = house.client("contributor-kz")?;
    let moderator = house.client("moderator-a")?;
    let auditor = house.client("auditor")?;
    let entry = crowd::file(&contributor, 1, size)?;
    crowd::submit(&contributor, &entry)?;
    let begun = Instant::now();
    let comments = fill(&moderator, &entry)?;
    let filled = begun.elapsed();
    let path = format!("/audit/api/v1/entries/{entry}/trail?limit={STEPS}");
    copied(&auditor, &path)?;
    let mut figures = vec![Figure::new("filled in", filled.as_secs_f64(), "s")];
    figures.extend(pages(&auditor, &path)?);
    figures.extend(others(&auditor, &entry, directory)?);
    figures.extend(peak_memory());
    house.end();
    Ok(Section {
        subject: "trail".to_owned(),
        events: size.name().to_owned(),
        how: format!(
            "an entry with {EVENTS} events, {comments} of them comments under seal, over HTTP; every page is a reading that is durable before it is answered"
        ),
        figures,
    })
}

fn done(answer: Result<Answer, dossier::Failure>) -> Result<Value, Failure> {
    answer.and_then(Answer::document).map_err(Failure::wrong)
}

/// Claims, releases and comments until there are enough events; says how many are comments.
fn fill(moderator: &Client, entry: &str) -> Result<u64, Failure> {
    let review = crate::queue::review(moderator, entry)?;
    let digest = review["digest"].as_str().ok_or_else(|| Failure::wrong("a review without a digest"))?.to_owned();
    let act = |act: &str, body: Value| moderator.post(&format!("/review/api/v1/reviews/{entry}/{act}"), &body);
    let (mut made, mut comments, mut is_taken) = (4, 0, false);
    while made < EVENTS {
        if made % COMMENT_EACH == 0 && comments * COMMENT_EACH < made {
            let said = json!({"digest": digest, "field": "title", "text": format!("Remark {made}: is this the name that the body gave it?")});
            // There may be an end to how much is said of one entry; then the rest is claimed and released.
            if done(act("comment", said)).is_ok() {
                comments += 1;
                made += 1;
                continue;
            }
        }
        done(act(if is_taken { "release" } else { "claim" }, json!({})))?;
        is_taken = !is_taken;
        made += 1;
    }
    Ok(comments)
}

/// Returns when the auditor has heard of everything.
fn copied(auditor: &Client, path: &str) -> Result<(), Failure> {
    let deadline = Instant::now() + Duration::from_secs(60);
    while done(auditor.get(path))?["total"].as_u64().unwrap_or_default() < EVENTS {
        if Instant::now() > deadline {
            return Err(Failure::wrong("the audit service does not hear of everything"));
        }
        // Between looks.
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// The first page, the last one, and all of them.
fn pages(auditor: &Client, path: &str) -> Result<Vec<Figure>, Failure> {
    let (mut at, mut last, mut times, mut bytes) = (path.to_owned(), path.to_owned(), Vec::new(), 0);
    loop {
        let begun = Instant::now();
        let page = done(auditor.get(&at))?;
        times.push(begun.elapsed());
        bytes = bytes.max(page.to_string().len());
        last.clone_from(&at);
        let Some(next) = page["next"].as_str() else { break };
        at = format!("{path}&cursor={next}");
    }
    let all = Times::of(times);
    let (first, end) = (looks(auditor, path)?, looks(auditor, &last)?);
    let due = |name: &str, times: &Times| Figure::due(name, times.micros(50) / 1e3, "ms", Target::AtMost(DUE));
    Ok(vec![
        due(&format!("page of {STEPS} at the beginning, p50"), &first),
        Figure::new("  p99", first.micros(99) / 1e3, "ms"),
        due(&format!("page of {STEPS} at the end, p50"), &end),
        Figure::new("  p99", end.micros(99) / 1e3, "ms"),
        due(&format!("all {} pages, each p50", all.count()), &all),
        Figure::new("  the largest answer", bytes as f64 / 1024.0, "KiB"),
    ])
}

fn looks(auditor: &Client, path: &str) -> Result<Times, Failure> {
    let look = || -> Result<Duration, Failure> {
        let begun = Instant::now();
        done(auditor.get(path))?;
        Ok(begun.elapsed())
    };
    look()?;
    Ok(Times::of((0..LOOKS).map(|_| look()).collect::<Result<_, _>>()?))
}

/// Filters, searches, an export; and as many bytes from a file.
fn others(auditor: &Client, entry: &str, directory: &Path) -> Result<Vec<Figure>, Failure> {
    let trail = format!("/audit/api/v1/entries/{entry}/trail");
    let comments = looks(auditor, &format!("{trail}?kind=comment-made&limit={STEPS}"))?;
    let decisions = looks(auditor, &format!("{trail}?only=decisions&limit={STEPS}"))?;
    let thousand = looks(auditor, &format!("{trail}?limit=1000"))?;
    let searched = looks(auditor, "/audit/api/v1/trails?actor=person&kind=submitted&limit=50")?;
    let (mut bytes, begun) = (0_usize, Instant::now());
    auditor
        .stream(&format!("{trail}?format=jsonl"), &mut |piece| {
            bytes += piece.len();
            Ok(())
        })
        .map_err(Failure::wrong)?;
    let exported = begun.elapsed();
    let raw = raw(&directory.join("raw"))?;
    Ok(vec![
        Figure::new(format!("page of {STEPS} comments, p50"), comments.micros(50) / 1e3, "ms"),
        Figure::new("page of decisions, p50", decisions.micros(50) / 1e3, "ms"),
        Figure::new("page of 1000, p50", thousand.micros(50) / 1e3, "ms"),
        Figure::new("search over all entries, p50", searched.micros(50) / 1e3, "ms"),
        Figure::new("exported as JSON Lines in", exported.as_secs_f64() * 1e3, "ms"),
        Figure::new("  of", bytes as f64 / (1024.0 * 1024.0), "MiB"),
        Figure::new(
            format!("raw: {STEPS} events of 1 KiB read from a file, one by one, p50"),
            raw.micros(50) / 1e3,
            "ms",
        ),
    ])
}

/// What reading as many events costs that lie in a plain file.
fn raw(path: &Path) -> Result<Times, Failure> {
    let disk = Failure::disk(path);
    let times = || -> std::io::Result<Vec<Duration>> {
        let mut file = File::create_new(path)?;
        for _ in 0..EVENTS {
            file.write_all(&[7; 1024])?;
        }
        let mut file = File::open(path)?;
        let mut piece = [0; 1024];
        let mut times = Vec::new();
        for _ in 0..LOOKS {
            let begun = Instant::now();
            for k in 0..STEPS as u64 {
                file.seek(SeekFrom::Start(k * (EVENTS / STEPS as u64) * 1024))?;
                file.read_exact(&mut piece)?;
            }
            times.push(begun.elapsed());
        }
        Ok(times)
    };
    times().map(Times::of).map_err(disk)
}
