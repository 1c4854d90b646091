//! Before the first write, and from time to time after it: what others know of the journal.

use std::{collections::BTreeMap, time::Duration};

use dossier_exchange::{
    Position,
    nats::{newest_signed, signed_by_any},
};
use dossier_journal::MirrorHead;
use dossier_proto::Origin;
use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::time::{Instant, sleep, timeout_at};

use super::{AGAIN_AFTER, Line};
use crate::{
    Failure,
    house::{answers, room::Room},
};

/// How long the others may take to say what they know of a journal that the stream knows too, or that is empty. Those that say
/// nothing do not keep anybody from starting: the anchor and the stream speak of the same.
const KNOWN_PATIENCE: Duration = Duration::from_secs(2);
/// How long until the first of them does, when the stream knows nothing of a journal that has something: then they alone would notice that
/// an older copy was put back. They may have to be started themselves, on a machine that is just switched on.
const ONLY_WITNESSES_PATIENCE: Duration = Duration::from_secs(30);
/// How often the others are asked again while the service works: one that was away may know more.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// What the service's own stream says of its journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::house) enum Witnessed {
    /// It has all that was signed there.
    Yes,
    /// There is no stream, or nothing signed in it.
    Nothing,
}

impl Witnessed {
    /// How long the first of the others may take to say what it knows of a journal that ends at `head`. In a new house all are empty,
    /// and nobody waits for long.
    fn patience(self, head: Position) -> Duration {
        match self {
            Self::Nothing if head > Position::default() => ONLY_WITNESSES_PATIENCE,
            _ => KNOWN_PATIENCE,
        }
    }
}

impl Line {
    /// Compares the journal with what the service's own stream proves of it. To be done before the first write. Waits for the broker.
    ///
    /// # Errors
    /// [`Failure`]: events are missing here, or others stand in their place; or another instance has turned up.
    pub(in crate::house) async fn compare_with_stream(&self, room: &Room) -> Result<Witnessed, Failure> {
        let (history, later) = (self.signers.history(), self.signers.present_and_later());
        // What is signed with a later key than the journal knows was signed by a newer journal than this one.
        let believed = |note: &_| {
            let later = || signed_by_any(note, history.log(), later.get(1..).unwrap_or_default());
            history.verify(note).ok().or_else(later)
        };
        let witness = loop {
            match newest_signed(&self.connection, believed).await {
                Ok(witness) => break witness,
                Err(error) => self.wait_for_broker(&error.to_string()).await,
            }
        };
        self.waiting.over();
        self.still_alone()?;
        let Some((witness, _)) = witness else { return Ok(Witnessed::Nothing) };
        let place = format!("message {} of the service's own stream at the broker", witness.message);
        match room.journal().compare(&place, witness.head) {
            Ok(()) => Ok(Witnessed::Yes),
            Err(error) => Err(self.with_what_others_know(room, error.into()).await),
        }
    }

    /// Compares the journal with what the other services have read of it, as far as they say so in time: with each that answers while the
    /// first is waited for, or soon after it.
    ///
    /// # Errors
    /// As [`Self::compare_with_stream`].
    pub(in crate::house) async fn compare_with_others(&self, room: &Room, witnessed: Witnessed) -> Result<(), Failure> {
        if room.origin == Origin::Audit {
            // Nobody reads it.
            return self.still_alone();
        }
        let mut asked: FuturesUnordered<_> = others(room.origin).map(|holder| self.ask_until_known(holder)).collect();
        let mut until = Instant::now() + witnessed.patience(room.head());
        let mut answered = 0;
        while let Ok(Some((holder, heads))) = timeout_at(until, asked.next()).await {
            answered += 1;
            until = until.min(Instant::now() + KNOWN_PATIENCE);
            compare(room, holder, heads)?;
            // It copies everything, and what it has not read yet the stream speaks of.
            if holder == Origin::Audit && witnessed == Witnessed::Yes {
                break;
            }
        }
        self.waiting.over();
        if answered == 0 {
            tracing::warn!(
                origin = %room.origin,
                "none of the other services says in time what it has read of our journal; starting without"
            );
        }
        self.still_alone()
    }

    /// Asks the others again and again while the service works. Returns when one of them knows another history: then whatever is
    /// written here will not be believed by anybody.
    pub(in crate::house) async fn look_at_others(&self, room: &Room) -> Failure {
        loop {
            sleep(LOOK_EVERY).await;
            for holder in others(room.origin) {
                // Who does not answer now is asked again.
                let Ok(heads) = answers::known(&*self.transport, holder).await else { continue };
                if let Err(failure) = compare(room, holder, heads) {
                    return failure;
                }
            }
        }
    }

    /// Asks one until there is an answer: all services may be starting at once.
    async fn ask_until_known(&self, holder: Origin) -> (Origin, Vec<MirrorHead>) {
        loop {
            match answers::known(&*self.transport, holder).await {
                Ok(heads) => return (holder, heads),
                Err(reason) => {
                    let why = format!("no other service has said yet what it has read of our journal: {reason}");
                    self.waiting.note(why);
                    sleep(AGAIN_AFTER).await;
                }
            }
        }
    }

    /// The stream shows another history than the journal. Which of them is the true one is for the operator; what helps is how far the
    /// others have read, and which of the two they agree with.
    async fn with_what_others_know(&self, room: &Room, failure: Failure) -> Failure {
        let mut asked: FuturesUnordered<_> = others(room.origin).map(|holder| self.ask_until_known(holder)).collect();
        let until = Instant::now() + KNOWN_PATIENCE;
        let (mut agree, mut disagree) = (BTreeMap::new(), BTreeMap::new());
        while let Ok(Some((holder, heads))) = timeout_at(until, asked.next()).await {
            let Some(furthest) = heads.iter().map(|head| head.size).max() else { continue };
            let agrees = compare(room, holder, heads).is_ok();
            if agrees { &mut agree } else { &mut disagree }.insert(holder, furthest);
        }
        if agree.is_empty() || !disagree.is_empty() {
            return failure;
        }
        let said: Vec<_> = agree.iter().map(|(holder, size)| format!("{holder} has read {size} events")).collect();
        let advice = format!(
            "But the other services agree with the journal that is here ({}): then it is the stream that holds something else, written by \
             a copy of this service. Make sure that no such copy is at work; then remove the stream, with the broker stopped, from its \
             JetStream directory: it is made again from the journal",
            said.join(", ")
        );
        failure.adding(&advice)
    }
}

fn others(origin: Origin) -> impl Iterator<Item = Origin> {
    Origin::ALL.into_iter().filter(move |other| *other != origin)
}

fn compare(room: &Room, holder: Origin, heads: Vec<MirrorHead>) -> Result<(), Failure> {
    let place = match holder {
        Origin::Audit => "the audit service's copy".to_owned(),
        other => format!("what the {other} service has read"),
    };
    Ok(heads.into_iter().try_for_each(|head| room.journal().compare(&place, head))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_only_witnesses_are_waited_for_when_there_is_something_to_witness() {
        let at = |epoch, sequence| Position { epoch, sequence };
        for written in [at(0, 1), at(3, 0)] {
            assert_eq!(Witnessed::Nothing.patience(written), ONLY_WITNESSES_PATIENCE, "{written:?}");
            assert_eq!(Witnessed::Yes.patience(written), KNOWN_PATIENCE, "{written:?}");
        }
        assert_eq!(Witnessed::Nothing.patience(at(0, 0)), KNOWN_PATIENCE, "a new house");
    }
}
