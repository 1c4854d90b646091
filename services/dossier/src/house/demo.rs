//! The invented people of a demonstration. They carry names of trees.

use std::{collections::BTreeMap, fs, io::Write, path::Path};

use dossier_identity::{
    Accounts, ReviewerKind, Role,
    accounts::{AccountsError, TokenText},
};
use dossier_proto::{Micros, SubjectId};
use dossier_vault::MasterKey;

use crate::{Exit, Failure};

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Works for the secretariat.
    Secretariat(Role),
    /// Acts for the body with this code.
    Of(Role, &'static str),
    /// Reviews, for the secretariat or from outside.
    Reviewer(ReviewerKind),
}

/// Somebody of the demonstration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoPerson {
    /// The key in `demo-tokens.json`.
    pub key: &'static str,
    /// The name.
    pub name: &'static str,
    /// What this person may do.
    pub parts: &'static [Part],
}

const fn person(key: &'static str, name: &'static str, parts: &'static [Part]) -> DemoPerson {
    DemoPerson { key, name, parts }
}

/// Everybody of the demonstration. The list only grows, at its end: a demonstration that was made by an older version gets
/// whoever it lacks when it is started.
pub const DEMO_PEOPLE: [DemoPerson; 16] = [
    person("contributor-kz", "Aspen Alder", &[Part::Of(Role::Contributor, "KAZ")]),
    person("contributor-ke", "Acacia Baobab", &[Part::Of(Role::Contributor, "KEN")]),
    person("authority-kz", "Juniper Elm", &[Part::Of(Role::PublishingAuthority, "KAZ")]),
    person("moderator-a", "Rowan Birch", &[Part::Secretariat(Role::Moderator)]),
    person("moderator-b", "Hazel Maple", &[Part::Secretariat(Role::Moderator)]),
    person("publisher", "Linden Oak", &[Part::Secretariat(Role::Publisher)]),
    person("auditor", "Cedar Yew", &[Part::Secretariat(Role::Auditor)]),
    person("administrator", "Willow Pine", &[Part::Secretariat(Role::Administrator)]),
    person("authority-ke", "Olive Tamarind", &[Part::Of(Role::PublishingAuthority, "KEN")]),
    // Writes for Kenya as its national focal point, and clears for it: not the same entry.
    person(
        "focal-point-ke",
        "Ebony Mango",
        &[Part::Of(Role::NationalFocalPoint, "KEN"), Part::Of(Role::PublishingAuthority, "KEN")],
    ),
    // Writes for Kenya and reviews for everybody: not the same entry.
    person("expert-ke", "Marula Fig", &[Part::Of(Role::Contributor, "KEN"), Part::Reviewer(ReviewerKind::External)]),
    person("reviewer-internal", "Spruce Larch", &[Part::Reviewer(ReviewerKind::Internal)]),
    person("reviewer-a", "Laurel Cypress", &[Part::Reviewer(ReviewerKind::External)]),
    person("reviewer-b", "Magnolia Elder", &[Part::Reviewer(ReviewerKind::External)]),
    person("reviewer-c", "Sorrel Hornbeam", &[Part::Reviewer(ReviewerKind::External)]),
    person("reviewer-d", "Teak Sycamore", &[Part::Reviewer(ReviewerKind::External)]),
];

/// The tokens of a demonstration, by the people's keys.
pub type Tokens = BTreeMap<String, String>;

impl DemoPerson {
    /// The code of the body that this person acts for; none for the secretariat and for reviewers.
    pub fn body(&self) -> Option<&'static str> {
        self.parts.iter().find_map(|part| match part {
            Part::Of(_, body) => Some(*body),
            Part::Secretariat(_) | Part::Reviewer(_) => None,
        })
    }

    /// The token, derived from the master key: the same at every start, and unknown to whoever does not have the key.
    fn token(&self, master: &MasterKey) -> Result<TokenText, Failure> {
        let secret = hex::encode(&master.derive(&format!("demonstration token of {}", self.key))[..20]);
        format!("dsr_demo-{}-{secret}", self.key)
            .parse()
            .map_err(|_| Failure::damaged("the token of an invented person is not a token"))
    }

    /// The account, made when it is not there yet.
    fn account(&self, accounts: &Accounts, token: &TokenText, now: Micros) -> Result<SubjectId, Failure> {
        if let Ok(known) = accounts.authenticate(token.expose(), None, now) {
            return Ok(known.subject);
        }
        let failed = |error: AccountsError| Failure::damaged(error.to_string());
        let subject = accounts.create(self.name, None, now).map_err(failed)?;
        accounts.issue_fixed_token(subject, "demonstration", None, token, now).map_err(failed)?;
        Ok(subject)
    }
}

/// Invented people with rights have no place among real ones, and their designations would stay in the journal for ever.
fn must_not_be_real(accounts: &Accounts, master: &MasterKey, now: Micros) -> Result<(), Failure> {
    for person in DEMO_PEOPLE {
        if accounts.authenticate(person.token(master)?.expose(), None, now).is_ok() {
            return Ok(());
        }
    }
    // An account without a token is what a crash leaves between the two writes of its making.
    let has_token = |subject| accounts.tokens_of(subject).is_ok_and(|tokens| !tokens.is_empty());
    if accounts.people().iter().any(|person| has_token(person.subject)) {
        return Err(Failure::new(
            Exit::Usage,
            "people have accounts here, so this is not a demonstration, and nothing was made. Start it without --demo, or name another \
             directory with --data",
        ));
    }
    Ok(())
}

/// Makes the people's accounts, as far as they are missing, and gives their subjects and tokens.
///
/// # Errors
/// [`Failure`] when an account cannot be written.
pub(super) fn people(
    accounts: &Accounts,
    master: &MasterKey,
    now: Micros,
) -> Result<Vec<(DemoPerson, SubjectId, TokenText)>, Failure> {
    must_not_be_real(accounts, master, now)?;
    DEMO_PEOPLE
        .into_iter()
        .map(|person| {
            let token = person.token(master)?;
            let subject = person.account(accounts, &token, now)?;
            Ok((person, subject, token))
        })
        .collect()
}

/// Writes the tokens where only the owner may read them.
///
/// # Errors
/// [`Failure`] when the file cannot be written.
pub(super) fn write_tokens(path: &Path, tokens: &Tokens) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(tokens).map_err(|error| Failure::damaged(error.to_string()))?;
    let write = || -> std::io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        writeln!(options.open(path)?, "{text}")
    };
    write().map_err(|error| Failure::disk(path, &error))
}

#[cfg(test)]
mod tests {
    use dossier_vault::Vault;

    use super::*;

    #[test]
    fn no_invented_people_join_real_ones() {
        let directory = tempfile::tempdir().unwrap();
        let master = MasterKey::create_or_read(directory.path().join("master.key")).unwrap();
        let open = |name: &str| {
            let vault = Vault::open(directory.path().join(name).join("vault"), &master).unwrap();
            Accounts::open(directory.path().join(name).join("accounts"), vault, &master).unwrap()
        };
        let (now, real, invented) = (Micros(1), open("real"), open("invented"));
        // What a crash left.
        invented.create("Aspen Alder", None, now).unwrap();
        people(&invented, &master, now).unwrap();
        let more = invented.create("A guest", None, now).unwrap();
        invented.issue_token(more, "a guest's", None, None, now).unwrap();
        people(&invented, &master, now).expect("a demonstration stays one, whoever joins it");

        let somebody = real.create("Somebody", None, now).unwrap();
        real.issue_token(somebody, "theirs", None, None, now).unwrap();
        let refused = people(&real, &master, now).unwrap_err();
        assert!(refused.to_string().contains("without --demo"), "{refused}");
        assert_eq!(real.people().len(), 1, "nothing was made");
    }

    #[test]
    fn a_demonstration_of_an_older_version_gets_whom_it_lacks() {
        let directory = tempfile::tempdir().unwrap();
        let master = MasterKey::create_or_read(directory.path().join("master.key")).unwrap();
        let vault = Vault::open(directory.path().join("vault"), &master).unwrap();
        let accounts = Accounts::open(directory.path().join("accounts"), vault, &master).unwrap();
        let account =
            |person: &DemoPerson| person.account(&accounts, &person.token(&master).unwrap(), Micros(1)).unwrap();
        // Version 0.1 had these eight.
        let before: Vec<_> = DEMO_PEOPLE[..8].iter().map(account).collect();
        let now: Vec<_> = people(&accounts, &master, Micros(2)).unwrap().into_iter().map(|(_, who, _)| who).collect();
        assert_eq!((now.len(), &now[..8]), (DEMO_PEOPLE.len(), &before[..]));
        assert_eq!(accounts.people().len(), DEMO_PEOPLE.len(), "nobody twice");
    }

    #[test]
    fn nobody_has_the_key_or_the_name_of_another() {
        for (position, person) in DEMO_PEOPLE.iter().enumerate() {
            for other in &DEMO_PEOPLE[position + 1..] {
                assert!(person.key != other.key && person.name != other.name, "{}", other.key);
            }
            let bodies =
                person.parts.iter().filter(|part| matches!(part, Part::Of(_, body) if Some(*body) != person.body()));
            assert_eq!(bodies.count(), 0, "{} acts for one body", person.key);
        }
    }
}
