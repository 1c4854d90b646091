//! The first form of a copy, which knew no addresses: answered for ever, to services of an older version.

use serde::{Deserialize, Serialize};

use super::{Answer, CopiedPerson, Door, Grant, Page, SubjectId, Then, Version};

/// As [`Answer`].
#[derive(Serialize, Deserialize)]
pub(in crate::accounts) enum AnswerOf1 {
    Unchanged(Version),
    Page(PageOf1),
    Outdated,
}

/// As [`Page`].
#[derive(Serialize, Deserialize)]
pub(in crate::accounts) struct PageOf1 {
    version: Version,
    pepper: [u8; 32],
    pub(in crate::accounts) people: Vec<PersonOf1>,
    then: Then,
}

/// As [`CopiedPerson`].
#[derive(Serialize, Deserialize)]
pub(in crate::accounts) struct PersonOf1 {
    pub(in crate::accounts) subject: SubjectId,
    pub(in crate::accounts) name: Option<String>,
    door: Door,
    pub(in crate::accounts) tokens: Vec<([u8; 32], Grant)>,
}

impl From<&Answer> for AnswerOf1 {
    fn from(answer: &Answer) -> Self {
        match answer {
            Answer::Unchanged(version) => Self::Unchanged(*version),
            Answer::Page(page) => Self::Page(page.into()),
            Answer::Outdated => Self::Outdated,
        }
    }
}

impl From<&Page> for PageOf1 {
    fn from(page: &Page) -> Self {
        let people = page.people.iter().map(PersonOf1::from).collect();
        Self { version: page.version, pepper: page.pepper, people, then: page.then }
    }
}

impl From<&CopiedPerson> for PersonOf1 {
    fn from(person: &CopiedPerson) -> Self {
        Self { subject: person.subject, name: person.name.clone(), door: person.door, tokens: person.tokens.clone() }
    }
}
