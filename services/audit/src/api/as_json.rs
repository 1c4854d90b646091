//! An event as JSON, by the contract's own description: whatever it holds is shown, sealed words as key and length.

use std::{collections::BTreeSet, sync::OnceLock};

use dossier_proto::DESCRIPTORS;
use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, MapKey, MessageDescriptor, ReflectMessage as _, Value as Field,
};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

/// Fields that are ULIDs: they read better as such.
const ULIDS: [&str; 5] = ["id", "entry", "subject", "designation", "correlation"];
/// Bytes up to this length are shown; of longer ones (the registry's document) length and SHA-256.
const SHOWN_BYTES_MAX: usize = 64;

/// The envelope's description.
fn envelope() -> &'static MessageDescriptor {
    static ENVELOPE: OnceLock<MessageDescriptor> = OnceLock::new();
    ENVELOPE.get_or_init(|| {
        // The descriptors are made by the same build as this code; a test reads every kind of event through them.
        let pool = DescriptorPool::decode(DESCRIPTORS).expect("the contract describes itself");
        pool.get_message_by_name("dossier.v1.Event").expect("the contract has an envelope")
    })
}

/// The names of all kinds of events, as trails have them: the payload's field in the contract, with dashes.
pub(crate) fn kinds() -> &'static BTreeSet<String> {
    static KINDS: OnceLock<BTreeSet<String>> = OnceLock::new();
    KINDS.get_or_init(|| {
        let payloads = envelope().oneofs().filter(|one| one.name() == "payload");
        payloads.flat_map(|one| one.fields().map(|field| field.name().replace('_', "-")).collect::<Vec<_>>()).collect()
    })
}

/// The fields of an event's envelope and payload. Names are the contract's; ids are ULIDs or hexadecimal, moments
/// microseconds. Fields that this version does not know are listed by number.
pub fn event_as_json(bytes: &[u8]) -> Value {
    match DynamicMessage::decode(envelope().clone(), bytes) {
        Ok(message) => message_as_json(&message),
        Err(error) => json!({ "error": error.to_string() }),
    }
}

fn message_as_json(message: &DynamicMessage) -> Value {
    if message.descriptor().full_name() == "dossier.v1.Sealed" {
        return sealed(message);
    }
    let known = message.fields().map(|(field, value)| (field.name().to_owned(), field_as_json(&field, value)));
    let mut object: Map<String, Value> = known.collect();
    let unknown: Vec<Value> = message.unknown_fields().map(|field| field.number().into()).collect();
    if !unknown.is_empty() {
        object.insert("unknown_fields".to_owned(), unknown.into());
    }
    Value::Object(object)
}

/// Which key, and how long: never the words.
fn sealed(message: &DynamicMessage) -> Value {
    let bytes = |name: &str| match message.get_field_by_name(name).as_deref() {
        Some(Field::Bytes(bytes)) => bytes.to_vec(),
        _ => Vec::new(),
    };
    json!({ "sealed": { "key": hexadecimal(&bytes("key_id")), "bytes": bytes("ciphertext").len() } })
}

fn field_as_json(field: &FieldDescriptor, value: &Field) -> Value {
    match value {
        Field::Bool(value) => (*value).into(),
        Field::I32(value) => (*value).into(),
        Field::I64(value) => (*value).into(),
        Field::U32(value) => (*value).into(),
        Field::U64(value) => (*value).into(),
        Field::F32(value) => f64::from(*value).into(),
        Field::F64(value) => (*value).into(),
        Field::String(value) => value.clone().into(),
        Field::Bytes(bytes) => bytes_as_json(field.name(), bytes),
        Field::EnumNumber(number) => enumeration(field, *number),
        Field::Message(message) => message_as_json(message),
        Field::List(items) => items.iter().map(|item| field_as_json(field, item)).collect(),
        Field::Map(members) => {
            let member = |(key, value): (&MapKey, &Field)| (key_text(key), field_as_json(field, value));
            Value::Object(members.iter().map(member).collect())
        }
    }
}

fn enumeration(field: &FieldDescriptor, number: i32) -> Value {
    let kind = field.kind();
    let named = kind.as_enum().and_then(|one| one.get_value(number));
    named.map_or_else(|| number.into(), |value| value.name().into())
}

fn key_text(key: &MapKey) -> String {
    match key {
        MapKey::Bool(value) => value.to_string(),
        MapKey::I32(value) => value.to_string(),
        MapKey::I64(value) => value.to_string(),
        MapKey::U32(value) => value.to_string(),
        MapKey::U64(value) => value.to_string(),
        MapKey::String(value) => value.clone(),
    }
}

fn bytes_as_json(name: &str, bytes: &[u8]) -> Value {
    if let (true, Ok(id)) = (ULIDS.contains(&name), dossier_proto::EventId::try_from(bytes)) {
        return id.to_string().into();
    }
    if bytes.len() > SHOWN_BYTES_MAX {
        return json!({ "bytes": bytes.len(), "sha256": hexadecimal(&Sha256::digest(bytes)) });
    }
    hexadecimal(bytes).into()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
