//! `/contribute/live`: open pages are told that something they show has changed.

use axum::{extract::State, response::Response};
use dossier_engine::Touched;
use dossier_proto::EntryId;
use dossier_web::{Answer, Problem, ProblemKind, live::Asked, visit::Visit};
use futures_util::{Stream, StreamExt as _};

use crate::{api::callers, office::Office};

/// Where pages follow it.
pub(super) const LIVE: &str = "/contribute/live";
/// The lists of home and of clearance. Which entry moved is not told, so everybody who has signed in may follow them.
const LISTS: [&str; 2] = ["contribute", "clearance"];

/// Topics that have changed; an empty list is everything.
pub(crate) fn topics(
    touched: impl Stream<Item = Touched> + Send + 'static,
) -> impl Stream<Item = Vec<String>> + Send + 'static {
    touched.map(|touched| match touched {
        Touched::Entries(entries) => {
            entries.into_iter().map(|id| format!("entry/{id}")).chain(LISTS.map(str::to_owned)).collect()
        }
        Touched::Much => Vec::new(),
    })
}

/// Follows the lists, or entries that the visitor sees.
pub(super) async fn follow(State(office): State<Office>, visit: Visit, asked: Asked) -> Answer<Response> {
    let now = office.now();
    let may_follow = |topic: &String| match topic.strip_prefix("entry/").map(str::parse::<EntryId>) {
        Some(Ok(id)) => callers::visible(&office.engine().view(), &visit.bearer, id, now).is_ok(),
        Some(Err(_)) => false,
        None => LISTS.contains(&topic.as_str()),
    };
    if !asked.topics().iter().all(may_follow) {
        return Err(Problem::new(ProblemKind::NotFound));
    }
    office.live().follow(visit.bearer.subject, asked)
}
