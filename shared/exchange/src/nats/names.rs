//! Subjects, streams and headers: every name that the broker sees, in one place. `deploy/nats.conf` permits exactly these.

use dossier_proto::{EntryId, Origin};

use crate::Question;

/// The epoch of an event, on its message.
pub(crate) const EPOCH_HEADER: &str = "Dossier-Epoch";
/// The origin's signature over everything up to and with this event: base64 of a signed note, on the last message of each
/// group.
pub(crate) const CHECKPOINT_HEADER: &str = "Dossier-Checkpoint";
/// The number that the stream's last message must have for this one to be stored.
pub(crate) const EXPECTED_HEADER: &str = "Nats-Expected-Last-Sequence";
/// The number of a message that was read from a stream.
pub(crate) const NUMBER_HEADER: &str = "Nats-Sequence";

/// The stream of an origin: `DOSSIER_SUBMISSION`.
#[must_use]
pub fn stream_name(origin: Origin) -> String {
    format!("DOSSIER_{}", origin.name().to_ascii_uppercase())
}

/// The subject of an event: `dossier.event.submission.<entry>`, with `-` for what concerns no entry.
#[must_use]
pub fn event_subject(origin: Origin, entry: Option<EntryId>) -> String {
    match entry {
        Some(entry) => format!("dossier.event.{origin}.{entry}"),
        None => format!("dossier.event.{origin}.-"),
    }
}

/// All events of an origin.
pub(crate) fn events_of(origin: Origin) -> String {
    format!("dossier.event.{origin}.>")
}

/// What one service asks another. The asker comes last, where the broker's permissions check it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topic {
    Replay,
    Checkpoint,
    Keys,
    Question(Question),
}

impl Topic {
    const ALL: [Self; 7] = [
        Self::Replay,
        Self::Checkpoint,
        Self::Keys,
        Self::Question(Question::People),
        Self::Question(Question::Digests),
        Self::Question(Question::Known),
        Self::Question(Question::File),
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Replay => "replay",
            Self::Checkpoint => "checkpoint",
            Self::Keys => "keys",
            Self::Question(question) => question.name(),
        }
    }

    /// Where `asker` asks `holder`.
    pub(crate) fn subject(self, holder: Origin, asker: Origin) -> String {
        format!("dossier.{}.{holder}.{asker}", self.name())
    }

    /// Who asks this of `holder`.
    fn askers(self, holder: Origin) -> Vec<Origin> {
        let others = Origin::ALL.into_iter().filter(|asker| *asker != holder);
        match (self, holder) {
            (Self::Replay | Self::Checkpoint | Self::Keys, _)
            | (Self::Question(Question::People), Origin::Moderation)
            | (Self::Question(Question::Known), _) => others.collect(),
            (Self::Question(Question::Digests), _) => others.filter(|asker| *asker == Origin::Audit).collect(),
            // A file goes the way of its key: what was submitted to moderation, what was approved to publication.
            (Self::Question(Question::File), Origin::Submission) => vec![Origin::Moderation],
            (Self::Question(Question::File), Origin::Moderation) => vec![Origin::Publication],
            (Self::Question(_), _) => Vec::new(),
        }
    }

    /// Whether `asker` ever asks this of `holder`. The broker carries nothing else, and takes an attempt for a mistake worth telling.
    pub(crate) fn is_asked(self, holder: Origin, asker: Origin) -> bool {
        self.askers(holder).contains(&asker)
    }

    /// Every subject that `holder` listens to. Each asker has subjects of its own, so that what one asks does not fill another's queue.
    pub(crate) fn all_asked_of(holder: Origin) -> Vec<String> {
        let asked = |topic: Self| topic.askers(holder).into_iter().map(move |asker| topic.subject(holder, asker));
        Self::ALL.into_iter().flat_map(asked).collect()
    }

    /// What is asked, and who asks, by the subject of a question.
    pub(crate) fn of_subject(subject: &str) -> Option<(Self, Origin)> {
        let mut parts = subject.strip_prefix("dossier.")?.split('.');
        let (name, _holder, asker) = (parts.next()?, parts.next()?, parts.next()?);
        let topic = Self::ALL.into_iter().find(|topic| topic.name() == name)?;
        if parts.next().is_some() {
            return None;
        }
        Some((topic, asker.parse().ok()?))
    }
}

/// Where instances of one service find each other.
pub(crate) fn presence(origin: Origin) -> String {
    format!("dossier.presence.{origin}")
}

/// The prefix of a service's inbox.
pub(crate) fn inbox(asker: Origin) -> String {
    format!("_INBOX_{asker}")
}

/// The address of an answer, when the question came out of another account: the server leads it back to that question alone.
pub(crate) const LED_BACK: &str = "_R_.";

/// Who answers into a part of an inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answering {
    Service(Origin),
    Broker,
}

impl Answering {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Service(origin) => origin.name(),
            Self::Broker => "broker",
        }
    }
}

/// A request to JetStream about an origin's stream.
pub(crate) fn stream_api(verb: &str, origin: Origin) -> String {
    format!("$JS.API.STREAM.{verb}.{}", stream_name(origin))
}

/// Reading from an origin's stream.
pub(crate) fn direct_get(origin: Origin) -> String {
    format!("$JS.API.DIRECT.GET.{}", stream_name(origin))
}

#[cfg(test)]
mod tests;
