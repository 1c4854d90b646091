//! How what people wrote becomes HTML: the same for every service that shows it.

pub(crate) use dossier_web::page::richtext::{html, plain};
