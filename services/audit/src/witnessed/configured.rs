//! Whose cosignatures count: a file with a line for each witness.
//!
//! ```text
//! # the national archive
//! witness.archive.example+3b0f…+BAk…
//! # one that is not pulling: checkpoints are pushed to it (C2SP tlog-witness)
//! other.example/w1+91ce…+BPx… https://other.example/
//! ```

use std::collections::BTreeSet;

use dossier_proof::CosignerKey;

/// Witnesses of one installation. Each signature is 72 bytes, and a note has room for 64 of them.
const WITNESSES_MAX: usize = 16;
/// A line has a key of some 100 bytes and an address.
const FILE_BYTES_MAX: usize = 16 * 1024;
/// The longest address.
const URL_BYTES_MAX: usize = 512;

/// Somebody who watches, and is not the installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// What it cosigns with.
    pub key: CosignerKey,
    /// Where checkpoints are pushed to (C2SP tlog-witness: its submission prefix, without a slash at the end), if they are.
    pub pushed_to: Option<String>,
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Witnesses(Vec<Witness>);

/// Why a file of witnesses cannot be used. Final.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WitnessesError {
    /// It is longer than such a file.
    #[error("it has {0} bytes; a file of witnesses has at most {FILE_BYTES_MAX}")]
    TooLong(usize),
    /// More than a checkpoint should carry.
    #[error("it names more than {WITNESSES_MAX} witnesses")]
    TooMany,
    /// A line is not understood.
    #[error(
        "line {line} is not a witness: <name>+<id>+<key> (C2SP tlog-cosignature, Ed25519), and http(s)://… behind it where checkpoints are pushed"
    )]
    Line {
        /// Which one, from 1.
        line: usize,
    },
    /// One witness twice, or under two names: it would be counted twice.
    #[error("line {line} names a witness that stands above, or its key")]
    Twice {
        /// Which one, from 1.
        line: usize,
    },
}

impl Witnesses {
    /// Reads a file of witnesses. Empty lines and those that begin with `#` are left.
    ///
    /// # Errors
    /// [`WitnessesError`].
    pub fn parse(text: &str) -> Result<Self, WitnessesError> {
        if text.len() > FILE_BYTES_MAX {
            return Err(WitnessesError::TooLong(text.len()));
        }
        let (mut witnesses, mut names, mut keys) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        for (number, line) in (1..).zip(text.lines().map(str::trim)) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let witness = Witness::parse(line).ok_or(WitnessesError::Line { line: number })?;
            let is_new = names.insert(witness.key.name().to_string()) & keys.insert(*witness.key.public_key());
            if !is_new {
                return Err(WitnessesError::Twice { line: number });
            }
            witnesses.push(witness);
        }
        if witnesses.len() > WITNESSES_MAX { Err(WitnessesError::TooMany) } else { Ok(Self(witnesses)) }
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Witness> {
        self.0.iter()
    }

    /// Their keys.
    pub fn keys(&self) -> impl Iterator<Item = &CosignerKey> {
        self.0.iter().map(|witness| &witness.key)
    }
}

impl Witness {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let key = CosignerKey::parse(words.next()?).ok()?;
        let pushed_to = words.next().map(|url| is_address(url).then(|| url.trim_end_matches('/').to_owned()));
        let is_whole = words.next().is_none() && pushed_to != Some(None);
        is_whole.then(|| Self { key, pushed_to: pushed_to.flatten() })
    }
}

fn is_address(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.contains(['?', '#', '@']);
    text.len() <= URL_BYTES_MAX && is_plain && host.is_some_and(|host| !host.is_empty() && !host.starts_with('/'))
}
