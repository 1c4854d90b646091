//! Mail by which people come in: invitations, and links for forgotten passwords.
//!
//! A mail is made when it is sent, because nothing of its link is kept but a digest: each attempt makes a new secret, whose digest is
//! durable before the mail goes out ([`dossier_identity::accounts`]). Once a mail server has taken a mail it is never sent again. Where a
//! crash or a broken line leaves that open, it is sent again, with a link that works, and the former link does not any more.

mod mailing;
mod upkeep;
mod words;

use dossier_identity::accounts::AccountsError;
use dossier_proto::{DesignationId, Micros, SubjectId};
use dossier_web::extract::wall_clock;

pub(crate) use mailing::send;
#[cfg(test)]
pub(crate) use upkeep::sweep;
pub(crate) use upkeep::{catch_up, keep_up};

use crate::api::Desk;

/// Has the mail sent that belongs to an invitation, unless it was asked for after it already, or the person has come in since, or the
/// designation was revoked. Blocks on the disk; repeating it is harmless.
///
/// # Errors
/// [`AccountsError`]: nobody has an account there any more, or the disk fails.
pub(crate) fn queue(desk: &Desk, id: DesignationId) -> Result<(), AccountsError> {
    let wanted = {
        let view = desk.engine.view();
        let held = view.state.designations.get(id).filter(|held| held.revoked.is_none());
        held.map(|held| held.designation.subject).zip(view.state.invited.get(&id).copied())
    };
    let Some((subject, invited)) = wanted else { return Ok(()) };
    let stands = desk.accounts.invitation_of(subject).ok_or(AccountsError::UnknownSubject(subject))?;
    let is_later = |moment: Option<Micros>| moment.is_some_and(|moment| moment >= invited);
    if is_later(stands.asked) || is_later(stands.entered) {
        return Ok(());
    }
    // Not before it in the other clock: the journal's may be ahead of the machine's.
    desk.accounts.invite(subject, wall_clock().max(invited))
}

/// Makes the link of an invitation dead, unless another invitation of the same person stands. Blocks on the disk.
///
/// # Errors
/// [`AccountsError`]: the disk fails.
pub(crate) fn take_back(desk: &Desk, subject: SubjectId) -> Result<(), AccountsError> {
    let another_stands = {
        let view = desk.engine.view();
        let state = &view.state;
        let mut of = state.designations.of_subject(subject);
        of.any(|held| held.revoked.is_none() && state.invited.contains_key(&held.designation.id))
    };
    match another_stands {
        true => Ok(()),
        false => desk.accounts.take_back_invitation(subject),
    }
}
