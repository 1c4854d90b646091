//! What the OpenAPI documents of all interfaces say alike: how problems are answered.

mod parameters;
#[cfg(test)]
mod tests;

use utoipa::{
    Modify, PartialSchema, ToSchema,
    openapi::{
        Components, Content, OpenApi, Ref, RefOr, Response, Schema,
        path::{Operation, PathItem},
    },
};

use crate::{Cursor, PageSize, ProblemDocument};

const JSON: &str = "application/json";
const PROBLEM_JSON: &str = "application/problem+json";

/// Completes a document, as its last modifier:
/// - problems are `application/problem+json`, as they are answered;
/// - every operation says what it answers to whoever is not known, to a body or a query that cannot be read, and for what is
///   not there, beside what it says itself; and that any other problem has the same form;
/// - a status without words is described by what it means;
/// - what the web room gives every interface (problems, cursors, page sizes) stands among the schemas where it is referred to.
#[derive(Debug, Clone, Copy)]
pub struct Problems;

impl Modify for Problems {
    fn modify(&self, document: &mut OpenApi) {
        let everybody = document.security.as_ref().is_none_or(Vec::is_empty);
        for (path, item) in &mut document.paths.paths {
            let has_variables = path.contains('{');
            for operation in operations(item) {
                complete(operation, everybody, has_variables);
            }
        }
        let text = serde_json::to_string(document).unwrap_or_default();
        let components = document.components.get_or_insert_default();
        refer::<ProblemDocument>(components, &text);
        refer::<Cursor>(components, &text);
        refer::<PageSize>(components, &text);
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
}

fn complete(operation: &mut Operation, everybody: bool, has_variables: bool) {
    let is_secured = is_secured(operation, everybody);
    let takes = |place: &str| {
        let parameters = serde_json::to_value(&operation.parameters).unwrap_or_default();
        parameters.as_array().is_some_and(|all| all.iter().any(|one| one["in"] == place))
    };
    let (has_body, has_query, has_headers) = (operation.request_body.is_some(), takes("query"), takes("header"));
    let general = [
        ("400", has_body || has_query || has_headers || has_variables),
        ("401", is_secured),
        ("404", has_variables),
        ("413", has_body),
        ("415", has_body),
        ("422", has_body || has_query || has_headers),
        ("default", true),
    ];
    let responses = &mut operation.responses.responses;
    for (status, applies) in general {
        if applies && !responses.contains_key(status) {
            responses.insert(status.to_owned(), RefOr::T(problem()));
        }
    }
    for (status, response) in responses {
        if let RefOr::T(response) = response {
            mend(status, response);
        }
    }
}

/// Whether it asks who is calling: as it says itself, else as the whole document does.
fn is_secured(operation: &Operation, everybody: bool) -> bool {
    let named = serde_json::to_value(&operation.security).unwrap_or_default();
    match named.as_array() {
        Some(schemes) => {
            !schemes.is_empty() && schemes.iter().all(|one| one.as_object().is_some_and(|one| !one.is_empty()))
        }
        None => !everybody,
    }
}

fn problem() -> Response {
    let mut response = Response::new("");
    response.content.insert(PROBLEM_JSON.to_owned(), Content::new(Some(reference())).into());
    response
}

fn reference() -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name(ProblemDocument::name()))
}

fn mend(status: &str, response: &mut Response) {
    let is_problem = |content: &RefOr<Content>| match content {
        RefOr::T(content) => content.schema == Some(reference()),
        RefOr::Ref(_) => false,
    };
    if response.content.get(JSON).is_some_and(is_problem)
        && let Some(content) = response.content.shift_remove(JSON)
    {
        response.content.insert(PROBLEM_JSON.to_owned(), content);
    }
    if response.description.is_empty() {
        response.description = meaning(status).to_owned();
    }
}

/// What a status means here.
fn meaning(status: &str) -> &'static str {
    match status {
        "200" => "Done, or found",
        "201" => "Made",
        "202" => "Asked; somebody answers",
        "400" => "The request cannot be read",
        "401" => "It is not known who is calling",
        "403" => "No designation covers it",
        "404" => "Nothing that the caller can see",
        "409" => "Not as things stand",
        "412" => "It was changed since it was read",
        "413" => "Larger than admitted",
        "415" => "The body is not JSON",
        "422" => "Something does not fit; each error names the place",
        "428" => "If-Match is missing",
        "default" => "Any other problem",
        _ => "See the type of the problem",
    }
}

fn refer<T: ToSchema + PartialSchema>(components: &mut Components, text: &str) {
    let name = T::name().into_owned();
    let is_used = text.contains(&format!("#/components/schemas/{name}\""));
    if is_used && !components.schemas.contains_key(&name) {
        components.schemas.insert(name, T::schema());
    }
}
