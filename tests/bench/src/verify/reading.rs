//! What a child measures.

use std::{
    fs,
    io::Read as _,
    path::Path,
    time::{Duration, Instant},
};

use dossier::verification::{Deciding, ExportedJournal, Reading, Source, Sources, read_deciding};
use dossier_audit::verify::KnownHead;
use dossier_engine::Redecider;
use dossier_journal::{Journal, OpenError, OpenOptions, Place, SledStore, inspect};
use dossier_proto::{Event, Origin};

use super::{
    Verified,
    history::{exported, journal},
};
use crate::{
    arguments::Form,
    decider::Saving,
    failure::Failure,
    log::{LOG, peek, signer},
    memory,
};

const START: Place = Place { epoch: 0, sequence: 0 };
/// Whoever made the history may still be letting go of its files.
const CLOSING: Duration = Duration::from_secs(30);

pub(super) fn verify(form: Form, place: &Path) -> Result<Verified, Failure> {
    match form {
        Form::Journal => {
            let (submission, moderation) = (open(place, Origin::Submission)?, open(place, Origin::Moderation)?);
            let head = submission.head();
            let head = KnownHead { epoch: head.epoch, size: head.size, root: head.root, witness: "its end".to_owned() };
            let raw = raw(&journal(place, Origin::Submission).join("journal"))?;
            let read = timed(|| submission.replay(START, |_| {}).map(drop).map_err(Failure::from))?;
            let again = submission.clone();
            let decide =
                || decide(|each| again.replay(START, |stored| each(&stored.event)).map(drop).map_err(Failure::from));
            measured(submission, moderation, vec![head], (raw, read), decide)
        }
        Form::Export => {
            let open = |origin| ExportedJournal::open(&exported(place, origin)).map_err(Failure::wrong);
            let (submission, moderation) = (open(Origin::Submission)?, open(Origin::Moderation)?);
            let raw = raw(&exported(place, Origin::Submission))?;
            // An export is read in no other way than its bytes are.
            let again = open(Origin::Submission)?;
            let decide = || decide(|each| read_exported(&again, each));
            measured(submission, moderation, Vec::new(), (raw, raw), decide)
        }
    }
}

fn measured(
    submission: impl Source + 'static,
    moderation: impl Source + 'static,
    heads: Vec<KnownHead>,
    (raw, read): (f64, f64),
    decide: impl FnOnce() -> Result<f64, Failure>,
) -> Result<Verified, Failure> {
    let mut sources = Sources::default();
    sources.put(Origin::Submission, submission);
    sources.put(Origin::Moderation, moderation);
    let begun = Instant::now();
    let reading = read_deciding(Origin::Submission, &sources, heads, Deciding::Not, &mut |_| {});
    let verified = begun.elapsed().as_secs_f64();
    sound(&reading)?;
    let peak = memory::peak().map_or(0.0, |bytes| bytes as f64 / (1024.0 * 1024.0));
    drop(sources);
    Ok(Verified { raw, read, verified, decided: decide()?, peak })
}

fn sound(reading: &Reading) -> Result<(), Failure> {
    match reading.doubts.first() {
        None => Ok(()),
        Some(doubt) => Err(Failure::wrong(format!("what was made does not hold: {doubt}"))),
    }
}

/// Decides every command again, and says how long that took besides reading.
fn decide(read: impl FnOnce(&mut dyn FnMut(&[u8])) -> Result<(), Failure>) -> Result<f64, Failure> {
    let (mut redecider, mut spent, mut wrong) = (Redecider::<Saving>::default(), Duration::ZERO, None);
    read(&mut |bytes| match Event::decode(bytes) {
        Ok(event) => {
            let begun = Instant::now();
            redecider.take(event, None);
            spent += begun.elapsed();
        }
        Err(error) => wrong = Some(error.to_string()),
    })?;
    wrong.map_or(Ok(spent.as_secs_f64()), |error| Err(Failure::wrong(error)))
}

fn read_exported(export: &ExportedJournal, each: &mut dyn FnMut(&[u8])) -> Result<(), Failure> {
    let mut next = START;
    loop {
        let stretch = export.stretch(next, 4096).map_err(Failure::wrong)?;
        if stretch.is_empty() {
            return Ok(());
        }
        next.sequence += stretch.len() as u64;
        stretch.iter().for_each(|stored| each(&stored.event));
    }
}

fn open(place: &Path, origin: Origin) -> Result<Journal, Failure> {
    let folder = journal(place, origin);
    let until = Instant::now() + CLOSING;
    loop {
        let options = OpenOptions::new(LOG, folder.join("anchors"), signer()?, peek);
        let opened = SledStore::open(folder.join("journal")).map_err(OpenError::from);
        match opened.and_then(|store| inspect(store, options)) {
            Err(OpenError::Busy { .. }) if Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(5)); // between looks
            }
            opened => return Ok(opened.map(|inspection| inspection.journal)?),
        }
    }
}

/// Reads all files in a folder, as they are.
fn raw(folder: &Path) -> Result<f64, Failure> {
    timed(|| {
        let mut buffer = vec![0; 1024 * 1024];
        for item in fs::read_dir(folder).map_err(Failure::disk(folder))? {
            let path = item.map_err(Failure::disk(folder))?.path();
            if !path.is_file() {
                continue;
            }
            let mut file = fs::File::open(&path).map_err(Failure::disk(&path))?;
            while file.read(&mut buffer).map_err(Failure::disk(&path))? > 0 {}
        }
        Ok(())
    })
}

fn timed(work: impl FnOnce() -> Result<(), Failure>) -> Result<f64, Failure> {
    let begun = Instant::now();
    work()?;
    Ok(begun.elapsed().as_secs_f64())
}
