//! Where a process is to end.

use std::{fmt, str::FromStr};

use dossier_engine::{Passing, Step};
use dossier_proto::Origin;

/// What a group carries that makes its end interesting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Carries {
    /// Commands of callers.
    Commands,
    /// Events that were received from another service, and what follows from them.
    Received,
}

/// A step of a service's groups at which the process ends, and at which arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    /// Of which service.
    pub origin: Origin,
    /// At which step.
    pub step: Step,
    /// Of groups with what.
    pub carries: Carries,
    /// At how many such groups, from 1.
    pub arrival: u64,
}

/// The three steps.
pub const STEPS: [Step; 3] = [Step::BeforeCommit, Step::Committed, Step::Answered];

impl Point {
    /// Every step of every kind of group of every service: 24.
    pub fn all(arrival: u64) -> Vec<Self> {
        let kinds = [Carries::Commands, Carries::Received];
        let of = |origin| STEPS.map(|step| kinds.map(|carries| Self { origin, step, carries, arrival })).concat();
        Origin::ALL.into_iter().flat_map(of).collect()
    }

    /// Whether a group is of the kind that counts here.
    pub fn counts(&self, passing: &Passing) -> bool {
        let carried = match self.carries {
            Carries::Commands => passing.commands,
            Carries::Received => passing.received,
        };
        passing.origin == self.origin && carried > 0
    }
}

impl fmt::Display for Point {
    /// `moderation:committed:received:3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let step = match self.step {
            Step::BeforeCommit => "before-commit",
            Step::Committed => "committed",
            Step::Answered => "answered",
        };
        let carries = match self.carries {
            Carries::Commands => "commands",
            Carries::Received => "received",
        };
        write!(f, "{}:{step}:{carries}:{}", self.origin, self.arrival)
    }
}

/// A text that names no point.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no point; one looks like moderation:committed:received:3")]
pub struct NoPoint(String);

impl FromStr for Point {
    type Err = NoPoint;
    fn from_str(text: &str) -> Result<Self, NoPoint> {
        let read = || {
            let mut parts = text.split(':');
            let origin = parts.next()?.parse().ok()?;
            let step = match parts.next()? {
                "before-commit" => Step::BeforeCommit,
                "committed" => Step::Committed,
                "answered" => Step::Answered,
                _ => return None,
            };
            let carries = match parts.next()? {
                "commands" => Carries::Commands,
                "received" => Carries::Received,
                _ => return None,
            };
            let arrival = parts.next()?.parse().ok().filter(|arrival| *arrival > 0)?;
            parts.next().is_none().then_some(Self { origin, step, carries, arrival })
        };
        read().ok_or_else(|| NoPoint(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_read_as_it_is_written() {
        let all = Point::all(7);
        assert_eq!(all.len(), 24);
        for point in all {
            assert_eq!(point.to_string().parse(), Ok(point));
        }
        for text in ["", "audit", "audit:committed:received", "audit:committed:received:0", "audit:x:received:1"] {
            assert!(text.parse::<Point>().is_err(), "{text}");
        }
    }
}
