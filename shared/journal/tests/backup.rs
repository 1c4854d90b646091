//! Export, verification without sled, and import.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "these are tests")]

mod support;

use std::fs;

use dossier_journal::export::{ExportError, export, export_at, read_export, verify_export};
use dossier_journal::import::import;
use dossier_journal::{Followed, Frame, MemoryStore, MirrorHead, Place, Record, SledStore};
use dossier_proof::Hash;
use support::{House, LOG, all_events, group, key, key_of, peek, record};

/// A journal with three epochs, positions, and something of every size.
fn made() -> House {
    let house = House::new();
    let (_, mut writer) = house.open().unwrap();
    for round in 0..30_usize {
        writer.append(group(writer.next(), &[100 + round * 40; 20])).unwrap();
    }
    writer.begin_epoch(None).unwrap();
    let lost = MirrorHead { epoch: 1, size: 70, root: Hash::from_bytes([3; 32]) };
    writer.begin_epoch(Some(lost)).unwrap();
    let place = writer.next();
    writer.append(Frame { records: vec![record(place, 300_000, Some(200_000))], followed: vec![] }).unwrap();
    let record: Record = record(writer.next(), 60, Some(0));
    let followed = Followed { origin: 2, epoch: 0, next: 6, frontier: vec![[1; 32], [2; 32]] };
    writer.append(Frame { records: vec![record], followed: vec![followed] }).unwrap();
    house
}

#[test]
fn an_export_verifies_without_the_journal_and_imports_to_the_same_one() {
    let house = made();
    let (journal, writer) = house.open().unwrap();
    let target = house.root().join("export");
    let mut last = None;
    let summary = export(&journal, &target, |progress| last = Some(progress)).unwrap();
    assert_eq!(summary.epochs, [(0, 600), (1, 0), (2, 2)]);
    assert_eq!(last.map(|progress| (progress.done, progress.total)), Some((602, 602)));
    assert_eq!(verify_export(&target, &[key().verifier()], peek, |_| ()).unwrap(), summary);

    let restored = House::new();
    let store = SledStore::open(restored.journal()).unwrap();
    let (copy, copy_writer, imported) = import(&target, store, restored.options(), |_| ()).unwrap();
    assert_eq!(imported, summary);
    drop((copy, copy_writer));
    let (copy, _copy_writer) = restored.open().unwrap();
    assert_eq!(copy.head(), journal.head());
    assert_eq!(copy.epochs(), journal.epochs());
    assert_eq!(copy.followed(), journal.followed());
    assert_eq!(all_events(&copy), 602);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    journal.replay(Place { epoch: 0, sequence: 0 }, |stored| ours.push(stored)).unwrap();
    copy.replay(Place { epoch: 0, sequence: 0 }, |stored| theirs.push(stored)).unwrap();
    assert_eq!(ours, theirs, "what lies beside events comes back too");

    // And an export of the copy is the same, byte for byte.
    let again = restored.root().join("export");
    export(&copy, &again, |_| ()).unwrap();
    for entry in fs::read_dir(&target).unwrap() {
        let name = entry.unwrap().file_name();
        assert_eq!(fs::read(target.join(&name)).unwrap(), fs::read(again.join(&name)).unwrap(), "{name:?}");
    }
    drop(writer);
}

#[test]
fn any_changed_byte_of_an_export_is_noticed() {
    let house = made();
    let (journal, _writer) = house.open().unwrap();
    let target = house.root().join("export");
    export(&journal, &target, |_| ()).unwrap();
    let keys = [key().verifier()];
    for entry in fs::read_dir(&target).unwrap() {
        let path = entry.unwrap().path();
        let whole = fs::read(&path).unwrap();
        let step = (whole.len() / 60).max(1);
        for at in (0..whole.len()).step_by(step) {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            fs::write(&path, &changed).unwrap();
            assert!(verify_export(&target, &keys, peek, |_| ()).is_err(), "{path:?} byte {at}");
        }
        for cut in [0, whole.len() / 2, whole.len() - 1] {
            fs::write(&path, &whole[..cut]).unwrap();
            assert!(verify_export(&target, &keys, peek, |_| ()).is_err(), "{path:?} cut at {cut}");
        }
        fs::remove_file(&path).unwrap();
        assert!(verify_export(&target, &keys, peek, |_| ()).is_err(), "{path:?} missing");
        fs::write(&path, &whole).unwrap();
    }
    assert!(verify_export(&target, &keys, peek, |_| ()).is_ok());
}

/// Somebody rewrites an event and makes every hash and length fit again: only the signature tells.
#[test]
fn a_rewritten_event_is_noticed_even_with_a_fitting_manifest() {
    let house = made();
    let (journal, _writer) = house.open().unwrap();
    let target = house.root().join("export");
    export(&journal, &target, |_| ()).unwrap();
    let forged = House::new();
    let (other, mut writer) = forged.open().unwrap();
    for round in 0..30_usize {
        writer.append(group(writer.next(), &[100 + round * 41; 20])).unwrap();
    }
    let forgery = forged.root().join("export");
    export(&other, &forgery, |_| ()).unwrap();
    fs::copy(target.join("checkpoint-0.txt"), forgery.join("checkpoint-0.txt")).unwrap();
    let keys = [key().verifier()];
    let error = verify_export(&forgery, &keys, peek, |_| ()).unwrap_err();
    assert!(error.to_string().contains("another size or root"), "{error}");
    // The manifest says what was signed, and its own hash is right again.
    let (signed, made) = (journal.root_at(0, 600).unwrap().to_string(), other.head().root.to_string());
    let text = fs::read_to_string(forgery.join("manifest.txt")).unwrap().replace(&made, &signed);
    let (text, _) = text.rsplit_once("end ").unwrap();
    let end = dossier_proof::entry_hash(text.as_bytes());
    fs::write(forgery.join("manifest.txt"), format!("{text}end {end}\n")).unwrap();
    let error = verify_export(&forgery, &keys, peek, |_| ()).unwrap_err();
    assert!(error.to_string().contains(&format!("have the root {made}, but {signed} was signed")), "{error}");
    let restored = House::new();
    let imported = import(&forgery, MemoryStore::new(), restored.options(), |_| ());
    assert!(matches!(imported, Err(ExportError::Damaged { .. })), "an import notices it by itself");
    let error = verify_export(&target, &[key_of(LOG, 8).verifier()], peek, |_| ()).unwrap_err();
    assert!(matches!(error, ExportError::Untrusted { .. }), "{error}");
}

#[test]
fn an_import_takes_no_export_it_cannot_trust_and_no_journal_with_events() {
    let house = made();
    let (journal, _writer) = house.open().unwrap();
    let target = house.root().join("export");
    export(&journal, &target, |_| ()).unwrap();
    assert!(matches!(export(&journal, &target, |_| ()), Err(ExportError::NotEmpty(_))));
    let restored = House::new();
    let mut options = restored.options();
    options.key = key_of(LOG, 9).into();
    assert!(matches!(import(&target, MemoryStore::new(), options, |_| ()), Err(ExportError::Untrusted { .. })));
    // With the former key it is ours.
    let mut options = restored.options();
    options.key = key_of(LOG, 9).into();
    options.former_keys = vec![key().verifier()];
    let store = MemoryStore::new();
    drop(import(&target, store.clone(), options, |_| ()).unwrap());
    let mut options = restored.options();
    options.key = key_of(LOG, 9).into();
    options.former_keys = vec![key().verifier()];
    assert!(matches!(import(&target, store, options, |_| ()), Err(ExportError::NotFresh(_))));
}

/// A nightly backup writes what came since the last one, and holds everything.
#[test]
fn an_export_shares_what_an_earlier_one_has_written() {
    let house = made();
    let (journal, mut writer) = house.open().unwrap();
    let (first, second) = (house.root().join("first"), house.root().join("second"));
    export(&journal, &first, |_| ()).unwrap();
    let cut = journal.cut();
    writer.append(group(writer.next(), &[90; 5])).unwrap();
    let later = journal.cut();
    writer.append(group(writer.next(), &[90; 5])).unwrap();
    let summary = export_at(&journal, &later, &second, Some(&first), |_| ()).unwrap();
    assert_eq!(summary.epochs, [(0, 600), (1, 0), (2, 7)], "cut where it was said");
    assert_eq!(cut.head().size, 2);
    assert_eq!(verify_export(&second, &[key().verifier()], peek, |_| ()).unwrap(), summary);
    let inode = |folder: &std::path::Path| {
        std::os::unix::fs::MetadataExt::ino(&fs::metadata(folder.join("events-0-0.bin")).unwrap())
    };
    assert_eq!(inode(&first), inode(&second), "not written again");
    let mut places = Vec::new();
    read_export(&second, |stored| {
        places.push(stored.place());
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(places.len(), 607);
    assert!(places.is_sorted());
    let third = house.root().join("third");
    export_at(&journal, &cut, &third, Some(&second), |_| ()).unwrap();
    assert_ne!(inode(&second), inode(&third), "one that goes further than the cut is not shared");
}

/// A file that had rotted on the disk of the backups was given to every later backup, as if it had been written there.
#[test]
fn a_file_that_has_rotted_is_not_shared_with_the_next_export() {
    let house = made();
    let (journal, mut writer) = house.open().unwrap();
    let (first, second) = (house.root().join("first"), house.root().join("second"));
    export(&journal, &first, |_| ()).unwrap();
    writer.append(group(writer.next(), &[90; 5])).unwrap();
    let rotten = first.join("events-0-0.bin");
    let mut bytes = fs::read(&rotten).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&rotten, bytes).unwrap();
    let summary = export_at(&journal, &journal.cut(), &second, Some(&first), |_| ()).unwrap();
    assert_eq!(summary.rotten, [rotten], "it is told");
    let verified = verify_export(&second, &[key().verifier()], peek, |_| ()).unwrap();
    assert_eq!((verified.epochs, verified.rotten.len()), (summary.epochs, 0), "what was rotten was written anew");
    verify_export(&first, &[key().verifier()], peek, |_| ()).unwrap_err();
    // One that is gone is as good as rotten.
    let third = house.root().join("third");
    fs::remove_file(second.join("events-2-0.bin")).unwrap();
    let summary = export_at(&journal, &journal.cut(), &third, Some(&second), |_| ()).unwrap();
    assert_eq!(summary.rotten, [second.join("events-2-0.bin")]);
    verify_export(&third, &[key().verifier()], peek, |_| ()).unwrap();
}
