//! `dossier welcome`, `new-password`, `sign-in`, `sign-out`: people come in at a terminal, and their token is kept for the next command.

use dossier_exchange::{Clock, MachineClock};
use serde_json::{Value, json};

use crate::{
    Failure,
    cli::{Entrance, SignIn, SignOut},
    client::Client,
    output::{Audience, text},
    session::{Session, Sessions},
    terminal::{ask, ask_hidden},
};

const REVIEW: &str = "/review/api/v1";

/// Uses an invitation.
pub(super) fn welcome(entrance: &Entrance, audience: Audience) -> Result<(), Failure> {
    by_link(entrance, "/welcome", audience)
}

/// Uses a link for a forgotten password.
pub(super) fn new_password(entrance: &Entrance, audience: Audience) -> Result<(), Failure> {
    by_link(entrance, "/password-resets/complete", audience)
}

fn by_link(entrance: &Entrance, path: &str, audience: Audience) -> Result<(), Failure> {
    let secret = ask_hidden("Secret from the mail")?;
    // Whoever pastes the whole link means what stands behind its #.
    let secret = secret.trim().rsplit('#').next().unwrap_or_default();
    let password = ask_hidden("New password (12 to 128 characters)")?;
    let body = json!({"secret": secret, "password": password.as_str()});
    enter(&entrance.server, path, &body, audience)
}

/// Signs in with a password.
pub(super) fn sign_in(sign_in: &SignIn, audience: Audience) -> Result<(), Failure> {
    let mail = sign_in.mail.clone().map_or_else(|| ask("Mail address"), Ok)?;
    let password = ask_hidden("Password")?;
    let body = json!({"mail": mail, "password": password.as_str()});
    enter(&sign_in.entrance.server, "/sessions", &body, audience)
}

fn enter(server: &str, path: &str, body: &Value, audience: Audience) -> Result<(), Failure> {
    let sessions = Sessions::of_user()?;
    let entered = Client::to(server, None).post(&format!("{REVIEW}{path}"), body)?.document()?;
    let (token, expires_at) = (text(&entered, "token").to_owned(), text(&entered, "expires_at").to_owned());
    sessions.keep(server, Session { token, expires_at: expires_at.clone() })?;
    let subject = text(&entered, "subject");
    // The token stays in the file: a terminal is read by who stands behind.
    audience.show(&json!({"subject": subject, "server": server, "expires_at": expires_at}), |_| {
        format!("You are signed in at {server} until {expires_at}, as {subject}. Commands on this machine use it from now on; dossier sign-out ends it.")
    });
    Ok(())
}

/// Ends a session, or all.
pub(super) fn sign_out(sign_out: &SignOut, audience: Audience) -> Result<(), Failure> {
    let server = &sign_out.server.server;
    let sessions = Sessions::of_user()?;
    let client = Client::new(&sign_out.server);
    let path = if sign_out.everywhere { "/sessions" } else { "/sessions/current" };
    if client.has_token() {
        let answer = client.delete(&format!("{REVIEW}{path}"))?;
        // What is over already need not be ended.
        if answer.status != 401 {
            answer.document()?;
        }
    }
    if sign_out.server.token.is_none() {
        sessions.forget(server)?;
    }
    let whose = if sign_out.everywhere { "all your sessions have" } else { "your session has" };
    audience.show(&json!({"server": server, "signed_out": true}), |_| format!("At {server} {whose} ended."));
    Ok(())
}

/// The token of whoever signed in at a server on this machine.
pub(crate) fn token_of(server: &str) -> Option<String> {
    let session = Sessions::of_user().ok()?.find(server, MachineClock.now())?;
    Some(session.token)
}
