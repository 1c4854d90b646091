//! What comes of a form. What was typed is held first, then sent: whatever happens between, it is there again.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use dossier_proto::EntryId;
use dossier_web::{
    Answer, Cache, Problem, ProblemKind,
    extract::{StrictPath, StrictQuery},
    page::Paper,
    visit::{SentForm, Visit},
};
use http::StatusCode;

use super::{
    Again, Looking, Reader, ReviewQuery,
    typed::{Fault, Plan, Typed},
};
use crate::{
    api::{App, at_hand::Hand, offers::Asking},
    held::{HELD_BYTES_MAX, HeldError},
    pages::{fresh_key, told::told},
};

/// Keeps what is typed while it is typed: 204. Nothing is decided, and nobody else sees it.
pub(in crate::pages) async fn keep(
    State(app): State<App>,
    StrictPath(entry): StrictPath<EntryId>,
    form: SentForm,
) -> Answer<Response> {
    if !Asking::new(&app, &form.visit.bearer, entry).takes_part() {
        return Err(Problem::new(ProblemKind::NotFound));
    }
    hold(&app, &form.visit, entry, &Typed::of_form(&form)).await?;
    Ok((StatusCode::NO_CONTENT, Cache::Private).into_response())
}

async fn hold(app: &App, visit: &Visit, entry: EntryId, typed: &Typed) -> Answer<()> {
    let (subject, fields) = (visit.bearer.subject, typed.kept());
    app.off_thread(move |desk| {
        desk.held.change(entry, subject, |held| held.fields = fields).map_err(|error| match error {
            HeldError::TooLong(_) => Problem::new(ProblemKind::TooLarge).with("limit_bytes", HELD_BYTES_MAX),
            error => Problem::internal(&error),
        })
    })
    .await
}

/// Does what the button says, and comes back to the page.
pub(in crate::pages) async fn send(
    State(app): State<App>,
    paper: Paper,
    StrictPath(entry): StrictPath<EntryId>,
    StrictQuery(query): StrictQuery<ReviewQuery>,
    form: SentForm,
) -> Answer<Response> {
    let typed = Typed::of_form(&form);
    if !Asking::new(&app, &form.visit.bearer, entry).takes_part() {
        return Err(Problem::new(ProblemKind::NotFound));
    }
    let sending = Sending {
        looking: Looking { app: &app, visit: &form.visit, paper: &paper, entry, query: &query, reader: Reader::Person },
        once: match form.value("once") {
            "" => fresh_key(),
            once => once.to_owned(),
        },
        version: form.value("version").parse().ok(),
    };
    match form.value("act") {
        "keep" => sending.kept(&typed).await,
        "discard" => {
            hold(&app, &form.visit, entry, &Typed::default()).await?;
            Ok(sending.back("main"))
        }
        act => sending.carry_out(act, typed).await,
    }
}

struct Sending<'a> {
    looking: Looking<'a>,
    once: String,
    version: Option<u64>,
}

impl Sending<'_> {
    fn back(&self, part: &str) -> Response {
        let address = format!("/review/entries/{}#{part}", self.looking.entry);
        (Cache::Private, Redirect::to(&address)).into_response()
    }

    async fn hold(&self, typed: &Typed) -> Answer<()> {
        hold(self.looking.app, self.looking.visit, self.looking.entry, typed).await
    }

    async fn kept(&self, typed: &Typed) -> Answer<Response> {
        match self.hold(typed).await {
            Ok(()) => Ok(self.back("held")),
            Err(problem) => self.again(typed.clone(), problem, Vec::new()).await,
        }
    }

    async fn carry_out(&self, act: &str, mut typed: Typed) -> Answer<Response> {
        // More than is kept can still be sent.
        if let Err(problem) = self.hold(&typed).await
            && problem.kind() != ProblemKind::TooLarge
        {
            return self.again(typed, problem, Vec::new()).await;
        }
        let plan = match typed.plan(act) {
            Ok(plan) if plan.is_empty() => {
                return self.again(typed, Problem::new(ProblemKind::MalformedRequest), Vec::new()).await;
            }
            Ok(plan) => plan,
            Err(faults) => {
                let problem = Problem::new(ProblemKind::InvalidRequest);
                return self.again(typed, problem, faults).await;
            }
        };
        match self.all(plan, &mut typed).await {
            Ok(()) => {
                self.hold(&typed).await?;
                Ok(self.back("main"))
            }
            Err(problem) => {
                // What was sent before the refusal is sent; the rest stays.
                if let Err(error) = self.hold(&typed).await {
                    tracing::warn!(%error, "what was typed at a review is on the page and not held");
                }
                let faults = faults_of(&problem);
                self.again(typed, problem, faults).await
            }
        }
    }

    /// One after the other. Nothing is sent of a plan whose last act would be refused as things stand.
    async fn all(&self, plan: Plan, typed: &mut Typed) -> Answer<()> {
        let Looking { app, visit, entry, .. } = self.looking;
        let hand = Hand { bearer: visit.bearer.clone(), once: self.once.clone(), version: self.version };
        if let [_, .., (last, _)] = plan.as_slice()
            && !app.was_done_by_hand(&hand, entry, last).await
        {
            Asking::new(app, &visit.bearer, entry).foreseen(last)?;
        }
        for (act, sent) in plan {
            app.act_by_hand(&hand, entry, act).await?;
            *typed = typed.after(sent);
        }
        Ok(())
    }

    /// The same page with what was typed, what came of it, and what is there now.
    async fn again(&self, typed: Typed, problem: Problem, faults: Vec<Fault>) -> Answer<Response> {
        let words = self.looking.paper.words;
        let said = if faults.is_empty() { Some(told(&problem, words)) } else { None };
        match self.looking.draw(Again { typed: Some(typed), told: said, faults }).await {
            Ok(page) => Ok(problem.around(page)),
            // The page itself cannot be drawn, for the same reason mostly.
            Err(_) => Err(problem),
        }
    }
}

/// Which field is meant by what the act refuses.
fn faults_of(problem: &Problem) -> Vec<Fault> {
    let errors = problem.extensions().get("errors").and_then(|errors| errors.as_array());
    let pointers = errors.into_iter().flatten().filter_map(|error| error["pointer"].as_str());
    let fault = |pointer: &str| {
        let (field, key) = match pointer {
            "/items" => ("verdict", "review.fault.items"),
            "/publish_at" => ("publish_at", "review.fault.moment"),
            "/until" => ("hold_until", "review.fault.moment"),
            "/awaited" => ("hold_awaited", "review.fault.choose"),
            "/subject" => ("assign_to", "review.fault.choose"),
            "/code" => ("code", "review.fault.choose"),
            "/comments" => ("message", "review.fault.many"),
            _ => return None,
        };
        Some(Fault { field: field.to_owned(), key })
    };
    pointers.filter_map(fault).collect()
}
