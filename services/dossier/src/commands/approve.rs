//! `dossier approve`: approves exactly the content with the digest that was read (P5).

use serde_json::json;

use crate::{
    Failure,
    cli::Approve,
    client::Client,
    output::{Audience, text},
};

pub(super) fn run(approve: &Approve, audience: Audience) -> Result<(), Failure> {
    let body = json!({"digest": approve.digest, "note": approve.note});
    let path = format!("/review/api/v1/reviews/{}/approve", approve.entry);
    let answer = Client::new(&approve.server).post(&path, &body)?;
    audience.show(&answer.document()?, |review| format!("{}: {}", approve.entry, text(review, "state")));
    Ok(())
}
