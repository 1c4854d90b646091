//! A whole history verified: trees, signatures, order, rights; beside the same history only read. In a process of its own for each, so
//! that the peak of memory is that of verifying.

mod history;
mod reading;

use std::{env, path::Path, process::Command};

use serde::{Deserialize, Serialize};

use crate::{
    arguments::{Arguments, Form, Size},
    failure::Failure,
    report::{Figure, Section, Target},
};

/// What is verified may have a tenth of the events, or all; the peak of memory must not know which.
const PARTS: [u64; 2] = [10, 1];
/// By how much the peaks may differ, in MiB, between a tenth of the history and all of it: what sled keeps of each page of its files
/// (a journal of a million small events has 60 000 pages), and 40 bytes for each 256 events of an export.
const GROWTH_MAX: f64 = 96.0;
/// How long verifying a million small events may take besides reading them, in seconds.
const BESIDES_READING_MAX: f64 = 3.0;

/// What a child has measured.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Verified {
    /// The bytes of the files, read as they lie there, in seconds.
    pub(crate) raw: f64,
    /// The events, read with their checksums, nothing looked at.
    pub(crate) read: f64,
    /// Everything but deciding again.
    pub(crate) verified: f64,
    /// Deciding again alone, with the decider of these measurements.
    pub(crate) decided: f64,
    /// The peak of memory after verifying and before deciding again, in MiB.
    pub(crate) peak: f64,
}

/// Makes histories, and has them verified.
pub(crate) fn measure(size: Size, arguments: &Arguments, folder: &Path) -> Result<Section, Failure> {
    let mut figures = Vec::new();
    let mut peaks: Vec<(Form, f64)> = Vec::new();
    for part in PARTS {
        let count = size.history() / part;
        let place = folder.join(count.to_string());
        history::make(size, count, &place)?;
        for form in [Form::Journal, Form::Export] {
            let verified = in_child(size, form, &place, arguments)?;
            figures.extend(told(size, form, count, &verified));
            if let Some((_, before)) = peaks.iter().find(|(of, _)| *of == form) {
                let grown = verified.peak - before;
                let name = format!("{}: memory for ten times the events, more", form.name());
                figures.push(Figure::due(name, grown, "MiB", Target::AtMost(GROWTH_MAX)));
            }
            peaks.push((form, verified.peak));
        }
    }
    Ok(Section {
        subject: "verify".to_owned(),
        events: size.name().to_owned(),
        how: "each form in a process of its own; rights are looked up in a second journal; the files are in the page cache".to_owned(),
        figures,
    })
}

fn told(size: Size, form: Form, count: u64, verified: &Verified) -> Vec<Figure> {
    let name = |what: &str| format!("{}, {count} events: {what}", form.name());
    let besides = verified.verified - verified.read;
    let besides = match (size, count) {
        (Size::Small, 1_000_000) => {
            Figure::due(name("besides reading"), besides, "s", Target::AtMost(BESIDES_READING_MAX))
        }
        _ => Figure::new(name("besides reading"), besides, "s"),
    };
    vec![
        Figure::new(name("bytes of the files, raw"), verified.raw, "s"),
        Figure::new(name("events read"), verified.read, "s"),
        Figure::new(name("verified"), verified.verified, "s"),
        besides,
        Figure::new(name("verified / read"), verified.verified / verified.read, "times"),
        Figure::new(name("verified"), count as f64 / verified.verified, "events/s"),
        Figure::new(name("peak memory"), verified.peak, "MiB"),
        Figure::new(name("decided again, by itself"), verified.decided, "s"),
    ]
}

fn in_child(size: Size, form: Form, place: &Path, arguments: &Arguments) -> Result<Verified, Failure> {
    let program = env::current_exe().map_err(Failure::disk("(this program)"))?;
    let mut child = Command::new(program);
    child.args(["verify", "--size", if size == Size::Small { "small" } else { "mix" }, "--directory"]);
    child.arg(&arguments.directory).arg("--made").arg(place).args(["--form", form.name()]);
    let output = child.stderr(std::process::Stdio::inherit()).output().map_err(Failure::disk("(this program)"))?;
    if !output.status.success() {
        return Err(Failure::wrong(format!("verifying the {} ended with {}", form.name(), output.status)));
    }
    serde_json::from_slice(&output.stdout).map_err(Failure::wrong)
}

/// What a child does: verifies what was made, and prints what it took.
pub(crate) fn child(form: Form, place: &Path) -> Result<(), Failure> {
    let verified = reading::verify(form, place)?;
    println!("{}", serde_json::to_string(&verified).map_err(Failure::wrong)?);
    Ok(())
}
