//! Names, addresses and labels: checked, sealed, opened.

use dossier_proto::{BodyCode, KeyId, Micros, SubjectId};
use dossier_vault::{Binding, Purpose, Sealed, Vault};
use serde::{Deserialize, Serialize};

use super::{
    AccountsError, Contact, TokenId,
    record::{Account, StoredToken},
};

/// A person as the operator's list shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The id by which the log knows them.
    pub subject: SubjectId,
    /// Their name; none once erased.
    pub name: Option<String>,
    /// Their address; none when not given, or erased.
    pub mail: Option<String>,
    /// When the account was made.
    pub created: Micros,
    /// Since when it is shut.
    pub disabled: Option<Micros>,
    /// When the person was erased.
    pub erased: Option<Micros>,
}

/// A token as its holder's list shows it: never its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenSummary {
    /// Its name.
    pub id: TokenId,
    /// What it is for, in the holder's words.
    pub label: Option<String>,
    /// The body it is bound to.
    pub body: Option<BodyCode>,
    /// When it was issued.
    pub issued: Micros,
    /// When it ends.
    pub expires: Option<Micros>,
    /// When it was revoked.
    pub revoked: Option<Micros>,
}

/// Characters that would break a line or hide in it.
fn is_plain(text: &str) -> bool {
    !text.chars().any(char::is_control) && text.trim() == text
}

fn checked<'a>(text: &'a str, max: usize, what: &'static str, form: &'static str) -> Result<&'a str, AccountsError> {
    let fits = !text.is_empty() && text.chars().count() <= max && is_plain(text);
    if fits { Ok(text) } else { Err(AccountsError::Text { what, form }) }
}

pub(super) fn checked_name(text: &str) -> Result<&str, AccountsError> {
    checked(text, 200, "a name", "1 to 200 characters on one line, with no blank at either end")
}

pub(super) fn checked_label(text: &str) -> Result<&str, AccountsError> {
    checked(text, 100, "the label of a token", "1 to 100 characters on one line, with no blank at either end")
}

fn seal(vault: &Vault, key: KeyId, binding: &Binding, text: &str) -> Result<Sealed, AccountsError> {
    Ok(vault.seal(key, binding, text.as_bytes())?)
}

pub(super) fn seal_name(vault: &Vault, key: KeyId, subject: SubjectId, text: &str) -> Result<Sealed, AccountsError> {
    seal(vault, key, &Binding::subject(subject, Purpose::Name), text)
}

pub(super) fn seal_mail(vault: &Vault, key: KeyId, subject: SubjectId, text: &str) -> Result<Sealed, AccountsError> {
    seal(vault, key, &Binding::subject(subject, Purpose::Address), text)
}

pub(super) fn seal_label(vault: &Vault, key: KeyId, subject: SubjectId, text: &str) -> Result<Sealed, AccountsError> {
    seal(vault, key, &Binding::subject(subject, Purpose::Note), text)
}

/// The text, or none when its key is gone. What does not open for another reason is logged: nobody's name is worth a
/// failed request.
fn open(vault: &Vault, sealed: Option<&Sealed>, subject: SubjectId, purpose: Purpose) -> Option<String> {
    let sealed = sealed.filter(|sealed| vault.holds(sealed.key_id))?;
    let opened = vault.unseal(sealed, &Binding::subject(subject, purpose));
    let text = opened.inspect_err(|error| tracing::error!(%subject, %error, "an account cannot be opened")).ok()?;
    String::from_utf8(text.to_vec()).ok()
}

pub(super) fn name(vault: &Vault, account: &Account) -> Option<String> {
    open(vault, account.name.as_ref(), account.subject, Purpose::Name)
}

pub(super) fn mail(vault: &Vault, account: &Account) -> Option<String> {
    open(vault, account.mail.as_ref(), account.subject, Purpose::Address)
}

/// How somebody is written to, if they are let in and gave an address.
pub(super) fn contact(vault: &Vault, account: &Account) -> Option<Contact> {
    if !account.is_open() {
        return None;
    }
    let (mail, name) = (mail(vault, account)?, name(vault, account)?);
    Some(Contact { mail, name, language: account.language, wanted: account.wanted })
}

/// How somebody is told of what happens. An address that was typed for an invitation may be somebody else's: until its owner has come in, nothing
/// goes there but the invitation.
pub(super) fn contact_for_letters(vault: &Vault, account: &Account) -> Option<Contact> {
    let has_come_in = account.entered.is_some() || account.password.is_some() || !account.tokens.is_empty();
    if account.invitation.is_some() && !has_come_in {
        return None;
    }
    contact(vault, account)
}

pub(super) fn of(vault: &Vault, account: &Account) -> Person {
    Person {
        subject: account.subject,
        name: name(vault, account),
        mail: mail(vault, account),
        created: account.created,
        disabled: account.disabled,
        erased: account.erased,
    }
}

pub(super) fn tokens(vault: &Vault, account: &Account) -> Vec<TokenSummary> {
    let summary = |stored: &StoredToken| TokenSummary {
        id: stored.hash.id(),
        label: open(vault, stored.label.as_ref(), account.subject, Purpose::Note),
        body: stored.body.clone(),
        issued: stored.issued,
        expires: stored.expires,
        revoked: stored.revoked,
    };
    account.tokens.iter().map(summary).collect()
}
