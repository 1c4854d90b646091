//! P9: every kind of damage, on every log, is found by `dossier verify`, which names the log, the place and the kind, and ends with the exit code of that
//! kind.

mod damage;
mod exports;
mod logs;
mod served;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use dossier::{Layout, Secrets, verification::Class};
use dossier_journal::Stored;
use dossier_proof::{Checkpoint, Frontier, SignedCheckpoint, TreeHead, leaf_of_event};
use dossier_proto::Origin;
use serde_json::Value;

use crate::fixture::{Installation, Said, copy, on};

use damage::{Damage, Planted};
use logs::{Anchor, Log};

/// Two processors are what everybody has.
const AT_A_TIME: usize = 2;

/// An installation, an older state of it, another one, and what an auditor kept.
struct World {
    installation: Installation,
    pristine: PathBuf,
    before: PathBuf,
    other: PathBuf,
    /// A directory with checkpoints of all four journals.
    kept: PathBuf,
    forks: AtomicUsize,
}

impl World {
    fn made() -> Self {
        let (installation, other) = (Installation::with_an_entry(), Installation::with_an_entry());
        let world = Self {
            pristine: installation.data(),
            before: installation.before(),
            other: installation.path("other"),
            kept: installation.path("kept"),
            installation,
            forks: AtomicUsize::new(0),
        };
        copy(&other.data(), &world.other);
        Log::ALL.into_iter().for_each(|log| world.age(log));
        fs::create_dir(&world.kept).unwrap();
        for origin in Origin::ALL {
            let journal = Log::Journal(origin).opened(&world.pristine);
            let size = journal.head().size;
            // One of later and one of the end: what stands between them is told apart.
            for size in [size * 3 / 4, size] {
                let signed = journal.checkpoint_at(0, size).unwrap();
                fs::write(world.kept.join(format!("{origin}-{size}.txt")), signed.text()).unwrap();
            }
        }
        world
    }

    /// Where nothing has happened since the older state was kept, it becomes one of half the events.
    fn age(&self, log: Log) {
        let (whole, mut older) = (log.read(&self.pristine), log.read(&self.before));
        if older.events.len() + 1 >= whole.events.len() {
            older.events.truncate(whole.events.len() / 2);
            log.write(&self.before, &older, Anchor::Signed);
        }
    }

    /// The checkpoint that a reader was shown who was shown another history.
    fn fork_of(&self, log: Log, events: &[Stored]) -> String {
        let secrets = Secrets::read(&Layout::of(&self.pristine)).unwrap();
        let mut frontier = Frontier::new();
        events.iter().for_each(|stored| frontier.append(leaf_of_event(&stored.event)));
        let head = TreeHead { size: frontier.size(), root: frontier.root() };
        let checkpoint = Checkpoint::new(format!("{}/0", secrets.log(log.origin())), head);
        let signed = SignedCheckpoint::sign(&checkpoint, &signing_key(&secrets, log.origin())).unwrap();
        let number = self.forks.fetch_add(1, Ordering::Relaxed);
        let path = self.installation.path(&format!("fork-{number}.txt"));
        fs::write(&path, signed.text()).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

fn signing_key(secrets: &Secrets, origin: Origin) -> dossier_proof::SigningKey {
    secrets.current_signer(origin)
}

/// What was found, for the table.
struct Row {
    damage: Damage,
    log: Log,
    found: String,
    wrong: Option<String>,
}

fn tried(damage: Damage, log: Log, data: &Path, world: &World) -> Row {
    let Planted { at, fork } = damage.apply(log, data, world);
    let mut arguments = vec!["--json", "verify", "--against", world.kept.to_str().unwrap()];
    arguments.extend(fork.iter().flat_map(|fork| ["--against", fork]));
    let said = on(data, &arguments);
    log.put_back(&world.pristine, data);
    let wrong = wrong_about(damage, log, at, &said).err();
    let found = serde_json::from_str(&said.out).map_or_else(|_| said.err.clone(), |report: Value| in_short(&report));
    Row { damage, log, found, wrong }
}

fn in_short(report: &Value) -> String {
    let first = &report["first"];
    let sequence = first["sequence"].as_u64().map_or_else(|| "whole".to_owned(), |sequence| format!("at {sequence}"));
    format!(
        "{} {} {sequence} of {} ({})",
        report["exit_code"],
        first["class"].as_str().unwrap_or("nothing"),
        first["log"].as_str().unwrap_or("-"),
        first["kind"].as_str().unwrap_or("-")
    )
}

/// Whether it is found as what it is, where it is.
fn wrong_about(damage: Damage, log: Log, at: Option<u64>, said: &Said) -> Result<(), String> {
    let report: Value =
        serde_json::from_str(&said.out).map_err(|error| format!("no report ({error}): {}", said.err))?;
    let codes: Vec<_> = damage.expected(log).iter().map(|class| i32::from(class.exit_code())).collect();
    if !codes.contains(&said.code) {
        return Err(format!("it ends with {}, not with one of {codes:?}: {report:#}", said.code));
    }
    let first = &report["first"];
    if first["exit_code"] != said.code || first["log"] != log.name() {
        return Err(format!("the first finding is of another log: {report:#}"));
    }
    if damage.names_the_event(log) && first["sequence"].as_u64() != at {
        return Err(format!("it was done at {at:?}: {report:#}"));
    }
    Ok(())
}

#[test]
fn p9_every_kind_of_damage_on_every_log_is_found_with_its_place_and_kind() {
    let world = World::made();
    let cases: Vec<_> = Log::ALL
        .into_iter()
        .flat_map(|log| Damage::ALL.map(|damage| (log, damage)))
        .filter(|(log, damage)| damage.applies(*log))
        .collect();
    let (next, rows) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for worker in 0..AT_A_TIME {
            let (world, cases, next, rows) = (&world, &cases, &next, &rows);
            scope.spawn(move || {
                let data = world.installation.path(&format!("worker-{worker}"));
                copy(&world.pristine, &data);
                while let Some((log, damage)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let row = tried(*damage, *log, &data, world);
                    rows.lock().unwrap().push(row);
                }
                // What was put back each time is whole: nothing was left over from one case to the next.
                on(&data, &["verify", "--against", world.kept.to_str().unwrap()]).exits(0);
            });
        }
    });
    let rows = rows.into_inner().unwrap();
    println!("{}", table(&rows));
    let wrong: Vec<_> = rows
        .iter()
        .filter_map(|row| Some(format!("{:?} on {:?}: {}", row.damage, row.log, row.wrong.as_ref()?)))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} were not found as they should be:\n{}",
        wrong.len(),
        rows.len(),
        wrong.join("\n")
    );
    assert_eq!(rows.len(), cases.len());
}

fn table(rows: &[Row]) -> String {
    let mut lines = BTreeMap::new();
    for row in rows {
        let order = Damage::ALL.iter().position(|damage| *damage == row.damage);
        let line = format!("{:<22} {:<27} {}", row.log.name(), format!("{:?}", row.damage), row.found);
        lines.insert((row.log, order), line);
    }
    lines.into_values().collect::<Vec<_>>().join("\n")
}

/// A history made anew under the real key, with everybody who could contradict it taken away one by one.
#[test]
fn p9_a_signed_rewriting_is_told_by_a_copy_by_others_and_by_a_kept_checkpoint_each_alone() {
    let world = World::made();
    let data = world.installation.another();
    let log = Log::Journal(Origin::Submission);
    let kept = world.kept.to_str().unwrap();
    Damage::Resign.apply(log, &data, &world);
    // The copy knows which event.
    let class = |said: &Said| said.document()["first"]["class"].as_str().map(ToOwned::to_owned);
    assert_eq!(class(&on(&data, &["--json", "verify"]).exits(21)).as_deref(), Some("edited"));
    // Without the copies: what the audit service saw signed.
    for origin in [Origin::Submission, Origin::Moderation, Origin::Publication] {
        fs::remove_dir_all(Log::Copy(origin).journal(&data)).unwrap();
        fs::remove_dir_all(Log::Copy(origin).anchors(&data)).unwrap();
    }
    let said = on(&data, &["--json", "verify"]).exits(27);
    assert_eq!(said.document()["first"]["log"], "submission");
    // Without that: those who received the events from it.
    fs::remove_dir_all(data.join("audit").join("anchors").join("seen")).unwrap();
    let report = on(&data, &["--json", "verify"]).exits(30).document();
    assert_eq!(report["first"]["kind"], "never-sent", "{report:#}");
    // And whoever kept a checkpoint needs none of them.
    let said = on(&data, &["--json", "verify", "--against", kept]).exits(27);
    assert_eq!(class(&said).as_deref(), Some(Class::Forked.key()));
}
