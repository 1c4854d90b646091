//! The master key, and what is derived from it: the services' signing keys.
//!
//! Each signing key has a number, its generation. Which generation a journal signs with is in the journal alone (`dossier_journal::Signers`);
//! `keys/generations.json` repeats it for what has to be signed before the journal is open, and is put right whenever one was opened.

use std::{collections::BTreeMap, env, fs, io::Write, os::unix::fs::DirBuilderExt, path::Path};

use dossier_audit::Cosigners;
use dossier_journal::Signers;
use dossier_proof::{CosigningKey, KeyHistory, SigningKey, VerifierKey};
use dossier_proto::Origin;
use dossier_vault::MasterKey;
use serde::{Deserialize, Serialize};

use crate::{Failure, Layout};

/// The variable that may hold the master key instead of a file.
pub const MASTER_KEY_VARIABLE: &str = "DOSSIER_MASTER_KEY";

/// What an installation calls itself, for ever: it is part of every checkpoint's origin line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Installation {
    /// Such as `dossier-1f0c3a9e`.
    pub name: String,
}

/// The secrets of an installation.
pub struct Secrets {
    /// Wraps every other key.
    pub master: MasterKey,
    /// The installation's name.
    pub installation: Installation,
    signers: BTreeMap<Origin, Signers>,
    /// What each journal presumably signs with.
    generations: Generations,
}

/// The number of the signing key of each service; 1 for who is not named.
type Generations = BTreeMap<Origin, u32>;

impl Secrets {
    /// Reads the secrets of a data directory, or makes them when it is new.
    ///
    /// # Errors
    /// [`Failure`], with what to do.
    pub fn create_or_read(layout: &Layout) -> Result<Self, Failure> {
        if layout.installation().exists() {
            // A master key that is missing here was lost: a new one in its place would open nothing.
            return Self::read(layout);
        }
        if let Some(journal) = layout.any_journal() {
            return Err(Failure::damaged(format!(
                "{} is not there, but {} is: the keys of this installation were lost. New ones would open nothing. Put {} back from a \
                 backup, then start again",
                layout.installation().display(),
                journal.display(),
                layout.keys().display()
            )));
        }
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(layout.keys());
        made.map_err(|error| Failure::disk(&layout.keys(), &error))?;
        let master = match env::var_os(MASTER_KEY_VARIABLE) {
            Some(_) => MasterKey::from_env(MASTER_KEY_VARIABLE)?,
            None => MasterKey::create_or_read(layout.master_key())?,
        };
        let installation = read_or_make(&layout.installation(), &master)?;
        Ok(Self::with(master, installation, read_generations(layout)))
    }

    /// Reads the secrets of a data directory that must be there.
    ///
    /// # Errors
    /// [`Failure`], with what to do.
    pub fn read(layout: &Layout) -> Result<Self, Failure> {
        if !layout.installation().exists() {
            return Err(Failure::not_there(format!(
                "{} is not a data directory of Dossier: {} is missing",
                layout.root().display(),
                layout.installation().display()
            )));
        }
        let master = match env::var_os(MASTER_KEY_VARIABLE) {
            Some(_) => MasterKey::from_env(MASTER_KEY_VARIABLE)?,
            None => MasterKey::from_file(layout.master_key())?,
        };
        let installation = read_or_make(&layout.installation(), &master)?;
        Ok(Self::with(master, installation, read_generations(layout)))
    }

    /// Those of an installation whose journals are all at their first key.
    pub fn of(master: MasterKey, installation: Installation) -> Self {
        Self::with(master, installation, Generations::new())
    }

    fn with(master: MasterKey, installation: Installation, generations: Generations) -> Self {
        let signers = |origin: Origin| {
            let (log, own) = (format!("{}/{origin}", installation.name), master.clone());
            let first = signing_key(&master, origin, &log, 1);
            let derive = move |generation| Some(signing_key(&own, origin, &log, generation));
            let presumed = generations.get(&origin).copied().unwrap_or(1);
            (origin, Signers::generations(first, derive).presumed(presumed))
        };
        let signers = Origin::ALL.into_iter().map(signers).collect();
        Self { master, installation, signers, generations }
    }

    /// The log's name of a service: the origin line of its checkpoints is this, `/` and the epoch.
    pub fn log(&self, origin: Origin) -> String {
        format!("{}/{origin}", self.installation.name)
    }

    /// What a service signs with. All that are given out know the same, from when its journal was opened with them.
    pub fn signer(&self, origin: Origin) -> Signers {
        self.signers.get(&origin).cloned().expect("`with` makes them for every origin")
    }

    /// What a service signs with now; before its journal was opened, what it presumably does.
    pub fn current_signer(&self, origin: Origin) -> SigningKey {
        self.signer(origin).current()
    }

    /// What the audit service signs the checkpoints of the others with. A key of its own: the message does not name who signs. It changes with the key
    /// of audit's own journal.
    pub fn cosigners(&self) -> Cosigners {
        let (name, master) = (format!("{}/audit/cosigner", self.installation.name), self.master.clone());
        Cosigners::generations(move |generation| {
            let seed = master.derive(&format!("cosignature of audit, key {generation}"));
            CosigningKey::from_seed(&name, &seed)
                .expect("an installation's name begins a key name, as in `signing_key`")
        })
    }

    /// The first key of a service: whoever trusts it learns the others.
    pub fn verifier(&self, origin: Origin) -> VerifierKey {
        self.signer(origin).history().first().clone()
    }

    /// All keys of a service, from when its journal was opened.
    pub fn history(&self, origin: Origin) -> KeyHistory {
        self.signer(origin).history()
    }

    /// The public keys that a service of this installation had, has, or may have taken since this was known: for what it signed itself, where its
    /// journal, which says what each key signs, is lost or may be an older one.
    pub fn recognised(&self, origin: Origin) -> Vec<VerifierKey> {
        let log = self.log(origin);
        let last = self.presumed(origin).saturating_add(LATER);
        (1..=last).map(|generation| signing_key(&self.master, origin, &log, generation).verifier()).collect()
    }

    /// What the audit service signs its copies' anchors with: its own present key; and those that it had, or may have taken since this was known.
    pub fn copies_signer(&self) -> (SigningKey, Vec<VerifierKey>) {
        let present = self.presumed(Origin::Audit);
        let log = self.log(Origin::Audit);
        (signing_key(&self.master, Origin::Audit, &log, present), self.recognised(Origin::Audit))
    }

    /// The generation that a service presumably signs with.
    pub fn presumed(&self, origin: Origin) -> u32 {
        self.generations.get(&origin).copied().unwrap_or(1)
    }

    /// Writes down what journals that were opened sign with, where that is not known yet.
    ///
    /// # Errors
    /// [`Failure`]: the disk.
    pub fn note_generations(&self, layout: &Layout, opened: &[Origin]) -> Result<(), Failure> {
        // Another tool may have noted more meanwhile; nothing is noted of a journal that was not opened.
        let mut known = read_generations(layout);
        let before = known.clone();
        known.extend(opened.iter().map(|origin| (*origin, self.signer(*origin).generation())));
        known.retain(|_, generation| *generation > 1);
        if known == before {
            return Ok(());
        }
        let text = serde_json::to_vec_pretty(&known).map_err(|error| Failure::damaged(error.to_string()))?;
        replace(&layout.generations(), &text).map_err(|error| Failure::disk(&layout.generations(), &error))
    }
}

/// So many rotations of a service's key may have been missed by whoever looks at what it signed: as many as `dossier_journal::Signers` recognises.
const LATER: u32 = 16;

fn signing_key(master: &MasterKey, origin: Origin, log: &str, generation: u32) -> SigningKey {
    let seed = master.derive(&format!("checkpoint signature of {origin}, key {generation}"));
    // A log's name has letters, digits, `-` and `/` alone (`Installation::is_sound`); that is a key name.
    SigningKey::from_seed(log, &seed).expect("a log's name is a key name")
}

/// A hint: what cannot be read is made again at the next opening.
fn read_generations(layout: &Layout) -> Generations {
    let text = fs::read(layout.generations()).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

impl Installation {
    /// Letters, digits, `-` and `.`, at most 64 of them.
    pub(crate) fn is_sound(&self) -> bool {
        (1..=64).contains(&self.name.len())
            && self.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
    }
}

fn read_or_make(path: &Path, master: &MasterKey) -> Result<Installation, Failure> {
    match fs::read(path) {
        Ok(bytes) => {
            let installation: Installation = serde_json::from_slice(&bytes).map_err(|error| {
                Failure::damaged(format!("{} cannot be read: {error}. Restore it from a backup", path.display()))
            })?;
            if installation.is_sound() {
                return Ok(installation);
            }
            Err(Failure::damaged(format!(
                "{} holds a name with other characters than letters, digits, - and .",
                path.display()
            )))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(path, master),
        Err(error) => Err(Failure::disk(path, &error)),
    }
}

/// A new installation is named after its master key, so that two of them are never mistaken for each other.
fn make(path: &Path, master: &MasterKey) -> Result<Installation, Failure> {
    let distinct = hex::encode(&master.derive("installation name")[..4]);
    let installation = Installation { name: format!("dossier-{distinct}") };
    // Plain strings: this cannot fail.
    let text = serde_json::to_vec_pretty(&installation).map_err(|error| Failure::damaged(error.to_string()))?;
    replace(path, &text).map_err(|error| Failure::disk(path, &error))?;
    Ok(installation)
}

/// Beside and then in its place: a crash leaves no half of it.
fn replace(path: &Path, text: &[u8]) -> std::io::Result<()> {
    let beside = path.with_extension("unfinished");
    let mut file = fs::File::create(&beside)?;
    file.write_all(text)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    match path.parent() {
        Some(parent) => fs::File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}
