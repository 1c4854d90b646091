//! The text of an account's file.
//!
//! Form 1 knows names, addresses and tokens. Form 2 adds what it takes to sign in and to be written to. Both are read for ever; what
//! is written is form 2.

use dossier_proto::{BodyCode, KeyId, Micros, SubjectId};
use dossier_vault::Sealed;
use serde::{Deserialize, Serialize};

use super::{Account, StoredToken, TokenKind};
use crate::accounts::{Language, Wanted, link::Link, password::StoredPassword, token::TokenHash};

/// The oldest form that is read.
const OLDEST: u32 = 1;
/// The form that is written.
const NEWEST: u32 = 2;

impl Account {
    /// The text of the file.
    pub(in crate::accounts) fn to_text(&self) -> Vec<u8> {
        let mut text =
            serde_json::to_vec_pretty(&File::from(self)).expect("strings, numbers and lists always serialise as JSON");
        text.push(b'\n');
        text
    }

    /// The account in a file.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub(in crate::accounts) fn from_text(text: &[u8]) -> Result<Self, String> {
        let version = serde_json::from_slice::<Version>(text).map_err(|error| error.to_string())?.version;
        if !(OLDEST..=NEWEST).contains(&version) {
            return Err(format!("it has the form {version}, this Dossier reads {OLDEST} to {NEWEST}; use a newer one"));
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
    /// Form 2, where it came by signing in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<SessionMark>,
    label: Option<SealedText>,
    body: Option<BodyCode>,
    issued: Micros,
    expires: Option<Micros>,
    revoked: Option<Micros>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SessionMark {
    Session,
}

/// What form 2 adds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entering {
    language: Language,
    wanted: Wanted,
    password: Option<StoredPassword>,
    invitation: Option<Link>,
    reset: Option<Link>,
    entered: Option<Micros>,
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
    /// Form 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entering: Option<Entering>,
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
            kind: (stored.kind == TokenKind::Session).then_some(SessionMark::Session),
            label: stored.label.as_ref().map(Into::into),
            body: stored.body.clone(),
            issued: stored.issued,
            expires: stored.expires,
            revoked: stored.revoked,
        });
        Self {
            version: NEWEST,
            subject: account.subject,
            key: account.key,
            name: account.name.as_ref().map(Into::into),
            mail: account.mail.as_ref().map(Into::into),
            created: account.created,
            disabled: account.disabled,
            erased: account.erased,
            tokens: tokens.collect(),
            entering: Some(Entering {
                language: account.language,
                wanted: account.wanted,
                password: account.password.clone(),
                invitation: account.invitation,
                reset: account.reset,
                entered: account.entered,
            }),
        }
    }
}

impl TryFrom<File> for Account {
    type Error = String;

    fn try_from(file: File) -> Result<Self, String> {
        let key = file.key;
        let open = |text: Option<SealedText>| text.map(|text| text.open(key)).transpose();
        let sessions = file.tokens.iter().any(|token| token.kind.is_some());
        let entering = match (file.version, file.entering) {
            (1, None) if !sessions => None,
            (1, _) => return Err("it says that it has the form 1, and holds what the form 2 does".to_owned()),
            (_, None) => return Err("what its form 2 has to hold is missing".to_owned()),
            (_, entering) => entering,
        };
        let token = |entry: TokenEntry| {
            Ok(StoredToken {
                hash: entry.hash,
                kind: entry.kind.map_or(TokenKind::Issued, |SessionMark::Session| TokenKind::Session),
                label: open(entry.label)?,
                body: entry.body,
                issued: entry.issued,
                expires: entry.expires,
                revoked: entry.revoked,
            })
        };
        let mut account = Self {
            name: open(file.name)?,
            mail: open(file.mail)?,
            disabled: file.disabled,
            erased: file.erased,
            tokens: file.tokens.into_iter().map(token).collect::<Result<_, String>>()?,
            ..Self::new(file.subject, key, file.created)
        };
        if let Some(entering) = entering {
            entering.password.as_ref().map_or(Ok(()), StoredPassword::check)?;
            account.language = entering.language;
            account.wanted = entering.wanted;
            account.password = entering.password;
            account.invitation = entering.invitation;
            account.reset = entering.reset;
            account.entered = entering.entered;
        }
        Ok(account)
    }
}
