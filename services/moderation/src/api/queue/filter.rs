//! What is asked of the queue: the names of the query, which people keep in their bookmarks, and what they mean.

use std::str::FromStr;

use dossier_proto::{BodyCode, Micros, SubjectId};
use dossier_registry::Language;
use dossier_web::{Answer, Cursor, PageSize, Problem, ProblemKind, as_of::Moment, extract::Bearer};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    domain::{Standing, Turn},
    views::Shelf,
};

/// A day has so many microseconds.
const DAY: i64 = 24 * 3_600 * Micros::SECOND;

/// The filters, for the list and for the counts alike.
macro_rules! filters {
    ($(#[$about:meta])* $name:ident { $($more:tt)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Default, Deserialize, IntoParams)]
        #[serde(default)]
        #[into_params(parameter_in = Query)]
        pub(crate) struct $name {
            /// Where they stand: in-review, on-hold, changes-requested, approved, scheduled, published, suspended, superseded, declined,
            /// refused, duplicate, recalled, withdrawn, expired, retracted, or any. May be repeated, as may type, body, objective, language,
            /// readable_in, turn and stage: any of what is named. The list shows in-review when nothing is said, the counts any.
            pub(crate) state: Vec<String>,
            /// The type of record.
            #[serde(rename = "type")]
            pub(crate) record_type: Vec<String>,
            /// Whose they are.
            #[param(value_type = Vec<String>)]
            pub(crate) body: Vec<BodyCode>,
            /// An objective of the Global Compact that the content names, by its key: 1 to 23. Only of contents that the caller may read.
            pub(crate) objective: Vec<String>,
            /// The language that it was written in.
            #[param(value_type = Vec<String>)]
            pub(crate) language: Vec<Language>,
            /// A language that it can be read in. Only of contents that the caller may read.
            #[param(value_type = Vec<String>)]
            pub(crate) readable_in: Vec<Language>,
            /// The one who has the next move has had it for so many days at least, the time on hold left out.
            #[param(maximum = 36_500)]
            pub(crate) waiting_days: Option<u32>,
            /// Who has the next move: moderator, reviewer, contributor, publisher, third-party or nobody.
            pub(crate) turn: Vec<String>,
            /// Who has taken it up: me, nobody, somebody, or the id of a subject.
            pub(crate) claimed: Option<String>,
            /// `true`: the same as claimed=me.
            pub(crate) mine: Option<bool>,
            /// The stage of the review that they are in.
            pub(crate) stage: Vec<String>,
            /// The queue as it stood: an instant (2026-03-09T09:00:00Z), or the place of an event of this service (moderation/17, or
            /// moderation/1/17 in a later epoch), each included. Rights are those of now.
            pub(crate) as_of: Option<String>,
            $($more)*
        }

        impl $name {
            fn filters(self) -> Filters {
                Filters {
                    state: self.state,
                    record_type: self.record_type,
                    body: self.body,
                    objective: self.objective,
                    language: self.language,
                    readable_in: self.readable_in,
                    waiting_days: self.waiting_days,
                    turn: self.turn,
                    claimed: self.claimed,
                    mine: self.mine.unwrap_or_default(),
                    stage: self.stage,
                    as_of: self.as_of,
                }
            }
        }
    };
}

filters! {
    /// Which reviews are wanted.
    ListQuery {
        /// How many at once.
        pub(crate) limit: Option<PageSize>,
        /// Where to go on: `next` of the page before.
        pub(crate) cursor: Option<Cursor>,
    }
}

filters! {
    /// Which reviews are counted.
    CountsQuery {}
}

/// Which lists are compared.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct DifferenceQuery {
    /// The first moment: an instant (2026-03-09T09:00:00Z), or the place of an event of this service (moderation/17, or moderation/1/17 in a
    /// later epoch), each included.
    #[param(required = true)]
    from: String,
    /// The second moment.
    #[param(required = true)]
    to: String,
    /// Where they stand, as in the list: in-review when nothing is said. May be repeated, as may type, body, turn and stage.
    state: Vec<String>,
    /// The type of record.
    #[serde(rename = "type")]
    record_type: Vec<String>,
    /// Whose they are.
    #[param(value_type = Vec<String>)]
    body: Vec<BodyCode>,
    /// Who has the next move.
    turn: Vec<String>,
    /// The stage of the review that they are in.
    stage: Vec<String>,
}

impl DifferenceQuery {
    /// The same list at both moments.
    pub(super) fn read(self, caller: Bearer) -> Answer<[Wanted; 2]> {
        let state = if self.state.is_empty() { vec![Standing::InReview.key().to_owned()] } else { self.state };
        let list = ListQuery {
            state,
            record_type: self.record_type,
            body: self.body,
            turn: self.turn,
            stage: self.stage,
            ..ListQuery::default()
        };
        let wanted = list.filters().read(caller)?;
        let at = |parameter, text: String| match text.is_empty() {
            true => Err(malformed(
                parameter,
                &format!("{parameter} is missing: a difference is between two moments, from and to"),
            )),
            false => Ok(Wanted { as_of: Some(Moment { parameter, text }), ..wanted.clone() }),
        };
        Ok([at("from", self.from)?, at("to", self.to)?])
    }
}

/// The filters as they were written.
struct Filters {
    state: Vec<String>,
    record_type: Vec<String>,
    body: Vec<BodyCode>,
    objective: Vec<String>,
    language: Vec<Language>,
    readable_in: Vec<Language>,
    waiting_days: Option<u32>,
    turn: Vec<String>,
    claimed: Option<String>,
    mine: bool,
    stage: Vec<String>,
    as_of: Option<String>,
}

/// Who has taken a review up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claimed {
    /// It does not matter.
    Whoever,
    /// Nobody.
    Nobody,
    /// Somebody, whoever it is.
    Somebody,
    /// This person.
    By(SubjectId),
}

/// Filters that were understood. An empty list lets everything through.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    states: Vec<Standing>,
    types: Vec<String>,
    bodies: Vec<BodyCode>,
    languages: Vec<&'static str>,
    turns: Vec<Turn>,
    stages: Vec<String>,
    waiting_days: u32,
    pub(super) objectives: Vec<String>,
    pub(super) readable_in: Vec<Language>,
    pub(super) claimed: Claimed,
    pub(super) caller: SubjectId,
    /// The one body that the caller's token is bound to.
    bound: Option<BodyCode>,
    /// The moment.
    pub(super) as_of: Option<Moment>,
}

impl ListQuery {
    /// The filters, and the page.
    pub(super) fn read(mut self, caller: Bearer) -> Answer<(Wanted, PageSize, Option<Cursor>)> {
        let (size, cursor) = (self.limit.take().unwrap_or_default(), self.cursor.take());
        if self.state.is_empty() {
            self.state.push(Standing::InReview.key().to_owned());
        }
        Ok((self.filters().read(caller)?, size, cursor))
    }
}

impl CountsQuery {
    pub(super) fn read(self, caller: Bearer) -> Answer<Wanted> {
        self.filters().read(caller)
    }
}

impl Filters {
    fn read(self, caller: Bearer) -> Answer<Wanted> {
        let states = if self.state.iter().any(|state| state == "any") { Vec::new() } else { self.state };
        let claimed = if self.mine { Some("me") } else { self.claimed.as_deref() };
        Ok(Wanted {
            states: named("state", &states)?,
            types: self.record_type,
            bodies: self.body,
            languages: self.language.into_iter().map(Language::tag).collect(),
            turns: named("turn", &self.turn)?,
            stages: self.stage,
            waiting_days: self.waiting_days.unwrap_or_default(),
            objectives: self.objective,
            readable_in: self.readable_in,
            claimed: claimed.map_or(Ok(Claimed::Whoever), |who| claimed_by(who, caller.subject))?,
            caller: caller.subject,
            bound: caller.body,
            as_of: self.as_of.map(Moment::as_of),
        })
    }
}

fn named<T: FromStr>(parameter: &str, texts: &[String]) -> Answer<Vec<T>>
where
    T::Err: std::fmt::Display,
{
    texts.iter().map(|text| text.parse().map_err(|error: T::Err| malformed(parameter, &error))).collect()
}

fn claimed_by(who: &str, caller: SubjectId) -> Answer<Claimed> {
    match who {
        "me" => Ok(Claimed::By(caller)),
        "nobody" => Ok(Claimed::Nobody),
        "somebody" => Ok(Claimed::Somebody),
        subject => match subject.parse() {
            Ok(subject) => Ok(Claimed::By(subject)),
            Err(_) => Err(malformed("claimed", &"claimed is me, nobody, somebody, or the id of a subject")),
        },
    }
}

pub(super) fn malformed(parameter: &str, error: &dyn std::fmt::Display) -> Problem {
    Problem::new(ProblemKind::MalformedQuery).detail(format!("{error}.")).with("parameter", parameter.to_owned())
}

/// Whether a list lets something through.
fn lets<T: PartialEq<U>, U: ?Sized>(wanted: &[T], one: &U) -> bool {
    wanted.is_empty() || wanted.iter().any(|wanted| wanted == one)
}

impl Wanted {
    /// Whether what stands on this shelf is wanted, as far as shelves go.
    pub(super) fn is_on(&self, shelf: &Shelf) -> bool {
        lets(&self.states, &shelf.standing)
            && lets(&self.turns, &shelf.turn)
            && lets(&self.types, &shelf.record_type)
            && lets(&self.bodies, &shelf.body)
            && lets(&self.stages, &shelf.stage)
            && lets(&self.languages, &shelf.language)
            && self.bound.as_ref().is_none_or(|bound| *bound == shelf.body)
    }

    /// Who has waited since then, or longer, has waited long enough.
    pub(super) fn until(&self, now: Micros) -> Option<Micros> {
        (self.waiting_days > 0).then(|| now.plus(-DAY.saturating_mul(self.waiting_days.into())))
    }

    /// Whether contents have to be read.
    pub(super) fn reads_words(&self) -> bool {
        !self.objectives.is_empty() || !self.readable_in.is_empty()
    }

    /// The name of this list, which its cursors belong to: the filters, and not who looks.
    pub(super) fn name(&self) -> String {
        let shelves = (&self.states, &self.types, &self.bodies, &self.languages, &self.turns, &self.stages);
        let others = (self.waiting_days, &self.objectives, &self.readable_in, self.claimed, &self.as_of);
        format!("reviews/{shelves:?}/{others:?}")
    }
}
