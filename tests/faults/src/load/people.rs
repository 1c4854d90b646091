//! Who the demonstration's people are: tokens from their file, subjects as the administrator sees them.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use dossier::house::DEMO_PEOPLE;
use serde_json::Value;

use super::{Caller, Town};

/// Somebody with an account.
#[derive(Debug, Clone)]
pub struct Person {
    /// The token.
    pub token: String,
    /// The subject id.
    pub subject: String,
    /// The body they write for; empty for the secretariat.
    pub body: String,
}

/// Everybody, by the key in `demo-tokens.json`.
#[derive(Debug, Clone)]
pub struct People(BTreeMap<String, Person>);

impl People {
    /// Reads the tokens of a house that is up, and asks it whose they are.
    pub fn learn(town: &Arc<Town>, data: &Path) -> Self {
        let tokens = fs::read_to_string(data.join("demo-tokens.json")).expect("the house is up and wrote the tokens");
        let tokens: BTreeMap<String, String> = serde_json::from_str(&tokens).expect("an object of tokens");
        let nobody = Person { token: tokens["administrator"].clone(), subject: String::new(), body: String::new() };
        let mut asker = Caller::new(town, "asker", nobody);
        let listed = asker.read("/review/api/v1/designations?limit=200");
        let items = listed.body["items"].as_array().cloned().unwrap_or_default();
        let subject_of = |name: &str| {
            let found = items.iter().find(|item| item["name"].as_str() == Some(name));
            found.and_then(|item| item["subject"].as_str()).map(ToOwned::to_owned)
        };
        let person = |person: &dossier::house::DemoPerson| {
            let subject =
                subject_of(person.name).unwrap_or_else(|| panic!("{} has no designation: {items:?}", person.name));
            let body = person.body().unwrap_or_default().to_owned();
            (person.key.to_owned(), Person { token: tokens[person.key].clone(), subject, body })
        };
        Self(DEMO_PEOPLE.iter().map(person).collect())
    }

    /// One of them.
    pub fn of(&self, key: &str) -> &Person {
        &self.0[key]
    }

    /// Who of them has designations more than once, each of them valid: nobody may.
    pub fn doubled(items: &[Value]) -> Vec<String> {
        let mut seen = BTreeMap::new();
        for item in items.iter().filter(|item| item["valid"] == true && item.get("granted_by").is_none()) {
            *seen.entry(format!("{} {} {}", item["subject"], item["role"], item["body"])).or_insert(0) += 1;
        }
        seen.into_iter().filter(|(_, count)| *count > 1).map(|(who, _)| who).collect()
    }
}
