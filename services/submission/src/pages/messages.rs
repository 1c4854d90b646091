//! What others told the body, in words.

use super::paper::{Paper, Time};
use crate::api::MessageDocument;

/// One message.
#[derive(Debug, Clone)]
pub(super) struct MessageShown {
    pub(super) what: String,
    /// The role of who said it.
    pub(super) by: &'static str,
    pub(super) at: Time,
    pub(super) text: Option<String>,
    pub(super) number: Option<String>,
}

/// The messages, in their order.
pub(super) fn messages(paper: &Paper, documents: &[MessageDocument]) -> Vec<MessageShown> {
    let shown = |message: &MessageDocument| {
        let what = paper.w(&format!("happened.{}", message.kind)).to_owned();
        MessageShown {
            what,
            by: paper.w(&format!("by.{}", message.by)),
            at: paper.moment(dossier_web::moment::read(&message.at).unwrap_or(dossier_proto::Micros(0))),
            text: message.text.clone(),
            number: message.number.clone(),
        }
    };
    documents.iter().map(shown).collect()
}
