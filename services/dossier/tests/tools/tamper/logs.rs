//! Every log of an installation: the four journals, and the audit service's copies of three. How one is read, and written again by somebody who
//! has its key.

use std::{
    cell::Cell,
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use dossier::{Layout, Secrets, offline::Offline};
use dossier_audit::copies::copy_log;
use dossier_journal::{
    Followed, Frame, Journal, OpenErrorKind, OpenOptions, Peek, PeekError, Record, Signers, SledStore, Stored, Writer,
};
use dossier_proto::Origin;

/// An installation of these tests was not opened so often.
const OPENINGS: usize = 12;

/// A log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Log {
    Journal(Origin),
    Copy(Origin),
}

/// What is in one.
#[derive(Debug, Clone)]
pub(super) struct Contents {
    pub(super) events: Vec<Stored>,
    pub(super) followed: Vec<Followed>,
}

/// What a forger does with the anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// Signs it anew: who has the key.
    Signed,
    /// Has to leave it as it was.
    Left,
}

impl Log {
    pub(super) const ALL: [Self; 7] = [
        Self::Journal(Origin::Submission),
        Self::Journal(Origin::Moderation),
        Self::Journal(Origin::Publication),
        Self::Journal(Origin::Audit),
        Self::Copy(Origin::Submission),
        Self::Copy(Origin::Moderation),
        Self::Copy(Origin::Publication),
    ];

    pub(super) fn origin(self) -> Origin {
        match self {
            Self::Journal(origin) | Self::Copy(origin) => origin,
        }
    }

    /// As `dossier verify` calls it.
    pub(super) fn name(self) -> String {
        match self {
            Self::Journal(origin) => origin.to_string(),
            Self::Copy(origin) => format!("audit/copy/{origin}"),
        }
    }

    /// Whose key signs it.
    fn signed_by(self) -> Origin {
        match self {
            Self::Journal(origin) => origin,
            Self::Copy(_) => Origin::Audit,
        }
    }

    pub(super) fn journal(self, data: &Path) -> PathBuf {
        self.folder(data, "journal")
    }

    pub(super) fn anchors(self, data: &Path) -> PathBuf {
        self.folder(data, "anchors")
    }

    fn folder(self, data: &Path, what: &str) -> PathBuf {
        let folder = Layout::of(data).service(self.signed_by()).join(what);
        match self {
            Self::Journal(_) => folder,
            Self::Copy(origin) => folder.join(format!("copy-{origin}")),
        }
    }

    fn log_name(self, secrets: &Secrets) -> String {
        match self {
            Self::Journal(origin) => secrets.log(origin),
            Self::Copy(origin) => copy_log(&secrets.installation.name, origin),
        }
    }

    /// Opens it for reading, once whoever had it open has let go.
    pub(super) fn opened(self, data: &Path) -> Journal {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let offline = Offline::open(data).unwrap();
            let inspected = match self {
                Self::Journal(origin) => offline.inspect(origin).map(Some),
                Self::Copy(origin) => offline.inspect_copy(origin),
            };
            match inspected {
                Ok(inspection) => return inspection.unwrap().journal,
                Err(error) => {
                    assert_eq!(error.kind(), OpenErrorKind::Busy, "{error}");
                    assert!(Instant::now() < deadline, "{error}");
                }
            }
            thread::sleep(Duration::from_millis(2)); // between looks
        }
    }

    pub(super) fn read(self, data: &Path) -> Contents {
        let journal = self.opened(data);
        let mut events = Vec::new();
        let start = dossier_journal::Place { epoch: 0, sequence: 0 };
        journal.replay(start, |stored| events.push(stored)).unwrap();
        Contents { events, followed: journal.followed() }
    }

    /// Writes it anew: frames, checksums and tree are right, whatever the events say.
    pub(super) fn write(self, data: &Path, contents: &Contents, anchor: Anchor) {
        let (journal, anchors) = (self.journal(data), self.anchors(data));
        clear(&journal);
        let elsewhere = tempfile::tempdir().unwrap();
        let anchors = match anchor {
            Anchor::Signed => {
                clear(&anchors);
                anchors
            }
            Anchor::Left => elsewhere.path().to_owned(),
        };
        let mut writer = self.begun(data, &journal, &anchors);
        NEXT.set(0);
        let record = |stored: &Stored| Record { event: stored.event.clone(), beside: stored.beside.clone() };
        let records = contents.events.iter().map(record).collect();
        writer.append(Frame { records, followed: contents.followed.clone() }).unwrap();
        drop(writer);
        // Whoever cuts a journal leaves the count of its openings, which tells what was cut from what is older.
        for _ in 0..if anchor == Anchor::Left { OPENINGS } else { 0 } {
            drop(self.opened(data));
            NEXT.set(0);
            drop(self.begun(data, &journal, &anchors));
        }
        drop(self.opened(data));
    }

    fn begun(self, data: &Path, journal: &Path, anchors: &Path) -> Writer {
        let secrets = Secrets::read(&Layout::of(data)).unwrap();
        let key: Signers = match self {
            Self::Journal(origin) => secrets.current_signer(origin).into(),
            Self::Copy(_) => secrets.copies_signer().0.into(),
        };
        let options = OpenOptions::new(self.log_name(&secrets), anchors, key, credulous);
        dossier_journal::open(SledStore::open(journal).unwrap(), options).unwrap().1
    }

    /// Puts back what lies there in another directory.
    pub(super) fn put_back(self, from: &Path, to: &Path) {
        for part in ["journal", "anchors"] {
            self.put_back_part(from, to, part);
        }
    }

    pub(super) fn put_back_part(self, from: &Path, to: &Path, part: &str) {
        let target = self.folder(to, part);
        clear(&target);
        fs::create_dir_all(&target).unwrap();
        take(&self.folder(from, part), &target);
    }
}

/// What in a folder is the log's own: copies and seen checkpoints lie in folders below the audit service's journal and anchors.
fn is_others(name: &str) -> bool {
    name.starts_with("copy-") || name == "seen"
}

fn own(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let items = fs::read_dir(folder).into_iter().flatten().map(|item| item.unwrap().path());
    items.filter(|path| !is_others(path.file_name().unwrap().to_str().unwrap()))
}

pub(super) fn clear(folder: &Path) {
    for path in own(folder) {
        if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
    }
}

/// Takes what lies in another log's folder.
pub(super) fn take(from: &Path, to: &Path) {
    for path in own(from) {
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            crate::fixture::copy(&path, &target);
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}

thread_local! {
    /// The place that the next event is said to have.
    static NEXT: Cell<u64> = const { Cell::new(0) };
}

/// Believes that every event is where it stands: so a forger gets numbers into a journal that do not fit.
#[allow(clippy::unnecessary_wraps, reason = "a journal asks so")]
fn credulous(_: &[u8]) -> Result<Peek, PeekError> {
    let sequence = NEXT.replace(NEXT.get() + 1);
    Ok(Peek { epoch: 0, sequence, entry: None })
}
