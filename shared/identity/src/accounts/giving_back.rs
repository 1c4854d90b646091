//! A copy of the accounts that outlives the service that keeps them: written down by those who have one, and taken back after the loss of a
//! disk. Names, addresses, languages and tokens come back so. Passwords, links and labels of tokens are in no copy: whoever signed in with a
//! password needs a new link.
//!
//! What is written down is as secret as the accounts: whoever writes it seals it.

use dossier_proto::{Micros, SubjectId};
use dossier_vault::Kind;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{
    Accounts, AccountsError, People,
    copy::{COPY_BYTES_MAX, CopiedPerson},
    person,
    record::{Account, StoredToken, TokenKind},
    ticket::{Door, Standing},
    token::TokenHash,
};

/// The form of what is written down.
const FORM: u8 = 1;

/// A copy as it is written down: it is wiped when dropped.
pub struct WrittenCopy {
    /// Which of the copies that were here since the start: the first is 1.
    pub edition: u64,
    /// The bytes.
    pub bytes: Zeroizing<Vec<u8>>,
}

#[derive(Serialize, Deserialize)]
struct Written {
    people: Vec<CopiedPerson>,
}

impl Accounts {
    /// The copy that is here, to be written down; nothing where the accounts are kept, or while none was heard.
    pub fn copied(&self) -> Option<WrittenCopy> {
        let People::Mirrored(mirror) = &self.people else { return None };
        let (edition, people) = mirror.people()?;
        // Numbers, bytes, texts and lists of known length always serialise.
        let body = Zeroizing::new(postcard::to_stdvec(&Written { people }).ok()?);
        let mut bytes = Zeroizing::new(Vec::with_capacity(1 + body.len()));
        bytes.push(FORM);
        bytes.extend_from_slice(&body);
        Some(WrittenCopy { edition, bytes })
    }

    /// Makes the accounts in a copy that was written down, as far as they are not here; answers how many those are. Their tokens are taken as
    /// before; nobody has a password. Repeating it is harmless.
    ///
    /// # Errors
    /// [`AccountsError`]: it is no such copy, accounts are not kept here, or the disk.
    pub fn take_back(&self, written: &[u8], now: Micros) -> Result<usize, AccountsError> {
        let holder = self.holder()?;
        let damaged = |reason: &str| AccountsError::Damaged {
            path: "(the copy of the accounts)".into(),
            reason: reason.to_owned(),
        };
        let (form, body) = written.split_first().ok_or_else(|| damaged("it is empty"))?;
        if *form != FORM || written.len() > COPY_BYTES_MAX {
            return Err(damaged("this version does not read it"));
        }
        let Written { people } =
            postcard::from_bytes(body).map_err(|_| damaged("its fields are not those of a copy"))?;
        let directory = holder.lock();
        let mut made = 0;
        for person in people {
            if holder.is_known(person.subject) {
                continue;
            }
            // Durable before the file that needs it.
            let key = holder.vault.fresh(Kind::Person)?;
            let seal_name = |name: &String| person::seal_name(&holder.vault, key, person.subject, name);
            let seal_mail = |mail: &String| person::seal_mail(&holder.vault, key, person.subject, mail);
            let (name, contact) = (person.name.as_ref(), person.contact.as_ref());
            let bare = Account::new(person.subject, key, created(person.subject).unwrap_or(now));
            let account = Account {
                name: name.map(seal_name).transpose()?,
                mail: contact.map(|contact| seal_mail(&contact.mail)).transpose()?,
                disabled: (person.door == Door::Shut).then_some(now),
                tokens: person
                    .tokens
                    .iter()
                    .map(|(hash, grant)| StoredToken {
                        hash: TokenHash::from_bytes(*hash),
                        kind: TokenKind::Issued,
                        label: None,
                        body: grant.body.clone(),
                        issued: now,
                        expires: grant.expires,
                        revoked: (grant.standing == Standing::Revoked).then_some(now),
                    })
                    .collect(),
                language: contact.map_or(bare.language, |contact| contact.language),
                wanted: contact.map_or(bare.wanted, |contact| contact.wanted),
                ..bare
            };
            holder.store(&directory, account)?;
            made += 1;
        }
        Ok(made)
    }
}

/// When an account was made, as its id says: a ULID begins with milliseconds.
fn created(subject: SubjectId) -> Option<Micros> {
    let milliseconds = subject.0.first_chunk::<6>()?.iter().fold(0_i64, |sum, byte| sum << 8 | i64::from(*byte));
    Some(Micros(milliseconds * 1_000))
}
