//! The first administrator: an account, and the designation that moderation's journal records for it.

use dossier_engine::ExecuteError;
use dossier_identity::accounts::{
    Accounts,
    door::{RefusalKind, Reply},
};
use dossier_moderation::{BootstrapError, Service};
use dossier_proto::Micros;

/// Who is to be administrator.
pub(crate) struct Candidate {
    pub(crate) name: String,
    pub(crate) mail: Option<String>,
}

/// Makes the account and grants the designation, unless somebody who has an account here is administrator. Blocks on the disk for
/// milliseconds.
pub(crate) async fn appoint(service: &Service, accounts: &Accounts, candidate: &Candidate, now: Micros) -> Reply {
    if let Some(known) = service.administrator() {
        return refused(
            RefusalKind::Failed,
            format!(
                "this installation has an administrator already ({known}); nothing was changed. Make the account without --administrator, and \
                 let an administrator designate it"
            ),
        );
    }
    let subject = match accounts.create(&candidate.name, candidate.mail.as_deref(), now) {
        Ok(subject) => subject,
        Err(error) => return Reply::refused(&error),
    };
    match service.first_administrator(subject).await {
        Ok(true) => return Reply::Created { subject },
        Ok(false) => {}
        Err(error) => return not_designated(accounts, &error, subject, now),
    }
    forgotten(
        accounts,
        subject,
        now,
        refused(RefusalKind::Failed, "somebody else became administrator just now".to_owned()),
    )
}

fn not_designated(
    accounts: &Accounts,
    error: &BootstrapError,
    subject: dossier_proto::SubjectId,
    now: Micros,
) -> Reply {
    let BootstrapError::Execute(why) = error;
    let (kind, reason) = match why {
        ExecuteError::AuthorityNotHeard | ExecuteError::Busy => (
            RefusalKind::NotNow,
            format!(
                "moderation writes nothing at the moment ({error}); repeat this when its /readyz says that it is ready"
            ),
        ),
        _ => (RefusalKind::Failed, format!("the designation was not recorded: {error}")),
    };
    forgotten(accounts, subject, now, refused(kind, reason))
}

/// An account that is not an administrator's was not asked for.
fn forgotten(accounts: &Accounts, subject: dossier_proto::SubjectId, now: Micros, reply: Reply) -> Reply {
    match accounts.erase_person(subject, now) {
        Ok(()) => reply,
        Err(error) => Reply::refused(&error),
    }
}

pub(crate) fn refused(kind: RefusalKind, reason: String) -> Reply {
    Reply::Refused { kind, reason }
}
