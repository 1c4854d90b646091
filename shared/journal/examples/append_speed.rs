//! How fast the journal is beside a raw file of the same minute: `cargo run --release -p dossier-journal --example
//! append_speed -- [DIRECTORY]`. The directory decides which disk is measured.

#![allow(clippy::print_stdout, missing_docs, reason = "a tool that prints")]

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use bytes::Bytes;
use dossier_journal::{
    Frame, Head, Journal, OpenOptions, Peek, PeekError, Place, Record, Scribe, SledStore, Stager, Syncer, Verify,
    WriteError, Writer, open,
};
use dossier_proof::SigningKey;

type Failure = Box<dyn std::error::Error>;

/// Groups per measurement.
const GROUPS: usize = 1500;
/// Events per group.
const GROUP: usize = 512;
/// Turns of raw and own.
const ROUNDS: usize = 15;
/// Groups that wait between two stages: none, as in the engine.
const WAITING: usize = 0;
/// Commands one at a time.
const COMMANDS: usize = 3000;

fn main() -> Result<(), Failure> {
    let directory = std::env::args().nth(1).map_or_else(std::env::temp_dir, PathBuf::from).join("append-speed");
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(&directory)?;
    for (name, sizes) in [("256-byte events", vec![256]), ("house mix", house_mix())] {
        println!("{name}");
        let group = if sizes.len() == 1 { GROUP } else { GROUP / 8 };
        grouped(&directory.join("grouped"), &sizes, group)?;
        one_at_a_time(&directory.join("single"), &sizes)?;
    }
    Ok(std::fs::remove_dir_all(&directory)?)
}

/// Event sizes with a mean of 2 KB: many small decisions, some contents, few large ones.
fn house_mix() -> Vec<usize> {
    let mut sizes = vec![300, 420, 280, 900, 350, 6000, 512, 260, 1500, 330, 2400, 400, 12_000, 450, 310, 5600];
    sizes.extend([290, 700, 340, 8000, 380, 460, 1200, 370, 320, 3300, 410, 600, 300, 9100, 500, 2500]);
    sizes
}

fn grouped(directory: &Path, sizes: &[usize], group: usize) -> Result<(), Failure> {
    let mut maker = Maker { sizes, next: 0 };
    let mut raw = RawFile::create(directory)?;
    let (journal, writer) = open_in(directory, Verify::Whole)?;
    let mut stages = writer.into_stages()?;
    // Raw and own in turn, so that both see the same minute; the median of the turns, because others use the disk too.
    let (mut turns, mut staged_turns, mut times, mut bytes) = (Vec::new(), Vec::new(), Vec::new(), 0);
    let mut parts = [Duration::ZERO; 3];
    for _ in 0..ROUNDS {
        let mut frames: Vec<_> = (0..GROUPS / ROUNDS).map(|_| maker.frame(group)).collect();
        let raw_time = raw.write(&frames)?;
        let more = frames.iter().map(bytes_of).sum::<usize>();
        bytes += more;
        let rest = frames.split_off(frames.len() / 2);
        let begun = Instant::now();
        for frame in frames {
            let at = Instant::now();
            let group = stages.0.stage(frame)?;
            parts[0] += at.elapsed();
            let group = stages.1.write(group)?;
            parts[1] += at.elapsed();
            stages.2.sync(group)?;
            parts[2] += at.elapsed();
            times.push(at.elapsed());
        }
        turns.push(Turn { bytes: more / 2, raw: raw_time / 2, own: begun.elapsed() });
        let begun = Instant::now();
        in_stages(&mut stages, rest)?;
        staged_turns.push(Turn { bytes: more / 2, raw: raw_time / 2, own: begun.elapsed() });
    }
    drop(stages);
    let [stage, write, sync] = parts.map(|part| part.as_secs_f64() * 1e3 / times.len() as f64);
    println!("  append, one thread       {}", median(&mut turns));
    println!("    p50 {:?} p99 {:?} a group", quantile(&mut times, 50), quantile(&mut times, 99));
    println!("    stage {stage:.3}, write {:.3}, sync {:.3} ms a group", write - stage, sync - write);
    println!("  append, three stages     {}", median(&mut staged_turns));
    println!(
        "  disk                     {:7.2} bytes per byte of event",
        disk(&directory.join("journal"))? as f64 / bytes as f64
    );
    replay_speed(&journal, bytes)?;
    replay_speed(&journal, bytes)?;
    random_gets(&journal)?;
    let head = journal.head();
    drop(journal);
    for (name, verify) in [("everything verified", Verify::Whole), ("edge only", Verify::Edge)] {
        let begun = Instant::now();
        let opened = open_in(directory, verify)?;
        println!("  open, {name:<19} {:7.3} s", begun.elapsed().as_secs_f64());
        while matches!(opened.0.verification(), dossier_journal::Verification::Running { .. }) {
            std::thread::sleep(Duration::from_millis(5));
        }
        replay_speed(&opened.0, bytes)?;
        assert_eq!(opened.0.head(), head);
    }
    Ok(())
}

/// One turn of raw and own.
struct Turn {
    bytes: usize,
    raw: Duration,
    own: Duration,
}

impl Turn {
    fn ratio(&self) -> f64 {
        self.raw.as_secs_f64() / self.own.as_secs_f64()
    }
}

/// The turn in the middle, in words.
fn median(turns: &mut [Turn]) -> String {
    turns.sort_by(|one, other| one.ratio().total_cmp(&other.ratio()));
    let turn = &turns[turns.len() / 2];
    let speed = |time: Duration| turn.bytes as f64 / 1e6 / time.as_secs_f64();
    format!("{:7.1} MB/s = {:3.0} % of raw's {:.1} MB/s", speed(turn.own), 100.0 * turn.ratio(), speed(turn.raw))
}

fn bytes_of(frame: &Frame) -> usize {
    frame.records.iter().map(|record| record.event.len()).sum()
}

fn in_stages((stager, scribe, syncer): &mut (Stager, Scribe, Syncer), frames: Vec<Frame>) -> Result<(), Failure> {
    let (to_scribe, staged) = sync_channel(WAITING);
    let (to_syncer, written) = sync_channel(WAITING);
    std::thread::scope(|scope| {
        let writing = scope.spawn(move || -> Result<(), WriteError> {
            for group in staged {
                if to_syncer.send(scribe.write(group)?).is_err() {
                    break;
                }
            }
            Ok(())
        });
        let syncing = scope.spawn(move || written.into_iter().try_for_each(|group| syncer.sync(group).map(drop)));
        for frame in frames {
            to_scribe.send(stager.stage(frame)?)?;
        }
        drop(to_scribe);
        writing.join().expect("no panic")?;
        syncing.join().expect("no panic")?;
        Ok(())
    })
}

fn one_at_a_time(directory: &Path, sizes: &[usize]) -> Result<(), Failure> {
    let mut maker = Maker { sizes, next: 0 };
    let mut raw = RawFile::create(directory)?;
    let (journal, mut writer) = open_in(directory, Verify::Whole)?;
    let (mut times, mut raws, mut bytes) = (Vec::new(), Vec::new(), 0);
    for _ in 0..COMMANDS {
        let frame = maker.frame(1);
        bytes += bytes_of(&frame);
        raws.push(raw.write(std::slice::from_ref(&frame))?);
        let at = Instant::now();
        writer.append(frame)?;
        times.push(at.elapsed());
    }
    let (own, raw_own) = (quantile(&mut times, 50), quantile(&mut raws, 50));
    println!(
        "  one at a time            p50 {own:?} = {:.2} raw fdatasyncs of {raw_own:?}; p99 {:?} and {:?}",
        own.as_secs_f64() / raw_own.as_secs_f64(),
        quantile(&mut times, 99),
        quantile(&mut raws, 99)
    );
    println!(
        "    disk                   {:7.2} bytes per byte of event",
        disk(&directory.join("journal"))? as f64 / bytes as f64
    );
    replay_speed(&journal, bytes)
}

fn replay_speed(journal: &Journal, bytes: usize) -> Result<(), Failure> {
    let begun = Instant::now();
    let (mut events, mut seen) = (0_u64, 0);
    journal.replay(Place { epoch: 0, sequence: 0 }, |stored| {
        events += 1;
        seen += stored.event.len();
    })?;
    assert_eq!(seen, bytes);
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "  replay                   {:7.2} M events/s, {:.0} MB/s",
        events as f64 / seconds / 1e6,
        seen as f64 / seconds / 1e6
    );
    Ok(())
}

fn random_gets(journal: &Journal) -> Result<(), Failure> {
    let Head { epoch, size, .. } = journal.head();
    let mut times = Vec::new();
    for n in 0..2000_u64 {
        let sequence = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) % size;
        let at = Instant::now();
        assert!(journal.get(Place { epoch, sequence })?.is_some());
        times.push(at.elapsed());
    }
    println!("  get, at random           p50 {:?}", quantile(&mut times, 50));
    Ok(())
}

/// A file that is appended to and synced: what the disk can do.
struct RawFile {
    file: File,
}

impl RawFile {
    /// Begins with an empty directory.
    fn create(directory: &Path) -> Result<Self, Failure> {
        let _ = std::fs::remove_dir_all(directory);
        std::fs::create_dir_all(directory)?;
        Ok(Self { file: File::create(directory.join("raw"))? })
    }

    /// Appends each group and syncs it; gives the time it took.
    fn write(&mut self, frames: &[Frame]) -> Result<Duration, Failure> {
        let bytes: Vec<Vec<u8>> = frames
            .iter()
            .map(|frame| frame.records.iter().flat_map(|record| record.event.to_vec()).collect())
            .collect();
        let begun = Instant::now();
        for bytes in bytes {
            self.file.write_all(&bytes)?;
            self.file.sync_data()?;
        }
        Ok(begun.elapsed())
    }
}

struct Maker<'a> {
    sizes: &'a [usize],
    next: u64,
}

impl Maker<'_> {
    fn frame(&mut self, events: usize) -> Frame {
        let records = (0..events).map(|_| Record { event: self.event(), beside: None }).collect();
        Frame { records, followed: Vec::new() }
    }

    fn event(&mut self) -> Bytes {
        let size = self.sizes[self.next as usize % self.sizes.len()];
        let mut event = Vec::with_capacity(size);
        event.extend_from_slice(&0_u32.to_be_bytes());
        event.extend_from_slice(&self.next.to_be_bytes());
        event.extend_from_slice(&[(self.next / 6) as u8; 16]);
        let mut noise = self.next + 1;
        while event.len() < size {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            event.extend_from_slice(&noise.to_le_bytes());
        }
        event.truncate(size);
        self.next += 1;
        event.into()
    }
}

fn peek(event: &[u8]) -> Result<Peek, PeekError> {
    let short = || PeekError("too short".to_owned());
    let (epoch, rest) = event.split_first_chunk::<4>().ok_or_else(short)?;
    let (sequence, rest) = rest.split_first_chunk::<8>().ok_or_else(short)?;
    let (entry, _) = rest.split_first_chunk::<16>().ok_or_else(short)?;
    Ok(Peek { epoch: u32::from_be_bytes(*epoch), sequence: u64::from_be_bytes(*sequence), entry: Some(*entry) })
}

fn open_in(directory: &Path, verify: Verify) -> Result<(Journal, Writer), Failure> {
    let key = SigningKey::from_seed("example.org/speed", &[7; 32])?;
    let mut options = OpenOptions::new("example.org/speed", directory.join("anchors"), key, peek);
    options.verify = verify;
    Ok(open(SledStore::open(directory.join("journal"))?, options)?)
}

fn disk(directory: &Path) -> Result<u64, Failure> {
    let mut sum = 0;
    for entry in std::fs::read_dir(directory)? {
        let metadata = entry?.metadata()?;
        sum += if metadata.is_file() { metadata.len() } else { 0 };
    }
    Ok(sum)
}

fn quantile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() - 1) * percent / 100]
}
