//! `dossier request-changes`: returns a revision with what is to be changed.

use serde_json::{Value, json};

use crate::{
    Exit, Failure,
    cli::RequestChanges,
    client::Client,
    output::{Audience, text},
};

pub(super) fn run(request: &RequestChanges, audience: Audience) -> Result<(), Failure> {
    let items = request.changes.iter().map(|change| item(change)).collect::<Result<Vec<_>, _>>()?;
    let body = json!({"digest": request.digest, "items": items});
    let path = format!("/review/api/v1/reviews/{}/request-changes", request.entry);
    let answer = Client::new(&request.server).post(&path, &body)?;
    audience.show(&answer.document()?, |review| {
        let changes = if items.len() == 1 { "1 change".to_owned() } else { format!("{} changes", items.len()) };
        format!("{}: {}, {changes} requested", request.entry, text(review, "state"))
    });
    Ok(())
}

fn item(change: &str) -> Result<Value, Failure> {
    let (field, text) = change.split_once('=').ok_or_else(|| {
        Failure::new(
            Exit::Usage,
            format!("{change:?}: write FIELD=TEXT, for example location=\"The text says New York\""),
        )
    })?;
    Ok(json!({"field": field, "text": text}))
}
