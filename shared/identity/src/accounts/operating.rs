//! What an operator does with accounts, where they are kept.

use std::path::Path;

use dossier_proto::{BodyCode, Micros, SubjectId};
use dossier_vault::{MasterKey, Vault};

use super::{
    Accounts, AccountsError, People, Person, TokenId, TokenSummary, TokenText, holder::Holder, token::ShownBy,
};

impl Accounts {
    /// Opens the directory, or makes one. Finishes an erasure that a crash interrupted, and removes half-written files.
    ///
    /// # Errors
    /// [`AccountsError`]: in use by another process, a damaged file, the disk or the vault fails.
    pub fn open(directory: impl AsRef<Path>, vault: Vault, master: &MasterKey) -> Result<Self, AccountsError> {
        Holder::open(directory.as_ref(), vault, master).map(|holder| Self::of(People::Kept(holder)))
    }

    /// Makes an account for a person. Durable when this returns.
    ///
    /// # Errors
    /// [`AccountsError`]: a name or an address that is none, or the disk or the vault fails.
    pub fn create(&self, name: &str, mail: Option<&str>, now: Micros) -> Result<SubjectId, AccountsError> {
        self.holder()?.create(name, mail, now)
    }

    /// Issues a token. It is shown once, here: only its keyed digest is kept.
    ///
    /// # Errors
    /// [`AccountsError`]: an unknown, disabled or erased person, too many tokens, or the disk or the vault fails.
    pub fn issue_token(
        &self,
        subject: SubjectId,
        label: &str,
        body: Option<BodyCode>,
        expires: Option<Micros>,
        now: Micros,
    ) -> Result<TokenText, AccountsError> {
        let text = TokenText::generate(ShownBy::Program)?;
        self.holder()?.keep_token(subject, label, body, expires, &text, now)?;
        Ok(text)
    }

    /// Admits a token whose text is known beforehand: for demonstrations, never for a real installation. Repeating it
    /// for the same person changes nothing.
    ///
    /// # Errors
    /// As [`Self::issue_token`]; also when the text is no token, or is the token of somebody else.
    pub fn issue_fixed_token(
        &self,
        subject: SubjectId,
        label: &str,
        body: Option<BodyCode>,
        text: &TokenText,
        now: Micros,
    ) -> Result<TokenId, AccountsError> {
        self.holder()?.keep_token(subject, label, body, None, text, now)
    }

    /// Revokes a token. Durable when this returns; repeating it changes nothing.
    ///
    /// # Errors
    /// [`AccountsError`]: no such token, or the disk fails.
    pub fn revoke_token(&self, subject: SubjectId, token: TokenId, now: Micros) -> Result<(), AccountsError> {
        self.holder()?.revoke_token(subject, token, now)
    }

    /// Shuts an account: its tokens are refused until [`Self::enable`]. Durable when this returns.
    ///
    /// # Errors
    /// [`AccountsError`]: an unknown person, or the disk fails.
    pub fn disable(&self, subject: SubjectId, now: Micros) -> Result<(), AccountsError> {
        self.holder()?.set_disabled(subject, Some(now))
    }

    /// Opens an account that was shut.
    ///
    /// # Errors
    /// As [`Self::disable`].
    pub fn enable(&self, subject: SubjectId) -> Result<(), AccountsError> {
        self.holder()?.set_disabled(subject, None)
    }

    /// Forgets who somebody is: the account ends, its tokens go, and the key of the name is destroyed. The subject id
    /// stays in the log, and stands for nobody known from then on. Repeating it is harmless.
    ///
    /// # Errors
    /// [`AccountsError`]: an unknown person, or the disk or the vault fails; then repeat it, or start again, which
    /// finishes it.
    pub fn erase_person(&self, subject: SubjectId, now: Micros) -> Result<(), AccountsError> {
        self.holder()?.erase_person(subject, now)
    }

    /// Everybody who has an account, erased ones included (without their names), in the order they were made. Nobody where
    /// the accounts are not kept.
    pub fn people(&self) -> Vec<Person> {
        self.holder().map(Holder::people).unwrap_or_default()
    }

    /// Whether there is or was an account of this subject: that of somebody who was erased included. Nobody is known where the accounts are not
    /// kept.
    pub fn knows(&self, subject: SubjectId) -> bool {
        self.holder().is_ok_and(|holder| holder.is_known(subject))
    }

    /// The tokens of a person, ended ones included.
    ///
    /// # Errors
    /// [`AccountsError::UnknownSubject`].
    pub fn tokens_of(&self, subject: SubjectId) -> Result<Vec<TokenSummary>, AccountsError> {
        self.holder()?.tokens_of(subject)
    }

    pub(super) fn holder(&self) -> Result<&Holder, AccountsError> {
        match &self.people {
            People::Kept(holder) => Ok(holder),
            People::Mirrored(_) => Err(AccountsError::KeptElsewhere),
        }
    }
}
