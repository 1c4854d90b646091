//! All services of a backup, put back to its end or to an earlier moment.

use std::{fs, io, ops::ControlFlow, path::Path};

use dossier_audit::seen::Seen;
use dossier_engine::key_turn;
use dossier_journal::{Head, MirrorHead};
use dossier_proto::{Event, Micros, Origin};

use super::{
    backed::{each_event, verified},
    draft::{Draft, put_in_place},
    rebuild::Rebuild,
};
use crate::{Exit, Failure, Layout, Secrets, backup::Opened, progress::Progress};

/// The name of the installation's file while it must not be found: without it no service starts.
const NOT_YET: &str = "installation.restoring";

/// A service that is back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PutBack {
    pub(crate) service: Origin,
    /// Events that are back, of all epochs.
    pub(crate) events: u64,
    /// Where the former epoch ends now.
    pub(crate) end: (u32, u64),
    /// The epoch in which it goes on.
    pub(crate) epoch: u32,
    /// How many events the backup has behind that end.
    pub(crate) left_out: u64,
}

/// Puts everything in a backup into a directory that does not exist yet. It is there when all of it is.
///
/// # Errors
/// [`Failure`]: something is there already; no key or another one; a journal is not what was signed; the disk. Nothing is in its place then.
pub(crate) fn restore_all(
    backup: &Opened,
    key: Option<&Path>,
    data: &Path,
    until: Option<Micros>,
    now: Micros,
    progress: &Progress,
) -> Result<Vec<PutBack>, Failure> {
    let draft = Draft::begin(data)?;
    backup.unpack(key, draft.path())?;
    let layout = Layout::of(draft.path());
    let secrets = Secrets::read(&layout)?;
    if secrets.installation.name != backup.installation() {
        return Err(Failure::damaged(format!(
            "{} says that it is of {}, but its secrets are of {}. Nothing was written",
            backup.at().display(),
            backup.installation(),
            secrets.installation.name
        )));
    }
    let (there, hidden) = (layout.installation(), layout.keys().join(NOT_YET));
    fs::rename(&there, &hidden).map_err(|error| Failure::disk(&there, &error))?;
    if let Some(until) = until {
        must_be_behind_every_turn(backup, until)?;
    }
    let seen = seen(backup, draft.path())?;
    let mut back = Vec::new();
    for origin in backup.services() {
        progress.begin(&format!("{origin}: writing its journal again"));
        let service = layout.service(origin);
        let known = seen.head(origin);
        back.push(put_back(origin, &backup.journal(origin), &service, &secrets, Point { until, now, known })?);
        copy_tree(&backup.attachments(origin), &service.join("attachments"))?;
    }
    drop(seen);
    lay_seen(backup, &layout, &back)?;
    fs::rename(&hidden, &there).map_err(|error| Failure::disk(&hidden, &error))?;
    put_in_place(&draft)?;
    Ok(back)
}

/// A service that took another key to sign with has told so to whoever reads it. Put back to before that, it would sign with a key that nobody
/// believes any more, and there is no way to tell them: so no moment before the last turn of any of them will do.
fn must_be_behind_every_turn(backup: &Opened, until: Micros) -> Result<(), Failure> {
    let mut last = None;
    for origin in backup.services() {
        each_event(origin, &backup.journal(origin), |stored| {
            if key_turn(&stored.event).is_some() {
                last = last.max(recorded(&stored.event).map(|at| (at, origin)));
            }
            Ok(ControlFlow::Continue(()))
        })?;
    }
    let Some((earliest, origin)) = last.filter(|(at, _)| *at > until) else { return Ok(()) };
    Err(Failure::new(
        Exit::Usage,
        format!(
            "{origin} took another key to sign with at {at}. Put back to before that, it would sign with the key that it gave up, which nobody \
             believes who has read of the other one. The earliest moment is --until {at}. Nothing was written",
            at = jiff::Timestamp::from_microsecond(earliest.0)
                .map_or_else(|_| format!("{earliest:?}"), |at| at.to_string()),
        ),
    ))
}

/// How far, and what is known beyond.
#[derive(Debug, Clone, Copy)]
struct Point {
    until: Option<Micros>,
    now: Micros,
    /// The newest checkpoint that audit had kept.
    known: Option<MirrorHead>,
}

fn put_back(
    origin: Origin,
    folder: &Path,
    service: &Path,
    secrets: &Secrets,
    point: Point,
) -> Result<PutBack, Failure> {
    let ends = verified(origin, folder, secrets)?;
    let mut rebuild = Rebuild::begin(service, origin, secrets)?;
    let mut events = 0;
    each_event(origin, folder, |stored| {
        if point.until.is_some_and(|until| recorded(&stored.event).is_none_or(|at| at > until)) {
            return Ok(ControlFlow::Break(()));
        }
        rebuild.come_to(stored.epoch)?;
        rebuild.take(stored.event, stored.beside)?;
        events += 1;
        Ok(ControlFlow::Continue(()))
    })?;
    let head = rebuild.head()?;
    must_be_what_was_kept(origin, &rebuild, head, &ends)?;
    let furthest = ends.last().map(|end| MirrorHead { epoch: end.epoch, size: end.size, root: end.root });
    let beyond = |known: &MirrorHead| (known.epoch, known.size) > (head.epoch, head.size);
    let lost = furthest.into_iter().chain(point.known).filter(beyond).max_by_key(|known| (known.epoch, known.size));
    let epoch = rebuild.go_on(point.now, lost)?;
    let total: u64 = ends.iter().map(|end| end.size).sum();
    Ok(PutBack { service: origin, events, end: (head.epoch, head.size), epoch, left_out: total - events })
}

fn recorded(event: &[u8]) -> Option<Micros> {
    Event::decode(event).ok().map(|event| event.head.recorded_at)
}

/// Each epoch that is back as a whole has the root it had.
fn must_be_what_was_kept(origin: Origin, rebuild: &Rebuild, head: Head, ends: &[Head]) -> Result<(), Failure> {
    let whole = ends.iter().filter(|end| (end.epoch, end.size) <= (head.epoch, head.size));
    for end in whole {
        let root =
            rebuild.journal().root_at(end.epoch, end.size).map_err(|error| Failure::damaged(error.to_string()))?;
        if root != end.root {
            return Err(Failure::damaged(format!(
                "{origin}: the {} events of epoch {} have the root {root}, and {} was signed. Nothing was written",
                end.size, end.epoch, end.root
            )));
        }
    }
    Ok(())
}

/// The checkpoints that the audit service had kept, laid out where they can be read and do not stay.
fn seen(backup: &Opened, draft: &Path) -> Result<Seen, Failure> {
    let folder = draft.join(".checkpoints");
    copy_tree(&backup.checkpoints(), &folder)?;
    let seen = Seen::open(&folder).map_err(|error| Failure::damaged(error.to_string()))?;
    fs::remove_dir_all(&folder).map_err(|error| Failure::disk(&folder, &error))?;
    Ok(seen)
}

/// Puts those checkpoints back that speak of what is back. What speaks of more is evidence of what was, and is laid beside them.
fn lay_seen(backup: &Opened, layout: &Layout, back: &[PutBack]) -> Result<(), Failure> {
    if !back.iter().any(|one| one.service == Origin::Audit) {
        return Ok(());
    }
    let anchors = layout.service(Origin::Audit).join("anchors");
    let all = backup.checkpoints();
    copy_tree(&all, &anchors.join("seen-before"))?;
    let Ok(kept) = Seen::open(&anchors.join("seen-before")) else { return Ok(()) };
    let folder = anchors.join("seen");
    let seen = Seen::open(&folder).map_err(|error| Failure::damaged(error.to_string()))?;
    for one in back {
        let newest = kept.newest(one.service).filter(|newest| (newest.epoch, newest.size()) <= one.end);
        if let Some(newest) = newest {
            seen.keep(one.service, newest).map_err(|error| Failure::damaged(error.to_string()))?;
        }
    }
    Ok(())
}

fn copy_tree(from: &Path, to: &Path) -> Result<(), Failure> {
    let copied = copy_tree_io(from, to);
    copied.map_err(|error| Failure::disk(to, &error))
}

fn copy_tree_io(from: &Path, to: &Path) -> io::Result<()> {
    let items = match fs::read_dir(from) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        items => items?,
    };
    fs::create_dir_all(to)?;
    for item in items {
        let item = item?;
        let place = to.join(item.file_name());
        if item.file_type()?.is_dir() {
            copy_tree_io(&item.path(), &place)?;
        } else {
            fs::copy(item.path(), place)?;
        }
    }
    Ok(())
}
