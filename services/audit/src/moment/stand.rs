//! Where an entry stands by its events: what is under way, what the public sees, and which texts there are. Pure.

use dossier_proto::{Digest, EntryId, Event, Micros, Payload, Place, v1};
use serde::{Deserialize, Serialize};

/// What is under way with an entry (DESIGN section 8: workflow). It is told in submission's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// Its body writes.
    Draft,
    /// The publishing authority of its state has it.
    AwaitingClearance,
    /// It is in review.
    InReview,
    /// Its review waits for somebody.
    OnHold,
    /// Its body is to change something.
    ChangesRequested,
    /// It was approved, and is not public yet.
    Approved,
    /// It becomes public at a time.
    Scheduled,
    /// Nothing: the public edition is all there is.
    Published,
    /// It was refused.
    Refused,
    /// Another entry says the same.
    Duplicate,
    /// Its body gave it up.
    Withdrawn,
    /// It was taken back.
    Retracted,
}

/// What the public sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Public {
    /// The current edition.
    Published,
    /// The current edition, and which entry stands in its place.
    Superseded,
    /// A tombstone, for a while.
    Suspended,
    /// A tombstone.
    Retracted,
}

/// A state, and since which event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Since<T> {
    /// The state.
    pub state: T,
    /// When it began, in microseconds.
    #[schema(value_type = i64)]
    pub at: Micros,
    /// The event that led to it.
    #[schema(value_type = Object)]
    pub place: Place,
}

/// A text that there was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Version {
    /// The number of its revision.
    pub revision: u32,
    /// Its digest.
    #[schema(value_type = String)]
    pub digest: Digest,
    /// When, in microseconds.
    #[schema(value_type = i64)]
    pub at: Micros,
    /// The event.
    #[schema(value_type = Object)]
    pub place: Place,
}

/// The public edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EditionThen {
    /// The public number of the entry.
    pub number: String,
    /// The number of the edition.
    pub edition: u32,
    /// Its text.
    #[serde(flatten)]
    pub text: Version,
}

/// Where an entry stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Stand {
    /// What is under way; none before it was begun.
    pub work: Option<Since<Work>>,
    /// What the public sees; none before the first edition.
    pub public: Option<Since<Public>>,
    /// What was saved last.
    pub saved: Option<Version>,
    /// What was submitted last.
    pub submitted: Option<Version>,
    /// For the how many-th time that was.
    pub round: u32,
    /// What was approved last.
    pub approved: Option<Version>,
    /// The current edition.
    pub edition: Option<EditionThen>,
    /// The entry that stands in its place.
    #[schema(value_type = Option<String>)]
    pub superseded_by: Option<EntryId>,
    /// The submission that is in review.
    #[serde(skip)]
    reviewed: Option<Place>,
    /// The approval that is to be published.
    #[serde(skip)]
    awaited: Option<Place>,
}

impl Stand {
    /// By these events, in causal order.
    pub fn of<'a>(events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut stand = Self::default();
        events.into_iter().for_each(|event| stand.take(event));
        stand
    }

    fn take(&mut self, event: &Event) {
        let Some(payload) = &event.payload else { return };
        self.written(event, payload);
        self.judged(event, payload);
        self.published(event, payload);
    }

    fn moves(&mut self, event: &Event, state: Work) {
        if !matches!(state, Work::InReview | Work::OnHold) {
            self.reviewed = None;
        }
        if !matches!(state, Work::Approved | Work::Scheduled) {
            self.awaited = None;
        }
        self.work = Some(Since { state, at: event.head.recorded_at, place: event.head.place });
    }

    /// What the body did.
    fn written(&mut self, event: &Event, payload: &Payload) {
        match payload {
            Payload::DraftStarted(started) => {
                self.saved = version(event, started.command.as_ref().and_then(|command| command.content.as_ref()));
                self.moves(event, Work::Draft);
            }
            Payload::DraftSaved(saved) => {
                let content = saved.command.as_ref().and_then(|command| command.content.as_ref());
                self.saved = version(event, content).or(self.saved);
            }
            Payload::ClearanceAsked(_) => self.moves(event, Work::AwaitingClearance),
            // Back with those who wrote it, as after a request for changes.
            Payload::ClearanceReturned(_) => self.moves(event, Work::ChangesRequested),
            Payload::ClearanceRecalled(_) | Payload::Expired(_) => self.moves(event, Work::Draft),
            Payload::Submitted(submitted) => {
                self.submitted = version(event, submitted.content.as_ref()).or(self.submitted);
                self.round = submitted.round;
                self.moves(event, Work::InReview);
                self.reviewed = Some(event.head.place);
            }
            Payload::AppealAsked(asked) => {
                self.moves(event, Work::InReview);
                self.reviewed = place(asked.submitted.as_ref());
            }
            Payload::Withdrawn(_) => self.given_up(event),
            Payload::RevisionOpened(_) if !self.is_with_body() => self.moves(event, Work::Draft),
            _ => {}
        }
    }

    /// What moderation decided, of the submission that is in review.
    fn judged(&mut self, event: &Event, payload: &Payload) {
        match payload {
            Payload::ReviewHeld(_) if self.reviewed.is_some() => self.held(event, Work::OnHold),
            Payload::ReviewResumed(_) if self.reviewed.is_some() => self.held(event, Work::InReview),
            Payload::ChangesRequested(one) if self.is_reviewed(one.submitted.as_ref()) => {
                self.moves(event, Work::ChangesRequested);
            }
            Payload::Approved(one) if self.is_reviewed(one.submitted.as_ref()) => {
                self.approved = version(event, one.content.as_ref()).or(self.approved);
                self.moves(event, Work::Approved);
                self.awaited = Some(event.head.place);
            }
            Payload::EntryRefused(one) if self.is_reviewed(one.submitted.as_ref()) => self.moves(event, Work::Refused),
            Payload::MarkedDuplicate(one) if self.is_reviewed(one.submitted.as_ref()) => {
                self.moves(event, Work::Duplicate);
            }
            Payload::RecallGranted(one) if self.is_reviewed(one.submitted.as_ref()) => self.moves(event, Work::Draft),
            Payload::WithdrawalGranted(one) if self.is_reviewed(one.submitted.as_ref()) => self.given_up(event),
            _ => {}
        }
    }

    /// What publication did.
    fn published(&mut self, event: &Event, payload: &Payload) {
        match payload {
            Payload::EditionScheduled(one) if self.is_awaited(one.command.as_ref()) => {
                let awaited = self.awaited;
                self.moves(event, Work::Scheduled);
                self.awaited = awaited;
            }
            Payload::PublicationDeclined(one) if self.is_awaited(one.command.as_ref()) => {
                self.moves(event, Work::Draft);
            }
            Payload::EditionPublished(one) => self.edition(event, one),
            Payload::EntrySuspended(_) => self.seen(event, Public::Suspended),
            Payload::EntryReinstated(_) => {
                let state = if self.superseded_by.is_some() { Public::Superseded } else { Public::Published };
                self.seen(event, state);
            }
            Payload::EntrySuperseded(one) => {
                let by = one.command.as_ref().and_then(|command| EntryId::try_from(&command.superseded_by[..]).ok());
                self.superseded_by = by.or(self.superseded_by);
                self.seen(event, Public::Superseded);
            }
            Payload::EntryRetracted(_) => {
                self.seen(event, Public::Retracted);
                self.moves(event, Work::Retracted);
            }
            _ => {}
        }
    }

    fn edition(&mut self, event: &Event, published: &v1::EditionPublished) {
        let is_awaited = self.is_awaited(published.command.as_ref());
        let Some(text) = version(event, published.content.as_ref()) else { return };
        self.edition = Some(EditionThen { number: published.number.clone(), edition: published.edition, text });
        if self.public.is_none() {
            self.seen(event, Public::Published);
        }
        // Where a revision is under way, a correction of the edition leaves that where it is.
        if is_awaited || self.work.is_some_and(|work| work.state == Work::Published) {
            self.moves(event, Work::Published);
        }
    }

    fn seen(&mut self, event: &Event, state: Public) {
        self.public = Some(Since { state, at: event.head.recorded_at, place: event.head.place });
    }

    fn held(&mut self, event: &Event, state: Work) {
        let reviewed = self.reviewed;
        self.moves(event, state);
        self.reviewed = reviewed;
    }

    /// A revision of a public edition that is given up leaves the edition as the only thing there is.
    fn given_up(&mut self, event: &Event) {
        self.moves(event, if self.edition.is_some() { Work::Published } else { Work::Withdrawn });
    }

    fn is_with_body(&self) -> bool {
        self.work.is_some_and(|work| matches!(work.state, Work::Draft | Work::ChangesRequested))
    }

    fn is_reviewed(&self, submitted: Option<&v1::Place>) -> bool {
        self.reviewed.is_some() && self.reviewed == place(submitted)
    }

    fn is_awaited(&self, command: Option<&v1::PublishEdition>) -> bool {
        self.awaited.is_some() && self.awaited == place(command.and_then(|command| command.approved.as_ref()))
    }
}

fn version(event: &Event, content: Option<&v1::Content>) -> Option<Version> {
    let content = content?;
    let digest = Digest::try_from(content.digest.as_slice()).ok()?;
    Some(Version { revision: content.revision, digest, at: event.head.recorded_at, place: event.head.place })
}

fn place(raw: Option<&v1::Place>) -> Option<Place> {
    Place::try_from(raw?).ok()
}
