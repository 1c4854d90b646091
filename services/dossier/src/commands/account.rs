//! `dossier account`: people and their tokens, on a data directory that nothing else has open.
//!
//! A token goes to standard output alone, once; everything else that is said about it goes to standard error.

mod administrator;

use std::sync::Arc;

use dossier_exchange::{Clock, MachineClock};
use dossier_identity::accounts::{Accounts, AccountsError, Person, TokenText};
use dossier_proto::{BodyCode, Micros, SubjectId};
use dossier_vault::Vault;
use serde_json::{Value, json};

use crate::{
    Exit, Failure, Layout, Secrets,
    cli::{Account, AccountCommand},
    output::{Audience, aside, line},
};

pub(super) fn run(account: &Account, audience: Audience) -> Result<(), Failure> {
    let layout = Layout::of(&account.data.data);
    match &account.what {
        AccountCommand::Create { name, mail, administrator: false } => {
            let office = Office::make_or_open(layout)?;
            let subject = office.accounts.create(name, mail.as_deref(), office.now()).map_err(failure)?;
            office.hand_out(subject, "first", None, audience, name)
        }
        AccountCommand::Create { name, mail, administrator: true } => {
            let office = Office::make_or_open(layout)?;
            let subject = administrator::create(&office, name, mail.as_deref())?;
            office.hand_out(subject, "first", None, audience, &format!("{name}, the first administrator,"))
        }
        AccountCommand::Token { subject, label, body } => {
            let office = Office::open(layout)?;
            let bound = body.as_ref().map(|body| format!(", for {body} alone")).unwrap_or_default();
            office.hand_out(*subject, label, body.clone(), audience, &format!("{subject}{bound}"))
        }
        AccountCommand::List => Office::open(layout)?.list(audience),
        AccountCommand::Disable { subject } => {
            let office = Office::open(layout)?;
            office.accounts.disable(*subject, office.now()).map_err(failure)?;
            audience.show(&json!({"subject": subject, "disabled": true}), |_| {
                format!("{subject}: its tokens are refused from now on. What the person may do is left as it is: designations are revoked by an administrator.")
            });
            Ok(())
        }
        AccountCommand::Erase { subject } => {
            let office = Office::open(layout)?;
            office.accounts.erase_person(*subject, office.now()).map_err(failure)?;
            audience.show(&json!({"subject": subject, "erased": true}), |_| {
                format!(
                    "{subject}: name and address are gone for ever, and all tokens. What the person did stays on record under this id; every proof still holds. \
                     Backups of keys/ and accounts/ made before today still hold the name: let them expire."
                )
            });
            Ok(())
        }
    }
}

/// The people of an installation, opened for a command.
struct Office {
    layout: Layout,
    secrets: Secrets,
    accounts: Arc<Accounts>,
    clock: MachineClock,
}

impl Office {
    /// On a data directory that is made when it is new: the first account comes before the first start.
    fn make_or_open(layout: Layout) -> Result<Self, Failure> {
        let secrets = Secrets::create_or_read(&layout)?;
        Self::with(layout, secrets)
    }

    fn open(layout: Layout) -> Result<Self, Failure> {
        let secrets = Secrets::read(&layout)?;
        Self::with(layout, secrets)
    }

    fn with(layout: Layout, secrets: Secrets) -> Result<Self, Failure> {
        let vault = Vault::open_unthreaded(layout.person_keys(), &secrets.master)?;
        let accounts = Accounts::open(layout.accounts(), vault, &secrets.master).map_err(failure)?;
        Ok(Self { layout, secrets, accounts: Arc::new(accounts), clock: MachineClock })
    }

    fn now(&self) -> Micros {
        self.clock.now()
    }

    /// Issues a token and prints it: alone on standard output.
    fn hand_out(
        &self,
        subject: SubjectId,
        label: &str,
        body: Option<BodyCode>,
        audience: Audience,
        whose: &str,
    ) -> Result<(), Failure> {
        let token: TokenText = self.accounts.issue_token(subject, label, body, None, self.now()).map_err(failure)?;
        aside(&format!(
            "The token of {whose} follows. It is shown once; whoever has it acts in this name. Subject id: {subject}"
        ));
        match audience {
            Audience::Person => line(token.expose()),
            Audience::Program => line(&json!({"subject": subject, "token": token.expose()}).to_string()),
        }
        Ok(())
    }

    fn list(&self, audience: Audience) -> Result<(), Failure> {
        let people = self.accounts.people();
        for person in &people {
            let tokens = self.accounts.tokens_of(person.subject).map_err(failure)?;
            let valid = |token: &&dossier_identity::accounts::TokenSummary| {
                token.revoked.is_none() && token.expires.is_none_or(|expires| expires > self.now())
            };
            let document = json!({
                "subject": person.subject, "name": person.name, "mail": person.mail, "created": moment(person.created),
                "disabled": person.disabled.map(moment), "erased": person.erased.map(moment),
                "valid_tokens": tokens.iter().filter(valid).count(),
            });
            audience.show(&document, |document| words(person, document));
        }
        if people.is_empty() && audience == Audience::Person {
            line("Nobody has an account here. Make one: dossier account create NAME --administrator");
        }
        Ok(())
    }
}

fn words(person: &Person, document: &Value) -> String {
    let name = person.name.as_deref().unwrap_or("(erased)");
    let mail = person.mail.as_deref().map(|mail| format!(" <{mail}>")).unwrap_or_default();
    let state = match (person.erased, person.disabled) {
        (Some(since), _) => format!("erased {}", moment(since)),
        (None, Some(since)) => format!("disabled {}", moment(since)),
        (None, None) => match document["valid_tokens"].as_u64() {
            Some(1) => "1 valid token".to_owned(),
            count => format!("{} valid tokens", count.unwrap_or_default()),
        },
    };
    format!("{}  {name}{mail}  {state}", person.subject)
}

fn moment(micros: Micros) -> String {
    // Whole seconds; a number that is no moment of the calendar is shown as it is.
    let seconds = micros.0.div_euclid(Micros::SECOND);
    jiff::Timestamp::from_second(seconds).map_or_else(|_| micros.0.to_string(), |moment| moment.to_string())
}

fn failure(error: AccountsError) -> Failure {
    let exit = match error {
        AccountsError::Vault(error) => return error.into(),
        AccountsError::InUse { .. } => return Failure::busy(error.to_string()),
        AccountsError::Disk { .. } => Exit::Disk,
        AccountsError::Damaged { .. } | AccountsError::Key(_) => Exit::Damaged,
        AccountsError::Text { .. } => Exit::Usage,
        AccountsError::UnknownSubject(_) | AccountsError::UnknownToken(_) => Exit::NotThere,
        AccountsError::Ended(_)
        | AccountsError::TokenTaken
        | AccountsError::TooManyTokens
        | AccountsError::Random(_) => Exit::Failed,
        AccountsError::KeptElsewhere => Exit::Usage,
    };
    Failure::new(exit, error.to_string())
}
