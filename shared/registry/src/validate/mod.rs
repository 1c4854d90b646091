//! Checks a content against its record type: every fault at once. Pure.

mod fault;
mod objects;
mod range;
mod spot;
mod text;
mod translations;
mod values;

use std::collections::BTreeSet;

use dossier_proto::Micros;
use serde_json::{Map, Value};

pub use fault::{Fault, FaultCode, Grade, Stage};
use spot::{Spot, escaped, shortened};

use crate::{
    Day, Language, Registry,
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
        let Some(kind) = self.record_type(record_type) else {
            return vec![whole(FaultCode::UnknownType, "There is no such type of record. Choose one of the list.")];
        };
        let Value::Object(members) = content else {
            return vec![whole(FaultCode::WrongType, "The content is not an object. Send an object with the fields.")];
        };
        let size = serde_json_canonicalizer::to_vec(content).map_or(usize::MAX, |bytes| bytes.len());
        if size > CONTENT_BYTES_MAX {
            let message = format!("The content has {size} bytes, {CONTENT_BYTES_MAX} fit. Shorten the longest text.");
            return vec![whole(FaultCode::TooLarge, &message)];
        }
        let mut checker = Checker {
            registry: self,
            record_type: kind,
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

fn whole(code: FaultCode, message: &str) -> Fault {
    Fault {
        code,
        field: String::new(),
        language: None,
        pointer: String::new(),
        grade: Grade::Error,
        message: message.to_owned(),
    }
}

struct Checker<'a> {
    registry: &'a Registry,
    record_type: &'a RecordType,
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
            let message = format!("There are more than {FAULTS_MAX} faults. Mend these first.");
            self.faults.push(whole(FaultCode::MoreFaults, &message));
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
    fn at(&mut self, spot: Spot<'_>, part: &str, code: FaultCode, grade: Grade, message: String) {
        let language = if spot.field.kind.is_per_language() { part.parse().ok() } else { None };
        self.push(Fault { code, field: spot.field.key.clone(), language, pointer: spot.pointer(part), grade, message });
    }

    fn error(&mut self, spot: Spot<'_>, part: &str, code: FaultCode, message: impl Into<String>) {
        self.at(spot, part, code, Grade::Error, message.into());
    }

    fn wrong_type(&mut self, spot: Spot<'_>, part: &str, wanted: &str) {
        let message = format!("{}: this is not {wanted}. Give {wanted}, or leave it out.", spot.name());
        self.error(spot, part, FaultCode::WrongType, message);
    }

    /// Something that only a submission must have.
    fn missing(&mut self, spot: Spot<'_>, part: &str, code: FaultCode, message: String) {
        if self.stage == Stage::Submission {
            self.error(spot, part, code, message);
        }
    }

    fn reserved(&mut self) {
        let fault = |message: &str| Fault {
            field: ORIGINAL_LANGUAGE.to_owned(),
            pointer: format!("/{ORIGINAL_LANGUAGE}"),
            ..whole(FaultCode::Required, message)
        };
        match self.members.get(ORIGINAL_LANGUAGE) {
            None if self.stage == Stage::Submission => {
                self.push(fault("The original language is missing. Say in which language it was written first."));
            }
            Some(_) if self.original.is_none() => {
                let wrong = fault("The original language is not one of ar, zh, en, fr, ru, es. Give one of them.");
                self.push(Fault { code: FaultCode::UnknownLanguage, ..wrong });
            }
            _ => {}
        }
    }

    fn unknown_fields(&mut self) {
        let members = self.members;
        for key in members.keys() {
            if self.record_type.field(key).is_none() && !RESERVED_KEYS.contains(&key.as_str()) {
                let message = format!("There is no field {:?}. Correct the name or leave it out.", shortened(key));
                self.push(Fault {
                    field: shortened(key),
                    pointer: format!("/{}", escaped(key)),
                    ..whole(FaultCode::UnknownField, &message)
                });
            }
        }
    }

    fn field(&mut self, field: &'a Field) {
        let spot = Spot { field, item: None };
        let value = self.members.get(&field.key);
        let asked = field.when.as_ref().is_none_or(|when| self.holds(when));
        let Some(filled) = value.filter(|value| !is_empty(field.kind, value)) else {
            if asked && field.cardinality.is_required() && in_force(field.valid_from, field.valid_to, self.day) {
                let message = match value.is_some_and(is_unseen) {
                    true => format!("{} has only signs that nobody can see. Write what it is.", spot.name()),
                    false => format!("{} is missing. Fill it in.", spot.name()),
                };
                self.missing(spot, "", FaultCode::Required, message);
            }
            return;
        };
        if !asked {
            let message =
                format!("{} is not asked here. Clear it, or answer the field before it otherwise.", spot.name());
            let grade = if self.stage == Stage::Submission { Grade::Error } else { Grade::Warning };
            self.at(spot, "", FaultCode::NotApplicable, grade, message);
        }
        if !in_force(field.valid_from, field.valid_to, self.day) {
            let message = format!("{} may not be filled in today. Clear it.", spot.name());
            self.missing(spot, "", FaultCode::FieldNotInForce, message);
        }
        self.values(spot, filled);
    }

    fn values(&mut self, spot: Spot<'a>, value: &'a Value) {
        if !spot.field.cardinality.is_many() {
            return self.value(spot, value);
        }
        let Value::Array(items) = value else { return self.wrong_type(spot, "", "a list") };
        let most = spot.field.limits.items_max();
        if items.len() > most as usize {
            let message = format!("{}: {} values, {most} fit. Take some away.", spot.name(), items.len());
            self.error(spot, "", FaultCode::TooMany, message);
        }
        let mut seen = BTreeSet::new();
        for (at, item) in items.iter().enumerate().take(most as usize) {
            let here = Spot { item: Some(at), ..spot };
            self.value(here, item);
            if !seen.insert(item.to_string()) {
                let message = format!("{}: this stands twice. Take one away.", spot.name());
                self.error(here, "", FaultCode::Repeated, message);
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
            (Expected::Term(wanted), Some(Value::String(found))) => wanted == found,
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
