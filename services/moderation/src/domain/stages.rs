//! Stages of a review, and the opinions that pass them.
//!
//! A stage is passed when every one of its needs has as many opinions as it asks for and nobody objects. With an
//! objection the opinions are split: where the stage says who is asked then, it is passed when that further opinion has
//! come and approvals outnumber objections. Otherwise every objection stands, and moderators ask for changes or refuse.
//!
//! Where a review stands is computed from its opinions each time: when one stops counting because its author declared
//! a conflict, a stage that was passed with it is not passed any more.

use dossier_identity::{NotEntitled, ReviewerKind, Role};
use dossier_proto::{Authority, BodyCode, Micros, Place, SubjectId, v1};
use serde::{Deserialize, Serialize};

use super::state::{Review, State};

/// As what somebody gives an opinion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Chair {
    /// A moderator.
    Moderator,
    /// A reviewer of the secretariat.
    InternalReviewer,
    /// A reviewer from outside.
    ExternalReviewer,
    /// A publisher.
    Publisher,
}

impl Chair {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Moderator, Self::InternalReviewer, Self::ExternalReviewer, Self::Publisher];

    /// The key used in JSON and in the registry.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Moderator => "moderator",
            Self::InternalReviewer => "internal-reviewer",
            Self::ExternalReviewer => "external-reviewer",
            Self::Publisher => "publisher",
        }
    }

    /// The role that sits on it.
    pub const fn role(self) -> Role {
        match self {
            Self::Moderator => Role::Moderator,
            Self::InternalReviewer | Self::ExternalReviewer => Role::Reviewer,
            Self::Publisher => Role::Publisher,
        }
    }

    /// Where the reviewer who sits on it comes from.
    pub const fn kind(self) -> Option<ReviewerKind> {
        match self {
            Self::InternalReviewer => Some(ReviewerKind::Internal),
            Self::ExternalReviewer => Some(ReviewerKind::External),
            Self::Moderator | Self::Publisher => None,
        }
    }

    /// From the two numbers of the contract.
    pub fn from_numbers(role: i32, kind: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|chair| {
            let kind_number = chair.kind().map_or(0, ReviewerKind::number);
            chair.role().number() == role && kind_number == kind
        })
    }

    /// The two numbers of the contract.
    pub fn numbers(self) -> (i32, i32) {
        (self.role().number(), self.kind().map_or(0, ReviewerKind::number))
    }
}

/// So many opinions of people on a chair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// Which chair.
    pub chair: Chair,
    /// How many.
    pub count: u32,
}

/// A stage of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// Its key in the path of the record type; empty where the type has no path.
    pub key: String,
    /// Whose opinions it takes.
    pub needs: Vec<Need>,
    /// Who is asked besides when opinions are split.
    pub on_split: Option<Need>,
}

/// What somebody thinks of the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It can be published.
    Approves,
    /// It cannot.
    Objects,
}

/// An opinion that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    /// Whose.
    pub by: SubjectId,
    /// In which stage.
    pub stage: String,
    /// As what.
    pub chair: Chair,
    /// Which.
    pub verdict: Verdict,
    /// By which event.
    pub place: Place,
    /// Not to be published before.
    pub publish_at: Option<Micros>,
}

/// How a stage stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passing {
    /// It is passed.
    Passed,
    /// It waits for opinions.
    Waiting,
    /// It waits for the further opinion, as those it has are split.
    Split,
    /// Objections stand: it is not passed unless who objected changes their mind.
    Objected,
}

impl Stage {
    /// What holds for a record type without stages: one approval of a moderator.
    pub fn single() -> Self {
        Self { key: String::new(), needs: vec![Need { chair: Chair::Moderator, count: 1 }], on_split: None }
    }

    /// How it stands with these opinions.
    pub fn passing(&self, opinions: &[Opinion]) -> Passing {
        let of = |chair| opinions.iter().filter(|one| one.stage == self.key && one.chair == chair).count() as u64;
        if self.needs.iter().any(|need| of(need.chair) < u64::from(need.count)) {
            return Passing::Waiting;
        }
        let objections = self.count(opinions, Verdict::Objects);
        if objections == 0 {
            return Passing::Passed;
        }
        let Some(further) = self.on_split else { return Passing::Objected };
        let usual = self.needs.iter().find(|need| need.chair == further.chair).map_or(0, |need| need.count);
        if of(further.chair) < u64::from(usual) + u64::from(further.count) {
            return Passing::Split;
        }
        if self.count(opinions, Verdict::Approves) > objections { Passing::Passed } else { Passing::Objected }
    }

    fn count(&self, opinions: &[Opinion], verdict: Verdict) -> usize {
        opinions.iter().filter(|one| one.stage == self.key && one.verdict == verdict).count()
    }

    /// The chairs on which an opinion is still wanted.
    pub fn vacant(&self, opinions: &[Opinion]) -> Vec<Chair> {
        let given = |chair| opinions.iter().filter(|one| one.stage == self.key && one.chair == chair).count() as u64;
        match self.passing(opinions) {
            Passing::Passed | Passing::Objected => Vec::new(),
            Passing::Split => self.on_split.iter().map(|further| further.chair).collect(),
            Passing::Waiting => {
                let short = self.needs.iter().filter(|need| given(need.chair) < u64::from(need.count));
                short.map(|need| need.chair).collect()
            }
        }
    }

    /// All chairs that have anything to say in it.
    pub fn chairs(&self) -> impl Iterator<Item = Chair> + '_ {
        self.needs.iter().chain(&self.on_split).map(|need| need.chair)
    }

    /// How many opinions it asks for when they agree.
    pub fn wanted(&self) -> u32 {
        self.needs.iter().map(|need| need.count).fold(0, u32::saturating_add)
    }

    /// As the contract has it.
    pub fn to_wire(&self) -> v1::Stage {
        let need = |need: &Need| {
            let (role, reviewer_kind) = need.chair.numbers();
            v1::StageNeed { role, reviewer_kind, count: need.count }
        };
        v1::Stage {
            key: self.key.clone(),
            needs: self.needs.iter().map(need).collect(),
            on_split: self.on_split.as_ref().map(need),
        }
    }

    /// From the contract; `None` for chairs that this version does not know: nobody could pass such a stage.
    pub fn from_wire(stage: &v1::Stage) -> Option<Self> {
        let need = |need: &v1::StageNeed| {
            Some(Need { chair: Chair::from_numbers(need.role, need.reviewer_kind)?, count: need.count })
        };
        Some(Self {
            key: stage.key.clone(),
            needs: stage.needs.iter().map(need).collect::<Option<_>>()?,
            on_split: match &stage.on_split {
                Some(further) => Some(need(further)?),
                None => None,
            },
        })
    }
}

impl Review {
    /// The stage it is in; `None` when all are passed, or it has ended.
    pub fn stage(&self) -> Option<&Stage> {
        stage_with(&self.stages, &self.opinions)
    }

    /// How the stage it is in stands.
    pub fn passing(&self) -> Option<Passing> {
        self.stage().map(|stage| stage.passing(&self.opinions))
    }

    /// The opinions with one more, which takes the place of an earlier one by the same person in the same stage.
    pub fn opinions_with(&self, opinion: Opinion) -> Vec<Opinion> {
        let others = self.opinions.iter().filter(|one| one.by != opinion.by || one.stage != opinion.stage);
        let mut opinions: Vec<Opinion> = others.cloned().collect();
        opinions.push(opinion);
        opinions
    }
}

/// The first stage that is not passed.
pub(super) fn stage_with<'a>(stages: &'a [Stage], opinions: &[Opinion]) -> Option<&'a Stage> {
    stages.iter().find(|stage| stage.passing(opinions) != Passing::Passed)
}

impl State {
    /// Whether `subject` may sit on a chair, for something of this body and type.
    pub(super) fn seated(
        &self,
        subject: SubjectId,
        chair: Chair,
        body: &BodyCode,
        record_type: &str,
        now: Micros,
    ) -> Result<Authority, NotEntitled> {
        let (body, record_type) = (Some(body), Some(record_type));
        match chair.kind() {
            Some(kind) => self.designations.entitled_as_reviewer(subject, kind, body, record_type, now),
            None => self.designations.entitled(subject, chair.role(), body, record_type, now),
        }
    }
}
