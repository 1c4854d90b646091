//! What all callers share: where the house is, what is noted, which entries there are.

use std::{
    collections::BTreeSet,
    sync::{
        Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use super::Reply;
use crate::notes::{Note, Notebook};

/// A house that died is back within this time, or something is wrong.
const BACK_WITHIN: Duration = Duration::from_secs(90);
/// So many entries a body works on at once; more are begun when some are done.
const ENTRIES_AT_ONCE: usize = 6;

/// The place where the callers live.
pub struct Town {
    /// The seed of everything they choose.
    pub seed: u64,
    /// What they note.
    pub notebook: Notebook,
    address: Mutex<Option<String>>,
    moved: Condvar,
    closing: AtomicBool,
    /// The house may fail at what it is asked, and must not say that it did it.
    may_fail: AtomicBool,
    /// Disks are lost, and keys with them that nobody else had yet.
    loses_keys: AtomicBool,
    entries: Mutex<Vec<(String, String)>>,
    /// Those that ended: nobody works on them again, but their trails are read.
    ended: Mutex<BTreeSet<String>>,
}

impl Town {
    /// An empty town.
    pub fn new(seed: u64, notebook: Notebook) -> Self {
        Self {
            seed,
            notebook,
            address: Mutex::new(None),
            moved: Condvar::new(),
            closing: AtomicBool::new(false),
            may_fail: AtomicBool::new(false),
            loses_keys: AtomicBool::new(false),
            entries: Mutex::new(Vec::new()),
            ended: Mutex::new(BTreeSet::new()),
        }
    }

    /// The house is here now, or nowhere.
    pub fn set_address(&self, address: Option<String>) {
        *self.address.lock().unwrap_or_else(PoisonError::into_inner) = address;
        self.moved.notify_all();
    }

    /// Where the house is; waits until it is somewhere.
    pub fn address(&self) -> String {
        let address = self.address.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.moved.wait_timeout_while(address, BACK_WITHIN, |address| address.is_none());
        let (address, _) = waited.unwrap_or_else(PoisonError::into_inner);
        address
            .clone()
            .unwrap_or_else(|| panic!("seed {}: the house did not come back within {BACK_WITHIN:?}", self.seed))
    }

    /// The house did not answer at this address: waits until it is at another one, at most for a moment.
    pub fn wait_for_another_than(&self, gone: &str) {
        let address = self.address.lock().unwrap_or_else(PoisonError::into_inner);
        let still = |address: &mut Option<String>| address.as_deref().is_none_or(|address| address == gone);
        // It may have been a broken connection only: then the same address is tried again.
        let waited = self.moved.wait_timeout_while(address, Duration::from_millis(50), still);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    /// When a command must have been answered that is asked for now.
    pub fn deadline(&self) -> Instant {
        Instant::now() + BACK_WITHIN
    }

    /// Nothing new is begun.
    pub fn close(&self) {
        self.closing.store(true, Ordering::SeqCst);
    }

    /// Whether nothing new is to be begun.
    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }

    /// From now on 507 is as good as no answer: the disk is full. (500 is not: whoever runs out of room says so.)
    pub fn house_may_fail(&self, may: bool) {
        self.may_fail.store(may, Ordering::SeqCst);
    }

    /// From now on words may be unreadable for good: the disk that had their key is lost, and nobody else had it yet.
    pub fn house_loses_keys(&self) {
        self.loses_keys.store(true, Ordering::SeqCst);
    }

    /// Whether an answer says that the key of what was asked for is not there, in a house that may have lost it.
    pub fn lacks_a_key(&self, reply: &Reply) -> bool {
        reply.status == 503 && reply.text("code") == "key-not-here" && self.loses_keys.load(Ordering::SeqCst)
    }

    /// Whether an answer says that the house could not do what it was asked, and that this was to be expected: a house on
    /// its way out or in says 503; 502 and 504 are said in front of it.
    pub fn is_no_answer(&self, status: u16) -> bool {
        matches!(status, 502..=504) || (status == 507 && self.may_fail.load(Ordering::SeqCst))
    }

    /// Notes something.
    pub fn note(&self, note: &Note) {
        self.notebook.write(note);
    }

    /// An entry of a body began.
    pub fn begun(&self, body: &str, entry: &str) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).push((body.to_owned(), entry.to_owned()));
    }

    /// Nothing more can be done with an entry.
    pub fn is_over(&self, entry: &str) {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).insert(entry.to_owned());
    }

    /// The entries of a body that are worked on, and whether another one may begin.
    pub fn open_entries(&self, body: &str) -> (Vec<String>, bool) {
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let open = entries.iter().filter(|(of, entry)| of == body && !ended.contains(entry));
        let open: Vec<_> = open.map(|(_, entry)| entry.clone()).collect();
        let room = open.len() < ENTRIES_AT_ONCE;
        (open, room)
    }

    /// All entries that ever began.
    pub fn all_entries(&self) -> Vec<String> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.iter().map(|(_, entry)| entry.clone()).collect()
    }
}
