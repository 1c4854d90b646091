//! The tombstone before it stands: exactly what the public will read.

use askama::Template;
use axum::response::Response;
use dossier_web::{Answer, page::Words, visit::FORM_TOKEN_FIELD};

use super::{
    deed::Deed,
    deed_form::{Tongue, Typed, tongues},
    desk::Desk,
};
use crate::{
    pages::tombstone,
    reading::Known,
    views::{Turn, TurnKind},
};

#[derive(Template)]
#[template(path = "publish_preview.html")]
struct Preview<'a> {
    w: &'static Words,
    deed: Deed,
    title: &'static str,
    number: String,
    token_field: &'static str,
    token: &'a str,
    typed: &'a Typed,
    tongues: Vec<Tongue>,
    tombstone: String,
}

/// Draws it, with the decision below.
pub(super) fn draw(desk: &Desk, known: &Known, deed: Deed, typed: &Typed) -> Answer<Response> {
    let w = desk.words();
    let moments = known.published.editions.iter().map(|edition| edition.at);
    let turned = known.published.turns.iter().map(|turn| turn.at);
    let newest = moments.chain(turned).max().unwrap_or_default();
    let turn = Turn {
        kind: if deed == Deed::Suspend { TurnKind::Suspended } else { TurnKind::Retracted },
        // Of a decision that nobody has taken there is no place yet; nothing that is shown goes by it.
        place: known.entry.published,
        // After everything that happened to the entry, as the decision will be.
        at: desk.now().max(newest.plus(1)),
        reason: Some(typed.reason.clone()),
        requested: known.published.request.filter(|_| deed == Deed::Retract),
    };
    let reading = desk.reading();
    let tombstone = tombstone::preview(&desk.publishing.pages, &reading, known, &turn, &typed.explanation())?;
    let title = w.text(deed.offer().0);
    let template = Preview {
        w,
        deed,
        title,
        number: known.entry.number.to_string(),
        token_field: FORM_TOKEN_FIELD,
        token: desk.visit.form.as_str(),
        typed,
        tongues: tongues(typed, desk.paper.language),
        tombstone,
    };
    desk.page(w.text("publisher.preview_title"), &template)
}
