//! What a publisher decides on a public entry: its page, the look at the tombstone, the decision.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use dossier_registry::RetractionUse;
use dossier_web::{
    Answer, Cache, Problem, ProblemKind,
    extract::StrictPath,
    off_thread,
    page::Paper,
    visit::{SentForm, Visit},
};

use super::{
    Publishing,
    deed_form::{self, Typed},
    desk::Desk,
    faults::Fault,
    preview,
    sent::{against, hidden},
};
use crate::{
    api::{
        deciding::Asked,
        retract::{self, RetractBody},
        supersede::{self, SupersedeBody},
        suspend::{self, ReinstateBody, SuspendBody},
    },
    domain::Standing,
};

/// What can be decided on an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    Suspend,
    Reinstate,
    Supersede,
    Retract,
}

impl Deed {
    /// As it stands in addresses.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Suspend => "suspend",
            Self::Reinstate => "reinstate",
            Self::Supersede => "supersede",
            Self::Retract => "retract",
        }
    }

    fn named(name: &str) -> Answer<Self> {
        let all = [Self::Suspend, Self::Reinstate, Self::Supersede, Self::Retract];
        all.into_iter().find(|deed| deed.name() == name).ok_or_else(|| Problem::new(ProblemKind::NotFound))
    }

    /// What can be decided on an entry that stands so, the mildest first.
    pub(super) const fn possible(standing: Standing) -> &'static [Self] {
        match standing {
            Standing::Published => &[Self::Suspend, Self::Supersede, Self::Retract],
            Standing::Superseded => &[Self::Suspend, Self::Retract],
            Standing::Suspended => &[Self::Reinstate, Self::Retract],
            Standing::Retracted => &[],
        }
    }

    /// The keys of what it is called and of what it does.
    pub(super) const fn offer(self) -> (&'static str, &'static str) {
        match self {
            Self::Suspend => ("publisher.suspend", "publisher.suspend_text"),
            Self::Reinstate => ("publisher.reinstate", "publisher.reinstate_text"),
            Self::Supersede => ("publisher.supersede", "publisher.supersede_text"),
            Self::Retract => ("publisher.retract", "publisher.retract_text"),
        }
    }

    /// What a reason of the registry has to be for; a reinstatement has none.
    pub(super) const fn takes(self) -> Option<RetractionUse> {
        match self {
            Self::Suspend => Some(RetractionUse::Suspend),
            Self::Supersede => Some(RetractionUse::Supersede),
            Self::Retract => Some(RetractionUse::Retract),
            Self::Reinstate => None,
        }
    }

    /// Whether a tombstone comes of it, which is looked at before deciding.
    pub(super) const fn leaves_a_tombstone(self) -> bool {
        matches!(self, Self::Suspend | Self::Retract)
    }
}

/// The page on which it is decided.
pub(super) async fn show(
    State(publishing): State<Publishing>,
    StrictPath((name, deed)): StrictPath<(String, String)>,
    visit: Visit,
    paper: Paper,
) -> Answer<Response> {
    off_thread(move || {
        let deed = Deed::named(&deed)?;
        let desk = Desk::open(publishing, visit, paper)?;
        let known = desk.entry(&name)?;
        if !Deed::possible(known.entry.standing()).contains(&deed) {
            let address = format!("/publish/entries/{}", known.entry.number);
            return Ok((Cache::Private, Redirect::to(&address)).into_response());
        }
        deed_form::draw(&desk, &known, deed, &Typed::nothing(&known), &[])
    })
    .await
}

/// What was typed: looked at as it would stand, changed again, or decided.
pub(super) async fn send(
    State(publishing): State<Publishing>,
    StrictPath((name, deed)): StrictPath<(String, String)>,
    paper: Paper,
    form: SentForm,
) -> Answer<Response> {
    let deed = Deed::named(&deed)?;
    let typed = Typed::of(&form)?;
    let step = form.value("step").to_owned();
    let desk = Desk::open(publishing, form.visit.clone(), paper)?;
    if step == "do" {
        return decide(desk, &name, deed, &form, typed).await;
    }
    off_thread(move || {
        let known = desk.entry(&name)?;
        let registry = desk.publishing.pages.reading.registry().map_err(|error| Problem::internal(&error))?;
        let faults = if step == "preview" { typed.faults(deed, &registry, desk.now()) } else { Vec::new() };
        if step == "preview" && faults.is_empty() && deed.leaves_a_tombstone() {
            return preview::draw(&desk, &known, deed, &typed);
        }
        let is_wrong = !faults.is_empty();
        let mut page = deed_form::draw(&desk, &known, deed, &typed, &faults)?;
        if is_wrong {
            *page.status_mut() = http::StatusCode::UNPROCESSABLE_ENTITY;
        }
        Ok(page)
    })
    .await
}

async fn decide(desk: Desk, name: &str, deed: Deed, form: &SentForm, typed: Typed) -> Answer<Response> {
    let decided = perform(&desk, name, deed, form, &typed).await;
    let Err(problem) = decided else {
        let number = desk.entry(name)?.entry.number;
        let address = format!("/publish/entries/{number}?done={}", deed.name());
        return Ok((Cache::Private, Redirect::to(&address)).into_response());
    };
    let Some(faults) = against(&problem) else { return Err(problem) };
    page_again(desk, name.to_owned(), deed, typed, (problem, faults)).await
}

/// The form again with everything that was typed, on the version that stands now.
async fn page_again(
    desk: Desk,
    name: String,
    deed: Deed,
    typed: Typed,
    (problem, faults): (Problem, Vec<Fault>),
) -> Answer<Response> {
    off_thread(move || {
        let known = desk.entry(&name)?;
        let typed = typed.on(&known);
        Ok(problem.around(deed_form::draw(&desk, &known, deed, &typed, &faults)?))
    })
    .await
}

async fn perform(desk: &Desk, name: &str, deed: Deed, form: &SentForm, typed: &Typed) -> Answer<()> {
    let (app, path) = (State(desk.publishing.app.clone()), format!("/publish/entries/{name}/{}", deed.name()));
    let (bearer, name, sent) = (desk.visit.bearer.clone(), name.to_owned(), hidden(form)?);
    let (reason, explanation) = (typed.reason.clone(), typed.explanation());
    match deed {
        Deed::Suspend => {
            let asked = Asked::of_form(bearer, name, SuspendBody { reason, explanation }, sent, &path);
            suspend::suspend(app, asked).await
        }
        Deed::Reinstate => {
            let asked = Asked::of_form(bearer, name, ReinstateBody { explanation }, sent, &path);
            suspend::reinstate(app, asked).await
        }
        Deed::Supersede => {
            let superseded_by = typed.superseded_by.trim().to_ascii_uppercase();
            let body = SupersedeBody { superseded_by, reason, explanation };
            supersede::supersede(app, Asked::of_form(bearer, name, body, sent, &path)).await
        }
        Deed::Retract => {
            let asked = Asked::of_form(bearer, name, RetractBody { reason, explanation }, sent, &path);
            retract::retract(app, asked).await
        }
    }
    .map(|_| ())
}
