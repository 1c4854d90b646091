//! `/review/health`: this service's journal, how far it has read the others, what waits, and what is known of the rest of the house.

use askama::Template;
use axum::{
    Extension,
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_identity::Role;
use dossier_journal::Verification;
use dossier_proto::Origin;
use dossier_web::{
    Answer, Cache, Problem,
    observe::Readiness,
    page::{Paper, Room, Words},
    visit::Visit,
};

use super::admits;
use crate::{
    api::{App, Desk},
    domain::Standing,
};

#[derive(Template)]
#[template(path = "office_health.html")]
struct Health {
    w: &'static Words,
    /// What is true of this service, and whether that is as it should be.
    here: Vec<Point>,
    head: (String, String),
    checkpoint: String,
    others: Vec<Other>,
    queues: Vec<(&'static str, String)>,
    /// What the process knows of everything in it; nothing where it was not told.
    house: Vec<HouseCheck>,
}

/// Something that should be so.
struct Point {
    is_well: bool,
    text: String,
    /// As the operator reads it in the log: English.
    reason: Option<String>,
}

/// Another service, as far as it was read.
struct Other {
    name: &'static str,
    read: String,
}

/// What `/readyz` says of a part of the house.
struct HouseCheck {
    name: String,
    is_well: bool,
    reason: Option<String>,
}

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    readiness: Option<Extension<Readiness>>,
    visit: Visit,
    paper: Paper,
) -> Answer<Response> {
    admits(&app, &visit, &[Role::Administrator, Role::Registrar])?;
    app.off_thread(move |desk| {
        let w = paper.words;
        let (journal, epoch) = (desk.engine.journal(), desk.engine.journal().head().epoch);
        let head = journal.head();
        let checkpoint = journal.checkpoint().map_err(|error| Problem::internal(&error))?;
        let main = Health {
            w,
            here: here(desk, w),
            head: (w.count("office.events", head.size), w.with("office.epoch", "epoch", epoch)),
            checkpoint: checkpoint.text().to_owned(),
            others: others(desk, w),
            queues: queues(desk, w),
            house: readiness.map(|Extension(readiness)| house(&readiness)).unwrap_or_default(),
        };
        Ok((Cache::Private, paper.page(Room::Health, w.text("office.health"), &main)?).into_response())
    })
    .await
}

fn here(desk: &Desk, w: &Words) -> Vec<Point> {
    let point = |key: &str, reason: Option<String>| Point {
        is_well: reason.is_none(),
        text: w.text(&format!("office.{key}{}", if reason.is_some() { "_not" } else { "" })).to_owned(),
        reason,
    };
    let journal = desk.engine.journal();
    let verified = match journal.verification() {
        Verification::Sound => point("history", None),
        Verification::Running { checked, total } => Point {
            is_well: true,
            text: w.fill("office.history_running", &[("checked", &checked.to_string()), ("total", &total.to_string())]),
            reason: None,
        },
        Verification::Damaged(damage) => point("history", Some(damage.to_string())),
        Verification::Unfinished(why) => point("history", Some(why)),
    };
    vec![
        point("running", desk.engine.stopped_because()),
        point("decides", desk.engine.admits_persons().err().map(|error| error.to_string())),
        verified,
        point("mail", desk.post.server.is_none().then(String::new)),
    ]
}

fn others(desk: &Desk, w: &Words) -> Vec<Other> {
    let followed = desk.engine.journal().followed();
    let known = [Origin::Submission, Origin::Publication];
    let other = |origin: Origin| {
        let read = followed.iter().find(|one| one.origin == origin.number());
        let read =
            read.map_or_else(|| w.text("office.read_nothing").to_owned(), |one| w.count("office.read", one.next));
        Other { name: origin.name(), read }
    };
    known.map(other).into()
}

/// How many entries stand where somebody has to do something.
fn queues(desk: &Desk, w: &'static Words) -> Vec<(&'static str, String)> {
    let view = desk.engine.view();
    let states = [
        (Standing::InReview, "office.in_review"),
        (Standing::OnHold, "office.on_hold"),
        (Standing::ChangesRequested, "office.changes_requested"),
        (Standing::Approved, "office.approved"),
        (Standing::Scheduled, "office.scheduled"),
        (Standing::Declined, "office.declined"),
    ];
    states.map(|(standing, key)| (w.text(key), view.queue.count(standing).to_string())).into()
}

fn house(readiness: &Readiness) -> Vec<HouseCheck> {
    let checks = readiness.looked_at();
    checks
        .into_iter()
        .map(|(name, reason)| HouseCheck { name: name.to_owned(), is_well: reason.is_none(), reason })
        .collect()
}
