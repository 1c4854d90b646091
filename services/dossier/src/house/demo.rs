//! The invented people of a demonstration. They carry names of trees.

use std::{collections::BTreeMap, fs, io::Write, path::Path};

use dossier_identity::{
    Accounts, Role,
    accounts::{AccountsError, TokenText},
};
use dossier_proto::{BodyCode, Micros, SubjectId};
use dossier_vault::MasterKey;

use crate::{Exit, Failure};

/// Somebody of the demonstration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoPerson {
    /// The key in `demo-tokens.json`.
    pub key: &'static str,
    /// The name.
    pub name: &'static str,
    /// What this person may do.
    pub role: Role,
    /// For which body; none for the secretariat.
    pub body: Option<&'static str>,
}

const fn person(key: &'static str, name: &'static str, role: Role, body: Option<&'static str>) -> DemoPerson {
    DemoPerson { key, name, role, body }
}

/// Everybody of the demonstration.
pub const DEMO_PEOPLE: [DemoPerson; 8] = [
    person("contributor-kz", "Aspen Alder", Role::Contributor, Some("KAZ")),
    person("contributor-ke", "Acacia Baobab", Role::Contributor, Some("KEN")),
    person("authority-kz", "Juniper Elm", Role::PublishingAuthority, Some("KAZ")),
    person("moderator-a", "Rowan Birch", Role::Moderator, None),
    person("moderator-b", "Hazel Maple", Role::Moderator, None),
    person("publisher", "Linden Oak", Role::Publisher, None),
    person("auditor", "Cedar Yew", Role::Auditor, None),
    person("administrator", "Willow Pine", Role::Administrator, None),
];

/// The tokens of a demonstration, by the people's keys.
pub type Tokens = BTreeMap<String, String>;

impl DemoPerson {
    /// The body's code.
    pub fn body_code(&self) -> Option<BodyCode> {
        self.body.and_then(|code| code.parse().ok())
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
}
