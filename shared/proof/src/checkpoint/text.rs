//! The text of a checkpoint: [C2SP tlog-checkpoint, "Note text"](https://c2sp.org/tlog-checkpoint#note-text).

use std::str::FromStr;

use super::{Checkpoint, CheckpointError, MAX_EXTENSION_BYTES, MAX_EXTENSIONS, MAX_ORIGIN_BYTES};
use crate::decimal;
use crate::hash::Hash;
use crate::tree::MAX_TREE_SIZE;

impl Checkpoint {
    /// Reads the text of a checkpoint, signatures not included. There is one text for one checkpoint:
    /// [`Checkpoint::to_text`] gives back what was read.
    ///
    /// # Errors
    /// [`CheckpointError`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let lines = text.strip_suffix('\n').ok_or(CheckpointError::MissingNewline)?;
        let mut lines = lines.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(CheckpointError::MissingLine);
        };
        let mut checkpoint = Self {
            origin: origin.to_owned(),
            size: decimal::parse(size).ok_or(CheckpointError::Size)?,
            root: Hash::from_base64(root).map_err(|_| CheckpointError::Root)?,
            extensions: Vec::new(),
        };
        // One more than allowed is enough to be refused below, however many there are.
        checkpoint.extensions.extend(lines.take(MAX_EXTENSIONS + 1).map(str::to_owned));
        checkpoint.check()?;
        Ok(checkpoint)
    }

    /// The text that is signed.
    ///
    /// # Errors
    /// [`CheckpointError`] where a field is not what a checkpoint can hold.
    pub fn to_text(&self) -> Result<String, CheckpointError> {
        self.check()?;
        let mut text = format!("{}\n{}\n{}\n", self.origin, self.size, self.root.to_base64());
        for extension in &self.extensions {
            text.push_str(extension);
            text.push('\n');
        }
        Ok(text)
    }

    /// What holds for every checkpoint, read or about to be written.
    fn check(&self) -> Result<(), CheckpointError> {
        if !is_line(&self.origin, MAX_ORIGIN_BYTES) {
            return Err(CheckpointError::Origin);
        }
        if self.size > MAX_TREE_SIZE {
            return Err(CheckpointError::TooLarge { size: self.size });
        }
        if self.size == 0 && self.root != Hash::EMPTY_ROOT {
            return Err(CheckpointError::RootOfNothing);
        }
        if self.extensions.len() > MAX_EXTENSIONS {
            return Err(CheckpointError::TooManyExtensions);
        }
        match self.extensions.iter().position(|line| !is_line(line, MAX_EXTENSION_BYTES)) {
            Some(index) => Err(CheckpointError::Extension { number: index + 1 }),
            None => Ok(()),
        }
    }
}

/// Whether a text can stand on a line of its own: not empty, not too long, no control characters (newline among them).
fn is_line(text: &str, max_bytes: usize) -> bool {
    !text.is_empty() && text.len() <= max_bytes && text.bytes().all(|byte| byte >= b' ')
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        Self::parse(text)
    }
}
