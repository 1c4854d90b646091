//! A copy of the accounts on its way from the service that keeps them to one that does not: question, answer, limits.
//!
//! The copy is asked for in pages and taken as a whole: every page names the [`Version`] it belongs to. Whoever has the
//! newest version is told so, in fewer than fifty bytes.
//!
//! A copy holds the secret that digests of tokens are keyed with, those digests, and names and addresses in the clear. So it goes over
//! protected connections alone, to those who are entitled to it, and is kept in memory, never on a disk. From the digests
//! no token follows: a token has 256 bits of chance.

pub(super) mod form1;

use std::{fmt, ops::Bound};

use dossier_proto::SubjectId;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use zeroize::{Zeroize, Zeroizing};

use super::{
    AccountsError, Contact, Language, TOKENS_MAX, Wanted,
    holder::Holder,
    person,
    record::Account,
    ticket::{Door, Grant, Ticket},
    token::TokenHash,
};

/// The form of questions and answers: form 1 knew no addresses. A question is answered in its own form, and form 1 for ever; a service
/// that reads another form says so.
const FORM: u8 = 2;
/// The oldest form in which a question is answered.
const OLDEST: u8 = 1;
/// A question: form 1, kind 1, incarnation 16, change 10, subject 16 bytes are 44.
const QUESTION_BYTES_MAX: usize = 64;
/// An answer: an answer of the exchange has at most 768 KiB, and a signature may stand before this one.
pub const COPY_ANSWER_BYTES_MAX: usize = 512 * 1024;
/// Form 1, kind 1, version 26, pepper 32, how many people 5, what follows 1.
const PAGE_HEAD_BYTES: usize = 66;
/// A token: digest 32, body 1 + 1 + 16, end 1 + 10, standing 1.
const TOKEN_BYTES_MAX: usize = 62;
/// A person: subject 16, name 1 + 2 + 200 characters of 4 bytes, door 1, how many tokens 1, tokens, address 1 + 2 + 254 characters of
/// 4 bytes, language 1, what is wanted 1.
const PERSON_BYTES_MAX: usize = 16 + 803 + 2 + TOKENS_MAX * TOKEN_BYTES_MAX + 1_021;
// So a page holds 64 people at least, and some 2 800 who have a name and an address of twenty letters and two tokens.
const _: () = assert!(PAGE_HEAD_BYTES + 64 * PERSON_BYTES_MAX <= COPY_ANSWER_BYTES_MAX);
/// All pages of a copy: 64 MiB are about 350 000 people. What is larger is not taken: memory is not the holder's to use up.
pub(super) const COPY_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Which copy: another one after every change, and after every start of the holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Version {
    /// Chosen at random by the process that holds the accounts.
    incarnation: [u8; 16],
    change: u64,
}

impl Version {
    pub(super) fn first() -> Result<Self, AccountsError> {
        let mut incarnation = [0; 16];
        getrandom::fill(&mut incarnation)?;
        Ok(Self { incarnation, change: 0 })
    }

    pub(super) const fn next(self) -> Self {
        Self { change: self.change.wrapping_add(1), ..self }
    }
}

/// Whether an asker is given names and addresses, or only what it takes to know who is calling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// It shows them to people who may see them.
    Given,
    /// It shows nobody's name to anybody.
    Withheld,
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Question {
    /// The first page of the newest version, unless it is this one.
    Newest { known: Option<Version> },
    /// The page of this version behind a person.
    Behind { version: Version, person: SubjectId },
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Answer {
    /// The version that the asker has is the newest.
    Unchanged(Version),
    /// A page.
    Page(Page),
    /// The version is not the newest any more: begin again.
    Outdated,
}

/// Some of the people, in the order of their subject ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Page {
    pub(super) version: Version,
    pub(super) pepper: [u8; 32],
    pub(super) people: Vec<CopiedPerson>,
    pub(super) then: Then,
}

/// What follows a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Then {
    /// Another one, behind its last person.
    More,
    /// Nothing.
    End,
}

/// Somebody who was not erased.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CopiedPerson {
    pub(super) subject: SubjectId,
    pub(super) name: Option<String>,
    pub(super) door: Door,
    pub(super) tokens: Vec<([u8; 32], Grant)>,
    /// Where letters go: to those who may see names, of people who have an address and are let in.
    pub(super) contact: Option<CopiedContact>,
}

/// How somebody is written to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CopiedContact {
    pub(super) mail: String,
    pub(super) language: Language,
    pub(super) wanted: Wanted,
}

impl From<Contact> for CopiedContact {
    fn from(contact: Contact) -> Self {
        Self { mail: contact.mail, language: contact.language, wanted: contact.wanted }
    }
}

/// Names are for those who may see them, not for messages of errors.
impl fmt::Debug for CopiedPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CopiedPerson({}, {} tokens)", self.subject, self.tokens.len())
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.pepper.zeroize();
        for person in &mut self.people {
            person.name.zeroize();
            if let Some(contact) = &mut person.contact {
                contact.mail.zeroize();
            }
        }
    }
}

/// Why a copy was not given or not taken. Asking again may help but for a form that is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CopyError {
    /// Longer than any may be.
    #[error("a message about the accounts has {found} bytes, the limit is {max}")]
    TooLong {
        /// How many bytes it has.
        found: usize,
        /// How many it may have.
        max: usize,
    },
    /// Written in a form this version does not read.
    #[error(
        "a message about the accounts has the form {0}, this version reads {OLDEST} to {FORM}; run the same version everywhere"
    )]
    Form(u8),
    /// Not what it should be.
    #[error("a message about the accounts cannot be read: {0}")]
    Malformed(&'static str),
    /// This service keeps no accounts itself, or the other way round.
    #[error("the accounts are not kept here")]
    NotKeptHere,
    /// They change faster than they can be copied.
    #[error("the accounts changed {0} times while they were copied")]
    Restless(usize),
    /// The holder does not answer.
    #[error("{0}")]
    Silent(String),
}

impl Question {
    pub(super) fn encode(&self) -> Vec<u8> {
        encode(FORM, self).to_vec()
    }

    /// The question, and the form in which it is to be answered.
    pub(super) fn decode(bytes: &[u8]) -> Result<(Self, u8), CopyError> {
        let (form, question) = decode(bytes, QUESTION_BYTES_MAX)?;
        // The questions of all forms are the same.
        if (OLDEST..=FORM).contains(&form) { Ok((question, form)) } else { Err(CopyError::Form(form)) }
    }
}

impl Answer {
    pub(super) fn encode(&self, form: u8) -> Zeroizing<Vec<u8>> {
        match form {
            OLDEST => encode(form, &form1::AnswerOf1::from(self)),
            _ => encode(FORM, self),
        }
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, CopyError> {
        match bytes.first() {
            Some(form) if *form != FORM => Err(CopyError::Form(*form)),
            _ => decode(bytes, COPY_ANSWER_BYTES_MAX).map(|(_, answer)| answer),
        }
    }
}

fn encode(form: u8, message: &impl Serialize) -> Zeroizing<Vec<u8>> {
    let body = postcard::to_stdvec(message).expect("numbers, bytes, texts and lists of known length always serialise");
    let body = Zeroizing::new(body);
    let mut bytes = Zeroizing::new(Vec::with_capacity(1 + body.len()));
    bytes.push(form);
    bytes.extend_from_slice(&body);
    bytes
}

fn decode<T: DeserializeOwned>(bytes: &[u8], max: usize) -> Result<(u8, T), CopyError> {
    if bytes.len() > max {
        return Err(CopyError::TooLong { found: bytes.len(), max });
    }
    let (form, body) = bytes.split_first().ok_or(CopyError::Malformed("it is empty"))?;
    if !(OLDEST..=FORM).contains(form) {
        return Err(CopyError::Form(*form));
    }
    match postcard::take_from_bytes(body) {
        Ok((message, [])) => Ok((*form, message)),
        Ok(_) => Err(CopyError::Malformed("something stands behind its end")),
        Err(_) => Err(CopyError::Malformed("its fields are not those of its kind")),
    }
}

impl Holder {
    /// Answers one question.
    pub(super) fn answer(&self, question: &[u8], names: Names) -> Result<Zeroizing<Vec<u8>>, CopyError> {
        let newest = self.known().version;
        let (question, form) = Question::decode(question)?;
        let answer = match question {
            Question::Newest { known } if known == Some(newest) => Answer::Unchanged(newest),
            Question::Newest { .. } => Answer::Page(self.page(None, names)),
            Question::Behind { version, .. } if version != newest => Answer::Outdated,
            Question::Behind { version, person } => {
                let page = self.page(Some(person), names);
                // Something may have changed since it was looked at above.
                if page.version == version { Answer::Page(page) } else { Answer::Outdated }
            }
        };
        Ok(answer.encode(form))
    }

    /// As many people behind one as fit.
    fn page(&self, behind: Option<SubjectId>, names: Names) -> Page {
        let known = self.known();
        let from = behind.map_or(Bound::Unbounded, Bound::Excluded);
        let mut room = COPY_ANSWER_BYTES_MAX - PAGE_HEAD_BYTES;
        let mut page =
            Page { version: known.version, pepper: self.pepper.bytes(), people: Vec::new(), then: Then::End };
        let there = known.accounts.range((from, Bound::Unbounded));
        for (_, account) in there.filter(|(_, account)| account.erased.is_none()) {
            let person = self.copied(account, names);
            let Some(left) = room.checked_sub(person.bytes()) else {
                page.then = Then::More;
                break;
            };
            room = left;
            page.people.push(person);
        }
        page
    }

    fn copied(&self, account: &Account, names: Names) -> CopiedPerson {
        let grant = |hash: &TokenHash| Ticket::of(account, hash).map(|ticket| (hash.bytes(), ticket.token));
        CopiedPerson {
            subject: account.subject,
            name: match names {
                Names::Given => person::name(&self.vault, account),
                Names::Withheld => None,
            },
            door: Door::of(account),
            tokens: account.tokens.iter().filter_map(|stored| grant(&stored.hash)).collect(),
            contact: match names {
                Names::Given => person::contact_for_letters(&self.vault, account).map(CopiedContact::from),
                Names::Withheld => None,
            },
        }
    }
}

impl CopiedPerson {
    /// How many bytes it takes in a page.
    fn bytes(&self) -> usize {
        postcard::serialize_with_flavor(self, postcard::ser_flavors::Size::default()).unwrap_or(PERSON_BYTES_MAX)
    }
}
