//! Before the first write: what others know of the journal.

use std::time::Duration;

use dossier_exchange::{Position, nats::stream_witness};
use dossier_journal::MirrorHead;
use dossier_proof::VerifierKey;
use dossier_proto::Origin;
use tokio::time::{sleep, timeout};

use super::{AGAIN_AFTER, Line};
use crate::{
    Failure,
    house::{answers, room::Room},
};

/// How long the audit service may take to say what it knows of a journal that the stream knows too, or that is empty. One that says
/// nothing does not keep others from starting: the anchor and the stream speak of the same.
const KNOWN_PATIENCE: Duration = Duration::from_secs(2);
/// How long when the stream knows nothing of a journal that has something: then the audit service alone would notice that an older copy was
/// put back. It may have to be started itself, on a machine that is just switched on.
const ONLY_WITNESS_PATIENCE: Duration = Duration::from_secs(30);

/// What the service's own stream says of its journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::house) enum Witnessed {
    /// It has all that was signed there.
    Yes,
    /// There is no stream, or nothing signed in it.
    Nothing,
}

impl Witnessed {
    /// How long the audit service may take to say what it knows of a journal that ends at `head`. In a new house all are empty, and
    /// nobody waits for long.
    fn patience(self, head: Position) -> Duration {
        match self {
            Self::Nothing if head > Position::default() => ONLY_WITNESS_PATIENCE,
            _ => KNOWN_PATIENCE,
        }
    }
}

impl Line {
    /// Compares the journal with what the service's own stream proves of it. To be done before the first write. Waits for the broker.
    ///
    /// # Errors
    /// [`Failure`]: events are missing here, or others stand in their place; or another instance has turned up.
    pub(in crate::house) async fn compare_with_stream(
        &self,
        room: &Room,
        log: &str,
        key: &VerifierKey,
    ) -> Result<Witnessed, Failure> {
        let witness = loop {
            match stream_witness(&self.connection, log, std::slice::from_ref(key)).await {
                Ok(witness) => break witness,
                Err(error) => self.wait_for_broker(&error.to_string()).await,
            }
        };
        self.waiting.over();
        self.still_alone()?;
        let Some(witness) = witness else { return Ok(Witnessed::Nothing) };
        let place = format!("message {} of the service's own stream at the broker", witness.message);
        room.journal().compare(&place, witness.head)?;
        Ok(Witnessed::Yes)
    }

    /// Compares the journal with what the audit service has read of it, as far as that says so in time.
    ///
    /// # Errors
    /// As [`Self::compare_with_stream`].
    pub(in crate::house) async fn compare_with_audit(&self, room: &Room, witnessed: Witnessed) -> Result<(), Failure> {
        let origin = room.origin;
        if origin == Origin::Audit {
            return Ok(());
        }
        let heads = timeout(witnessed.patience(room.head()), self.ask_audit()).await;
        self.waiting.over();
        let Ok(heads) = heads else {
            tracing::warn!(%origin, "the audit service does not say in time what it has read of our journal; starting without");
            return self.still_alone();
        };
        self.still_alone()?;
        Ok(heads.into_iter().try_for_each(|head| room.journal().compare("the audit service's copy", head))?)
    }

    /// Asks until there is an answer: all services may be starting at once.
    async fn ask_audit(&self) -> Vec<MirrorHead> {
        loop {
            match answers::known(&*self.transport).await {
                Ok(heads) => return heads,
                Err(reason) => {
                    let why = format!("the audit service has not said yet what it has read of our journal: {reason}");
                    self.waiting.note(why);
                    sleep(AGAIN_AFTER).await;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_only_witness_is_waited_for_when_there_is_something_to_witness() {
        let at = |epoch, sequence| Position { epoch, sequence };
        for written in [at(0, 1), at(3, 0)] {
            assert_eq!(Witnessed::Nothing.patience(written), ONLY_WITNESS_PATIENCE, "{written:?}");
            assert_eq!(Witnessed::Yes.patience(written), KNOWN_PATIENCE, "{written:?}");
        }
        assert_eq!(Witnessed::Nothing.patience(at(0, 0)), KNOWN_PATIENCE, "a new house");
    }
}
