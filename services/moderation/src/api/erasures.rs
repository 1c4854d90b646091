//! `/erasures`: words that are to be destroyed and persons to be forgotten: ordered here, and who has done it.

use axum::{
    Json,
    extract::State as Extracted,
    response::{IntoResponse, Response},
};
use dossier_engine::{
    Repeated,
    erasure::{Order, Scope},
    name_command,
};
use dossier_identity::Role;
use dossier_proto::{Actor, Digest, EntryId, Micros, Origin, Payload, Place, SubjectId, v1};
use dossier_vault::{Binding, Purpose};
use dossier_web::{
    Answer, Cache, Cursor, CursorError, Page, PageSize, PlaceShown, Problem, ProblemDocument, ProblemKind,
    extract::{Bearer, FieldError, IdempotencyKey, MinSequence, StrictQuery},
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    App, Desk,
    asked::{Asked, Asker},
    designations::check_token,
    errors,
    execute::{Errand, failed},
    limits::{TEXT_BYTES_MAX, check_length},
    moment,
};
use crate::{
    domain::{Command, State},
    views::Reviews,
};

const LIST: &str = "erasures";

/// What is to be destroyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErasureBody {
    /// `words` (everything anybody wrote in the entry), `content` (single contents, with their personal values and files),
    /// `personal-values` (all of the entry), or `person` (who somebody is: name, address, account).
    #[schema(example = "words")]
    scope: String,
    /// The entry; not for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    entry: Option<EntryId>,
    /// The person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    subject: Option<SubjectId>,
    /// The contents, for `content`: 1 to 64.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    digests: Vec<Digest>,
    /// Why, as the registry codes it under `erasures`.
    #[schema(example = "never-public")]
    reason: String,
    /// A word for the record, sealed: records managers and auditors read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// Said once more, against slips: the public number or the id of the entry, or the subject. What is destroyed does not come back.
    #[schema(example = "EVT-2026-00042")]
    confirm: String,
}

/// That a service has destroyed its copies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ConfirmedShown {
    /// Which service.
    #[schema(value_type = String, example = "publication")]
    service: Origin,
    /// When it recorded so.
    at: String,
    /// The event.
    place: PlaceShown,
    /// So many keys; 0 where it held none.
    destroyed: u32,
}

/// An order, and who has carried it out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ErasureShown {
    /// The event that ordered it.
    order: PlaceShown,
    /// When: what was recorded until then is covered.
    ordered_at: String,
    /// `words`, `content`, `personal-values` or `person`.
    scope: String,
    /// The entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<String>,
    /// Its public number.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// The body it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    /// Its type.
    #[serde(skip_serializing_if = "Option::is_none")]
    record_type: Option<String>,
    /// The person who is forgotten.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// The contents.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    digests: Vec<String>,
    /// Why, as the registry codes it.
    reason: String,
    /// What was noted; absent when nothing was, or it was erased since.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// Who ordered it; absent when an operator did.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    /// The services that have destroyed their copies, the first first.
    confirmed: Vec<ConfirmedShown>,
    /// The services that have not said so yet: since `ordered_at`.
    #[schema(value_type = Vec<String>)]
    waiting: Vec<Origin>,
    /// Whether all have.
    complete: bool,
}

/// What an order answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ErasureWritten {
    /// The order.
    #[serde(flatten)]
    erasure: ErasureShown,
    /// Whether it was ordered before, under the same idempotency key.
    repeated: bool,
}

/// Which orders are wanted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ErasureFilter {
    /// Of this entry.
    #[param(value_type = Option<String>)]
    entry: Option<EntryId>,
    /// Of this person.
    #[param(value_type = Option<String>)]
    subject: Option<SubjectId>,
    /// `true`: those alone that somebody has not confirmed.
    waiting: Option<bool>,
    /// How many at once.
    limit: Option<PageSize>,
    /// Where to go on.
    cursor: Option<Cursor>,
}

/// Orders that words be destroyed wherever they are, or that a person be forgotten. For good: every service destroys its keys and confirms it,
/// and every proof still verifies.
///
/// The words of an entry, and the content that stands in public, are retracted or corrected first. What is written after the order is not
/// covered by it.
#[utoipa::path(
    post, path = "/review/api/v1/erasures", tag = "erasures", operation_id = "orderErasure", request_body = ErasureBody,
    params(IdempotencyKey),
    responses(
        (status = 201, description = "Ordered: the services destroy and confirm within moments", body = ErasureWritten),
        (status = 403, description = "Only a records manager orders it, for a person one of all bodies", body = ProblemDocument),
        (status = 404, description = "No such entry was ever submitted, or nobody ever had an account with this subject", body = ProblemDocument),
        (status = 409, description = "The words stand in public, or come there: `because` names the event; or it was ordered before", body = ProblemDocument),
        (status = 422, description = "Something does not fit, or `confirm` does not repeat what is erased", body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn order(Extracted(app): Extracted<App>, asker: Asker, asked: Asked<ErasureBody>) -> Answer<Response> {
    let sent = serde_json::to_value(&asked.body).unwrap_or_default();
    check(&app, &asker.bearer, &asked.body)?;
    // A repeat seals nothing.
    let key = asker.key.0.as_deref().map(str::as_bytes);
    let (id, request) = name_command(asker.bearer.subject.as_bytes(), key, &asked.digest);
    let before = match key {
        Some(_) => app.engine.answered(id, request).await.map_err(|error| failed(error, sent.clone()).problem)?,
        None => None,
    };
    let outcome = match before {
        Some(outcome) => outcome,
        None => {
            let body = asked.body.clone();
            let command = app.off_thread(move |desk| command(desk, &body)).await?;
            let entry = asked.body.entry;
            let errand = Errand { entry, command: Command::OrderErasure(command), digest: asked.digest, sent };
            app.execute(&asker, errand).await.map_err(|failed| failed.problem)?
        }
    };
    let place = outcome.events.first().map(|event| event.head.place);
    let place = place.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let repeated = outcome.repeated == Repeated::Yes;
    let erasure = app.off_thread(move |desk| shown(desk, &[place])).await?.pop();
    let erasure = erasure.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    Ok((StatusCode::CREATED, Cache::Private, Json(ErasureWritten { erasure, repeated })).into_response())
}

/// The orders, the newest first, with who has carried them out and who has not: for records managers and auditors, as far as their
/// designations reach.
#[utoipa::path(
    get, path = "/review/api/v1/erasures", tag = "erasures", operation_id = "listErasures", params(ErasureFilter, MinSequence),
    responses(
        (status = 200, body = Page<ErasureShown>),
        (status = 403, description = "The caller is neither a records manager nor an auditor", body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn list(
    Extracted(app): Extracted<App>,
    bearer: Bearer,
    MinSequence(from): MinSequence,
    StrictQuery(filter): StrictQuery<ErasureFilter>,
) -> Answer<impl IntoResponse> {
    app.wait_for(from).await?;
    let after = filter.cursor.as_ref().map(position).transpose();
    let after = after.map_err(|error| Problem::new(ProblemKind::MalformedQuery).detail(format!("{error}.")))?;
    let page: Page<Place> = {
        let (view, now) = (app.engine.view(), app.clock.now());
        let holds = |role| view.state.designations.holds(bearer.subject, role, now).is_ok();
        if !READERS.into_iter().any(holds) {
            return Err(Problem::new(ProblemKind::NotEntitled)
                .detail("Erasures are for records managers and auditors.")
                .with("code", "no-designation"));
        }
        let wanted = |order: &&Order| {
            after.is_none_or(|after| (order.place.epoch, order.place.sequence) < after)
                && filter.entry.is_none_or(|entry| order.entry == Some(entry))
                && filter.subject.is_none_or(|subject| order.subject == Some(subject))
                && filter.waiting.is_none_or(|waiting| waiting != is_complete(order))
                && reads(&view.state, &bearer, order, now)
        };
        let orders = view.state.erasures.all().rev().filter(wanted).map(|order| order.place);
        Page::of(orders, filter.limit.unwrap_or_default(), |place| cursor(*place))
    };
    let (places, next) = (page.items, page.next);
    let items = app.off_thread(move |desk| shown(desk, &places)).await?;
    Ok((Cache::Private, Json(Page { items, next })))
}

const READERS: [Role; 2] = [Role::RecordsManager, Role::Auditor];

/// Whether the caller reads of this order.
fn reads(state: &State, bearer: &Bearer, order: &Order, now: Micros) -> bool {
    let entry = order.entry.and_then(|id| state.entries.get(&id));
    let (body, kind) = (entry.map(|entry| &entry.body), entry.map(|entry| entry.record_type.as_str()));
    let mut rights = READERS.into_iter().map(|role| state.designations.entitled(bearer.subject, role, body, kind, now));
    check_token(bearer, body).is_ok() && rights.any(|right| right.is_ok())
}

fn is_complete(order: &Order) -> bool {
    Origin::ALL.iter().all(|service| order.confirmed.contains_key(service))
}

/// Epoch and sequence, big-endian: 12 bytes.
fn position(cursor: &Cursor) -> Result<(u32, u64), CursorError> {
    let (epoch, sequence) = cursor.position(LIST)?.split_first_chunk::<4>().ok_or(CursorError)?;
    let sequence: [u8; 8] = sequence.try_into().map_err(|_| CursorError)?;
    Ok((u32::from_be_bytes(*epoch), u64::from_be_bytes(sequence)))
}

fn cursor(place: Place) -> Cursor {
    Cursor::new(LIST, &[&place.epoch.to_be_bytes()[..], &place.sequence.to_be_bytes()[..]].concat())
}

/// Whether the request fits itself: what is erased is said twice, and the token reaches it.
fn check(app: &App, bearer: &Bearer, body: &ErasureBody) -> Answer<()> {
    let mut errors = Vec::new();
    let mut wrong = |pointer: &str, detail: &str| {
        errors.push(FieldError { pointer: pointer.to_owned(), detail: detail.to_owned() });
    };
    let scope = Scope::ALL.into_iter().find(|scope| scope.key() == body.scope);
    if scope.is_none() {
        wrong("/scope", "is one of words, content, personal-values, person");
    }
    let named = match (scope, body.entry, body.subject) {
        (Some(Scope::Person), None, Some(subject)) => vec![subject.to_string()],
        (Some(Scope::Person), ..) => {
            wrong("/subject", "names the person, and no entry is named beside it");
            Vec::new()
        }
        (Some(_), Some(entry), None) => {
            let view = app.engine.view();
            let number = view.state.entries.get(&entry).and_then(|known| known.edition.as_ref());
            number.map(|edition| edition.number.clone()).into_iter().chain([entry.to_string()]).collect()
        }
        (Some(_), ..) => {
            wrong("/entry", "names the entry, and no subject is named beside it");
            Vec::new()
        }
        (None, ..) => Vec::new(),
    };
    if !named.is_empty() && !named.iter().any(|name| name.eq_ignore_ascii_case(body.confirm.trim())) {
        wrong("/confirm", "repeats what is erased: the public number or the id of the entry, or the subject");
    }
    if let Some(note) = &body.note {
        check_length(&mut errors, "/note", note, TEXT_BYTES_MAX);
    }
    if !errors.is_empty() {
        return Err(FieldError::problem(ProblemKind::InvalidRequest, &errors));
    }
    reaches(app, bearer, body.entry)?;
    body.subject.map_or(Ok(()), |subject| somebody(app, bearer, subject))
}

/// Of whom nobody ever heard there is nothing to forget, and it is said so instead of confirmed. Whoever may not order it is not told who is
/// known here: the decision turns them away.
fn somebody(app: &App, bearer: &Bearer, subject: SubjectId) -> Answer<()> {
    let view = app.engine.view();
    let (designations, now) = (&view.state.designations, app.clock.now());
    let is_asked_in_vain = !app.accounts.knows(subject) && view.state.erasures.of_person(subject).is_none();
    if !is_asked_in_vain || designations.entitled(bearer.subject, Role::RecordsManager, None, None, now).is_err() {
        return Ok(());
    }
    Err(Problem::new(ProblemKind::NotFound)
        .detail(
            "Nobody ever had an account with this subject: nothing is known of them here, and nothing was destroyed.",
        )
        .with("code", "nobody-known"))
}

/// A token that is bound to one body orders nothing for another, and nothing for all.
fn reaches(app: &App, bearer: &Bearer, entry: Option<EntryId>) -> Answer<()> {
    let view = app.engine.view();
    match entry {
        None => check_token(bearer, None),
        // Of one that is not there the decision says so.
        Some(entry) => view.state.entries.get(&entry).map_or(Ok(()), |known| {
            let holds = view.state.designations.entitled(
                bearer.subject,
                Role::RecordsManager,
                Some(&known.body),
                Some(&known.record_type),
                app.clock.now(),
            );
            holds.map_or(Ok(()), |_| check_token(bearer, Some(&known.body)))
        }),
    }
}

/// The command, its note under a key of its own.
fn command(desk: &Desk, body: &ErasureBody) -> Answer<v1::OrderErasure> {
    let scope = Scope::ALL.into_iter().find(|scope| scope.key() == body.scope).map_or(0, Scope::number);
    let note = body.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
    let binding = binding(body.entry, body.subject);
    let note = match (note, binding) {
        (Some(note), Some(binding)) => {
            Some(desk.words.seal_apart(&binding, note).map_err(|error| errors::of_words(&error))?)
        }
        _ => None,
    };
    Ok(v1::OrderErasure {
        scope,
        subject: body.subject.map(|subject| subject.to_vec()).unwrap_or_default(),
        digests: body.digests.iter().map(|digest| digest.to_vec()).collect(),
        reason: body.reason.clone(),
        note,
    })
}

/// What the note is tied to: the entry, or the person.
fn binding(entry: Option<EntryId>, subject: Option<SubjectId>) -> Option<Binding> {
    let of_person = || subject.map(|subject| Binding::subject(subject, Purpose::Note));
    entry.map(|entry| Binding::entry(entry, Purpose::Note)).or_else(of_person)
}

/// The orders at these places, as they stand now. Reads the journal and the vault.
fn shown(desk: &Desk, places: &[Place]) -> Answer<Vec<ErasureShown>> {
    let orders: Vec<(Order, Option<Facts>)> = {
        let view = desk.engine.view();
        let of = |place: &Place| view.state.erasures.get(*place).map(|order| (order.clone(), Facts::of(&view, order)));
        places.iter().filter_map(of).collect()
    };
    orders.into_iter().map(|(order, facts)| one(desk, &order, facts.as_ref())).collect()
}

/// What is shown of the entry.
struct Facts {
    number: Option<String>,
    body: String,
    record_type: String,
}

impl Facts {
    fn of(view: &Reviews, order: &Order) -> Option<Self> {
        let entry = view.state.entries.get(&order.entry?)?;
        let number = entry.edition.as_ref().map(|edition| edition.number.clone());
        Some(Self { number, body: entry.body.to_string(), record_type: entry.record_type.clone() })
    }
}

fn one(desk: &Desk, order: &Order, facts: Option<&Facts>) -> Answer<ErasureShown> {
    let event = desk.engine.recorded_at(order.place).map_err(|error| errors::of_record(&error))?.event;
    let by = match event.head.actor {
        Actor::Person(subject) => Some(desk.accounts.name_of(subject).unwrap_or_else(|| subject.to_string())),
        Actor::Service(_) | Actor::System(_) => None,
    };
    let sealed = match event.payload {
        Some(Payload::ErasureOrdered(ordered)) => ordered.command.and_then(|command| command.note),
        _ => None,
    };
    let note = match (sealed, binding(order.entry, order.subject)) {
        (Some(sealed), Some(binding)) => {
            desk.words.open_apart(&binding, sealed).map_err(|error| errors::of_words(&error))?
        }
        _ => None,
    };
    let mut confirmed: Vec<_> = order.confirmed.iter().collect();
    confirmed.sort_by_key(|(_, confirmation)| confirmation.at);
    let confirmed: Vec<_> = confirmed
        .into_iter()
        .map(|(service, confirmation)| ConfirmedShown {
            service: *service,
            at: moment::written(confirmation.at),
            place: confirmation.place.into(),
            destroyed: confirmation.destroyed,
        })
        .collect();
    let waiting = Origin::ALL.into_iter().filter(|service| !order.confirmed.contains_key(service)).collect();
    Ok(ErasureShown {
        order: order.place.into(),
        ordered_at: moment::written(order.at),
        scope: order.scope.key().to_owned(),
        entry: order.entry.map(|entry| entry.to_string()),
        number: facts.and_then(|facts| facts.number.clone()),
        body: facts.map(|facts| facts.body.clone()),
        record_type: facts.map(|facts| facts.record_type.clone()),
        subject: order.subject.map(|subject| subject.to_string()),
        digests: order.digests.iter().map(ToString::to_string).collect(),
        reason: order.reason.clone(),
        note,
        by,
        confirmed,
        waiting,
        complete: is_complete(order),
    })
}
