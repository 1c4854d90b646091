//! What callers asked for and what they were answered: one JSON object a line, in a file that is the checker's only witness
//! beside the exports.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    path::Path,
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

/// What a command is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// Begin an entry.
    Start,
    /// Save a draft.
    Save,
    /// Submit.
    Submit,
    /// Ask for a recall.
    Recall,
    /// Withdraw, or ask for it.
    Withdraw,
    /// Open a revision.
    Revise,
    /// Ask for a retraction.
    AskRetraction,
    /// Claim a review.
    Claim,
    /// Release it.
    Release,
    /// Comment on it.
    Comment,
    /// Request changes.
    RequestChanges,
    /// Approve.
    Approve,
    /// Refuse.
    Refuse,
    /// Retract.
    Retract,
    /// Grant a designation.
    Grant,
    /// Revoke it.
    Revoke,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "note")]
pub enum Note {
    /// A command was about to be sent. Repeats of it are not noted again.
    Asked(Asked),
    /// It was answered.
    Answered(Answered),
    /// Somebody was about to read a trail, which is recorded.
    Reads {
        /// Who.
        subject: String,
        /// Which entry's.
        entry: String,
    },
    /// The trail came.
    Read {
        /// Who.
        subject: String,
        /// Which entry's.
        entry: String,
    },
    /// The public saw this edition.
    Seen {
        /// The entry.
        entry: String,
        /// Its number.
        number: String,
        /// The edition.
        edition: u32,
    },
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Who asks: a subject id.
    pub subject: String,
    /// The idempotency key.
    pub key: String,
    /// What for.
    pub act: Act,
    /// The entry, when it is there already.
    pub entry: Option<String>,
    /// The digest that a decision names.
    pub digest: Option<String>,
}

/// The facts of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Answered {
    /// Who asked.
    pub subject: String,
    /// Under which key.
    pub key: String,
    /// The status: 2xx says that it took effect.
    pub status: u16,
    /// The entry.
    pub entry: Option<String>,
    /// The revision that is the working one now.
    pub revision: Option<u32>,
    /// Its digest.
    pub digest: Option<String>,
    /// Submission's last event about the entry.
    pub sequence: Option<u64>,
    /// Where the event stands that it led to.
    pub recorded: Option<RecordedAt>,
    /// The public number.
    pub number: Option<String>,
    /// The public edition.
    pub edition: Option<u32>,
    /// The code of a refusal.
    pub code: Option<String>,
}

/// Where an answer says that an event stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedAt {
    /// The service.
    pub origin: String,
    /// The epoch.
    pub epoch: u32,
    /// The sequence.
    pub sequence: u64,
}

/// A file of notes, written.
#[derive(Debug)]
pub struct Notebook(Mutex<File>);

impl Notebook {
    /// Begins a file, or goes on with it.
    ///
    /// # Errors
    /// The disk's.
    pub fn open(path: &Path) -> io::Result<Self> {
        OpenOptions::new().create(true).append(true).open(path).map(|file| Self(Mutex::new(file)))
    }

    /// Writes a line. It is in the file when this returns.
    pub fn write(&self, note: &Note) {
        let mut line = serde_json::to_vec(note).expect("notes are texts and numbers");
        line.push(b'\n');
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&line).expect("the disk of the tests has room");
    }
}
