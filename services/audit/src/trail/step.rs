//! The steps of a trail, as they are served and printed.

use dossier_identity::Role;
use dossier_proto::{
    Authority, BodyCode, CommandId, Digest, EntryId, Event, EventId, Micros, Origin, Place, SubjectId,
};
use serde::{Deserialize, Serialize};

use super::{Changed, Counts, Designated, Pending, Waited};

/// An event as it stands in a journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Filed {
    /// The event.
    pub event: Event,
    /// SHA-256 of its bytes.
    pub hash: Digest,
}

/// What happened to an entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Trail {
    /// The entry.
    #[schema(value_type = String)]
    pub entry: EntryId,
    /// Its public number, once it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The body it belongs to.
    #[schema(value_type = String)]
    pub body: BodyCode,
    /// Its record type.
    #[serde(rename = "type")]
    pub record_type: String,
    /// What happened, in causal order.
    pub steps: Vec<Step>,
    /// Events that stand before what caused them. There are none, unless a journal was tampered with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub before_their_cause: Vec<Place>,
    /// How many steps the whole trail has; of the pages of one list, as it was when the first was asked for.
    pub total: usize,
    /// How many of them are wanted.
    #[serde(default)]
    pub matching: usize,
    /// How many there are of each, among those that are wanted.
    #[serde(default)]
    pub counts: Counts,
    /// Who has the next move where the trail ends, and since when; nobody when it is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<Pending>,
    /// The moment it is of, when one was asked for (RFC 3339, UTC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// Where the next page begins; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Step {
    /// Its number in the trail, from 1.
    #[serde(default)]
    pub number: usize,
    /// Where the event stands.
    #[schema(value_type = Object)]
    pub place: Place,
    /// Its name.
    #[schema(value_type = String)]
    pub id: EventId,
    /// SHA-256 of its bytes.
    #[schema(value_type = String)]
    pub hash: Digest,
    /// What happened, for programs.
    pub kind: String,
    /// What happened, for people. Holds nobody's words.
    pub sentence: String,
    /// Who did it.
    pub by: Who,
    /// The body it was filed for by somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub on_behalf_of: Option<BodyCode>,
    /// The designation that entitled them, and the event that granted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub authority: Option<Authority>,
    /// What that designation says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub designation: Option<Designated>,
    /// The event that led to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub cause: Option<Place>,
    /// The command it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub command: Option<CommandId>,
    /// The errand it belongs to, through all services.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub correlation: Option<EventId>,
    /// The number of the step of that event, where it belongs to this trail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because_of: Option<usize>,
    /// What it led to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<Effect>,
    /// How many steps it led to, when not all of them are named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effects_total: Option<usize>,
    /// Number of the revision it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
    /// The round of submission it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<u32>,
    /// The stage of the review, by its key in the registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// The edition it is, or is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<u32>,
    /// Digest of the content it is about: what was saved, submitted, judged or published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub digest: Option<Digest>,
    /// When it was recorded, in microseconds.
    #[schema(value_type = i64)]
    pub recorded_at: Micros,
    /// The same as text (RFC 3339, UTC).
    pub recorded: String,
    /// What the clock of the service said, in microseconds.
    #[schema(value_type = i64)]
    pub wall: Micros,
    /// Since the step before in the trail, wanted or not, in microseconds; absent on the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since_previous: Option<i64>,
    /// How long whoever had the move had it, where this step is what was waited for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waited: Option<Waited>,
    /// What changed in the content it carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<Changed>,
    /// What was said, as far as it may and can be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub said: Vec<Said>,
}

/// Something that a step led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Effect {
    /// The number of its step.
    pub number: usize,
    /// Where its event stands.
    #[schema(value_type = Object)]
    pub place: Place,
    /// What it is.
    pub kind: String,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Who {
    /// What they are.
    pub kind: By,
    /// The person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub subject: Option<SubjectId>,
    /// Their name; absent when they were forgotten, or are not known here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// As what they acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub role: Option<Role>,
    /// The service, when it is one or its clockwork.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub service: Option<Origin>,
}

/// What kind of actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// A person.
    Person,
    /// A service that reacts to what another one recorded.
    Service,
    /// The clockwork of a service.
    System,
}

/// Something that was said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Said {
    /// What it is: `reason`, `comment`, `requested-change`, `quote`, `answer`, `note`, `what-changed`, `explanation`, `content`.
    pub what: String,
    /// The number of the requested change it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<u32>,
    /// The field it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The language it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Whether it can be read.
    pub mark: Mark,
    /// The words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The content, when it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub content: Option<serde_json::Value>,
}

/// Whether sealed words can be read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// They can: here they are.
    Said,
    /// Their key was destroyed; nobody can read them any more.
    Erased,
    /// Auditors do not hold their key: a draft's, or one that was not given yet.
    NotHeld,
    /// They are not what was sealed: altered, or moved from another place.
    Altered,
}

impl Mark {
    /// For people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Said => "said",
            Self::Erased => "erased",
            Self::NotHeld => "not held",
            Self::Altered => "altered",
        }
    }
}
