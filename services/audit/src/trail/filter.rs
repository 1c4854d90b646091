//! Which steps of a trail are wanted.

use std::collections::BTreeMap;

use dossier_proto::{Actor, DesignationId, Micros, Origin, SubjectId};
use serde::{Deserialize, Serialize};

use super::{Outline, Row, moves::is_decision};

/// Who did something, as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByWhom {
    /// This person.
    Person(SubjectId),
    /// Any person.
    Persons,
    /// Services, reacting to one another.
    Services,
    /// The clockwork of a service.
    System,
}

impl std::str::FromStr for ByWhom {
    type Err = NotSomebody;

    fn from_str(text: &str) -> Result<Self, NotSomebody> {
        match text {
            "person" => Ok(Self::Persons),
            "service" => Ok(Self::Services),
            "system" => Ok(Self::System),
            id => id.parse().map(Self::Person).map_err(|_| NotSomebody),
        }
    }
}

/// A text that names nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is the id of a person, or person, service or system")]
pub struct NotSomebody;

impl ByWhom {
    fn fits(self, actor: Actor) -> bool {
        match (self, actor) {
            (Self::Person(one), Actor::Person(subject)) => one == subject,
            (Self::Persons, Actor::Person(_))
            | (Self::Services, Actor::Service(_))
            | (Self::System, Actor::System(_)) => true,
            _ => false,
        }
    }
}

/// Which part of a trail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Only {
    /// Everything.
    #[default]
    Everything,
    /// What somebody decided, refused attempts too.
    Decisions,
    /// What the public is told of, as the public is told it: nobody is named, nothing internal is said.
    Public,
}

/// Which steps are wanted. Everything that is said has to fit; of several values one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of these services; of all when empty.
    pub origins: Vec<Origin>,
    /// Of these kinds; of all when empty.
    pub kinds: Vec<String>,
    /// By whom.
    pub by: Option<ByWhom>,
    /// Under this designation.
    pub designation: Option<DesignationId>,
    /// Recorded then or later.
    pub from: Option<Micros>,
    /// Recorded before.
    pub to: Option<Micros>,
    /// Which part.
    pub only: Only,
}

impl Filter {
    /// Whether a step is wanted; `is_public` says whether the public is told of it.
    pub fn admits(&self, row: &Row, is_public: bool) -> bool {
        let wants = |wanted: bool, fits: bool| !wanted || fits;
        wants(!self.origins.is_empty(), self.origins.contains(&row.place.origin))
            && wants(!self.kinds.is_empty(), self.kinds.iter().any(|kind| kind == row.kind))
            && self.by.is_none_or(|by| by.fits(row.actor))
            && self.designation.is_none_or(|id| row.designation == Some(id))
            && self.from.is_none_or(|from| row.at >= from)
            && self.to.is_none_or(|to| row.at < to)
            && match self.only {
                Only::Everything => true,
                Only::Decisions => is_decision(row.kind),
                Only::Public => is_public,
            }
    }

    /// Whether a step of an outline is wanted.
    pub fn wants(&self, outline: &Outline, row: &Row) -> bool {
        self.admits(row, self.only == Only::Public && outline.is_public(row.place))
    }
}

/// How many steps there are of each kind, among those that are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Counts {
    /// By service.
    pub origins: BTreeMap<String, usize>,
    /// By kind.
    pub kinds: BTreeMap<String, usize>,
}

impl Counts {
    /// Counts steps.
    pub fn of<'a>(rows: impl Iterator<Item = &'a Row>) -> Self {
        let (mut origins, mut kinds) = ([0_usize; 4], BTreeMap::<&str, usize>::new());
        for row in rows {
            origins[super::slot(row.place.origin)] += 1;
            *kinds.entry(row.kind).or_default() += 1;
        }
        let origins = Origin::ALL.into_iter().map(|origin| (origin.name().to_owned(), origins[super::slot(origin)]));
        Self {
            origins: origins.filter(|(_, count)| *count > 0).collect(),
            kinds: kinds.into_iter().map(|(kind, count)| (kind.to_owned(), count)).collect(),
        }
    }
}
