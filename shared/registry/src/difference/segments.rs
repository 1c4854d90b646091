//! From two texts to marked pieces a person can read.

use serde::Serialize;

use super::{
    shortest::{Step, steps},
    tokens::tokens,
};

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Segment {
    /// What became of it.
    pub mark: Mark,
    /// The piece; never empty.
    pub text: String,
}

/// What became of a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    /// It stands in both.
    Same,
    /// It is gone.
    Removed,
    /// It is new.
    Added,
}

/// What all texts of one difference may cost together, in comparisons of words: 20 million take about a tenth of a
/// second. Ten texts with a thousand edits each stay below it.
pub(super) struct Budget {
    work: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { work: 20_000_000 }
    }
}

/// The marked pieces of two texts. Within one change what is gone stands before what is new.
pub(super) fn segments(before: &str, after: &str, budget: &mut Budget) -> Vec<Segment> {
    let (one, other) = (tokens(before), tokens(after));
    let head = one.iter().zip(&other).take_while(|(one, other)| one == other).count();
    let (one_rest, other_rest) = (one.get(head..).unwrap_or_default(), other.get(head..).unwrap_or_default());
    let tail = one_rest.iter().rev().zip(other_rest.iter().rev()).take_while(|(one, other)| one == other).count();
    let one_middle = one_rest.get(..one_rest.len() - tail).unwrap_or_default();
    let other_middle = other_rest.get(..other_rest.len() - tail).unwrap_or_default();

    let mut writer = Writer::default();
    writer.keep(&one.get(..head).unwrap_or_default().concat());
    match steps(one_middle, other_middle, &mut budget.work) {
        Some(steps) => writer.follow(&steps, one_middle, other_middle),
        None => {
            writer.gone.push_str(&one_middle.concat());
            writer.new.push_str(&other_middle.concat());
        }
    }
    writer.keep(&one_rest.get(one_rest.len() - tail..).unwrap_or_default().concat());
    writer.finish()
}

/// Gathers pieces so that neighbours of one mark become one. A blank between two changes becomes part of them: three words
/// replaced read better as one change than as three.
#[derive(Default)]
struct Writer {
    done: Vec<Segment>,
    gone: String,
    new: String,
    /// Blanks kept since the last change, not yet known to stay.
    blank: String,
}

impl Writer {
    fn follow(&mut self, steps: &[Step], before: &[&str], after: &[&str]) {
        let (mut before, mut after) = (before.iter(), after.iter());
        for step in steps {
            match step {
                Step::Keep => {
                    after.next();
                    self.keep(before.next().copied().unwrap_or_default());
                }
                Step::Remove => self.change(before.next().copied().unwrap_or_default(), ""),
                Step::Add => self.change("", after.next().copied().unwrap_or_default()),
            }
        }
    }

    fn keep(&mut self, text: &str) {
        let in_change = !self.gone.is_empty() || !self.new.is_empty();
        if in_change && text.chars().all(char::is_whitespace) {
            self.blank.push_str(text);
            return;
        }
        self.close();
        self.push(Mark::Same, text);
    }

    fn change(&mut self, gone: &str, new: &str) {
        let blank = std::mem::take(&mut self.blank);
        for (side, text) in [(&mut self.gone, gone), (&mut self.new, new)] {
            side.push_str(&blank);
            side.push_str(text);
        }
    }

    fn close(&mut self) {
        let (gone, new) = (std::mem::take(&mut self.gone), std::mem::take(&mut self.new));
        let blank = std::mem::take(&mut self.blank);
        // Blanks that both sides begin or end with did not change.
        let before = common_blanks(gone.chars(), new.chars());
        let after = common_blanks(rest(&gone, before, 0).chars().rev(), rest(&new, before, 0).chars().rev());
        self.push(Mark::Same, gone.get(..before).unwrap_or_default());
        self.push(Mark::Removed, rest(&gone, before, after));
        self.push(Mark::Added, rest(&new, before, after));
        self.push(Mark::Same, gone.get(gone.len() - after..).unwrap_or_default());
        self.push(Mark::Same, &blank);
    }

    fn push(&mut self, mark: Mark, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.done.last_mut() {
            Some(last) if last.mark == mark => last.text.push_str(text),
            _ => self.done.push(Segment { mark, text: text.to_owned() }),
        }
    }

    fn finish(mut self) -> Vec<Segment> {
        self.close();
        self.done
    }
}

/// Bytes of the blanks two texts begin with.
fn common_blanks(one: impl Iterator<Item = char>, other: impl Iterator<Item = char>) -> usize {
    one.zip(other).take_while(|(one, other)| one == other && one.is_whitespace()).map(|(one, _)| one.len_utf8()).sum()
}

/// A text without so many bytes at its ends.
fn rest(text: &str, before: usize, after: usize) -> &str {
    text.get(before..text.len() - after).unwrap_or_default()
}
