//! Which lists of the queue a group is made of.

use dossier_proto::Micros;
use dossier_web::{Answer, Cursor, PageSize, Problem, ProblemKind, extract::Bearer, moment};

use super::asked::{Group, QueueQuery};
use crate::{
    api::{
        App,
        queue::{CountsQuery, Line, ListQuery},
    },
    domain::{Standing, Turn},
};

/// Lines of a group that stands among others, and of one that is shown alone.
const AMONG_OTHERS: u8 = 20;
const ALONE: u8 = 50;

/// One group of the queue.
pub(super) struct GroupLines {
    pub(super) group: Group,
    pub(super) count: u64,
    pub(super) lines: Vec<Line>,
    pub(super) next: Option<Cursor>,
}

/// The queue.
pub(super) struct Gathered {
    pub(super) groups: Vec<GroupLines>,
    pub(super) as_of: Option<Micros>,
}

/// Which reviews a list has.
struct List {
    states: Vec<Standing>,
    turns: Vec<Turn>,
    claimed: Option<&'static str>,
}

pub(super) async fn gather(app: &App, bearer: &Bearer, query: &QueueQuery, turns: &[Turn]) -> Answer<Gathered> {
    let wanted =
        |group: &Group| query.show.is_none_or(|show| show == *group) && (!turns.is_empty() || *group == Group::Others);
    let mut gathered = Gathered { groups: Vec::new(), as_of: None };
    for group in Group::ALL.into_iter().filter(wanted) {
        let (lines, as_of) = one(app, bearer, query, turns, group).await?;
        gathered.groups.push(lines);
        gathered.as_of = as_of.or(gathered.as_of);
    }
    Ok(gathered)
}

async fn one(
    app: &App,
    bearer: &Bearer,
    query: &QueueQuery,
    turns: &[Turn],
    group: Group,
) -> Answer<(GroupLines, Option<Micros>)> {
    let list = list_of(group, turns);
    let size = if query.show.is_some() { ALONE } else { AMONG_OTHERS };
    let cursor = query.cursor.clone().filter(|_| query.show.is_some());
    let is_first = cursor.is_none();
    let page = app.queue(bearer.clone(), ListQuery { cursor, ..list.asked(query, size)? }).await?;
    let counts = app.counts(bearer.clone(), list.counted(query)?).await?;
    let as_of = page.as_of.as_ref().and_then(|shown| moment::read(&shown.instant));
    let (mut lines, next, mut count) = (page.page.items, page.page.next, counts.all.count);
    if group == Group::Others && !turns.is_empty() {
        lines.retain(|line| !line.review.claim.as_ref().is_some_and(|claim| claim.mine));
        if is_first {
            let taken = with_colleagues(app, bearer, query, turns).await?;
            count += taken.len() as u64;
            lines.extend(taken);
            lines.sort_by_key(|line| std::cmp::Reverse(line.waiting_seconds));
        }
    }
    Ok((GroupLines { group, count, lines, next }, as_of))
}

/// What others like the caller have taken up: few, as each of them works on a few.
async fn with_colleagues(app: &App, bearer: &Bearer, query: &QueueQuery, turns: &[Turn]) -> Answer<Vec<Line>> {
    let list = List { states: vec![Standing::InReview], turns: turns.to_vec(), claimed: Some("somebody") };
    let page = app.queue(bearer.clone(), list.asked(query, ALONE)?).await?;
    let is_mine = |line: &Line| line.review.claim.as_ref().is_some_and(|claim| claim.mine);
    Ok(page.page.items.into_iter().filter(|line| !is_mine(line)).collect())
}

fn list_of(group: Group, turns: &[Turn]) -> List {
    match group {
        Group::Mine => List { states: vec![Standing::InReview], turns: Vec::new(), claimed: Some("me") },
        Group::Unclaimed => List { states: vec![Standing::InReview], turns: turns.to_vec(), claimed: Some("nobody") },
        Group::Others => List {
            states: vec![Standing::InReview, Standing::OnHold, Standing::ChangesRequested],
            turns: Turn::ALL.into_iter().filter(|turn| !turns.contains(turn)).collect(),
            claimed: None,
        },
    }
}

impl List {
    fn asked(&self, query: &QueueQuery, size: u8) -> Answer<ListQuery> {
        let counted = self.counted(query)?;
        let limit = serde_json::from_value::<PageSize>(size.into()).map_err(|error| Problem::internal(&error))?;
        Ok(ListQuery {
            state: counted.state,
            record_type: counted.record_type,
            body: counted.body,
            language: counted.language,
            waiting_days: counted.waiting_days,
            turn: counted.turn,
            claimed: counted.claimed,
            as_of: counted.as_of,
            limit: Some(limit),
            ..ListQuery::default()
        })
    }

    fn counted(&self, query: &QueueQuery) -> Answer<CountsQuery> {
        let typed = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        Ok(CountsQuery {
            state: self.states.iter().map(|state| state.key().to_owned()).collect(),
            record_type: typed(&query.record_type).into_iter().collect(),
            body: read("body", typed(&query.body).map(|code| code.trim().to_uppercase()))?,
            language: read("language", typed(&query.language))?,
            waiting_days: query.waiting_days,
            turn: self.turns.iter().map(|turn| turn.key().to_owned()).collect(),
            claimed: self.claimed.map(str::to_owned),
            as_of: query.moment(),
            ..CountsQuery::default()
        })
    }
}

fn read<T: std::str::FromStr>(parameter: &str, text: Option<String>) -> Answer<Vec<T>> {
    let Some(text) = text else { return Ok(Vec::new()) };
    match text.parse() {
        Ok(value) => Ok(vec![value]),
        Err(_) => Err(Problem::new(ProblemKind::InvalidRequest).with("parameter", parameter.to_owned())),
    }
}
