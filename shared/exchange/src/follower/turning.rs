//! Events by which an origin takes another key to sign with.

use dossier_proof::Stand;
use dossier_proto::Payload;

use super::Follower;
use crate::{Divergence, NotVerified};

impl Follower {
    /// Looks at the event that was read last. One that names another key counts when the key in force has signed the checkpoint that ends with it:
    /// then it is known where that key ends, and what it signs beyond is believed no more. And where the origin is known to have taken a key, no
    /// other event stands.
    ///
    /// # Errors
    /// [`NotVerified`]: it cannot be the origin's own; or the origin does not say.
    pub(super) async fn follow_turn(&self) -> Result<(), NotVerified> {
        let Some(read) = self.reading.last() else { return Ok(()) };
        let place = read.event.head.place;
        let after = Stand { epoch: place.epoch, size: place.sequence + 1 };
        let named = match &read.event.payload {
            Some(Payload::KeyRotated(turn)) => Some(turn.verifier.as_str()),
            _ => None,
        };
        let (keys, origin) = (&self.settings.keys, self.settings.origin);
        let known = || {
            let history = keys.history(origin)?;
            let turn = history.turns().iter().find(|turn| turn.after == after)?;
            Some(turn.verifier.to_string())
        };
        if known().as_deref() == named {
            return Ok(());
        }
        if named.is_some() {
            keys.ask(&*self.settings.transport, origin).await?;
        }
        match (known(), named) {
            (known, named) if known.as_deref() == named => Ok(()),
            (_, Some(_)) => {
                let reason = "it names another key, and the key in force has not signed that".to_owned();
                Err(NotVerified::Contradicts(Divergence::Event { place, reason }))
            }
            (_, None) => {
                let reason = "the origin took another key here, and this is another event".to_owned();
                Err(NotVerified::Contradicts(Divergence::Event { place, reason }))
            }
        }
    }
}
