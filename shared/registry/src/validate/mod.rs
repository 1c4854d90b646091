//! Checks a content against its record type: every fault at once. Pure.

mod fault;
mod known;
mod objects;
mod range;
mod references;
mod relations;
mod saying;
mod spot;
mod text;
mod translations;
mod values;

use std::collections::BTreeSet;

use dossier_proto::Micros;
use serde_json::{Map, Value};

pub use fault::{Fault, FaultCode, Grade, Stage};
pub use known::{Citation, Citations, Known};
use saying::{Said, Saying};
use spot::{Spot, escaped, shortened};

use crate::{
    Day, Labels, Language, Registry,
    content::{self, CONTENT_BYTES_MAX, ORIGINAL_LANGUAGE, RESERVED_KEYS},
    day::in_force,
    model::{Condition, Expected, Field, Kind, RecordType},
    says_something,
};

/// Faults listed for one content: more than anybody reads, and a bound on what a hostile content makes us write.
pub const FAULTS_MAX: usize = 200;

impl Registry {
    /// Checks a content of a record type, at a moment: as people write it, or with personal values sealed away. Where a
    /// personal value is sealed only its commitment stands there, and nothing more can be said about it; anywhere else a
    /// commitment is refused like any unknown part.
    ///
    /// Whatever stands in it must be right at any stage; what is missing matters only at [`Stage::Submission`].
    pub fn validate(&self, record_type: &str, content: &Value, at: Micros, stage: Stage) -> Vec<Fault> {
        self.validate_knowing(record_type, content, at, stage, Known::NOTHING)
    }

    /// As [`Registry::validate`], with what the service knows around the content: the catalogue that references point into,
    /// and what the entry said when it was submitted last.
    pub fn validate_knowing(
        &self,
        record_type: &str,
        content: &Value,
        at: Micros,
        stage: Stage,
        known: Known<'_>,
    ) -> Vec<Fault> {
        let Some(kind) = self.record_type(record_type) else {
            return vec![whole(FaultCode::UnknownType, Saying::UnknownType)];
        };
        let Value::Object(members) = content else {
            return vec![whole(FaultCode::WrongType, Saying::NotAnObject)];
        };
        let size = serde_json_canonicalizer::to_vec(content).map_or(usize::MAX, |bytes| bytes.len());
        if size > CONTENT_BYTES_MAX {
            return vec![whole(
                FaultCode::TooLarge,
                Saying::TooLarge.with("found", size).with("most", CONTENT_BYTES_MAX),
            )];
        }
        let mut checker = Checker {
            registry: self,
            record_type: kind,
            known,
            members,
            day: Day::of(at),
            stage,
            original: content::original_language(content),
            faults: Vec::new(),
            more: false,
        };
        checker.content();
        checker.finish()
    }
}

/// Whether any of the faults blocks.
pub fn has_errors(faults: &[Fault]) -> bool {
    faults.iter().any(|fault| fault.grade == Grade::Error)
}

fn whole(code: FaultCode, said: impl Into<Said>) -> Fault {
    let messages = said.into().labels();
    Fault {
        code,
        field: String::new(),
        language: None,
        pointer: String::new(),
        grade: Grade::Error,
        message: in_english(&messages),
        messages,
    }
}

fn in_english(messages: &Labels) -> String {
    messages.get(Language::En).unwrap_or_default().to_owned()
}

struct Checker<'a> {
    registry: &'a Registry,
    record_type: &'a RecordType,
    known: Known<'a>,
    members: &'a Map<String, Value>,
    day: Day,
    stage: Stage,
    original: Option<Language>,
    faults: Vec<Fault>,
    more: bool,
}

impl<'a> Checker<'a> {
    fn content(&mut self) {
        self.reserved();
        self.unknown_fields();
        let record_type = self.record_type;
        for field in &record_type.fields {
            self.field(field);
        }
        if self.stage == Stage::Submission {
            self.translations();
        }
    }

    fn finish(mut self) -> Vec<Fault> {
        if self.more {
            self.faults.push(whole(FaultCode::MoreFaults, Saying::MoreFaults.with("most", FAULTS_MAX)));
        }
        self.faults
    }

    fn push(&mut self, fault: Fault) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        } else {
            self.more |= fault.grade == Grade::Error;
        }
    }

    /// A fault of a value, or of a part of it.
    fn at(&mut self, spot: Spot<'_>, part: &str, code: FaultCode, grade: Grade, said: impl Into<Said>) {
        let language = if spot.field.kind.is_per_language() { part.parse().ok() } else { None };
        let messages = said.into().with("field", &spot.field.labels).labels();
        self.push(Fault {
            code,
            field: spot.field.key.clone(),
            language,
            pointer: spot.pointer(part),
            grade,
            message: in_english(&messages),
            messages,
        });
    }

    fn error(&mut self, spot: Spot<'_>, part: &str, code: FaultCode, said: impl Into<Said>) {
        self.at(spot, part, code, Grade::Error, said);
    }

    fn wrong_type(&mut self, spot: Spot<'_>, part: &str, wanted: impl Into<Said>) {
        let wanted = wanted.into().labels();
        self.error(spot, part, FaultCode::WrongType, Saying::WrongType.with("wanted", wanted));
    }

    /// Something that only a submission must have.
    fn missing(&mut self, spot: Spot<'_>, part: &str, code: FaultCode, said: impl Into<Said>) {
        if self.stage == Stage::Submission {
            self.error(spot, part, code, said);
        }
    }

    /// How much something weighs that a draft may still have.
    fn unready(&self) -> Grade {
        if self.stage == Stage::Submission { Grade::Error } else { Grade::Warning }
    }

    fn reserved(&mut self) {
        let fault = |code: FaultCode, saying: Saying| Fault {
            field: ORIGINAL_LANGUAGE.to_owned(),
            pointer: format!("/{ORIGINAL_LANGUAGE}"),
            ..whole(code, saying)
        };
        match self.members.get(ORIGINAL_LANGUAGE) {
            None if self.stage == Stage::Submission => {
                self.push(fault(FaultCode::Required, Saying::OriginalNeeded));
            }
            Some(_) if self.original.is_none() => {
                self.push(fault(FaultCode::UnknownLanguage, Saying::OriginalUnknown));
            }
            _ => {}
        }
    }

    fn unknown_fields(&mut self) {
        let members = self.members;
        for (key, value) in members {
            if self.record_type.field(key).is_some() || RESERVED_KEYS.contains(&key.as_str()) {
                continue;
            }
            let (grade, saying) = match self.known.had(key, value) {
                true => (Grade::Warning, Saying::FieldGone),
                false => (Grade::Error, Saying::UnknownField),
            };
            self.push(Fault {
                field: shortened(key),
                pointer: format!("/{}", escaped(key)),
                grade,
                ..whole(FaultCode::UnknownField, saying.with("name", shortened(key)))
            });
        }
    }

    fn field(&mut self, field: &'a Field) {
        let spot = Spot { field, item: None };
        let value = self.members.get(&field.key);
        let asked = field.when.as_ref().is_none_or(|when| self.holds(when));
        let Some(filled) = self.filled(field) else {
            if asked && self.is_required(field) {
                let saying = if value.is_some_and(is_unseen) { Saying::Unseen } else { Saying::Required };
                self.missing(spot, "", FaultCode::Required, saying);
            }
            return;
        };
        if !asked {
            self.at(spot, "", FaultCode::NotApplicable, self.unready(), Saying::NotAsked);
        }
        if !in_force(field.valid_from, field.valid_to, self.day) {
            if self.known.had(&field.key, filled) {
                self.at(spot, "", FaultCode::FieldNotInForce, Grade::Warning, Saying::FieldKept);
            } else {
                self.missing(spot, "", FaultCode::FieldNotInForce, Saying::FieldPast);
            }
        }
        self.values(spot, filled);
        self.relations(spot, filled);
    }

    /// Whether a submission needs a value, where the field is asked at all.
    fn is_required(&self, field: &Field) -> bool {
        let is_filled = |key: &String| self.record_type.field(key).is_some_and(|other| self.filled(other).is_some());
        field.cardinality.is_required()
            && in_force(field.valid_from, field.valid_to, self.day)
            && !field.unless.iter().any(is_filled)
    }

    /// The value of a field, if it says anything.
    fn filled(&self, field: &Field) -> Option<&'a Value> {
        self.members.get(&field.key).filter(|value| !is_empty(field.kind, value))
    }

    fn values(&mut self, spot: Spot<'a>, value: &'a Value) {
        if !spot.field.cardinality.is_many() {
            return self.value(spot, value);
        }
        let Value::Array(items) = value else { return self.wrong_type(spot, "", Saying::AList) };
        let most = spot.field.limits.items_max();
        if items.len() > most as usize {
            self.error(spot, "", FaultCode::TooMany, Saying::TooMany.with("found", items.len()).with("most", most));
        }
        let mut seen = BTreeSet::new();
        for (at, item) in items.iter().enumerate().take(most as usize) {
            let here = Spot { item: Some(at), ..spot };
            self.value(here, item);
            if !seen.insert(item.to_string()) {
                self.error(here, "", FaultCode::Repeated, Saying::Repeated);
            }
        }
    }

    fn value(&mut self, spot: Spot<'a>, value: &'a Value) {
        if spot.field.personal && content::is_sealed(value) {
            // Checked when it was typed; what stands here is its commitment.
            return;
        }
        match spot.field.kind {
            Kind::Text | Kind::Richtext => self.per_language(spot, value),
            Kind::Range => self.range(spot, "", value),
            Kind::Place => self.place(spot, value),
            Kind::Term => self.term(spot, "", value),
            Kind::TermOrText => self.term_or_text(spot, value),
            Kind::Bool => self.answer(spot, value),
            Kind::Link => self.link(spot, value),
            Kind::Attachment => self.attachment(spot, value),
            Kind::Status => self.status(spot, value),
            Kind::Number => self.number(spot, value),
            Kind::String => self.string(spot, value),
            Kind::Contact => self.contact(spot, value),
            Kind::Reference => self.reference(spot, value),
        }
    }

    fn holds(&self, when: &Condition) -> bool {
        match (&when.is, self.members.get(&when.field)) {
            (Expected::Answer(wanted), Some(Value::Bool(found))) => wanted == found,
            (is, Some(Value::String(found))) => is.terms().contains(found),
            _ => false,
        }
    }
}

/// Whether a value of this kind says nothing. What is not even of the kind says something: it is refused later.
fn is_empty(kind: Kind, value: &Value) -> bool {
    match (kind, value) {
        (_, Value::Array(items)) => items.is_empty(),
        (Kind::Text | Kind::Richtext | Kind::Range | Kind::Place | Kind::Contact, Value::Object(members)) => {
            members.is_empty() || members.values().all(|value| value.as_str().is_some_and(is_unfilled))
        }
        (Kind::String, Value::String(text)) => is_unfilled(text),
        _ => false,
    }
}

/// Whether a text says nothing, and holds nothing to be refused by itself: a control character is, wherever it stands.
fn is_unfilled(text: &str) -> bool {
    !says_something(text) && !text.chars().any(|sign| sign.is_control() && !sign.is_whitespace())
}

/// Whether something was typed, though it says nothing: its writer may take it for filled in.
fn is_unseen(value: &Value) -> bool {
    let typed = |text: &str| !text.trim().is_empty();
    value.as_str().is_some_and(typed)
        || value.as_object().is_some_and(|members| members.values().any(|value| value.as_str().is_some_and(typed)))
}
