//! An account as it stands in its file.

use dossier_proto::{BodyCode, KeyId, Micros, SubjectId};
use dossier_vault::Sealed;
use serde::{Deserialize, Serialize};

use super::{AccountsError, TOKENS_MAX, token::TokenHash};

/// The form of the file. A form that holds more (passwords, when there are pages to sign in) gets the next number; this
/// one is read for ever.
const VERSION: u32 = 1;

/// A person of the installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) subject: SubjectId,
    /// The key of everything sealed here.
    pub(super) key: KeyId,
    /// Gone once erased.
    pub(super) name: Option<Sealed>,
    pub(super) mail: Option<Sealed>,
    pub(super) created: Micros,
    pub(super) disabled: Option<Micros>,
    pub(super) erased: Option<Micros>,
    pub(super) tokens: Vec<StoredToken>,
}

/// What is kept of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StoredToken {
    pub(super) hash: TokenHash,
    pub(super) label: Option<Sealed>,
    pub(super) body: Option<BodyCode>,
    pub(super) issued: Micros,
    pub(super) expires: Option<Micros>,
    pub(super) revoked: Option<Micros>,
}

impl StoredToken {
    pub(super) fn has_expired(&self, now: Micros) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    fn has_ended(&self, now: Micros) -> bool {
        self.revoked.is_some() || self.has_expired(now)
    }
}

impl Account {
    /// Lets the oldest ended token go when the account is full.
    pub(super) fn make_room_for_a_token(&mut self, now: Micros) -> Result<(), AccountsError> {
        if self.tokens.len() < TOKENS_MAX {
            return Ok(());
        }
        let ended = self.tokens.iter().position(|stored| stored.has_ended(now));
        self.tokens.remove(ended.ok_or(AccountsError::TooManyTokens)?);
        Ok(())
    }

    /// The account without anything that leads to the person.
    pub(super) fn erase(self, now: Micros) -> Self {
        Self { name: None, mail: None, tokens: Vec::new(), erased: Some(now), ..self }
    }

    /// The text of the file.
    pub(super) fn to_text(&self) -> Vec<u8> {
        let mut text =
            serde_json::to_vec_pretty(&File::from(self)).expect("strings, numbers and lists always serialise as JSON");
        text.push(b'\n');
        text
    }

    /// The account in a file.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub(super) fn from_text(text: &[u8]) -> Result<Self, String> {
        let version = serde_json::from_slice::<Version>(text).map_err(|error| error.to_string())?.version;
        if version != VERSION {
            return Err(format!("it has the form {version}, this Dossier reads {VERSION}; use a newer one"));
        }
        let file: File = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        file.try_into()
    }
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// A sealed text without its key id, which stands once in the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SealedText {
    nonce: String,
    ciphertext: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenEntry {
    hash: TokenHash,
    label: Option<SealedText>,
    body: Option<BodyCode>,
    issued: Micros,
    expires: Option<Micros>,
    revoked: Option<Micros>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    subject: SubjectId,
    key: KeyId,
    name: Option<SealedText>,
    mail: Option<SealedText>,
    created: Micros,
    disabled: Option<Micros>,
    erased: Option<Micros>,
    tokens: Vec<TokenEntry>,
}

impl From<&Sealed> for SealedText {
    fn from(sealed: &Sealed) -> Self {
        Self { nonce: hex::encode(sealed.nonce), ciphertext: hex::encode(&sealed.ciphertext) }
    }
}

impl SealedText {
    fn open(self, key_id: KeyId) -> Result<Sealed, String> {
        let mut nonce = [0; 24];
        hex::decode_to_slice(&self.nonce, &mut nonce).map_err(|error| format!("a nonce: {error}"))?;
        let ciphertext = hex::decode(&self.ciphertext).map_err(|error| format!("a sealed text: {error}"))?;
        Ok(Sealed { key_id, nonce, ciphertext })
    }
}

impl From<&Account> for File {
    fn from(account: &Account) -> Self {
        let tokens = account.tokens.iter().map(|stored| TokenEntry {
            hash: stored.hash,
            label: stored.label.as_ref().map(Into::into),
            body: stored.body.clone(),
            issued: stored.issued,
            expires: stored.expires,
            revoked: stored.revoked,
        });
        Self {
            version: VERSION,
            subject: account.subject,
            key: account.key,
            name: account.name.as_ref().map(Into::into),
            mail: account.mail.as_ref().map(Into::into),
            created: account.created,
            disabled: account.disabled,
            erased: account.erased,
            tokens: tokens.collect(),
        }
    }
}

impl TryFrom<File> for Account {
    type Error = String;

    fn try_from(file: File) -> Result<Self, String> {
        let key = file.key;
        let open = |text: Option<SealedText>| text.map(|text| text.open(key)).transpose();
        let token = |entry: TokenEntry| {
            Ok(StoredToken {
                hash: entry.hash,
                label: open(entry.label)?,
                body: entry.body,
                issued: entry.issued,
                expires: entry.expires,
                revoked: entry.revoked,
            })
        };
        Ok(Self {
            subject: file.subject,
            key,
            name: open(file.name)?,
            mail: open(file.mail)?,
            created: file.created,
            disabled: file.disabled,
            erased: file.erased,
            tokens: file.tokens.into_iter().map(token).collect::<Result<_, String>>()?,
        })
    }
}
