//! What a crash, a caller who went or a broken line left undone between a decision and its mail, made up for every minute.

use std::{sync::Arc, time::Duration};

use dossier_identity::accounts::{AccountsError, LinkKind};
use dossier_proto::Micros;
use dossier_web::extract::wall_clock;

use super::queue;
use crate::api::Desk;

/// How often it is looked. A look is one of the memory: the invitations of two weeks, and the accounts.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// How long an account without any invitation is left alone. A request ends within seconds; it holds the account itself meanwhile
/// ([`dossier_identity::accounts::Invited`]), so this is for other instances' clocks alone.
const LEFT_ALONE: i64 = 60 * 60 * Micros::SECOND;

/// Looks for as long as it is polled.
pub(crate) async fn keep_up(desk: Arc<Desk>) {
    let mut tick = tokio::time::interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        // Not from a service of which another instance may be at work, nor from one that is still starting.
        while desk.engine.admits_persons().is_err() {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        let desk = Arc::clone(&desk);
        // A panic is told where every panic is, and the next look is in a minute.
        let _ = tokio::task::spawn_blocking(move || {
            catch_up(&desk);
            sweep(&desk, wall_clock());
        })
        .await;
    }
}

/// Queues the mails that are still to be queued.
pub(crate) fn catch_up(desk: &Desk) {
    let since = desk.clock.now().0.saturating_sub(LinkKind::Invitation.lasts());
    let invited: Vec<_> = {
        let view = desk.engine.view();
        view.state.invited.iter().filter(|(_, at)| at.0 >= since).map(|(id, _)| *id).collect()
    };
    for id in invited {
        match queue(desk, id) {
            // Erased or shut since.
            Ok(()) | Err(AccountsError::UnknownSubject(_) | AccountsError::Ended(_) | AccountsError::NoAddress(_)) => {}
            Err(error) => tracing::error!(%error, "the mail of an invitation could not be queued"),
        }
    }
}

/// Removes the accounts that were made for invitations on which nobody decided. Whoever was designated stays.
pub(crate) fn sweep(desk: &Desk, now: Micros) {
    let left = desk.accounts.only_proposed(Micros(now.0.saturating_sub(LEFT_ALONE)));
    for subject in left {
        let is_designated = desk.engine.view().state.designations.of_subject(subject).next().is_some();
        if is_designated {
            continue;
        }
        match desk.accounts.remove_unused(subject) {
            Ok(()) => {
                tracing::info!(%subject, "an account was removed that was made for an invitation nobody decided on");
            }
            Err(error) => tracing::error!(%subject, %error, "an account that nobody can use could not be removed"),
        }
    }
}
