//! One service, put back from what the others keep of it.

use std::fs;

use bytes::Bytes;
use dossier_identity::{Accounts, accounts::AccountsError};
use dossier_journal::{Head, MirrorHead};
use dossier_proof::{KeyHistory, Stand};
use dossier_proto::{Event, Micros, Origin, Payload, Place, hash_of};
use dossier_vault::{Vault, files::FileStore};

use super::{
    attachments,
    draft::{Draft, put_in_place},
    keeper::{ActedUpon, Keeper, Known},
    keys::Named,
    learnt::LearntKeys,
    neighbours::{leftover_name, leftovers, received},
    rebuild::Rebuild,
    report::Report,
};
use crate::{Failure, Layout, Secrets, progress::Progress};

/// A service whose disk is lost.
pub(crate) struct Lost<'a> {
    /// Which one.
    pub(crate) origin: Origin,
    /// Where it is to be.
    pub(crate) layout: &'a Layout,
    /// What it signs with, and wraps keys with.
    pub(crate) secrets: &'a Secrets,
    /// What the clock says.
    pub(crate) now: Micros,
}

/// Puts a service back. It is in its place when this returns, and not before.
///
/// # Errors
/// [`Failure`]: there is something in its place; what is kept of it does not hold; somebody could not be asked; the disk. Nothing is in its
/// place then.
pub(crate) fn restore_service(lost: &Lost<'_>, keeper: &dyn Keeper, progress: &Progress) -> Result<Report, Failure> {
    let Lost { origin, layout, secrets, now } = *lost;
    let draft = Draft::begin(&layout.service(origin))?;
    let mut rebuild = Rebuild::begin(draft.path(), origin, secrets)?;
    progress.begin(&format!("{origin}: writing its journal again"));
    let mut events = copy(&mut rebuild, keeper, progress)?;
    let learnt = LearntKeys::of(origin, secrets, keeper)?;
    events += go_on_with_what_others_have(&mut rebuild, keeper, origin, &learnt)?;
    let head = rebuild.head()?;
    let keys = secrets.history(origin);
    hold_against_what_was_signed(&rebuild, &keys, keeper)?;
    learnt.must_be_in(&keys, Stand { epoch: head.epoch, size: head.size })?;
    let end = Place { origin, epoch: head.epoch, sequence: head.size };
    let acted_upon = once(keeper.acted_upon(end)?);
    keep(&leftovers(draft.path()), &acted_upon)?;

    progress.begin(&format!("{origin}: asking for its keys and files"));
    let vault = Vault::open_unthreaded(draft.path().join("keys"), &secrets.master)?;
    let named = Named::in_journal(origin, rebuild.journal())?;
    let keys = named.fetch(&vault, keeper)?;
    let mut unreadable = named.unreadable(&vault);
    let store = FileStore::new(draft.path().join("attachments"), vault.clone());
    let files = attachments::fetch(&named, &store, &vault, keeper, &mut unreadable)?;
    drop((store, vault));

    let people = bring_back_people(lost, keeper)?;
    let known = keeper.known()?;
    let epoch = rebuild.go_on(now, furthest_beyond(&known, head))?;
    put_in_place(&draft)?;
    let notes = notes(lost, people);
    Ok(Report { service: origin, events, end, epoch, known, acted_upon, keys, unreadable, files, people, notes })
}

/// Makes the accounts that are not here again, from the copy that somebody has written down. Whoever has the accounts still keeps them as they
/// are.
fn bring_back_people(lost: &Lost<'_>, keeper: &dyn Keeper) -> Result<Option<usize>, Failure> {
    let Lost { origin, layout, secrets, now } = *lost;
    if origin != Origin::Moderation {
        return Ok(None);
    }
    let Some(copy) = keeper.people()? else { return Ok(None) };
    let vault = Vault::open_unthreaded(layout.person_keys(), &secrets.master)?;
    let failed = |error: AccountsError| Failure::damaged(error.to_string());
    let accounts = Accounts::open(layout.accounts(), vault, &secrets.master).map_err(failed)?;
    accounts.take_back(&copy, now).map(Some).map_err(failed)
}

fn notes(lost: &Lost<'_>, people: Option<usize>) -> Vec<String> {
    let mut notes = Vec::new();
    if people.is_some_and(|people| people > 0) {
        notes.push(
            "Passwords are in no copy: whoever signed in with one asks for a new one at the sign-in page, or gets a link (dossier account invite \
             SUBJECT --new-password --print-link)."
                .to_owned(),
        );
    }
    if lost.origin == Origin::Moderation && people.is_none() && !lost.layout.accounts().exists() {
        notes.push(
            "The accounts are lost: nobody has a copy of them. Put accounts/ and keys/ back from a backup, or make a new administrator: dossier \
             account create NAME --administrator."
                .to_owned(),
        );
    }
    if lost.origin == Origin::Audit {
        notes.push(
            "What the audit service had found, and whom it had shown what, is lost as far as no backup has it. Its copies of the others, and their \
             keys, it fetches again by itself."
                .to_owned(),
        );
    }
    if lost.origin == Origin::Submission {
        notes.push("What somebody was typing and had not saved is lost.".to_owned());
    }
    notes
}

/// Writes all epochs that are kept, each with the root it had.
fn copy(rebuild: &mut Rebuild, keeper: &dyn Keeper, progress: &Progress) -> Result<u64, Failure> {
    let epochs = keeper.epochs()?;
    let total: u64 = epochs.iter().map(|head| head.size).sum();
    let mut done = 0;
    for head in &epochs {
        rebuild.come_to(head.epoch)?;
        while rebuild.next().sequence < head.size {
            let events = keeper.events(head.epoch, rebuild.next().sequence)?;
            if events.is_empty() {
                return Err(Failure::damaged(format!(
                    "of epoch {} {} events are kept, but none is there at sequence {}. Nothing was written",
                    head.epoch,
                    head.size,
                    rebuild.next().sequence
                )));
            }
            for event in events {
                write(rebuild, event, keeper)?;
                done += 1;
            }
            progress.at(done, total);
        }
        compare(rebuild.head()?, *head)?;
    }
    Ok(done)
}

fn compare(written: Head, kept: Head) -> Result<(), Failure> {
    if written == kept {
        return Ok(());
    }
    Err(Failure::damaged(format!(
        "the {} events of epoch {} have the root {}, but {} is what was kept of them. Nothing was written",
        written.size, written.epoch, written.root, kept.root
    )))
}

/// Every checkpoint of the service that somebody has kept speaks of what was put back, by its signature.
fn hold_against_what_was_signed(rebuild: &Rebuild, keys: &KeyHistory, keeper: &dyn Keeper) -> Result<(), Failure> {
    for signed in keeper.signed()? {
        let damaged = |found: String| {
            Failure::damaged(format!("a checkpoint of {} that was kept: {found}. Nothing was written", keys.log()))
        };
        let (stand, checkpoint) = keys.verify(&signed).map_err(|error| damaged(error.to_string()))?;
        let root = rebuild.journal().root_at(stand.epoch, stand.size).map_err(|error| damaged(error.to_string()))?;
        if root != checkpoint.root {
            return Err(damaged(format!(
                "for {} events of epoch {} {} was signed, but what is kept of them has the root {root}",
                stand.size, stand.epoch, checkpoint.root
            )));
        }
    }
    Ok(())
}

/// Others act upon an event, and learn a key, as soon as they have read it, and audit may copy it a moment later: what they have goes on where the
/// copy ends, as far as no event is missing in between.
fn go_on_with_what_others_have(
    rebuild: &mut Rebuild,
    keeper: &dyn Keeper,
    origin: Origin,
    learnt: &LearntKeys,
) -> Result<u64, Failure> {
    let next = rebuild.next();
    let acted = keeper.acted_upon(Place { origin, epoch: next.epoch, sequence: next.sequence })?;
    let mut theirs: Vec<_> = acted.into_iter().map(|one| (one.place, one.bytes)).chain(learnt.events()).collect();
    theirs.sort_by_key(|(place, _)| *place);
    let mut more = 0;
    for (place, bytes) in theirs {
        let next = rebuild.next();
        if (place.epoch, place.sequence) == (next.epoch, next.sequence) {
            write(rebuild, bytes, keeper)?;
            more += 1;
        }
    }
    Ok(more)
}

/// Appends an event, and beside it the foreign one that it says was received: that does not travel, and is joined again by its place and
/// hash.
fn write(rebuild: &mut Rebuild, bytes: Bytes, keeper: &dyn Keeper) -> Result<(), Failure> {
    let event =
        Event::decode(&bytes).map_err(|error| Failure::damaged(format!("what was kept is no event: {error}")))?;
    let beside = match &event.payload {
        Some(Payload::Received(named)) => Some(joined(&event, &named.hash, keeper)?),
        _ => None,
    };
    rebuild.take(bytes, beside)
}

fn joined(event: &Event, hash: &[u8], keeper: &dyn Keeper) -> Result<Bytes, Failure> {
    let place = event.head.place;
    let from =
        received(event).ok_or_else(|| Failure::damaged(format!("{place} says it received an event from nowhere")))?;
    let found = keeper.foreign(from)?.filter(|bytes| hash_of(bytes).as_bytes() == hash);
    found.ok_or_else(|| {
        Failure::damaged(format!(
            "{place} was caused by {from}, and nobody here has that event as it was. Put {} back first: dossier restore --service {}. Nothing was \
             written",
            from.origin, from.origin
        ))
    })
}

/// Each event once, whoever acted upon it.
fn once(mut acted: Vec<ActedUpon>) -> Vec<ActedUpon> {
    acted.dedup_by_key(|one| one.place);
    acted
}

/// Lays events that cannot be put back beside the journal: whoever is put back later may have been caused by them.
fn keep(folder: &std::path::Path, acted_upon: &[ActedUpon]) -> Result<(), Failure> {
    if acted_upon.is_empty() {
        return Ok(());
    }
    fs::create_dir_all(folder).map_err(|error| Failure::disk(folder, &error))?;
    for one in acted_upon {
        let file = folder.join(leftover_name(one.place));
        fs::write(&file, &one.bytes).map_err(|error| Failure::disk(&file, &error))?;
    }
    Ok(())
}

/// The most that anybody knows beyond the end.
fn furthest_beyond(known: &[Known], end: Head) -> Option<MirrorHead> {
    let beyond = known.iter().filter(|known| (known.epoch, known.size) > (end.epoch, end.size));
    beyond.max_by_key(|known| (known.epoch, known.size)).map(|known| known.head())
}
