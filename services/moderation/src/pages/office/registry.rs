//! `/review/registry`: what is in force, what was, what differs, and the adoption of another one with its findings shown first.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use dossier_identity::Role;
use dossier_proto::Digest;
use dossier_registry::{Change, Clearance, Registry, RegistryBytesError, RegistryChange, changes};
use dossier_web::{
    Answer, Cache, Problem, ProblemKind,
    limits::ERRORS_MAX,
    page::{OwnScript, Paper, Room, Words},
    visit::{FORM_TOKEN_FIELD, SentForm, Visit},
};

use super::{
    REGISTRY, done,
    forms::{key_of, told},
    holds, minute,
};
use crate::{
    api::{
        App, Desk,
        adopting::{self, AdoptBody},
        asked::{Asked, Asker},
        of_registry,
    },
    pages::{fresh_key, registry_language, said::Spoken},
    views::Adoption,
};

/// Takes a chosen file into the field of the registry's text; without a script it is pasted there.
pub(super) static OFFICE_JS: OwnScript =
    OwnScript::new("/review/assets", "office", include_str!("../../../assets/office.js"));
/// Differences on a page; who has more compares the files.
const CHANGES_MAX: usize = 200;

#[derive(Template)]
#[template(path = "office_registry.html")]
struct Shown<'a> {
    w: &'static Words,
    done: Option<&'static str>,
    version: Option<String>,
    digest: String,
    since: Option<(String, String)>,
    types: Vec<TypeShown>,
    vocabularies: usize,
    history: Vec<Row>,
    may_adopt: bool,
    told: Vec<String>,
    document: &'a str,
    token_field: &'static str,
    token: &'a str,
    key: String,
}

struct TypeShown {
    key: String,
    label: Spoken,
    fields: String,
    clearance: &'static str,
    stages: String,
}

/// A registry that was put in force.
struct Row {
    version: String,
    digest: String,
    at: (String, String),
    place: String,
    /// The digest of the one before.
    before: Option<String>,
    is_current: bool,
}

/// The page. The registry is public; so is its history, to whoever has come in.
pub(super) async fn show(State(app): State<App>, visit: Visit, paper: Paper) -> Answer<Response> {
    draw(app, visit, paper, String::new(), Vec::new()).await
}

async fn draw(app: App, visit: Visit, paper: Paper, document: String, told: Vec<String>) -> Answer<Response> {
    let may_adopt = holds(&app, &visit, Role::Registrar);
    app.off_thread(move |desk| {
        let w = paper.words;
        let adoptions = desk.engine.view().registries.clone();
        let registry = desk.registry.get(&desk.engine).map_err(|error| of_registry(&error))?;
        let history = history(desk, &adoptions, w)?;
        let main = Shown {
            w,
            done: done(paper.address.query()).map(|key| w.text(key)),
            version: registry.as_ref().map(|one| one.version().to_owned()),
            digest: registry.as_ref().map(|one| one.digest().to_string()).unwrap_or_default(),
            since: adoptions.last().map(|one| minute(one.at, w)),
            types: registry.as_ref().map(|one| types(one, &paper)).unwrap_or_default(),
            vocabularies: registry.as_ref().map_or(0, |one| one.document().vocabularies.len()),
            history,
            may_adopt,
            told,
            document: &document,
            token_field: FORM_TOKEN_FIELD,
            token: visit.form.as_str(),
            key: fresh_key(),
        };
        let sheet = paper.sheet(Room::Registry, w.text("office.registry")).script(&OFFICE_JS);
        Ok((Cache::Private, sheet.page(&main)?).into_response())
    })
    .await
}

fn types(registry: &Registry, paper: &Paper) -> Vec<TypeShown> {
    let (w, page) = (paper.words, registry_language(paper.language));
    let shown = registry.types().iter().map(|one| TypeShown {
        key: one.key.clone(),
        label: Spoken::of(one.labels.show(page, &one.key), page),
        fields: w.count("office.fields", one.fields.len() as u64),
        clearance: w.text(if one.review.clearance != Clearance::None { "frame.yes" } else { "frame.no" }),
        stages: w.count("office.stages", one.review.stages.len() as u64),
    });
    shown.collect()
}

/// The newest first.
fn history(desk: &Desk, adoptions: &[Adoption], w: &Words) -> Answer<Vec<Row>> {
    let mut rows = Vec::with_capacity(adoptions.len());
    for (position, one) in adoptions.iter().enumerate() {
        let registry = desk.registry.at(&desk.engine, one.digest, one.place).map_err(|error| of_registry(&error))?;
        rows.push(Row {
            version: registry.version().to_owned(),
            digest: one.digest.to_string(),
            at: minute(one.at, w),
            place: one.place.to_string(),
            before: position.checked_sub(1).and_then(|before| adoptions.get(before)).map(|one| one.digest.to_string()),
            is_current: position + 1 == adoptions.len(),
        });
    }
    rows.reverse();
    Ok(rows)
}

/// What differs, as a page says it. Where it stands is for whoever keeps the files; what it means for what is on record is English there.
struct Difference {
    part: String,
    change: &'static str,
    keys: String,
    remark: Option<String>,
}

fn differences(found: &[RegistryChange], w: &'static Words) -> Vec<Difference> {
    let shown = found.iter().take(CHANGES_MAX).map(|one| Difference {
        part: one.part.clone(),
        change: w.text(match one.change {
            Change::Added => "office.was_added",
            Change::Removed => "office.was_removed",
            Change::Changed => "office.was_changed",
        }),
        keys: one.keys.join(", "),
        remark: one.remark.clone(),
    });
    shown.collect()
}

#[derive(Template)]
#[template(path = "office_changes.html")]
struct Compared {
    w: &'static Words,
    title: String,
    changes: Vec<Difference>,
    more: usize,
}

/// What one registry says otherwise than another.
pub(super) async fn compare(State(app): State<App>, _visit: Visit, paper: Paper) -> Answer<Response> {
    app.off_thread(move |desk| {
        let not_found = || Problem::new(ProblemKind::NotFound);
        let query = paper.address.query().unwrap_or_default();
        let digest = |name: &str| {
            let said = query.split('&').find_map(|pair| pair.strip_prefix(name));
            said.and_then(|text| text.parse::<Digest>().ok()).ok_or_else(not_found)
        };
        let (from, to) = (digest("from=")?, digest("to=")?);
        let adoptions = desk.engine.view().registries.clone();
        let registry = |digest: Digest| {
            let one = adoptions.iter().find(|one| one.digest == digest).ok_or_else(not_found)?;
            desk.registry.at(&desk.engine, one.digest, one.place).map_err(|error| of_registry(&error))
        };
        let (before, after) = (registry(from)?, registry(to)?);
        let (w, found) = (paper.words, changes(&before, &after));
        let title = w.fill("office.difference", &[("from", before.version()), ("to", after.version())]);
        let main = Compared {
            w,
            changes: differences(&found, w),
            more: found.len().saturating_sub(CHANGES_MAX),
            title: title.clone(),
        };
        Ok((Cache::Private, paper.page(Room::Registry, &title, &main)?).into_response())
    })
    .await
}

#[derive(Template)]
#[template(path = "office_adopt.html")]
struct Checked<'a> {
    w: &'static Words,
    version: String,
    digest: String,
    is_in_force: bool,
    changes: Vec<Difference>,
    more: usize,
    document: &'a str,
    token_field: &'static str,
    token: &'a str,
    key: String,
}

/// Looks at a registry before anybody adopts it: every fault at once, or what it changes.
pub(super) async fn check(State(app): State<App>, paper: Paper, form: SentForm) -> Answer<Response> {
    let visit = form.visit.clone();
    if !holds(&app, &visit, Role::Registrar) {
        return Err(Problem::new(ProblemKind::NotEntitled).with("role", "registrar"));
    }
    // Browsers write line ends as CR LF; what is canonical has none but in its texts, where they are written as \n.
    let document = form.value("document").trim().to_owned();
    let found = {
        let document = document.clone();
        dossier_web::off_thread(move || Ok(Registry::adoptable(document.as_bytes()))).await?
    };
    let registry = match found {
        Ok(registry) => registry,
        Err(error) => {
            let told = faults(&error, paper.words);
            let problem = Problem::new(ProblemKind::InvalidRequest);
            return Ok(problem.around(draw(app, visit, paper, document, told).await?));
        }
    };
    app.off_thread(move |desk| {
        let w = paper.words;
        let before = desk.registry.get(&desk.engine).map_err(|error| of_registry(&error))?;
        let found = before.as_ref().map(|before| changes(before, &registry)).unwrap_or_default();
        let main = Checked {
            w,
            version: registry.version().to_owned(),
            digest: registry.digest().to_string(),
            is_in_force: before.is_some_and(|before| before.digest() == registry.digest()),
            changes: differences(&found, w),
            more: found.len().saturating_sub(CHANGES_MAX),
            document: &document,
            token_field: FORM_TOKEN_FIELD,
            token: visit.form.as_str(),
            key: fresh_key(),
        };
        Ok((Cache::Private, paper.page(Room::Registry, w.text("office.adopt"), &main)?).into_response())
    })
    .await
}

/// Each as the check says it, which is written for whoever keeps the files.
fn faults(error: &RegistryBytesError, w: &Words) -> Vec<String> {
    let mut told = vec![w.text("office.not_sound").to_owned()];
    match error {
        RegistryBytesError::Faults(faults) => told.extend(faults.iter().take(ERRORS_MAX).map(ToString::to_string)),
        error => told.push(error.to_string()),
    }
    told
}

/// Puts it in force.
pub(super) async fn adopt(State(app): State<App>, paper: Paper, form: SentForm) -> Answer<Response> {
    let document = form.value("document").trim().to_owned();
    let asker = Asker::of_form(form.visit.bearer.clone(), key_of(&form)?);
    let asked = Asked::of_form("/review/registry/adopt", AdoptBody { document: document.clone() });
    let Err(problem) = adopting::adopt(State(app.clone()), asker, asked).await else {
        return Ok((Cache::Private, Redirect::to(&format!("{REGISTRY}?done=adopt"))).into_response());
    };
    let Some(told) = told(&problem, paper.words) else { return Err(problem) };
    let told = told.into_iter().map(|one| one.text).collect();
    Ok(problem.around(draw(app, form.visit, paper, document, told).await?))
}
