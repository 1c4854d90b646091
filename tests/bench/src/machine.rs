//! Where it is measured.

use std::{fs, path::Path, thread, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{failure::Failure, quantiles::Times, raw::RawFile};

/// How many raw appends tell how fast the disk is.
const SYNCS: usize = 1_000;
/// And how long they may take, on a slow disk.
const PATIENCE: Duration = Duration::from_secs(10);

/// The facts of a machine that figures depend on.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) cores: usize,
    pub(crate) processor: String,
    pub(crate) memory_gib: f64,
    pub(crate) kernel: String,
    pub(crate) file_system: String,
    pub(crate) directory: String,
    /// Over one, five and fifteen minutes, before measuring: what else was going on.
    pub(crate) load_average: String,
    /// Whether others kept a quarter of the processors or more busy in the minute before.
    pub(crate) busy: bool,
    pub(crate) fdatasync_p50_us: f64,
    pub(crate) fdatasync_p99_us: f64,
}

impl Machine {
    /// Looks around, and measures the disk under the directory.
    pub(crate) fn look(directory: &Path) -> Result<Self, Failure> {
        let text = |path: &str| fs::read_to_string(path).unwrap_or_default();
        // Before the first sync, which is work as well.
        let load = text("/proc/loadavg");
        let syncs = syncs(directory)?;
        let cores = thread::available_parallelism().map_or(1, Into::into);
        Ok(Self {
            cores,
            processor: value_of(&text("/proc/cpuinfo"), "model name").unwrap_or("unknown").to_owned(),
            memory_gib: memory_gib(&text("/proc/meminfo")),
            kernel: text("/proc/sys/kernel/osrelease").trim().to_owned(),
            file_system: file_system(&text("/proc/self/mountinfo"), directory),
            directory: directory.display().to_string(),
            load_average: load.split(' ').take(3).collect::<Vec<_>>().join(" "),
            busy: is_busy(&load, cores),
            fdatasync_p50_us: syncs.micros(50),
            fdatasync_p99_us: syncs.micros(99),
        })
    }
}

fn is_busy(loadavg: &str, cores: usize) -> bool {
    let last_minute = loadavg.split(' ').next().and_then(|load| load.parse::<f64>().ok());
    last_minute.is_some_and(|load| load > cores as f64 / 4.0)
}

fn syncs(directory: &Path) -> Result<Times, Failure> {
    let mut raw = RawFile::create(directory)?;
    let begun = std::time::Instant::now();
    let mut times = Vec::new();
    while times.len() < SYNCS && begun.elapsed() < PATIENCE {
        times.push(raw.append(&[0x5a; 256])?);
    }
    Ok(Times::of(times))
}

/// The value behind the first line that begins so.
fn value_of<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(':').map(|(_, value)| value.trim())
}

fn memory_gib(meminfo: &str) -> f64 {
    let kilobytes = value_of(meminfo, "MemTotal").and_then(|value| value.split(' ').next()?.parse::<f64>().ok());
    kilobytes.unwrap_or_default() / (1024.0 * 1024.0)
}

/// The type of the file system the directory is on: that of the longest mount point above it. See proc_pid_mountinfo(5):
/// the fifth field is the mount point, the type follows on a lone hyphen.
fn file_system(mountinfo: &str, directory: &Path) -> String {
    let mounts = mountinfo.lines().filter_map(|line| {
        let point = line.split(' ').nth(4)?;
        let kind = line.split_once(" - ")?.1.split(' ').next()?;
        directory.starts_with(point).then_some((point.len(), kind))
    });
    mounts.max_by_key(|(length, _)| *length).map_or("unknown", |(_, kind)| kind).to_owned()
}
