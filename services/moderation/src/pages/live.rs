//! `/review/live`: open pages are told that something they show has changed.

use axum::{extract::State, response::Response};
use dossier_proto::EntryId;
use dossier_web::{Answer, Problem, ProblemKind, live::Asked, visit::Visit};

use crate::{
    api::{App, eyes},
    news,
};

/// Follows the queue, or entries that the caller may know of.
pub(super) async fn follow(State(app): State<App>, visit: Visit, asked: Asked) -> Answer<Response> {
    let subject = visit.bearer.subject;
    {
        let (view, now) = (app.engine.view(), app.clock.now());
        let may_follow = |topic: &String| match topic.strip_prefix("entry/").map(str::parse::<EntryId>) {
            Some(Ok(entry)) => {
                let known = view.state.entries.get(&entry);
                known.is_some_and(|known| eyes::Eyes::of(&view.state, known, subject, now).is_some())
            }
            Some(Err(_)) => false,
            None => topic == news::QUEUE && eyes::may_enter(&view.state, subject, now),
        };
        if !asked.topics().iter().all(may_follow) {
            return Err(Problem::new(ProblemKind::NotFound));
        }
    }
    app.live.follow(subject, asked)
}
