//! Measures a vault in a directory: `cargo run --release -p dossier-vault --example measure [DIRECTORY]`.
//!
//! Durations depend on the disk, so a raw 8 KiB write with fdatasync of the same minute stands beside them.
#![allow(clippy::print_stdout, reason = "it is a program that prints")]

use std::{
    error::Error,
    fs::File,
    hint::black_box,
    os::unix::fs::FileExt,
    path::Path,
    time::{Duration, Instant},
};

use dossier_proto::EntryId;
use dossier_vault::{Binding, Kind, MasterKey, Purpose, Vault, canonical};

const ROUNDS: usize = 20_000;
const NO_PAUSE: Duration = Duration::ZERO;

fn main() -> Result<(), Box<dyn Error>> {
    let parent = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let directory = tempfile::tempdir_in(parent)?;
    raw(directory.path())?;
    let master = MasterKey::create_or_read(directory.path().join("master.key"))?;
    let keys = directory.path().join("keys");
    let vault = Vault::open(&keys, &master)?;

    let mut ids = Vec::with_capacity(ROUNDS);
    measure("fresh, one after the other without pause", ROUNDS, NO_PAUSE, || vault.fresh(Kind::Revision))?;
    measure("fresh, one each 2 ms", 500, Duration::from_millis(2), || vault.fresh(Kind::Revision))?;
    for _ in 0..ROUNDS {
        ids.push(vault.fresh(Kind::Revision)?);
    }

    let binding = Binding::entry(EntryId([1; 16]), Purpose::Content);
    let text = vec![b'x'; 2048];
    let sealed = ids.iter().map(|id| vault.seal(*id, &binding, &text)).collect::<Result<Vec<_>, _>>()?;
    let mut turn = (0..ROUNDS).cycle();
    let mut next = move || turn.next().expect("a cycle has no end");
    measure("seal 2 KB", ROUNDS, NO_PAUSE, || vault.seal(ids[next()], &binding, &text))?;
    measure("unseal 2 KB", ROUNDS, NO_PAUSE, || vault.unseal(&sealed[next()], &binding))?;
    measure("salt (read and unwrap a key)", ROUNDS, NO_PAUSE, || vault.salt(ids[next()]))?;
    let content =
        serde_json::json!({"title": {"en": "x".repeat(100)}, "body": {"en": "y".repeat(1800)}, "tags": [1, 2, 3]});
    measure("canonical form of 2 KB", ROUNDS, NO_PAUSE, || canonical(&content))?;
    measure("erase", 500, NO_PAUSE, || vault.erase(ids[next()]))?;
    drop(vault);

    let other = Vault::open(directory.path().join("other"), &master)?;
    let vault = Vault::open(&keys, &master)?;
    let granted = vault.grant(&ids)?.keys;
    let count = granted.len();
    let start = Instant::now();
    other.admit(granted)?;
    println!("{:>44}  {:?} for {count} keys", "admit, in one go", start.elapsed());
    drop(vault);
    let start = Instant::now();
    let vault = Vault::open(&keys, &master)?;
    println!("{:>44}  {:?} for {} slots", "open", start.elapsed(), vault.counts().slots);
    Ok(())
}

fn raw(directory: &Path) -> Result<(), Box<dyn Error>> {
    let file = File::create(directory.join("raw"))?;
    file.write_all_at(&vec![1; 4 << 20], 0)?;
    file.sync_all()?;
    let mut at = 0;
    measure("raw: write 8 KiB in place, fdatasync", 500, NO_PAUSE, || {
        at += 8192;
        file.write_all_at(&[2; 8192], at - 8192).and_then(|()| file.sync_data())
    })
}

fn measure<T, E: Error + 'static>(
    name: &str,
    rounds: usize,
    pause: Duration,
    mut work: impl FnMut() -> Result<T, E>,
) -> Result<(), Box<dyn Error>> {
    let mut took = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        if !pause.is_zero() {
            std::thread::sleep(pause);
        }
        let start = Instant::now();
        black_box(work()?);
        took.push(start.elapsed());
    }
    print(name, took);
    Ok(())
}

fn print(name: &str, mut took: Vec<Duration>) {
    took.sort_unstable();
    let at = |share: usize| took[(took.len() - 1) * share / 1000];
    let mean = took.iter().sum::<Duration>() / took.len() as u32;
    println!("{name:>44}  p50 {:?}  p99 {:?}  p99.9 {:?}  mean {mean:?}", at(500), at(990), at(999));
}
