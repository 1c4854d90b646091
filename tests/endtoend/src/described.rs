//! The four interfaces as their OpenAPI documents describe them.

use std::sync::Arc;

use serde_json::Value;

use crate::House;

/// Where each interface stands.
pub const PREFIXES: [&str; 4] = ["/contribute", "/review", "", "/audit"];

/// An operation of an interface.
#[derive(Debug, Clone)]
pub struct Operation {
    /// In capitals.
    pub method: String,
    /// The whole path, with its variable parts in braces.
    pub path: String,
    /// As described.
    pub described: Value,
    /// The schemas that descriptions refer to.
    pub schemas: Arc<Value>,
}

/// The description below a prefix.
#[track_caller]
pub fn document(house: &House, prefix: &str) -> Value {
    house.nobody().get(&format!("{prefix}/api/v1/openapi.json")).expect(200)
}

/// Every operation of all interfaces.
///
/// # Panics
/// When a description has no paths.
#[track_caller]
pub fn operations(house: &House) -> Vec<Operation> {
    PREFIXES.into_iter().flat_map(|prefix| operations_of(&document(house, prefix))).collect()
}

/// Every operation of one description. Paths are below the path of its server.
///
/// # Panics
/// When it has no paths.
pub fn operations_of(document: &Value) -> Vec<Operation> {
    let server = document["servers"][0]["url"].as_str().unwrap_or_default();
    let below = server.split_once("://").map_or(server, |(_, rest)| rest.find('/').map_or("", |at| &rest[at..]));
    let below = below.trim_end_matches('/');
    let schemas = Arc::new(document["components"]["schemas"].clone());
    let paths = document["paths"].as_object().expect("a description has paths");
    let methods = ["get", "put", "post", "delete", "patch", "head", "options", "trace"];
    let of_path = |(path, item): (&String, &Value)| {
        let described = methods.iter().filter_map(|method| Some((*method, item.get(*method)?)));
        let operation = |(method, described): (&str, &Value)| Operation {
            method: method.to_uppercase(),
            path: format!("{below}{path}"),
            described: described.clone(),
            schemas: Arc::clone(&schemas),
        };
        described.map(operation).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

impl Operation {
    /// The names of the variable parts of its path.
    pub fn variables(&self) -> Vec<&str> {
        self.path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
    }

    /// The parameters that stand in this place: `path`, `query` or `header`.
    pub fn parameters(&self, place: &str) -> Vec<&Value> {
        let all = self.described["parameters"].as_array();
        all.into_iter().flatten().filter(|one| one["in"] == place).collect()
    }

    /// The schema of its body, if it takes one.
    pub fn body(&self) -> Option<&Value> {
        let schema = self.described.get("requestBody")?.get("content")?.get("application/json")?.get("schema")?;
        Some(self.resolved(schema))
    }

    /// A schema, followed to where it is written.
    pub fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let name = schema["$ref"].as_str().and_then(|name| name.strip_prefix("#/components/schemas/"));
        name.map_or(schema, |name| &self.schemas[name])
    }
}
