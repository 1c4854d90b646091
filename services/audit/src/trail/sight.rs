//! What is visible of a trail, with its numbers, and what each step follows from.

use dossier_proto::{Micros, Place};
use serde::{Deserialize, Serialize};

use super::{Heads, Outline, Pending, Row, Waited, moves::Moves};

/// A trail as somebody looks at it: up to the heads and the moment they ask for. Steps are numbered from 1.
#[derive(Debug)]
pub struct Sight<'a> {
    outline: &'a Outline,
    ranks: Vec<u32>,
}

/// With what a content is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Against {
    /// The revision that was saved before.
    PreviousRevision,
    /// What was submitted before.
    PreviousSubmission,
    /// What was sent for clearance.
    AskedForClearance,
    /// What was submitted.
    Submission,
    /// The public edition at that time.
    Edition,
    /// The correction as it was proposed.
    Proposal,
}

impl Against {
    /// For people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::PreviousRevision => "the revision before",
            Self::PreviousSubmission => "the submission before",
            Self::AskedForClearance => "what was sent for clearance",
            Self::Submission => "what was submitted",
            Self::Edition => "the public edition",
            Self::Proposal => "the correction as it was proposed",
        }
    }
}

/// What is known of a step from the steps before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Before {
    /// How long somebody had the move.
    pub waited: Option<Waited>,
    /// With which step's content its own is to be compared, by its number.
    pub base: Option<(Against, usize)>,
    /// The round of submission it belongs to.
    pub round: Option<u32>,
}

impl<'a> Sight<'a> {
    /// Of a trail: what stands before the heads and was recorded by then.
    pub fn new(outline: &'a Outline, heads: Heads, until: Option<Micros>) -> Self {
        let is_seen = |row: &Row| heads.cover(row.place) && until.is_none_or(|until| row.at <= until);
        let ranks = (0_u32..).zip(outline.rows()).filter(|(_, row)| is_seen(row)).map(|(rank, _)| rank).collect();
        Self { outline, ranks }
    }

    /// How many steps it has.
    pub fn len(&self) -> usize {
        self.ranks.len()
    }

    /// Whether nothing is seen of it.
    pub fn is_empty(&self) -> bool {
        self.ranks.is_empty()
    }

    /// The outline it is of.
    pub const fn outline(&self) -> &'a Outline {
        self.outline
    }

    /// The step with this number.
    pub fn row(&self, number: usize) -> Option<&'a Row> {
        let rank = *self.ranks.get(number.checked_sub(1)?)?;
        self.outline.rows().get(rank as usize)
    }

    /// All steps with their numbers.
    pub fn rows(&self) -> impl Iterator<Item = (usize, &'a Row)> + '_ {
        (1..).zip(&self.ranks).filter_map(|(number, rank)| Some((number, self.outline.rows().get(*rank as usize)?)))
    }

    /// The number of an event's step.
    pub fn number(&self, place: Place) -> Option<usize> {
        let rank = u32::try_from(self.outline.rank(place)?).ok()?;
        self.ranks.binary_search(&rank).ok().map(|found| found + 1)
    }

    /// The numbers of what a step led to.
    pub fn effects(&self, number: usize) -> Vec<usize> {
        let Some(rank) = number.checked_sub(1).and_then(|at| self.ranks.get(at)) else { return Vec::new() };
        let seen = |rank: usize| self.ranks.binary_search(&u32::try_from(rank).ok()?).ok().map(|found| found + 1);
        self.outline.effects(*rank as usize).into_iter().filter_map(seen).collect()
    }

    /// What is known of each of these steps (ascending numbers) from the steps before it; and who has the move at the end.
    pub fn follow(&self, wanted: &[usize]) -> (Vec<Before>, Vec<Pending>) {
        let (mut moves, mut bases) = (Moves::default(), Bases::default());
        let mut found = Vec::with_capacity(wanted.len());
        let mut next = wanted.iter().peekable();
        for (number, row) in self.rows() {
            let waited = moves.take(row, number);
            let base = bases.take(row, number);
            if next.next_if_eq(&&number).is_some() {
                found.push(Before { waited, base, round: row.judged.round.or(bases.round) });
            }
        }
        (found, moves.pending())
    }
}

/// Which contents stood last, folded over the steps.
#[derive(Debug, Clone, Copy, Default)]
struct Bases {
    saved: Option<usize>,
    asked: Option<usize>,
    submitted: Option<usize>,
    proposed: Option<usize>,
    edition: Option<usize>,
    round: Option<u32>,
}

impl Bases {
    fn take(&mut self, row: &Row, number: usize) -> Option<(Against, usize)> {
        let now = Some(number);
        let against = |against, base: Option<usize>| base.map(|base| (against, base));
        match row.kind {
            "draft-started" | "draft-saved" => {
                against(Against::PreviousRevision, std::mem::replace(&mut self.saved, now))
            }
            "clearance-asked" => {
                self.round = row.judged.round;
                self.asked = now;
                against(Against::PreviousSubmission, self.submitted)
            }
            "cleared" => against(Against::AskedForClearance, self.asked),
            "submitted" => {
                self.round = row.judged.round;
                self.saved = now;
                let cleared = against(Against::AskedForClearance, self.asked.take());
                let before = std::mem::replace(&mut self.submitted, now);
                cleared.or_else(|| against(Against::PreviousSubmission, before))
            }
            "approved" => against(Against::Submission, self.submitted),
            "correction-proposed" => {
                self.proposed = now;
                against(Against::Edition, self.edition)
            }
            "correction-confirmed" => against(Against::Proposal, self.proposed),
            "edition-published" => {
                let before = std::mem::replace(&mut self.edition, now);
                against(Against::Edition, before).or_else(|| against(Against::Submission, self.submitted))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
