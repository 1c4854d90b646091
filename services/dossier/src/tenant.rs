//! Whose a data directory is, when it holds one service of a deployment.
//!
//! ```text
//! DATA/keys/service     the service's name, a line; none where all four are together
//! DATA/keys/verifiers   what each service signs with, as the deployment's file has it: for the tools
//! ```

use std::{fs, io::Write, path::Path};

use dossier_proof::KeyHistory;
use dossier_proto::Origin;

use crate::{
    Exit, Failure, Layout,
    offline::holds_journal,
    verification::{read_keys, write_keys},
};

/// The service whose directory this is; none where all four are together, or none ever ran.
///
/// # Errors
/// [`Failure`]: the file is damaged.
pub fn tenant(layout: &Layout) -> Result<Option<Origin>, Failure> {
    let file = layout.tenant();
    match fs::read_to_string(&file) {
        Ok(text) => text.trim().parse().map(Some).map_err(|error| {
            Failure::damaged(format!("{}: {error}. It names the service whose directory this is", file.display()))
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::disk(&file, &error)),
    }
}

/// Moves a service in: from now on this directory is its own.
///
/// # Errors
/// [`Failure`]: it is another's, or all four are there.
pub fn move_in(layout: &Layout, origin: Origin) -> Result<(), Failure> {
    must_not_be_anothers(layout, origin)?;
    if tenant(layout)?.is_some() {
        return Ok(());
    }
    let others = Origin::ALL.into_iter().filter(|other| *other != origin);
    if let Some(other) = others.into_iter().find(|other| holds_journal(&layout.service(*other).join("journal"))) {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "{} holds the journal of {other} too: it belongs to `dossier up`. Each service of a deployment has a directory of its own, made \
                 by `dossier keys`; nothing was written",
                layout.root().display()
            ),
        ));
    }
    let write = || -> std::io::Result<()> {
        let mut file = fs::File::create(layout.tenant())?;
        writeln!(file, "{origin}")?;
        file.sync_all()
    };
    write().map_err(|error| Failure::disk(&layout.tenant(), &error))
}

/// Whether nobody else lives here, as far as the directory says. Writes nothing.
///
/// # Errors
/// [`Failure`]: it is another service's; the data directory, or the configuration, was mixed up.
pub fn must_not_be_anothers(layout: &Layout, origin: Origin) -> Result<(), Failure> {
    match tenant(layout)? {
        Some(found) if found != origin => Err(Failure::new(
            Exit::Usage,
            format!(
                "{} is the data directory of {found}, not of {origin}: is it the configuration of {found}, or does `data` in it name the wrong \
                 directory? Nothing was written",
                layout.root().display()
            ),
        )),
        _ => Ok(()),
    }
}

/// Only moderation keeps people; who makes an account elsewhere makes one that nobody asks for.
///
/// # Errors
/// [`Failure`]: the directory is another service's.
pub fn must_keep_people(layout: &Layout) -> Result<(), Failure> {
    match tenant(layout)? {
        None | Some(Origin::Moderation) => Ok(()),
        Some(found) => Err(Failure::new(
            Exit::Usage,
            format!(
                "{} is the data directory of {found}; people are kept by moderation. Name moderation's data directory with --data",
                layout.root().display()
            ),
        )),
    }
}

/// All four services together do not fit into the directory of one.
///
/// # Errors
/// [`Failure`]: it is one's.
pub fn must_hold_all(layout: &Layout) -> Result<(), Failure> {
    match tenant(layout)? {
        None => Ok(()),
        Some(found) => Err(Failure::new(
            Exit::Usage,
            format!(
                "{} is the data directory of {found} alone. Start it with `dossier serve {found}`, or name another directory with --data",
                layout.root().display()
            ),
        )),
    }
}

/// What each service signs with, of a deployment's file, each named by its log. Kept in the directory, for the tools.
///
/// # Errors
/// [`Failure`]: no such file, a line is no key, or a service has none.
pub fn adopt_verifiers(
    layout: &Layout,
    file: &Path,
    log: impl Fn(Origin) -> String,
) -> Result<Vec<(Origin, KeyHistory)>, Failure> {
    if !file.exists() {
        return Err(Failure::not_there(format!(
            "{} does not exist: it says what each service signs with. `dossier keys` makes it; name it in the configuration as \
             `verifiers`",
            file.display()
        )));
    }
    let keys = read_keys(file)?;
    let named = Origin::ALL.into_iter().map(|origin| {
        let name = log(origin);
        let found = keys.log(&name).cloned();
        found.map(|key| (origin, key)).ok_or_else(|| {
            Failure::damaged(format!(
                "{} has no line for {name}: is it the file of this installation? Put the whole file there again",
                file.display()
            ))
        })
    });
    let named: Vec<_> = named.collect::<Result<_, _>>()?;
    if read_keys(&layout.verifiers()).ok().as_ref() != Some(&keys) {
        write_keys(&layout.verifiers(), &keys)?;
    }
    Ok(named)
}

#[cfg(test)]
mod tests {
    use dossier_proof::KeyFile;

    use super::*;

    fn directory() -> (tempfile::TempDir, Layout) {
        let directory = tempfile::tempdir().unwrap();
        let layout = Layout::of(directory.path());
        fs::create_dir_all(layout.keys()).unwrap();
        (directory, layout)
    }

    #[test]
    fn a_directory_is_of_one_service_for_ever() {
        let (_kept, layout) = directory();
        assert_eq!(tenant(&layout).unwrap(), None);
        move_in(&layout, Origin::Submission).unwrap();
        move_in(&layout, Origin::Submission).expect("it comes back");
        let refused = move_in(&layout, Origin::Audit).unwrap_err();
        assert!(refused.to_string().contains("data directory of submission"), "{refused}");
        assert!(must_hold_all(&layout).unwrap_err().to_string().contains("dossier serve submission"));
        assert!(must_keep_people(&layout).unwrap_err().to_string().contains("moderation's data directory"));
    }

    #[test]
    fn one_service_does_not_move_in_where_all_are() {
        let (_kept, layout) = directory();
        let journal = layout.service(Origin::Audit).join("journal");
        fs::create_dir_all(&journal).unwrap();
        fs::write(journal.join("db"), "").unwrap();
        let refused = move_in(&layout, Origin::Moderation).unwrap_err();
        assert_eq!(refused.exit_code(), Exit::Usage as u8);
        assert!(refused.to_string().contains("holds the journal of audit too"), "{refused}");
        assert_eq!(tenant(&layout).unwrap(), None, "nothing was written");
        must_keep_people(&layout).unwrap();
    }

    #[test]
    fn a_file_without_a_line_for_each_service_is_refused() {
        let (kept, layout) = directory();
        let log = |origin: Origin| format!("dossier-test/{origin}");
        let missing = adopt_verifiers(&layout, &kept.path().join("verifiers"), log).unwrap_err();
        assert!(missing.to_string().contains("dossier keys"), "{missing}");
        let key = |origin, seed| dossier_proof::SigningKey::from_seed(&log(origin), &[seed; 32]).unwrap().verifier();
        let logs = Origin::ALL.into_iter().zip(1..).map(|(origin, seed)| key(origin, seed).into()).collect();
        let keys = KeyFile { logs, ..KeyFile::default() };
        let three = KeyFile { logs: keys.logs[..3].to_vec(), ..KeyFile::default() };
        write_keys(&kept.path().join("verifiers"), &three).unwrap();
        let refused = adopt_verifiers(&layout, &kept.path().join("verifiers"), log).unwrap_err();
        assert!(refused.to_string().contains("no line for dossier-test/audit"), "{refused}");
        write_keys(&kept.path().join("verifiers"), &keys).unwrap();
        let named = adopt_verifiers(&layout, &kept.path().join("verifiers"), log).unwrap();
        assert_eq!(named.len(), 4);
        assert_eq!(read_keys(&layout.verifiers()).unwrap(), keys, "a copy for the tools");
    }
}
