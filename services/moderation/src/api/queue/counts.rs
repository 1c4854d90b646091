//! `GET /reviews/counts`: how many, and the oldest of each.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use axum::{Json, extract::State as Extracted, response::IntoResponse};
use dossier_identity::{Sight, Thing, Viewer};
use dossier_proto::{EntryId, Micros};
use dossier_web::{
    Answer, Cache,
    as_of::AsOfShown,
    extract::{Bearer, MinSequence, StrictQuery},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    super::{
        App, Desk,
        deliberation::seconds,
        eyes::Eyes,
        scene::{Look, Scene},
    },
    filter::{Claimed, CountsQuery, Wanted},
    outlived,
    passing::{Candidate, Passed, Reach, Rights, claims, pass},
    words::Contents,
};
use crate::{
    domain::{Standing, Turn},
    views::{Outlived, QueuePlace, Shelf},
};

/// Entries that are counted one by one while the view is held: a few milliseconds.
const AT_ONCE: usize = 4_096;

/// How many, and for how long the oldest has waited.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Count {
    /// How many.
    pub(crate) count: u64,
    /// For how long the one who has the next move has had it at the entry where that is longest, in seconds; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) oldest_seconds: Option<u64>,
}

/// The queue, counted: only what the caller may know of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Counts {
    /// All that the filters let through.
    pub(crate) all: Count,
    /// By where they stand.
    pub(crate) states: BTreeMap<String, Count>,
    /// By type of record.
    pub(crate) types: BTreeMap<String, Count>,
    /// By who has the next move.
    pub(crate) turns: BTreeMap<String, Count>,
    /// By the stage that an open review is in; types without stages are left out.
    pub(crate) stages: BTreeMap<String, Count>,
    /// Of what is in review or on hold: what somebody has taken up.
    pub(crate) claimed: Count,
    /// Of what is in review or on hold: what nobody has taken up.
    pub(crate) unclaimed: Count,
    /// Whether all were counted. Where contents have to be opened for a filter, one request opens so many at most; asked again, it goes on
    /// with those at hand.
    pub(crate) complete: bool,
    /// The moment that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) as_of: Option<AsOfShown>,
}

/// The queue, counted: by state, by type, by who has the next move, by stage, and what is taken up; with the oldest of each.
#[utoipa::path(
    get, path = "/review/api/v1/reviews/counts", tag = "reviews", operation_id = "countReviews", params(
        CountsQuery,
        MinSequence,
    ),
    responses(
        (status = 200, description = "The counts", body = Counts),
        (status = 403, description = "The caller has no part in reviews", body = dossier_web::ProblemDocument),
        (status = 409, description = "The moment asked for is not settled", body = dossier_web::ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn counts(
    Extracted(app): Extracted<App>,
    bearer: Bearer,
    MinSequence(from): MinSequence,
    StrictQuery(query): StrictQuery<CountsQuery>,
) -> Answer<impl IntoResponse> {
    app.wait_for(from).await?;
    let counts = app.counts(bearer, query).await?;
    Ok((Cache::Private, Json(counts)))
}

impl App {
    /// The queue, counted.
    pub(crate) async fn counts(&self, bearer: Bearer, query: CountsQuery) -> Answer<Counts> {
        let wanted = query.read(bearer)?;
        let scene = super::scene(self, &wanted).await?;
        self.off_thread(move |desk| count(desk, &wanted, &scene)).await
    }
}

fn count(desk: &Desk, wanted: &Wanted, scene: &Scene) -> Answer<Counts> {
    let mut tally = Tally::default();
    if matches!(wanted.claimed, Claimed::Whoever | Claimed::Nobody) && !wanted.reads_words() {
        scene.look(desk, |look| by_shelf(look, wanted, &mut tally));
        tally.complete = true;
    } else {
        tally.complete = one_by_one(desk, wanted, scene, &mut tally)?;
    }
    Ok(tally.counts(scene))
}

/// Counts shelves: nothing has to be known of single entries, but for the few that are taken up.
fn by_shelf(look: Look<'_>, wanted: &Wanted, tally: &mut Tally) {
    let mut rights = Rights::of(wanted.caller);
    let until = wanted.until(look.instant).map(|since| QueuePlace { since, entry: EntryId([0xff; 16]) });
    let claimed: BTreeSet<EntryId> = claims(look).map(|(entry, _)| entry).collect();
    let takes_claimed = wanted.claimed == Claimed::Whoever;
    for (shelf, places) in look.facts.queue.shelves().filter(|(shelf, _)| wanted.is_on(shelf)) {
        let places = places.iter().take_while(|place| until.is_none_or(|until| **place <= until));
        let places = places.filter(|place| takes_claimed || !claimed.contains(&place.entry));
        match known(look, &mut rights, shelf) {
            Known::None => {}
            // Most shelves have nothing on them that is taken up; those are counted as a whole.
            Known::All => tally.add_shelf(shelf, places, &claimed),
            Known::Some => {
                let places = places.filter(|place| rights.eyes(look, place.entry, shelf).is_some());
                tally.add_shelf(shelf, places, &claimed);
            }
        }
    }
}

/// What the caller may know of on a shelf.
enum Known {
    All,
    /// It depends on how far each has come since.
    Some,
    None,
}

fn known(look: Look<'_>, rights: &mut Rights, shelf: &Shelf) -> Known {
    let viewers = rights.viewers(look, &shelf.body, &shelf.record_type);
    let is_now = std::ptr::eq(look.facts, look.rights);
    if is_now {
        return if Eyes::at(Arc::clone(viewers), shelf.reached).is_some() { Known::All } else { Known::None };
    }
    let is_publisher = viewers.iter().any(|viewer| viewer == Viewer::Publisher);
    // To everybody else it makes no difference how far an entry has come.
    let others = viewers.sight(Thing::Content, dossier_identity::Stage::Submitted) == Sight::Shown;
    match (others, is_publisher) {
        (true, _) => Known::All,
        (false, true) => Known::Some,
        (false, false) => Known::None,
    }
}

/// Counts entries, a stretch at a time. Answers whether all were counted.
fn one_by_one(desk: &Desk, wanted: &Wanted, scene: &Scene, tally: &mut Tally) -> Answer<bool> {
    let began = scene.look(desk, |look| look.facts.queue.moves());
    let mut contents = Contents::of(desk)?;
    let mut rights = Rights::of(wanted.caller);
    let mut last = None;
    loop {
        let reach = Reach { candidates: AT_ONCE, looked_at: AT_ONCE };
        let passed: Result<Passed, Outlived> = scene
            .look(desk, |look| pass(look, wanted, &mut rights, (last, began), reach, contents.named(look, wanted)));
        let Passed { candidates, last: passed, .. } = passed.map_err(outlived)?;
        let chosen = contents.choose(wanted, candidates, usize::MAX)?;
        scene.look(desk, |look| chosen.candidates.iter().for_each(|candidate| tally.add_one(look, wanted, candidate)));
        let goes_on = chosen.last.or(passed);
        match goes_on {
            Some(_) if contents.are_enough() => return Ok(false),
            Some(place) => last = Some(place),
            None => return Ok(true),
        }
    }
}

/// How many, and since when the oldest has waited.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    count: u64,
    oldest: Option<Micros>,
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.count += other.count;
        self.oldest = self.oldest.into_iter().chain(other.oldest).min();
    }

    fn one(&mut self, since: Micros) {
        self.add(Self { count: 1, oldest: Some(since) });
    }

    fn at(self, instant: Micros) -> Count {
        let oldest = self.oldest.map(|since| seconds(instant.0.saturating_sub(since.0)));
        Count { count: self.count, oldest_seconds: oldest }
    }
}

/// What was counted so far.
#[derive(Default)]
struct Tally {
    all: Sum,
    states: BTreeMap<Standing, Sum>,
    types: BTreeMap<String, Sum>,
    turns: BTreeMap<Turn, Sum>,
    stages: BTreeMap<String, Sum>,
    claimed: Sum,
    unclaimed: Sum,
    complete: bool,
}

impl Tally {
    fn add_shelf<'a>(
        &mut self,
        shelf: &Shelf,
        places: impl Iterator<Item = &'a QueuePlace>,
        claimed: &BTreeSet<EntryId>,
    ) {
        let (mut free, mut taken) = (Sum::default(), Sum::default());
        for place in places {
            let is_taken = is_open(shelf) && claimed.contains(&place.entry);
            if is_taken { &mut taken } else { &mut free }.one(place.since);
        }
        self.add(shelf, free, taken);
    }

    fn add_one(&mut self, look: Look<'_>, wanted: &Wanted, candidate: &Candidate) {
        let now = look.facts.queue.at(candidate.place.entry).filter(|(shelf, _)| wanted.is_on(shelf));
        let Some((shelf, since)) = now else { return };
        let one = Sum { count: 1, oldest: Some(since) };
        match candidate.is_claimed {
            true => self.add(shelf, Sum::default(), one),
            false => self.add(shelf, one, Sum::default()),
        }
    }

    fn add(&mut self, shelf: &Shelf, free: Sum, taken: Sum) {
        let mut both = free;
        both.add(taken);
        if both.count == 0 {
            return;
        }
        self.all.add(both);
        self.states.entry(shelf.standing).or_default().add(both);
        self.turns.entry(shelf.turn).or_default().add(both);
        add_to(&mut self.types, &shelf.record_type, both);
        if !shelf.stage.is_empty() {
            add_to(&mut self.stages, &shelf.stage, both);
        }
        if is_open(shelf) {
            self.claimed.add(taken);
            self.unclaimed.add(free);
        }
    }

    fn counts(self, scene: &Scene) -> Counts {
        let instant = scene.instant();
        Counts {
            all: self.all.at(instant),
            states: named(self.states, |standing| standing.key().to_owned(), instant),
            types: named(self.types, |key| key, instant),
            turns: named(self.turns, |turn| turn.key().to_owned(), instant),
            stages: named(self.stages, |key| key, instant),
            claimed: self.claimed.at(instant),
            unclaimed: self.unclaimed.at(instant),
            complete: self.complete,
            as_of: scene.shown(),
        }
    }
}

/// Reviews that somebody can take up.
const fn is_open(shelf: &Shelf) -> bool {
    matches!(shelf.standing, Standing::InReview | Standing::OnHold)
}

fn add_to(sums: &mut BTreeMap<String, Sum>, key: &str, sum: Sum) {
    match sums.get_mut(key) {
        Some(known) => known.add(sum),
        None => drop(sums.insert(key.to_owned(), sum)),
    }
}

fn named<K>(sums: BTreeMap<K, Sum>, name: impl Fn(K) -> String, instant: Micros) -> BTreeMap<String, Count> {
    sums.into_iter().map(|(key, sum)| (name(key), sum.at(instant))).collect()
}
