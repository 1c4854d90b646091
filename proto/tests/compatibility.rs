//! Contracts only grow: nothing that the last release could read may change its meaning.
//!
//! `golden/release.bin` are the descriptors of the last release. When a release is made, `DOSSIER_RELEASE_CONTRACT=1`
//! writes today's in their place, and only if the tests pass.

use std::{collections::BTreeMap, env, fs, path::PathBuf};

use dossier_proto::DESCRIPTORS;
use prost::Message;
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet};

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden/release.bin")
}

/// What a message or enum says on the wire, by its full name.
#[derive(Default)]
struct Contract {
    fields: BTreeMap<(String, i32), Field>,
    values: BTreeMap<(String, i32), String>,
}

#[derive(Debug, PartialEq)]
struct Field {
    name: String,
    kind: i32,
    label: i32,
    of: String,
    optional: bool,
}

impl Contract {
    fn read(bytes: &[u8]) -> Self {
        let mut contract = Self::default();
        for file in FileDescriptorSet::decode(bytes).expect("descriptors").file {
            for message in &file.message_type {
                contract.message(file.package(), message);
            }
            for one in &file.enum_type {
                contract.enumeration(file.package(), one);
            }
        }
        contract
    }

    fn message(&mut self, scope: &str, message: &DescriptorProto) {
        let name = format!("{scope}.{}", message.name());
        for field in &message.field {
            self.fields.insert((name.clone(), field.number()), Field::of(field));
        }
        for nested in &message.nested_type {
            self.message(&name, nested);
        }
        for one in &message.enum_type {
            self.enumeration(&name, one);
        }
    }

    fn enumeration(&mut self, scope: &str, one: &EnumDescriptorProto) {
        let name = format!("{scope}.{}", one.name());
        for value in &one.value {
            self.values.insert((name.clone(), value.number()), value.name().to_owned());
        }
    }

    /// Everything of `former` that is different here.
    fn breaks(&self, former: &Self) -> Vec<String> {
        let fields = former.fields.iter().filter(|(key, field)| self.fields.get(key) != Some(field));
        let values = former.values.iter().filter(|(key, name)| self.values.get(key) != Some(name));
        fields
            .map(|(key, field)| format!("{} {}: was {field:?}, is {:?}", key.0, key.1, self.fields.get(key)))
            .chain(values.map(|(key, name)| format!("{} {}: was {name}, is {:?}", key.0, key.1, self.values.get(key))))
            .collect()
    }
}

impl Field {
    fn of(field: &FieldDescriptorProto) -> Self {
        Self {
            name: field.name().to_owned(),
            kind: field.r#type().into(),
            label: field.label().into(),
            of: field.type_name().to_owned(),
            optional: field.proto3_optional(),
        }
    }
}

#[test]
fn nothing_of_the_last_release_has_changed() {
    let today = Contract::read(DESCRIPTORS);
    let former = fs::read(path()).map(|bytes| Contract::read(&bytes)).expect("golden/release.bin");
    let breaks = today.breaks(&former);
    assert!(breaks.is_empty(), "this breaks the contract:\n{}", breaks.join("\n"));
    if env::var_os("DOSSIER_RELEASE_CONTRACT").is_some() {
        fs::write(path(), DESCRIPTORS).unwrap();
    }
}

/// The comparison itself: each kind of change that would break a reader is seen.
#[test]
fn a_breaking_change_is_seen() {
    let change = |edit: &dyn Fn(&mut FileDescriptorSet)| {
        let mut set = FileDescriptorSet::decode(DESCRIPTORS).unwrap();
        edit(&mut set);
        Contract::read(&set.encode_to_vec()).breaks(&Contract::read(DESCRIPTORS))
    };
    fn message<'a>(set: &'a mut FileDescriptorSet, name: &str) -> &'a mut DescriptorProto {
        set.file.iter_mut().flat_map(|file| &mut file.message_type).find(|message| message.name() == name).unwrap()
    }
    assert!(change(&|_| ()).is_empty());
    assert!(change(&|set| message(set, "Approve").field.push(FieldDescriptorProto::default())).is_empty());
    assert!(!change(&|set| message(set, "Approve").field.truncate(1)).is_empty(), "a field is gone");
    assert!(
        !change(&|set| message(set, "Approve").field[0].number = Some(99)).is_empty(),
        "a field has another number"
    );
    assert!(
        !change(&|set| message(set, "Approve").field[0].set_type(prost_types::field_descriptor_proto::Type::String))
            .is_empty(),
        "a field has another type"
    );
    assert!(
        !change(&|set| message(set, "Approve").field[0].name = Some("hash".into())).is_empty(),
        "a field has another name"
    );
    assert!(
        !change(&|set| set
            .file
            .iter_mut()
            .for_each(|file| file.enum_type.iter_mut().for_each(|one| one.value.truncate(1))))
        .is_empty(),
        "a value is gone"
    );
}
