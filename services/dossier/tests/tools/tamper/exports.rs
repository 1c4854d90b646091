//! The same of exports: every file of them, and histories that were made anew under the key before they were exported.

use std::{
    fs,
    path::{Path, PathBuf},
};

use dossier::verification::Class;
use dossier_proto::Origin;

use super::{Damage, Log, World};
use crate::fixture::{Said, copy, dossier, on};

/// Bytes of each file that are flipped, spread over it.
const FLIPS: usize = 9;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn exported(data: &Path, to: &Path) {
    on(data, &["export", "--to", text(to)]).exits(0);
}

fn verified(export: &Path, keys: &Path) -> Said {
    dossier(["--json", "verify", text(export), "--keys", text(keys)])
}

/// Every file of an export but the keys, which are trusted by another way.
fn files(export: &Path) -> Vec<PathBuf> {
    let folders = Origin::ALL.map(|origin| export.join(origin.name()));
    let items = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap()).map(|item| item.unwrap().path());
    let mut files: Vec<_> = items.collect();
    files.sort();
    assert_eq!(files.len(), 12, "manifest, checkpoint and events of four services");
    files
}

fn service_of(file: &Path) -> String {
    file.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned()
}

/// Is found, with a code of its kind, and of the right service.
fn found(said: &Said, service: &str, what: &str) -> String {
    let code = u8::try_from(said.code).unwrap();
    let class = Class::ALL.into_iter().find(|class| class.exit_code() == code);
    assert!(class.is_some(), "{what} ends with {code}: {} {}", said.out, said.err);
    let report = said.document();
    assert_eq!(report["first"]["origin"], service, "{what}: {report:#}");
    class.unwrap().key().to_owned()
}

#[test]
fn p9_every_file_of_an_export_that_was_flipped_cut_lengthened_or_taken_away_is_found() {
    let world = World::made();
    let (export, keys) = (world.installation.path("export"), world.installation.path("keys.txt"));
    exported(&world.pristine, &export);
    fs::copy(export.join("verifier-keys.txt"), &keys).unwrap();
    verified(&export, &keys).exits(0);
    for file in files(&export) {
        let whole = fs::read(&file).unwrap();
        let service = service_of(&file);
        let name = format!("{service}/{}", file.file_name().unwrap().to_str().unwrap());
        let mut as_what = std::collections::BTreeSet::new();
        for flip in 0..FLIPS {
            let mut bytes = whole.clone();
            let at = (whole.len() - 1) * flip / (FLIPS - 1);
            bytes[at] ^= 0x01;
            fs::write(&file, bytes).unwrap();
            as_what.insert(found(&verified(&export, &keys), &service, &format!("byte {at} of {name}")));
        }
        for (what, bytes) in [
            ("cut", whole[..whole.len() / 2].to_vec()),
            ("emptied", Vec::new()),
            ("lengthened", [&whole[..], &whole[..1]].concat()),
        ] {
            fs::write(&file, bytes).unwrap();
            as_what.insert(found(&verified(&export, &keys), &service, &format!("{name} {what}")));
        }
        fs::remove_file(&file).unwrap();
        let said = dossier(["--json", "verify", text(&export)]);
        as_what.insert(found(&said, &service, &format!("{name} taken away")));
        fs::write(&file, whole).unwrap();
        println!("{name:<32} found as {}", as_what.into_iter().collect::<Vec<_>>().join(", "));
    }
    verified(&export, &keys).exits(0);
}

#[test]
fn p9_folders_of_an_export_that_were_exchanged_are_found() {
    let world = World::made();
    let (export, other) = (world.installation.path("export"), world.installation.path("other-export"));
    exported(&world.pristine, &export);
    exported(&world.other, &other);
    let keys = export.join("verifier-keys.txt");
    for origin in Origin::ALL {
        let spoiled = world.installation.path(&format!("spoiled-{origin}"));
        let folder = spoiled.join(origin.name());
        let colleague = if origin == Origin::Audit { Origin::Publication } else { Origin::Audit };
        for foreign in [export.join(colleague.name()), other.join(origin.name())] {
            copy(&export, &spoiled);
            fs::remove_dir_all(&folder).unwrap();
            copy(&foreign, &folder);
            let report = verified(&spoiled, &keys).exits(28).document();
            assert_eq!(report["first"]["origin"], origin.name(), "{report:#}");
            fs::remove_dir_all(&spoiled).unwrap();
        }
    }
}

#[test]
fn p9_a_history_that_was_made_anew_and_then_exported_is_told_by_a_kept_checkpoint() {
    let world = World::made();
    let data = world.installation.another();
    for origin in Origin::ALL {
        let log = Log::Journal(origin);
        for (damage, code) in [
            (Damage::EditField, 27),
            (Damage::DeleteClosed, 27),
            (Damage::Insert, 27),
            (Damage::Swap, 27),
            (Damage::Resign, 27),
            (Damage::Truncate, 26),
            (Damage::RollBack, 26),
        ] {
            damage.apply(log, &data, &world);
            let export = world.installation.path(&format!("{origin}-{damage:?}"));
            on(&data, &["export", "--service", origin.name(), "--to", text(&export)]).exits(0);
            // Those of services that are not in the export are passed over.
            let said = dossier(["--json", "verify", text(&export), "--against", text(&world.kept)]);
            assert_eq!(said.code, code, "{damage:?} of {origin}: {} {}", said.out, said.err);
            let report = said.document();
            assert_eq!(report["first"]["origin"], origin.name());
            assert_eq!(report["not_verified"].as_array().unwrap().len(), 6, "{report:#}");
            log.put_back(&world.pristine, &data);
        }
    }
}
