//! The pages for auditors, under `/audit`: what is wrong and what to do, how an entry came to be what it is, what any moment of it looked like,
//! what was signed, whether it holds, and how long things take.
//!
//! A page reads by the same functions as the JSON interface: the same rights, the same limits, and a reading is on record before anything is
//! shown. What is shown is gathered into plain values first; templates decide nothing.

mod checkpoints;
mod figures;
mod findings;
mod home;
mod moment;
mod plot;
mod said;
mod search;
mod trail;
mod verify;

use axum::{Router, routing::get};
use dossier_web::{page::Words, problem::method_not_allowed};

use crate::office::Office;
pub(crate) use said::address_of;

/// The parts of this room, in the order of their navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Home,
    Trails,
    Findings,
    Checkpoints,
    Verify,
    Figures,
}

impl Part {
    const ALL: [Self; 6] = [Self::Home, Self::Trails, Self::Findings, Self::Checkpoints, Self::Verify, Self::Figures];

    const fn address(self) -> &'static str {
        match self {
            Self::Home => "/audit",
            Self::Trails => "/audit/trails",
            Self::Findings => "/audit/findings",
            Self::Checkpoints => "/audit/checkpoints",
            Self::Verify => "/audit/verify",
            Self::Figures => "/audit/figures",
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Self::Home => "auditor.part.home",
            Self::Trails => "auditor.part.trails",
            Self::Findings => "auditor.part.findings",
            Self::Checkpoints => "auditor.part.checkpoints",
            Self::Verify => "auditor.part.verify",
            Self::Figures => "auditor.part.figures",
        }
    }
}

/// A link in the navigation within this room.
struct PartLink {
    address: &'static str,
    label: String,
    is_here: bool,
}

/// The navigation within this room.
fn parts(words: &Words, here: Part) -> Vec<PartLink> {
    let link = |part: Part| PartLink {
        address: part.address(),
        label: words.text(part.key()).to_owned(),
        is_here: part == here,
    };
    Part::ALL.map(link).into()
}

/// The routes of the pages.
pub(crate) fn router(office: Office) -> Router {
    Router::new()
        .route("/audit", get(home::show))
        .route("/audit/findings", get(findings::show))
        .route("/audit/trails", get(search::show))
        .route("/audit/trails/file", get(search::file))
        .route("/audit/entries/{id}", get(trail::show))
        .route("/audit/entries/{id}/file", get(trail::file))
        .route("/audit/entries/{id}/as-of", get(moment::show))
        .route("/audit/checkpoints", get(checkpoints::show))
        .route("/audit/verify", get(verify::show).post(verify::begin))
        .route("/audit/live", get(verify::live))
        .route("/audit/figures", get(figures::show))
        .route("/audit/figures/file", get(figures::file))
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(office)
}
