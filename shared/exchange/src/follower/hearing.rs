//! Hearing from the origin itself, beside the reading: where it stands, and that it is there.

use std::time::Duration;

use tokio::{sync::watch, time::sleep};

use super::{
    FollowerSettings,
    signature::{Signature, verified},
};
use crate::{Divergence, FollowStatus, Moment, NotVerified};

/// How often the origin is asked where it stands. Decisions that need its word are refused after ten seconds without
/// (DESIGN section 9), so several questions in a row may be lost before.
const HEAR_EVERY: Duration = Duration::from_secs(1);
/// How soon one that did not answer is asked again.
const ASK_AGAIN: Duration = Duration::from_millis(250);

/// The last word of an origin.
#[derive(Debug, Clone, Default)]
pub(super) enum Heard {
    /// It has not answered yet.
    #[default]
    Nothing,
    /// Where it stands.
    Stands(Box<Signature>),
    /// It does not answer, and this is what the transport says.
    Silent(String),
    /// It answered with something that it did not sign.
    Contradicts(Divergence),
}

/// Asks the origin again and again. Never ends by itself.
pub(super) async fn hear(
    settings: &FollowerSettings,
    last: &watch::Sender<Heard>,
    status: &watch::Sender<FollowStatus>,
) {
    loop {
        let asked = settings.clock.moment();
        let pause = match settings.transport.checkpoint(settings.origin).await {
            Ok(signed) => {
                let heard = match verified(settings, &signed).await {
                    Ok(signature) => {
                        note(status, &signature, asked);
                        Heard::Stands(Box::new(signature))
                    }
                    Err(NotVerified::Contradicts(divergence)) => Heard::Contradicts(divergence),
                    Err(NotVerified::Unheard(silent)) => Heard::Silent(silent.to_string()),
                };
                last.send_replace(heard);
                HEAR_EVERY
            }
            Err(silent) => {
                last.send_replace(Heard::Silent(silent.to_string()));
                ASK_AGAIN
            }
        };
        sleep(pause).await;
    }
}

/// Writes down that it was heard, and its head.
fn note(status: &watch::Sender<FollowStatus>, signature: &Signature, asked: Moment) {
    status.send_if_modified(|status| {
        let changed = status.head != signature.end;
        status.hear(signature.end, asked);
        changed
    });
}
