//! `dossier account`: people and their tokens, on a data directory; when a running service has it open, by asking that one.
//!
//! A token goes to standard output alone, once; everything else that is said about it goes to standard error.

mod administrator;
mod office;

use dossier_exchange::{Clock, MachineClock};
use dossier_identity::accounts::{
    Person, TokenId, TokenSummary,
    door::{Handed, Listed, Reply, Request},
};
use dossier_proto::{BodyCode, Micros, SubjectId};
use serde_json::{Value, json};

use crate::{
    Exit, Failure, Layout,
    cli::{Account, AccountCommand},
    output::{Audience, aside, line},
    tenant,
};
use office::{Here, Office, unexpected};

/// A day, in microseconds.
const DAY: i64 = 24 * 60 * 60 * Micros::SECOND;

pub(super) fn run(account: &Account, audience: Audience) -> Result<(), Failure> {
    let layout = Layout::of(&account.data.data);
    tenant::must_keep_people(&layout)?;
    match &account.what {
        AccountCommand::Create { name, mail, administrator } => {
            let office = Office::make_or_open(layout)?;
            let (name_, mail) = (name.clone(), mail.clone());
            let (request, whose) = if *administrator {
                let whose = format!("{name}, the first administrator,");
                (Request::CreateAdministrator { name: name_, mail }, whose)
            } else {
                (Request::Create { name: name_, mail }, name.clone())
            };
            let subject = create(&office, request)?;
            hand_out(&office, subject, &Token { label: "first", body: None, expires: None }, audience, &whose)
        }
        AccountCommand::Token { subject, label, body, days } => {
            let office = Office::open(layout)?;
            let bound = body.as_ref().map(|body| format!(", for {body} alone")).unwrap_or_default();
            let expires = days.map(|days| Micros(MachineClock.now().0 + i64::from(days) * DAY));
            let until = expires.map(|expires| format!(", until {}", moment(expires))).unwrap_or_default();
            let token = Token { label, body: body.clone(), expires };
            hand_out(&office, *subject, &token, audience, &format!("{subject}{bound}{until}"))
        }
        AccountCommand::List => list(&Office::open(layout)?, audience),
        AccountCommand::Tokens { subject } => tokens(&Office::open(layout)?, *subject, audience),
        AccountCommand::Revoke { subject, token } => {
            Office::open(layout)?.change(Request::RevokeToken { subject: *subject, token: *token })?;
            revoked(*subject, *token, audience);
            Ok(())
        }
        AccountCommand::Invite { subject, print_link: is_printed, new_password, public_url } => {
            let office = Office::open(layout)?;
            match (is_printed, new_password) {
                (false, _) => {
                    office.change(Request::Invite { subject: *subject })?;
                    audience.show(&json!({"subject": subject, "invited": true}), |_| {
                        format!("{subject}: a mail with a new link goes out when Dossier runs and a mail server is configured; what was sent before works no more.")
                    });
                    Ok(())
                }
                (true, new_password) => {
                    let kind = if *new_password { Handed::Reset } else { Handed::Invitation };
                    print_link(&office, *subject, kind, public_url.as_deref(), audience)
                }
            }
        }
        AccountCommand::Disable { subject } => {
            Office::open(layout)?.change(Request::Disable { subject: *subject })?;
            audience.show(&json!({"subject": subject, "disabled": true}), |_| {
                format!("{subject}: its tokens are refused from now on. What the person may do is left as it is: designations are revoked by an administrator.")
            });
            Ok(())
        }
        AccountCommand::Enable { subject } => {
            Office::open(layout)?.change(Request::Enable { subject: *subject })?;
            audience.show(&json!({"subject": subject, "disabled": false}), |_| {
                format!("{subject}: its tokens are taken again, but for those that were revoked.")
            });
            Ok(())
        }
        AccountCommand::Erase { subject } => {
            Office::open(layout)?.change(Request::Erase { subject: *subject })?;
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

fn create(office: &Office, request: Request) -> Result<SubjectId, Failure> {
    match office.ask(request)? {
        Reply::Created { subject } => Ok(subject),
        other => Err(unexpected(&other)),
    }
}

/// A token that is to be issued.
struct Token<'a> {
    label: &'a str,
    body: Option<BodyCode>,
    expires: Option<Micros>,
}

/// Issues a token and prints it: alone on standard output.
fn hand_out(
    office: &Office,
    subject: SubjectId,
    token: &Token<'_>,
    audience: Audience,
    whose: &str,
) -> Result<(), Failure> {
    let (label, body, expires) = (token.label.to_owned(), token.body.clone(), token.expires);
    let token = match office.ask(Request::IssueToken { subject, label, body, expires })? {
        Reply::Issued { token } => token,
        other => return Err(unexpected(&other)),
    };
    aside(&format!(
        "The token of {whose} follows. It is shown once; whoever has it acts in this name. Subject id: {subject}"
    ));
    match audience {
        Audience::Person => line(&token),
        Audience::Program => line(&json!({"subject": subject, "token": token}).to_string()),
    }
    Ok(())
}

/// Prints a link: alone on standard output.
fn print_link(
    office: &Office,
    subject: SubjectId,
    kind: Handed,
    site: Option<&str>,
    audience: Audience,
) -> Result<(), Failure> {
    let (secret, expires) = match office.ask(Request::HandOutLink { subject, kind })? {
        Reply::Link { secret, expires } => (secret, expires),
        other => return Err(unexpected(&other)),
    };
    let page = match kind {
        Handed::Invitation => "welcome",
        Handed::Reset => "new-password",
    };
    aside(&format!(
        "Hand this to {subject} and to nobody else: whoever has it chooses the password. It works once, until {}. Where there is no page for it, \
         it is used with: dossier {page}",
        moment(expires)
    ));
    let link = site.map_or_else(|| secret.clone(), |site| format!("{site}/review/{page}#{secret}"));
    match audience {
        Audience::Person => line(&link),
        Audience::Program => line(&json!({"subject": subject, "link": link, "expires": moment(expires)}).to_string()),
    }
    Ok(())
}

fn list(office: &Office, audience: Audience) -> Result<(), Failure> {
    let (everybody, now) = (office.everybody()?, MachineClock.now());
    for Listed { person, tokens } in &everybody {
        let valid =
            |token: &&TokenSummary| token.revoked.is_none() && token.expires.is_none_or(|expires| expires > now);
        let document = json!({
            "subject": person.subject, "name": person.name, "mail": person.mail, "created": moment(person.created),
            "disabled": person.disabled.map(moment), "erased": person.erased.map(moment),
            "valid_tokens": tokens.iter().filter(valid).count(),
        });
        audience.show(&document, |document| words(person, document));
    }
    if everybody.is_empty() && audience == Audience::Person {
        line("Nobody has an account here. Make one: dossier account create NAME --administrator");
    }
    Ok(())
}

/// The tokens of a person, by the names with which they are revoked.
fn tokens(office: &Office, subject: SubjectId, audience: Audience) -> Result<(), Failure> {
    let found = office.everybody()?.into_iter().find(|listed| listed.person.subject == subject);
    let found = found.ok_or_else(|| {
        Failure::new(Exit::NotThere, format!("nobody here has the subject id {subject}; see: dossier account list"))
    })?;
    for token in &found.tokens {
        let document = json!({
            "subject": subject, "token": token.id, "label": token.label, "body": token.body, "issued": moment(token.issued),
            "expires": token.expires.map(moment), "revoked": token.revoked.map(moment),
        });
        audience.show(&document, |_| token_words(token));
    }
    if found.tokens.is_empty() && audience == Audience::Person {
        line(&format!("{subject} has no tokens."));
    }
    Ok(())
}

fn token_words(token: &TokenSummary) -> String {
    let label = token.label.as_deref().unwrap_or("(erased)");
    let body = token.body.as_ref().map(|body| format!(", for {body} alone")).unwrap_or_default();
    let state = match (token.revoked, token.expires) {
        (Some(since), _) => format!("revoked {}", moment(since)),
        (None, Some(until)) if until <= MachineClock.now() => format!("expired {}", moment(until)),
        (None, Some(until)) => format!("until {}", moment(until)),
        (None, None) => "valid".to_owned(),
    };
    format!("{}  {label}{body}  issued {}  {state}", token.id, moment(token.issued))
}

fn revoked(subject: SubjectId, token: TokenId, audience: Audience) {
    audience.show(&json!({"subject": subject, "token": token, "revoked": true}), |_| {
        format!("{token} of {subject} is refused from now on; other services hear of it within two seconds, and one that is cut off lets nobody in after a minute.")
    });
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
