//! A designation in JSON, as it is asked for and as it is shown.

use std::fmt;

use dossier_identity::{Accounts, Held, ReviewerKind, Role, accounts::AccountsError};
use dossier_proto::{Actor, BodyCode, Digest, Micros, SubjectId, v1};
use dossier_registry::Registry;
use dossier_web::{Answer, PlaceShown, ProblemKind, extract::FieldError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::moment;
use crate::domain::is_note_number;

/// A right to be given to a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct GrantBody {
    /// The person.
    #[schema(value_type = String)]
    pub(crate) subject: SubjectId,
    /// contributor, publishing-authority, reviewer, moderator, publisher, registrar, auditor, records-manager, administrator or
    /// national-focal-point.
    #[schema(example = "moderator")]
    pub(crate) role: String,
    /// For which body; absent for every body (roles of the secretariat).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(crate) body: Option<BodyCode>,
    /// For which record types; empty for all.
    #[serde(default)]
    pub(crate) record_types: Vec<String>,
    /// From when (RFC 3339); absent for at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) valid_from: Option<String>,
    /// Until when (RFC 3339); absent for without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) valid_until: Option<String>,
    /// SHA-256 of the designating note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(crate) note_digest: Option<Digest>,
    /// The number of the designating note: letters, digits and - . / _ only, at most 64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "NV-2026/114")]
    pub(crate) note_number: Option<String>,
    /// Where a reviewer comes from: `internal` or `external`. One of whom this is not said gives no opinion that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "external")]
    pub(crate) reviewer_kind: Option<String>,
}

/// A designation.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct DesignationShown {
    /// Its name.
    pub(crate) id: String,
    /// The person.
    pub(crate) subject: String,
    /// The person's name, unless it was erased. Of somebody who was invited and has not come in since it is shown to administrators, and
    /// in the answer to the invitation, which says what was typed there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// As what.
    pub(crate) role: String,
    /// For which body; absent for every body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<String>,
    /// For which record types; empty for all.
    pub(crate) record_types: Vec<String>,
    /// From when.
    pub(crate) valid_from: String,
    /// Until when; absent for without end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) valid_until: Option<String>,
    /// SHA-256 of the designating note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note_digest: Option<String>,
    /// The number of the designating note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note_number: Option<String>,
    /// Where a reviewer comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reviewer_kind: Option<String>,
    /// The event that granted it.
    pub(crate) granted: PlaceShown,
    /// The person who granted it; absent when the system did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) granted_by: Option<String>,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) revoked_at: Option<String>,
    /// The event that revoked it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) revoked: Option<PlaceShown>,
    /// Whether it is valid now.
    pub(crate) valid: bool,
}

/// Names are for those who may read them, not for logs.
impl fmt::Debug for DesignationShown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DesignationShown({}, {}, {}, {:?}, …)", self.id, self.subject, self.role, self.body)
    }
}

/// What a write of designations answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct DesignationWritten {
    /// The designation as it stands now.
    #[serde(flatten)]
    pub(crate) designation: DesignationShown,
    /// The event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) recorded: Option<PlaceShown>,
    /// Whether the command had taken effect before.
    pub(crate) repeated: bool,
}

/// The name is what the caller may read of it.
pub(super) fn shown(held: &Held, name: Option<String>, now: Micros) -> DesignationShown {
    let designation = &held.designation;
    DesignationShown {
        id: designation.id.to_string(),
        subject: designation.subject.to_string(),
        name,
        role: designation.role.key().to_owned(),
        body: designation.body.as_ref().map(ToString::to_string),
        record_types: designation.record_types.clone(),
        valid_from: moment::written(designation.from),
        valid_until: designation.until.map(moment::written),
        note_digest: designation.note_digest.map(|digest| digest.to_string()),
        note_number: Some(designation.note_number.clone()).filter(|number| !number.is_empty()),
        reviewer_kind: designation.reviewer_kind.map(|kind| kind.key().to_owned()),
        granted: designation.place.into(),
        granted_by: match designation.granted_by {
            Actor::Person(subject) => Some(subject.to_string()),
            Actor::Service(_) | Actor::System(_) => None,
        },
        revoked_at: held.revoked.map(|revoked| moment::written(revoked.at)),
        revoked: held.revoked.map(|revoked| revoked.place.into()),
        valid: held.is_valid(now),
    }
}

/// What a grant is held against.
pub(super) struct Known<'a> {
    /// The registry in force, once there is one.
    pub(crate) registry: Option<&'a Registry>,
    /// The people of the installation.
    pub(crate) accounts: &'a Accounts,
}

/// The command a body asks for. A designation for somebody whom nobody knows would entitle nobody, and its maker would not be told.
pub(super) fn command(body: &GrantBody, known: &Known<'_>, now: Micros) -> Answer<v1::GrantDesignation> {
    let mut slips = Slips { at: "", errors: Vec::new() };
    // Any other failure says nothing about the person.
    if matches!(known.accounts.tokens_of(body.subject), Err(AccountsError::UnknownSubject(_))) {
        slips.note(
            "/subject",
            "nobody here has this subject id; accounts are made with `dossier account create`".to_owned(),
        );
    }
    designation(body, known.registry, now, slips)
}

/// What does not fit in what was sent.
pub(super) struct Slips {
    /// Where the designation stands in what was sent.
    pub(crate) at: &'static str,
    pub(crate) errors: Vec<FieldError>,
}

impl Slips {
    pub(crate) fn note(&mut self, pointer: &str, detail: String) {
        self.errors.push(FieldError { pointer: format!("{}{pointer}", self.at), detail });
    }
}

/// The countries and areas of the registry.
const STATES: &str = "countries";

/// A designation as somebody asks for it. Body and record types stand in the clear in the journal, also when it is refused on
/// record: they must be of the registry, and no words (P11).
pub(super) fn designation(
    body: &GrantBody,
    registry: Option<&Registry>,
    now: Micros,
    mut slips: Slips,
) -> Answer<v1::GrantDesignation> {
    let is_body = |body: &BodyCode| registry.is_some_and(|registry| registry.is_body(body.as_str()));
    if let Some(unknown) = body.body.as_ref().filter(|body| !is_body(body)) {
        let detail = format!(
            "{unknown} is none of the countries, areas and organisations of the registry in force; \
             GET /review/api/v1/registry lists them"
        );
        slips.note("/body", detail);
    }
    let is_known = |key: &String| registry.is_some_and(|registry| registry.record_type(key).is_some());
    if !body.record_types.iter().all(is_known) {
        slips.note("/record_types", "these are not all types of record of the registry in force".to_owned());
    }
    let mut moment = |pointer: &str, text: &Option<String>| {
        let read = text.as_deref().map(moment::read);
        if read == Some(None) {
            slips.note(pointer, "this is no moment such as 2026-03-03T10:42:07Z".to_owned());
        }
        read.flatten()
    };
    let (from, until) = (moment("/valid_from", &body.valid_from), moment("/valid_until", &body.valid_until));
    let role = body.role.parse::<Role>().map_err(|error| slips.note("/role", error.to_string()));
    let is_state =
        |body: &BodyCode| registry.is_some_and(|registry| registry.any_term(STATES, body.as_str()).is_some());
    if role == Ok(Role::NationalFocalPoint) && body.body.as_ref().is_some_and(|body| is_body(body) && !is_state(body)) {
        slips.note(
            "/body",
            "a national focal point stands for a state; for an organisation designate a contributor".to_owned(),
        );
    }
    let kind = match body.reviewer_kind.as_deref().map(str::parse::<ReviewerKind>) {
        None => None,
        Some(Ok(kind)) if role == Ok(Role::Reviewer) => Some(kind),
        Some(_) => {
            slips.note("/reviewer_kind", "a reviewer, and nobody else, is internal or external".to_owned());
            None
        }
    };
    let note_number = body.note_number.clone().unwrap_or_default();
    if !is_note_number(&note_number) {
        slips.note("/note_number", "a note's number has letters, digits and - . / _ only, at most 64".to_owned());
    }
    match (role, slips.errors.is_empty()) {
        (Ok(role), true) => Ok(v1::GrantDesignation {
            subject: body.subject.to_vec(),
            role: role.number(),
            body: body.body.as_ref().map(ToString::to_string).unwrap_or_default(),
            record_types: body.record_types.clone(),
            valid_from: from.unwrap_or(now).0,
            valid_until: until.map(|until| until.0),
            note_digest: body.note_digest.map(|digest| digest.to_vec()).unwrap_or_default(),
            reviewer_kind: kind.map_or(0, ReviewerKind::number),
            note_number,
        }),
        _ => Err(FieldError::problem(ProblemKind::InvalidRequest, &slips.errors)),
    }
}
