//! What the mails say, in six languages.

mod ar;
mod en;
mod es;
mod fr;
mod ru;
mod zh;

#[cfg(test)]
mod tests;

use dossier_identity::{
    Role,
    accounts::{Language, LinkKind, Posting},
};
use dossier_proto::{BodyCode, Micros, SubjectId};
use dossier_web::{extract::wall_clock, moment};

use crate::api::Desk;

/// The words of one language. `{name}`, `{site}`, `{as}`, `{link}`, `{until}`, `{server}` and `{secret}` stand for what is filled in.
pub(super) struct Words {
    /// Of an invitation.
    pub(super) invitation_subject: &'static str,
    /// With a link.
    pub(super) invitation: &'static str,
    /// For who has a password already.
    pub(super) designated_subject: &'static str,
    /// The same.
    pub(super) designated: &'static str,
    /// Of a forgotten password.
    pub(super) reset_subject: &'static str,
    /// The same.
    pub(super) reset: &'static str,
    /// As what somebody is designated: `{role}`, `{body}`.
    pub(super) role_of_body: &'static str,
    /// How to use the secret where the page at the link is not there.
    pub(super) by_hand: &'static str,
    /// What stands where nobody can tell as what somebody is designated.
    pub(super) somebody: &'static str,
    /// The roles, in the order of [`Role::ALL`].
    pub(super) roles: [&'static str; 10],
}

const fn words(language: Language) -> &'static Words {
    match language {
        Language::Ar => &ar::WORDS,
        Language::Zh => &zh::WORDS,
        Language::En => &en::WORDS,
        Language::Fr => &fr::WORDS,
        Language::Ru => &ru::WORDS,
        Language::Es => &es::WORDS,
    }
}

/// What a mail is about and what it says.
pub(super) fn letter(desk: &Desk, posting: &Posting) -> (String, String) {
    let language = posting.contact.language;
    let appointed = appointed(desk, posting.subject, language);
    compose(posting, &desk.post.public_url, &appointed)
}

/// A letter about somebody who is appointed as this.
fn compose(posting: &Posting, site: &str, appointed: &str) -> (String, String) {
    let words = words(posting.contact.language);
    let (page, command) = match posting.kind {
        LinkKind::Invitation => ("welcome", "dossier welcome"),
        LinkKind::Reset => ("new-password", "dossier new-password"),
    };
    let secret = posting.secret.as_ref().map_or("", |secret| secret.expose());
    let (link, until) = (format!("{site}/review/{page}#{secret}"), until(posting.expires));
    let server = format!("{command} --server {site}");
    let values = [
        ("name", posting.contact.name.as_str()),
        ("site", site),
        ("as", appointed),
        ("link", &link),
        ("until", &until),
        ("command", &server),
        ("secret", secret),
    ];
    let (subject, text) = match (posting.kind, &posting.secret) {
        (LinkKind::Reset, _) => (words.reset_subject, words.reset),
        (LinkKind::Invitation, Some(_)) => (words.invitation_subject, words.invitation),
        (LinkKind::Invitation, None) => (words.designated_subject, words.designated),
    };
    let mut whole = fill(text, &values);
    if posting.secret.is_some() {
        whole.push('\n');
        whole.push_str(&fill(words.by_hand, &values));
    }
    (fill(subject, &values), whole)
}

/// As what somebody was invited last, and for which body.
fn appointed(desk: &Desk, subject: SubjectId, language: Language) -> String {
    let newest = {
        let view = desk.engine.view();
        let state = &view.state;
        let invited = state.designations.of_subject(subject).filter(|held| held.revoked.is_none());
        let newest = invited.filter(|held| state.invited.contains_key(&held.designation.id)).last();
        newest.map(|held| (held.designation.role, held.designation.body.clone()))
    };
    let words = words(language);
    match newest {
        Some((role, Some(body))) => {
            let body = body_name(desk, &body, language);
            fill(words.role_of_body, &[("role", role_name(words, role)), ("body", &body)])
        }
        Some((role, None)) => role_name(words, role).to_owned(),
        None => words.somebody.to_owned(),
    }
}

fn role_name(words: &Words, role: Role) -> &'static str {
    let at = Role::ALL.iter().position(|one| *one == role).unwrap_or_default();
    words.roles[at]
}

fn body_name(desk: &Desk, body: &BodyCode, language: Language) -> String {
    let registry = desk.registry.get(&desk.engine).ok().flatten();
    let shown = registry.zip(language.code().parse().ok());
    shown.map_or_else(
        || body.to_string(),
        |(registry, language)| registry.body_label(body.as_str(), language, wall_clock()).text,
    )
}

/// A moment to the minute, in UTC.
fn until(moment: Micros) -> String {
    let written = moment::written(moment);
    written.get(..16).map_or(written.clone(), |minute| format!("{} UTC", minute.replace('T', " ")))
}

/// Puts values in their places, in one pass: what is put in is not looked at again.
fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 256);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let value = after.split_once('}').and_then(|(key, behind)| {
            let (_, value) = values.iter().find(|(name, _)| *name == key)?;
            Some((*value, behind))
        });
        rest = match value {
            Some((value, behind)) => {
                filled.push_str(value);
                behind
            }
            None => {
                filled.push('{');
                after
            }
        };
    }
    filled.push_str(rest);
    filled
}
