//! Somebody is let in, or given another right: one form for both.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use dossier_identity::Role;
use dossier_proto::{BodyCode, Micros, SubjectId};
use dossier_registry::Registry;
use dossier_web::{
    Answer, Cache, Language, Problem, ProblemKind,
    page::{Paper, Room, Words},
    visit::{FORM_TOKEN_FIELD, SentForm, Visit},
};

use super::{
    PEOPLE, admits,
    forms::{Told, beside, key_of, told},
    rights::Speech,
};
use crate::{
    api::{
        App,
        asked::{Asked, Asker},
        designation::GrantBody,
        designations,
        invitation::{InviteBody, InvitedAs},
        inviting,
    },
    pages::{fresh_key, said::Spoken},
};

/// Who comes in: somebody new, by mail; or somebody who is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whom {
    New,
    Here(SubjectId),
}

/// What was typed.
#[derive(Debug, Clone, Default)]
struct Typed {
    name: String,
    mail: String,
    language: String,
    role: String,
    body: String,
    types: Vec<String>,
    until: String,
    note_number: String,
    reviewer_kind: String,
}

impl Typed {
    fn of(form: &SentForm) -> Self {
        let value = |name: &str| form.value(name).trim().to_owned();
        let types = form.fields.iter().filter(|field| field.name == "types").map(|field| field.value.clone());
        Self {
            name: value("name"),
            mail: value("mail"),
            language: value("language"),
            role: value("role"),
            body: value("body"),
            types: types.collect(),
            until: value("until"),
            note_number: value("note_number"),
            reviewer_kind: value("reviewer_kind"),
        }
    }

    /// The designation that is asked for. What no page of ours sends, a body that is no code, is said like any other fault.
    fn designation(&self) -> Result<InvitedAs, Told> {
        let filled = |text: &String| (!text.is_empty()).then(|| text.clone());
        let body: Option<BodyCode> = match filled(&self.body).map(|code| code.parse()).transpose() {
            Ok(body) => body,
            Err(_) => return Err(Told { field: Some("body"), text: String::new() }),
        };
        Ok(InvitedAs {
            role: self.role.clone(),
            body,
            record_types: self.types.clone(),
            valid_from: None,
            // The last day counts to its end.
            valid_until: filled(&self.until).map(|day| format!("{day}T23:59:59Z")),
            note_digest: None,
            note_number: filled(&self.note_number),
            reviewer_kind: filled(&self.reviewer_kind).filter(|_| self.role == Role::Reviewer.key()),
        })
    }
}

/// Something to choose.
struct Choice {
    value: String,
    label: Spoken,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "office_person.html")]
struct PersonForm<'a> {
    w: &'static Words,
    action: String,
    title: &'static str,
    lede: &'static str,
    is_new: bool,
    subject: String,
    name: Option<String>,
    typed: &'a Typed,
    roles: Vec<(&'static str, String, bool)>,
    languages: [(Language, bool); 6],
    bodies: Vec<Choice>,
    may_leave_body: bool,
    types: Vec<Choice>,
    told: Vec<Told>,
    token_field: &'static str,
    token: &'a str,
    key: String,
}

impl PersonForm<'_> {
    fn wrong(&self, field: &str) -> Option<&str> {
        beside(&self.told, field)
    }
}

/// The form to let somebody in.
pub(super) async fn ask_invite(State(app): State<App>, visit: Visit, paper: Paper) -> Answer<Response> {
    let typed = Typed { language: paper.language.code().to_owned(), ..Typed::default() };
    draw(app, Whom::New, visit, paper, (typed, Vec::new())).await
}

/// The form to give somebody who is here another right.
pub(super) async fn ask_designate(State(app): State<App>, visit: Visit, paper: Paper) -> Answer<Response> {
    let query = paper.address.query().unwrap_or_default();
    let subject = query.split('&').find_map(|pair| pair.strip_prefix("subject=")).and_then(|id| id.parse().ok());
    let subject = subject.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    draw(app, Whom::Here(subject), visit, paper, (Typed::default(), Vec::new())).await
}

/// Lets somebody in.
pub(super) async fn invite(State(app): State<App>, paper: Paper, form: SentForm) -> Answer<Response> {
    let typed = Typed::of(&form);
    let designation = match typed.designation() {
        Ok(designation) => designation,
        Err(fault) => return wrong(app, Whom::New, (form.visit, paper), typed, fault).await,
    };
    let asker = Asker::of_form(form.visit.bearer.clone(), key_of(&form)?);
    let (name, mail) = (typed.name.clone(), typed.mail.clone());
    let language = (!typed.language.is_empty()).then(|| typed.language.clone());
    let asked = Asked::of_form("/review/people/invite", InviteBody { name, mail, language, designation });
    match inviting::invite(State(app.clone()), asker, asked).await {
        Ok(_) => Ok((Cache::Private, Redirect::to(&format!("{PEOPLE}?done=invite"))).into_response()),
        Err(problem) => again(app, Whom::New, (form.visit, paper), typed, problem).await,
    }
}

/// Gives somebody who is here another right.
pub(super) async fn designate(State(app): State<App>, paper: Paper, form: SentForm) -> Answer<Response> {
    let typed = Typed::of(&form);
    let subject: SubjectId = form.value("subject").parse().map_err(|_| Problem::new(ProblemKind::NotFound))?;
    let designation = match typed.designation() {
        Ok(designation) => designation,
        Err(fault) => return wrong(app, Whom::Here(subject), (form.visit, paper), typed, fault).await,
    };
    let asker = Asker::of_form(form.visit.bearer.clone(), key_of(&form)?);
    let asked: Asked<GrantBody> = Asked::of_form("/review/people/designate", designation.of(subject));
    match designations::grant(State(app.clone()), asker, asked).await {
        Ok(_) => Ok((Cache::Private, Redirect::to(&format!("{PEOPLE}?done=designate"))).into_response()),
        Err(problem) => again(app, Whom::Here(subject), (form.visit, paper), typed, problem).await,
    }
}

async fn again(
    app: App,
    whom: Whom,
    (visit, paper): (Visit, Paper),
    typed: Typed,
    problem: Problem,
) -> Answer<Response> {
    let Some(told) = told(&problem, paper.words) else { return Err(problem) };
    Ok(problem.around(draw(app, whom, visit, paper, (typed, told)).await?))
}

async fn wrong(app: App, whom: Whom, (visit, paper): (Visit, Paper), typed: Typed, fault: Told) -> Answer<Response> {
    let told = vec![Told { text: paper.words.text("office.fault_body").to_owned(), ..fault }];
    let problem = Problem::new(ProblemKind::InvalidRequest);
    Ok(problem.around(draw(app, whom, visit, paper, (typed, told)).await?))
}

async fn draw(app: App, whom: Whom, visit: Visit, paper: Paper, (typed, told): (Typed, Vec<Told>)) -> Answer<Response> {
    admits(&app, &visit, &[Role::Administrator, Role::PublishingAuthority])?;
    let work = app.clone();
    app.off_thread(move |desk| {
        let (w, reader, now) = (paper.words, visit.bearer.subject, desk.clock.now());
        let (is_administrator, own) = {
            let view = desk.engine.view();
            let of = &view.state.designations;
            let own: Vec<BodyCode> =
                of.bodies_of(reader, Role::PublishingAuthority, now).into_iter().cloned().collect();
            (of.holds(reader, Role::Administrator, now).is_ok(), own)
        };
        let speech = Speech::new(&work, &paper, reader)?;
        let offered = Role::ALL.into_iter().filter(|role| is_administrator || *role == Role::Contributor);
        let role = |role: Role| (role.key(), w.of_role(role).to_owned(), typed.role == role.key());
        let codes: Vec<String> = match (&speech.registry, is_administrator) {
            (Some(registry), true) => body_codes(registry, now),
            _ => own.iter().map(ToString::to_string).collect(),
        };
        let mut bodies: Vec<Choice> = codes
            .into_iter()
            .map(|code| Choice { label: speech.body(&code), is_chosen: code == typed.body, value: code })
            .collect();
        bodies.sort_by(|one, other| one.label.text.cmp(&other.label.text));
        let keys = speech.registry.iter().flat_map(|registry| registry.types());
        let types = keys.map(|one| Choice {
            label: speech.record_type(&one.key),
            is_chosen: typed.types.contains(&one.key),
            value: one.key.clone(),
        });
        let (action, title, lede) = match whom {
            Whom::New => ("/review/people/invite", "office.invite", "office.invite_lede"),
            Whom::Here(_) => ("/review/people/designate", "office.designate", "office.designate_lede"),
        };
        let subject = if let Whom::Here(subject) = whom { Some(subject) } else { None };
        // Only the administrator reads the names of all who are here.
        let name = subject.filter(|_| is_administrator).and_then(|subject| desk.accounts.name_of(subject));
        let main = PersonForm {
            w,
            action: action.to_owned(),
            title: w.text(title),
            lede: w.text(lede),
            is_new: whom == Whom::New,
            subject: subject.map(|subject| subject.to_string()).unwrap_or_default(),
            name,
            roles: offered.map(role).collect(),
            languages: Language::ALL.map(|one| (one, one.code() == typed.language)),
            bodies,
            may_leave_body: is_administrator,
            types: types.collect(),
            typed: &typed,
            told,
            token_field: FORM_TOKEN_FIELD,
            token: visit.form.as_str(),
            key: fresh_key(),
        };
        Ok((Cache::Private, paper.page(Room::People, main.title, &main)?).into_response())
    })
    .await
}

/// The countries, areas and organisations of today.
fn body_codes(registry: &Registry, now: Micros) -> Vec<String> {
    let states = registry.terms_at("countries", now).map(|term| term.key.clone());
    let organisations = registry.terms_at("organizations", now).map(|term| term.key.to_ascii_uppercase());
    states.chain(organisations).filter(|code| registry.is_body(code)).collect()
}
