//! What lies where, who may read it, and how much room is left. Opens nothing.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use dossier_journal::OpenErrorKind;
use dossier_proto::Origin;

use super::{Finding, Findings};
use crate::{
    Exit, Layout,
    restore::{LOCK, drafts_in, is_at_work},
    tenant,
};

/// Below this a service may stop at any moment: a vault file has 4 MiB, a group of events 1 MiB, sled writes 8 MiB at a time.
const ROOM_NEEDED: u64 = 64 * 1024 * 1024;
/// Below this somebody should look soon: a million events of 1 KiB.
const ROOM_WANTED: u64 = 1024 * 1024 * 1024;

pub(super) fn look(layout: &Layout, findings: &mut Findings) {
    secrets_are_private(layout, findings);
    match tenant::tenant(layout) {
        Ok(None) => services_are_there(layout, &Origin::ALL, findings),
        Ok(Some(origin)) => {
            let found = format!("the data directory of {origin} alone; the other services have theirs elsewhere");
            findings.add(Finding::note("layout", layout.root().display(), found));
            services_are_there(layout, &[origin], findings);
        }
        Err(failure) => {
            let place = layout.tenant();
            findings.add(Finding::fault(failure.exit_code(), "layout", place.display(), failure));
        }
    }
    names_can_be_read(layout, findings);
    leftovers(layout, findings);
    room(layout.root(), findings);
    if layout.demo_tokens().exists() {
        let found = "a demonstration: whoever reads this file acts as its invented people. Not for real records";
        findings.add(Finding::note("layout", layout.demo_tokens().display(), found));
    }
}

fn secrets_are_private(layout: &Layout, findings: &mut Findings) {
    let mut private =
        vec![layout.keys(), layout.master_key(), layout.person_keys(), layout.accounts(), layout.demo_tokens()];
    private.extend(Origin::ALL.map(|origin| layout.service_keys(origin)));
    for path in private {
        let Ok(about) = fs::metadata(&path) else { continue };
        let mode = about.mode() & 0o777;
        if mode & 0o077 == 0 {
            continue;
        }
        let right = if about.is_dir() { "700" } else { "600" };
        let shown = path.display();
        let found = format!("others than its owner may use it (mode {mode:03o}); run: chmod {right} {shown}");
        findings.add(Finding::warning("secrets", shown, found));
    }
}

/// A service without a folder was never started, or its folder was lost: both look the same from here.
fn services_are_there(layout: &Layout, expected: &[Origin], findings: &mut Findings) {
    let started: Vec<_> = expected.iter().copied().filter(|origin| layout.service(*origin).exists()).collect();
    // A service takes its place (and says so there) when it begins to work, which it does with a journal.
    let placed = layout.keys().join("place");
    if started.is_empty() && placed.exists() {
        let found = format!(
            "there is no journal here, but {} says that a service has worked here: it was lost. Restore the whole folder from a backup before \
             anything is started: an empty journal would take its place",
            placed.display()
        );
        findings.add(Finding::fault(OpenErrorKind::Truncated.exit_code(), "layout", layout.root().display(), found));
        return;
    }
    if started.is_empty() {
        let found = "no service was started here yet. Start them: dossier up --data DIR, or dossier serve";
        findings.add(Finding::note("layout", layout.root().display(), found));
        return;
    }
    for origin in expected.iter().copied() {
        let folder = layout.service(origin);
        let missing = ["journal", "anchors", "keys"].into_iter().filter(|part| !folder.join(part).exists());
        let missing: Vec<_> = missing.collect();
        if missing.is_empty() {
            continue;
        }
        if let Some((code, lost)) = lost(layout, origin) {
            findings.add(Finding::fault(code, "layout", folder.display(), lost));
            continue;
        }
        let found = format!(
            "{} missing. If the service has run here before, restore the folder from a backup before anything is started: an empty journal \
             would take its place",
            missing.join(", ")
        );
        findings.add(Finding::warning("layout", folder.display(), found));
    }
}

/// What is not there and was: something else on disk speaks of it.
fn lost(layout: &Layout, origin: Origin) -> Option<(u8, String)> {
    let folder = layout.service(origin);
    let has = |part: &str| folder.join(part).exists();
    let seen = layout.service(Origin::Audit).join("anchors").join("seen").join(format!("{origin}.json"));
    if !has("journal") && (folder.join("anchors").join("head").exists() || seen.exists()) {
        let witness = if seen.exists() { seen } else { folder.join("anchors") };
        let found = format!(
            "there is no journal, but {} speaks of one: it was lost. Restore the whole folder from a backup before anything is started",
            witness.display()
        );
        return Some((OpenErrorKind::Truncated.exit_code(), found));
    }
    if has("journal") && !has("keys") {
        let found = "there is a journal, but its keys are gone: what was written under them cannot be read. Restore keys/ from a backup before anything is started";
        return Some((Exit::Damaged as u8, found.to_owned()));
    }
    None
}

/// The keys to people's names are made before the first account.
fn names_can_be_read(layout: &Layout, findings: &mut Findings) {
    let holds_something = |path: PathBuf| fs::read_dir(path).is_ok_and(|mut items| items.next().is_some());
    if holds_something(layout.accounts()) && !holds_something(layout.person_keys()) {
        let found = "there are accounts, but the keys to their names are gone: every name would read as erased. Restore it from a backup before anything is started";
        findings.add(Finding::fault(Exit::Damaged as u8, "layout", layout.person_keys().display(), found));
    }
}

/// What crashes leave. Looked for before anything is opened: opening takes it away.
fn leftovers(layout: &Layout, findings: &mut Findings) {
    let mut places = vec![layout.keys(), layout.person_keys(), layout.accounts()];
    for origin in Origin::ALL {
        let folder = layout.service(origin);
        places.extend([
            folder.join("journal"),
            folder.join("snapshots"),
            folder.join("anchors").join("seen"),
            layout.service_keys(origin),
        ]);
    }
    places
        .extend(Origin::ALL.map(|origin| layout.service(Origin::Audit).join("journal").join(format!("copy-{origin}"))));
    for path in places.iter().flat_map(|place| items(place)) {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let unfinished = name.starts_with("snap.") && name.ends_with(".generating");
        if unfinished || name.ends_with(".new") || name.ends_with(".unfinished") {
            let found = "left behind when a process ended in the middle of writing it; it holds nothing that was promised, and opening removes it";
            findings.add(Finding::note("leftover", path.display(), found));
        }
    }
    let drafts = drafts_in(layout.root());
    let known = [LOCK, "keys", "accounts", "attachments", "scratch", "views", "demo-tokens.json"];
    for path in items(layout.root()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if drafts.contains(&path) {
            findings.add(half_filled(&path));
            continue;
        }
        if !known.contains(&name.as_ref()) && Origin::ALL.iter().all(|origin| origin.name() != name) {
            findings.add(Finding::note("layout", path.display(), "nothing of Dossier's"));
        }
    }
}

/// What a restore fills beside its place.
fn half_filled(draft: &Path) -> Finding {
    if is_at_work(draft) {
        return Finding::note("leftover", draft.display(), "a restore is filling it at this moment");
    }
    let found = "a restore that was killed has left it, perhaps with unsealed keys in it. The next start or restore overwrites and removes it; \
                 if there is to be none, remove it by hand (shred its files first)";
    Finding::warning("leftover", draft.display(), found)
}

fn items(directory: &Path) -> Vec<PathBuf> {
    let listed = fs::read_dir(directory).into_iter().flatten();
    let mut items: Vec<_> = listed.flatten().map(|item| item.path()).collect();
    items.sort();
    items
}

fn room(root: &Path, findings: &mut Findings) {
    let Ok(about) = rustix::fs::statvfs(root) else { return };
    let free = about.f_bavail.saturating_mul(about.f_frsize);
    findings_of_room(root, free, findings);
}

fn findings_of_room(root: &Path, free: u64, findings: &mut Findings) {
    let found = format!(
        "{} MiB are left on this disk. Make room: a service that cannot write stops, and loses nothing",
        free / (1024 * 1024)
    );
    if free < ROOM_NEEDED {
        findings.add(Finding::fault(Exit::Disk as u8, "disk", root.display(), found));
    } else if free < ROOM_WANTED {
        findings.add(Finding::warning("disk", root.display(), found));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::Gravity;

    fn faults_of(look: impl Fn(&Layout, &mut Findings), parts: &[&str]) -> Vec<String> {
        let directory = tempfile::tempdir().unwrap();
        for part in parts {
            let path = directory.path().join(part);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let mut findings = Findings::default();
        look(&Layout::of(directory.path()), &mut findings);
        let faults = findings.all().iter().filter(|finding| finding.gravity == Gravity::Fault);
        faults.map(|finding| finding.words().replace(&directory.path().display().to_string(), "DATA")).collect()
    }

    #[test]
    fn a_folder_that_was_lost_is_a_fault_and_one_that_never_was_is_not() {
        let look = |layout: &Layout, findings: &mut Findings| services_are_there(layout, &Origin::ALL, findings);
        let whole = ["moderation/journal/db", "moderation/anchors/head", "moderation/keys/header"];
        assert!(faults_of(look, &whole).is_empty(), "an administrator was made; nothing else has run");
        let faults = faults_of(look, &whole[1..]);
        assert!(faults.len() == 1 && faults[0].contains("DATA/moderation/anchors speaks of one"), "{faults:?}");
        let faults = faults_of(look, &["audit/anchors/seen/moderation.json"]);
        assert!(faults.len() == 1 && faults[0].contains("seen/moderation.json speaks of one"), "{faults:?}");
        let faults = faults_of(look, &whole[..2]);
        assert!(faults.len() == 1 && faults[0].contains("its keys are gone"), "{faults:?}");
    }

    #[test]
    fn a_service_that_has_worked_here_has_left_a_journal() {
        let look =
            |layout: &Layout, findings: &mut Findings| services_are_there(layout, &[Origin::Moderation], findings);
        assert!(
            faults_of(look, &["accounts/a.json", "keys/vault/header"]).is_empty(),
            "an account comes before the first start"
        );
        let faults = faults_of(look, &["keys/place"]);
        assert!(faults.len() == 1 && faults[0].contains("it was lost"), "{faults:?}");
    }

    #[test]
    fn lost_keys_to_names_are_a_fault() {
        let look = names_can_be_read;
        assert!(faults_of(look, &["accounts/a.json", "keys/vault/header"]).is_empty());
        assert_eq!(faults_of(look, &["accounts/a.json"]).len(), 1);
    }

    #[test]
    fn what_a_killed_restore_left_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let left = directory.path().join(".unfinished-from-backup");
        fs::create_dir_all(left.join("keys")).unwrap();
        fs::write(left.join("keys").join("master.key"), "x").unwrap();
        let told = || {
            let mut findings = Findings::default();
            leftovers(&Layout::of(directory.path()), &mut findings);
            findings.all().iter().map(|finding| (finding.gravity, finding.words())).collect::<Vec<_>>()
        };
        let found = told();
        assert!(
            matches!(found.as_slice(), [(Gravity::Warning, words)] if words.contains("unsealed keys")),
            "{found:?}"
        );
        crate::restore::sweep(directory.path());
        assert_eq!(told(), []);
    }

    #[test]
    fn little_room_is_told_before_there_is_none() {
        let told = |free| {
            let mut findings = Findings::default();
            findings_of_room(Path::new("/data"), free, &mut findings);
            findings.all().first().map(|finding| finding.gravity)
        };
        assert_eq!(told(ROOM_WANTED), None);
        assert_eq!(told(ROOM_WANTED - 1), Some(Gravity::Warning));
        assert_eq!(told(ROOM_NEEDED - 1), Some(Gravity::Fault));
    }
}
