//! Parameters that operations of all interfaces share, described once: an operation names the extractor that reads them.

use utoipa::{
    IntoParams, PartialSchema,
    openapi::{
        Required,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};

use crate::extract::{IdempotencyKey, IfMatch, MinSequence};

impl IntoParams for IdempotencyKey {
    fn into_params(_place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let said = "Makes the request safe to repeat: under one key it takes effect once, and each repeat gets the first one's answer.";
        vec![optional::<String>(ParameterIn::Header, "Idempotency-Key", said)]
    }
}

impl IntoParams for IfMatch {
    fn into_params(_place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let said = "The ETag of what was read. Of another version by now nothing happens, and the answer names the current one.";
        vec![optional::<String>(ParameterIn::Header, "If-Match", said)]
    }
}

impl IntoParams for MinSequence {
    fn into_params(_place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let said = "Answer when this position of the service's journal has been read.";
        vec![optional::<u64>(ParameterIn::Query, "min_sequence", said)]
    }
}

fn optional<T: PartialSchema>(place: ParameterIn, name: &str, said: &str) -> Parameter {
    let parameter = ParameterBuilder::new().name(name).parameter_in(place).required(Required::False);
    parameter.description(Some(said)).schema(Some(T::schema())).build()
}
