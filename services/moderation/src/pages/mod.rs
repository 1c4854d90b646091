//! Pages of this service, rendered here. So far the door of the house: signing in and out, invitations, forgotten passwords.

mod coming_in;
mod door;
mod frame;
mod going_out;

use std::sync::Arc;

use axum::{Router, routing::get};
use dossier_web::{
    problem::method_not_allowed,
    visit::{SIGN_IN, SIGN_OUT},
};

use crate::api::{App, Desk};

/// A link from an invitation leads here.
const WELCOME: &str = "/review/welcome";
/// A link for a forgotten password leads here.
const NEW_PASSWORD: &str = "/review/new-password";
/// Where such a link is asked for.
const FORGOTTEN: &str = "/review/forgotten-password";

/// The routes of the pages.
pub(crate) fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route(SIGN_IN, get(door::show).post(door::sign_in))
        .route(SIGN_OUT, get(going_out::ask).post(going_out::sign_out))
        .route(WELCOME, get(coming_in::welcome).post(coming_in::use_invitation))
        .route(NEW_PASSWORD, get(coming_in::new_password).post(coming_in::use_reset))
        .route(FORGOTTEN, get(coming_in::forgotten).post(coming_in::ask_reset))
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(App(desk))
}
